public import CSupNorm

extension Network {
  /// Re-proves on the stored numbers what the header claims of them.
  ///
  /// All that opening proved still holds, every row sum is within its layer's bound, no accumulator can overflow
  /// (`2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`), the columns of a sparse row or of a group of entries increase
  /// and exist, the nodes of a table rise and by no more than its gain, the input maps are in range, the stated scratch sizes are enough, arrays can be read in words, and the
  /// CRC-32 of the canonical byte string is the stated one.
  /// - Throws: what opening throws, `malformed`, `boundExceeded` or `checksumMismatch`.
  /// - Complexity: O(weights), eight shifts for each byte of the canonical string.
  public func selfCheck() throws(NetworkError) {
    try withModel { model throws(NetworkError) in try model.selfCheck() }
  }
}

extension Model {
  /// See `Network.selfCheck`.
  fileprivate func selfCheck() throws(NetworkError) {
    // Counts may have changed since, and index arrays below.
    var again = unsafe supnorm_model()
    try unsafe withUnsafeMutablePointer(to: &again) { again throws(NetworkError) in
      try unsafe again.open(network, isStated: true)
      guard unsafe Model(sealed: again).seal == seal else { throw .malformed }
    }
    guard unsafe Int(network.pointee.infer_scratch_bytes) >= 2 &* plan.inferCount,
      unsafe Int(network.pointee.scratch_bytes) >= 2 &* plan.certifyCount
    else { throw .malformed }
    for index in 0...last {
      let layer = self.layer(index)
      guard layer.isAligned else { throw .malformed }
      let status = unsafe layer.kernels.pointee.check.unsafelyUnwrapped(layer.pointer)
      guard status == SUPNORM_OK else { throw NetworkError(status) }
      try unsafe activation(index).checkArray(layer)
    }
    for index in unsafe 0..<Int(network.pointee.feature_count) {
      guard unsafe network.pointee.features[index].isInRange else { throw .malformed }
    }
    guard try unsafe network.pointee.crc32 == checksum() else { throw .checksumMismatch }
  }
}

/// See `supnorm_self_check` in supnorm.h.
@c public func supnorm_self_check(_ model: UnsafePointer<supnorm_model>?) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    try model.selfCheck()
    return SUPNORM_OK
  }
}
