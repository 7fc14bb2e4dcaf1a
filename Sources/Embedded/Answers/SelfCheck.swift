public import CSupNorm

extension Network {
  /// Re-proves on the stored numbers what the header claims of them.
  ///
  /// All that opening proved still holds, every row sum is within its layer's bound, no accumulator can overflow
  /// (`2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`), the columns of a sparse row or of a group of entries increase
  /// and exist, the input maps are in range, the stated scratch sizes are enough, arrays can be read in words, and the
  /// CRC-32 of the canonical byte string is the stated one.
  /// - Throws: what opening throws, `malformed`, `boundExceeded` or `checksumMismatch`.
  /// - Complexity: O(weights), eight shifts for each byte of the canonical string.
  public func selfCheck() throws(NetworkError) {
    let value = unsafe network.pointee
    // Counts may have changed since, and index arrays below.
    let again = try unsafe Network(opening: network)
    guard again.inferScratchCount == inferScratchCount,
      unsafe Int(value.infer_scratch_bytes) >= 2 &* inferScratchCount,
      unsafe Int(value.scratch_bytes) >= 2 &* certifyScratchCount
    else { throw .malformed }
    for index in 0..<layerCount {
      let layer = self.layer(index)
      guard layer.isAligned else { throw .malformed }
      let status = unsafe layer.kernels.pointee.check.unsafelyUnwrapped(layer.pointer)
      guard status == SUPNORM_OK else { throw NetworkError(status) }
    }
    for index in unsafe 0..<Int(value.feature_count) {
      guard unsafe value.features[index].isInRange else { throw .malformed }
    }
    guard try unsafe value.crc32 == checksum() else { throw .checksumMismatch }
  }
}

/// See `supnorm_self_check` in supnorm.h.
@c public func supnorm_self_check(_ model: UnsafePointer<supnorm_model>?) -> Int32 {
  unsafe status(model) { network throws(NetworkError) in
    try network.selfCheck()
    return SUPNORM_OK
  }
}
