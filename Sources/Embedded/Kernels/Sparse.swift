public import CSupNorm

// Sparse layers: the weights that are not zero with their columns, row after row.

/// See `supnorm_inference.shape` in supnorm_kernels.h.
@c public func supnorm_sparse_shape(
  _ layer: UnsafePointer<supnorm_layer>, _ isLast: Int32, _ residuals: UInt32
) -> Int32 {
  unsafe weightedShapeStatus(
    layer, isLast: isLast != 0, arrays: .weights.and(.biases).and(.columnIndices).and(.rowEntries))
}

/// See `supnorm_inference.counts`: one for each row.
@c public func supnorm_sparse_counts(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let rows = unsafe Int32(layer.pointee.rows)
  // 65535 counts of at most 65535 stay below 2^32.
  var sum: UInt32 = 0
  for row in 0..<Int(rows) { unsafe sum &+= UInt32(layer.pointee.row_entries[row]) }
  return unsafe sum == layer.pointee.entries && sum <= UInt32(Int32.max) ? rows : SUPNORM_ERROR_MALFORMED
}

/// See `supnorm_inference.check`: the columns of a row increase and exist, too.
@c public func supnorm_sparse_check(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  var status = SUPNORM_OK
  unsafe forEachRow(of: layer) { row, weights, columns, count in
    let numbers = unsafe Span(_unsafeStart: columns, count: count)
    var next = 0
    for index in numbers.indices {
      guard Int(numbers[index]) >= next, unsafe numbers[index] < layer.pointee.columns else {
        status = SUPNORM_ERROR_MALFORMED
        return false
      }
      next = Int(numbers[index]) &+ 1
    }
    let isWithinBounds = unsafe isAdmissible(
      Span(_unsafeStart: weights, count: count), row: row, of: layer)
    if !isWithinBounds { status = SUPNORM_ERROR_BOUND }
    return isWithinBounds
  }
  return status
}

/// See `supnorm_inference.infer`.
@c public func supnorm_sparse_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  let numbers = unsafe layer.pointee
  unsafe forEachRow(of: layer) { row, weights, columns, count in
    let sum = unsafe supnorm_sparse_row_sum(
      weights, columns, input, UInt32(truncatingIfNeeded: count), numbers.biases[row])
    unsafe store(sum, row: row, shift: Int32(numbers.shift), hidden: hidden, logits: logits)
    return true
  }
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_sparse_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  let numbers = unsafe layer.pointee
  unsafe forEachRow(of: layer) { row, weights, columns, count in
    let ends = unsafe supnorm_row_ends(
      weights, columns, UInt32(truncatingIfNeeded: count), numbers.biases[row], box, 1)
    unsafe store(ends, row: row, shift: Int32(numbers.shift), lower, upper, logitLower, logitUpper)
    return true
  }
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_sparse_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  let numbers = unsafe layer.pointee
  let own = Int(truncatingIfNeeded: row)
  var start = 0
  for before in 0..<own { unsafe start &+= Int(numbers.row_entries[before]) }
  var isLargest: Int32 = 1
  unsafe forEachRow(of: layer) { other, weights, columns, count in
    guard other != own else { return true }
    unsafe isLargest = supnorm_sparse_row_exceeds(
      numbers.weights + start, numbers.column_indices + start, UInt32(numbers.row_entries[own]),
      numbers.biases[own], weights, columns, UInt32(truncatingIfNeeded: count), numbers.biases[other], box)
    return isLargest != 0
  }
  return isLargest
}

/// Calls `body` with each row until it returns false.
@inline(__always)
private func forEachRow(
  of layer: UnsafePointer<supnorm_layer>,
  _ body: (_ row: Int, UnsafePointer<Int16>, UnsafePointer<UInt16>, _ count: Int) -> Bool
) {
  var weights = unsafe layer.pointee.weights.unsafelyUnwrapped
  var columns = unsafe layer.pointee.column_indices.unsafelyUnwrapped
  for row in unsafe 0..<Int(layer.pointee.rows) {
    let count = unsafe Int(layer.pointee.row_entries[row])
    guard unsafe body(row, weights, columns, count) else { return }
    unsafe weights += count
    unsafe columns += count
  }
}
