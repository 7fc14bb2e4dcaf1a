public import CSupNorm

// Smooth activations, tanh and sigmoid: tables of nodes every 2^k LSB, straight lines between them, rounded half up.
// Where neighboring nodes differ by at most G, so do values 2^k apart: a deviation δ becomes at most
// `ceil(G·δ / 2^k)`.

/// `T[i] + (((T[i+1] - T[i])·r + 2^(k-1)) >> k)` with `i = (x + 32768) >> k` and the rest r.
@c public func supnorm_smooth(
  _ memory: UnsafeMutablePointer<Int16>, _ count: UInt32, _ layer: UnsafePointer<supnorm_layer>
) {
  var values = unsafe MutableSpan(_unsafeStart: memory, count: Int(count))
  let shift = unsafe Int32(layer.pointee.table_shift)
  let nodes = unsafe layer.pointee.nodes.unsafelyUnwrapped
  let half: Int32 = 1 &<< (shift &- 1)
  for index in values.indices {
    let place = Int32(values[index]) &+ 32768
    // Below 2^(16-k), so that there is a next node.
    let node = Int(place &>> shift)
    let rest = place & ((1 &<< shift) &- 1)
    let low = unsafe Int32(nodes[node])
    // A rise is at most 2^15 and a rest less than that: the product stays below 2^30.
    let rise = unsafe Int32(nodes[node &+ 1]) &- low
    values[index] = Int16(truncatingIfNeeded: low &+ (rise &* rest &+ half) &>> shift)
  }
}

/// The nodes are there, one every 2 … 2^15 LSB, and enough of them for their slope: `G ≤ 2^k`.
@c public func supnorm_smooth_shape(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  guard unsafe layer.pointee.nodes != nil else { return SUPNORM_ERROR_NULL }
  let shift = unsafe UInt32(layer.pointee.table_shift)
  guard shift >= 1, shift <= 15 else { return SUPNORM_ERROR_MALFORMED }
  return unsafe UInt32(layer.pointee.table_gain) <= 1 &<< shift ? SUPNORM_OK : SUPNORM_ERROR_BOUND
}

/// No node is less than the one before it or exceeds it by more than the gain.
@c public func supnorm_smooth_check(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let nodes = unsafe layer.pointee.nodes.unsafelyUnwrapped
  let gain = unsafe Int32(layer.pointee.table_gain)
  var index = unsafe 65536 &>> Int(layer.pointee.table_shift)
  while index > 0 {
    let rise = unsafe Int32(nodes[index]) &- Int32(nodes[index &- 1])
    guard rise >= 0, rise <= gain else { return SUPNORM_ERROR_BOUND }
    index &-= 1
  }
  return SUPNORM_OK
}
