public import CSupNorm

// Activations: all are exact on Int16 and nonexpansive in the sup norm. A program contains those of its networks.
// Tables are in Smooth.swift.

extension UnsafePointer<supnorm_activation> {
  /// Applies the activation to a layer's outputs in place.
  func apply(_ values: UnsafeMutablePointer<Int16>, of layer: Layer) {
    if let apply = unsafe pointee.apply {
      unsafe apply(values, UInt32(truncatingIfNeeded: layer.rows), layer.pointer)
    }
  }

  /// Applies the activation to a box: afterwards `lower` and `upper` are the least and greatest value of each output over
  /// the box, attained.
  ///
  /// The activations without a function for it are monotone in every input, so the ends map to the ends.
  func apply(_ lower: UnsafeMutablePointer<Int16>, _ upper: UnsafeMutablePointer<Int16>, of layer: Layer) {
    if let bound = unsafe pointee.bound {
      unsafe bound(lower, upper, UInt32(truncatingIfNeeded: layer.rows))
    } else {
      unsafe apply(lower, of: layer)
      unsafe apply(upper, of: layer)
    }
  }

  /// Checks that the table is the layer's, and the numbers of the layer that belong to it; reads no array.
  func check(_ layer: Layer) throws(NetworkError) {
    guard unsafe pointee.activation == layer.pointer.pointee.activation else { throw .malformed }
    try unsafe check(layer, by: pointee.shape)
  }

  /// Checks the array that belongs to the activation.
  func checkArray(_ layer: Layer) throws(NetworkError) {
    try unsafe check(layer, by: pointee.check)
  }

  private func check(
    _ layer: Layer, by function: (@convention(c) (UnsafePointer<supnorm_layer>?) -> Int32)?
  ) throws(NetworkError) {
    guard let function = unsafe function else { return }
    let status = unsafe function(layer.pointer)
    guard status == SUPNORM_OK else { throw NetworkError(status) }
  }
}

/// `max(x, 0)`, see `supnorm_activation.apply` in supnorm_kernels.h; so are the others.
@c public func supnorm_relu(
  _ memory: UnsafeMutablePointer<Int16>, _ count: UInt32, _ layer: UnsafePointer<supnorm_layer>
) {
  unsafe supnorm_positive_parts(memory, count)
}

/// `min(|x|, 32767)`.
@c public func supnorm_abs(
  _ memory: UnsafeMutablePointer<Int16>, _ count: UInt32, _ layer: UnsafePointer<supnorm_layer>
) {
  var values = unsafe MutableSpan(_unsafeStart: memory, count: Int(count))
  for index in values.indices { values[index] = saturatingMagnitude(values[index]) }
}

/// The ends of `min(|x|, 32767)`.
@c public func supnorm_abs_bound(
  _ lower: UnsafeMutablePointer<Int16>, _ upper: UnsafeMutablePointer<Int16>, _ count: UInt32
) {
  var low = unsafe MutableSpan(_unsafeStart: lower, count: Int(count))
  var high = unsafe MutableSpan(_unsafeStart: upper, count: Int(count))
  for index in low.indices {
    let ends = (low[index], high[index])
    low[index] = max(max(ends.0, saturatingNegation(ends.1)), 0)
    high[index] = max(saturatingMagnitude(ends.0), saturatingMagnitude(ends.1))
  }
}

/// `(max, min)` of each pair; an odd last value stays.
@c public func supnorm_maxmin(
  _ memory: UnsafeMutablePointer<Int16>, _ count: UInt32, _ layer: UnsafePointer<supnorm_layer>
) {
  var values = unsafe MutableSpan(_unsafeStart: memory, count: Int(count))
  var index = 0
  while index &+ 1 < values.count {
    if values[index] < values[index &+ 1] { values.swapAt(index, index &+ 1) }
    index &+= 2
  }
}

/// The whole vector in ascending order, by insertion: no memory, and quick on the short vectors of a microcontroller's
/// layers.
///
/// - Complexity: O(n²).
@c public func supnorm_sort(
  _ memory: UnsafeMutablePointer<Int16>, _ count: UInt32, _ layer: UnsafePointer<supnorm_layer>
) {
  var values = unsafe MutableSpan(_unsafeStart: memory, count: Int(count))
  var end = 1
  while end < values.count {
    var index = end
    while index > 0, values[index &- 1] > values[index] {
      values.swapAt(index, index &- 1)
      index &-= 1
    }
    end &+= 1
  }
}

/// `min(-x, 32767)`.
@c public func supnorm_negate(
  _ memory: UnsafeMutablePointer<Int16>, _ count: UInt32, _ layer: UnsafePointer<supnorm_layer>
) {
  var values = unsafe MutableSpan(_unsafeStart: memory, count: Int(count))
  for index in values.indices { values[index] = saturatingNegation(values[index]) }
}

/// The ends of `min(-x, 32767)`: exchanged and negated.
@c public func supnorm_negate_bound(
  _ lower: UnsafeMutablePointer<Int16>, _ upper: UnsafeMutablePointer<Int16>, _ count: UInt32
) {
  var low = unsafe MutableSpan(_unsafeStart: lower, count: Int(count))
  var high = unsafe MutableSpan(_unsafeStart: upper, count: Int(count))
  for index in low.indices {
    let ends = (low[index], high[index])
    low[index] = saturatingNegation(ends.1)
    high[index] = saturatingNegation(ends.0)
  }
}

/// `min(-value, 32767)`.
@inline(__always)
private func saturatingNegation(_ value: Int16) -> Int16 {
  value == .min ? .max : 0 &- value
}

/// `min(|value|, 32767)`.
@inline(__always)
private func saturatingMagnitude(_ value: Int16) -> Int16 {
  value < 0 ? saturatingNegation(value) : value
}
