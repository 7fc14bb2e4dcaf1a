public import CSupNorm

extension Network {
  /// Proves the numbers of a network that are in no array by their own checksum, before a count of them is used.
  ///
  /// - Throws: `otherVersion` or `checksumMismatch`.
  @unsafe static func checkHead(of pointer: UnsafePointer<supnorm_network>) throws(NetworkError) {
    guard unsafe Int32(pointer.pointee.format_version) == SUPNORM_FORMAT_VERSION else { throw .otherVersion }
    guard unsafe headChecksum(of: pointer) == pointer.pointee.head_crc32 else { throw .checksumMismatch }
  }

  /// Re-proves on the stored numbers what the header claims of them.
  ///
  /// Every row sum is within its layer's bound, no accumulator can overflow
  /// (`2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`), the columns of a sparse row or of a group of max-plus entries increase
  /// and exist, the input maps are in range, the stated scratch sizes are enough, arrays can be read in words, and the
  /// CRC-32 of the canonical byte string is the stated one.
  /// - Throws: `malformed`, `boundExceeded` or `checksumMismatch`.
  /// - Complexity: O(weights), eight shifts for each byte of the canonical string.
  public func selfCheck() throws(NetworkError) {
    for index in 0..<layerCount {
      let layer = self.layer(index)
      guard layer.isAligned else { throw .malformed }
      if let error = firstError(in: layer) { throw error }
    }
    let value = unsafe network.pointee
    for index in unsafe 0..<Int(value.feature_count) {
      guard unsafe value.features[index].isInRange else { throw .malformed }
    }
    guard unsafe Int(value.infer_scratch_bytes) >= 2 &* inferScratchCount,
      unsafe Int(value.scratch_bytes) >= 2 &* certifyScratchCount
    else { throw .malformed }
    guard unsafe value.crc32 == checksum, unsafe value.head_crc32 == headChecksum(of: network) else {
      throw .checksumMismatch
    }
  }

  private func firstError(in layer: Layer) -> NetworkError? {
    var error: NetworkError?
    layer.forEachRow { row in
      error = error ?? (layer.isMaxPlus ? entryError(in: row, of: layer) : weightError(in: row, of: layer))
    }
    return error
  }

  /// Of a max-plus row only the columns can be wrong: `s·x + o` stays within 2^16.
  private func entryError(in row: Row, of layer: Layer) -> NetworkError? {
    var isInOrder = true
    var lastGroup = -1
    var last = -1
    layer.forEachEntry(of: row) { group, column, _, _ in
      if column >= layer.columns || group == lastGroup && column <= last { isInOrder = false }
      lastGroup = group
      last = column
    }
    return isInOrder ? nil : .malformed
  }

  private func weightError(in row: Row, of layer: Layer) -> NetworkError? {
    let half: UInt32 = (1 &<< UInt32(layer.shift)) &>> 1
    return layer.withWeights(of: row) { weights, columns, bias in
      var rowSum: UInt32 = 0
      for index in weights.indices {
        rowSum &+= UInt32(weights[index].magnitude)  // at most 65535 · 2^15 < 2^32
        if !columns.isEmpty {
          let isInOrder = index == 0 || columns[index &- 1] < columns[index]
          if !isInOrder || Int(columns[index]) >= layer.columns { return .malformed }
        }
      }
      // R ≤ 65535, so 2^15·R ≤ 2^31 - 2^15; |b| ≤ 2^31 and half ≤ 2^14: the sum fits in UInt32.
      let isWithinBounds =
        rowSum <= layer.rowSumBound && rowSum <= 65535
        && (rowSum &<< 15) &+ bias.magnitude &+ half <= UInt32(Int32.max)
      return isWithinBounds ? nil : .boundExceeded
    }
  }

  /// Runs one golden vector and compares logits, class, global and local radius exactly; of a regression, which
  /// has no class and no radii, the outputs.
  ///
  /// - Parameters:
  ///   - golden: answers computed on the host; its pointers must reach `inputs` and `outputs` values.
  ///   - scratch: at least `certifyScratchCount` elements.
  ///   - logits: `outputs` elements to work in.
  /// - Throws: `goldenMismatch`, or what `infer` and `certify` throw.
  @unsafe public func selfTest(
    _ golden: supnorm_golden, scratch: inout MutableSpan<Int16>, logits: inout MutableSpan<Int32>
  ) throws(NetworkError) {
    guard unsafe golden.input != nil, unsafe golden.logits != nil else { throw .nullPointer }
    let input = unsafe Span(_unsafeStart: golden.input, count: inputs)
    let expected = unsafe Span(_unsafeStart: golden.logits, count: outputs)
    let result = try infer(input, scratch: &scratch, logits: &logits)
    for index in expected.indices where expected[index] != logits[index] { throw .goldenMismatch }
    let local = unsafe Int(golden.local_radius_lsb)
    guard unsafe result.class_index == golden.class_index, unsafe result.radius_lsb == golden.radius_lsb,
      local >= -1, local <= Int(SUPNORM_RADIUS_MAX)
    else { throw .goldenMismatch }
    if isRegression { return }
    // The largest certified radius: proved there, and no longer at the next one.
    let answer = Int(result.class_index)
    if local >= 0 {
      let isCertified = try certify(input, classIndex: answer, radius: local, scratch: &scratch)
      guard isCertified else { throw .goldenMismatch }
    }
    if local < Int(SUPNORM_RADIUS_MAX) {
      let isCertified = try certify(input, classIndex: answer, radius: local + 1, scratch: &scratch)
      guard !isCertified else { throw .goldenMismatch }
    }
  }
}
