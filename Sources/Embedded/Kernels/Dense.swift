public import CSupNorm

// Dense layers: a weight for each row and column, row-major.

/// See `supnorm_inference.shape` in supnorm_kernels.h.
@c public func supnorm_dense_shape(
  _ layer: UnsafePointer<supnorm_layer>, _ isLast: Int32, _ residuals: UInt32
) -> Int32 {
  unsafe weightedShapeStatus(layer, isLast: isLast != 0, arrays: .weights.and(.biases))
}

/// See `supnorm_inference.counts`: a dense layer stores none.
@c public func supnorm_dense_counts(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let product = unsafe UInt32(layer.pointee.rows) &* UInt32(layer.pointee.columns)
  // Beyond 2^31 entries no index of the device's reaches.
  return unsafe product == layer.pointee.entries && product <= UInt32(Int32.max) ? 0 : SUPNORM_ERROR_MALFORMED
}

/// See `supnorm_inference.check`.
@c public func supnorm_dense_check(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  for row in unsafe 0..<Int(layer.pointee.rows) {
    let weights = unsafe Span(
      _unsafeStart: layer.denseRow(row), count: Int(layer.pointee.columns))
    var rowSum: UInt32 = 0
    for index in weights.indices {
      rowSum &+= UInt32(weights[index].magnitude)  // at most 65535 · 2^15 < 2^32
    }
    guard unsafe isAdmissible(rowSum, row: row, of: layer) else { return SUPNORM_ERROR_BOUND }
  }
  return SUPNORM_OK
}

/// See `supnorm_inference.infer`.
@c public func supnorm_dense_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe supnorm_dense_layer(layer, input, hidden, logits, workspace)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_dense_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe supnorm_dense_layer_bound(layer, box, lower, upper, logitLower, logitUpper, workspace)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_dense_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe supnorm_dense_layer_exceeds(layer, row, box, workspace)
}

extension UnsafePointer<supnorm_layer> {
  /// The weights of a row of a dense layer.
  @inline(__always)
  fileprivate func denseRow(_ row: Int) -> UnsafePointer<Int16> {
    unsafe pointee.weights + row &* Int(pointee.columns)
  }
}
