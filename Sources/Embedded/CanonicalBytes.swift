package import CSupNorm

// The canonical byte string of a network: all that its certificates rest on, as the article "Header format" specifies
// it. It is a sequence of records: a kind of two bytes, the length of the payload in four, the payload; all
// little-endian. It is never stored: its bytes go straight into a checksum.

/// The kinds of records.
private enum Record {
  static let network: UInt32 = 1
  static let residualInputs: UInt32 = 2
  static let bounds: UInt32 = 3
  static let inputMaps: UInt32 = 4
  static let layer: UInt32 = 16
  static let rowEntries: UInt32 = 17
  static let columnIndices: UInt32 = 18
  static let weights: UInt32 = 20
  static let biases: UInt32 = 22
  static let words: UInt32 = 23
  static let halfwords: UInt32 = 24
}

extension Checksum {
  /// Adds the first six bytes of a record.
  fileprivate mutating func begin(_ kind: UInt32, bytes: UInt32) {
    update(kind, bytes: 2)
    update(bytes, bytes: 4)
  }

  /// Adds a record of one array; none where there is no array.
  fileprivate mutating func update<Element: FixedWidthInteger>(
    _ kind: UInt32, _ array: UnsafePointer<Element>?, count: Int
  ) {
    guard let array = unsafe array else { return }
    // Counts whose bytes do not fit in 32 bits do not fit into a device either; the host's are cut alike.
    begin(kind, bytes: UInt32(truncatingIfNeeded: count &* (Element.bitWidth / 8)))
    for index in 0..<count {
      unsafe update(UInt32(truncatingIfNeeded: array[index]), bytes: Element.bitWidth / 8)
    }
  }

  /// Adds the record of the numbers of a network that are in no array.
  @unsafe fileprivate mutating func updateHead(_ network: UnsafePointer<supnorm_network>) {
    begin(Record.network, bytes: 32)
    let network = unsafe network.pointee
    unsafe update(UInt32(network.format_version), bytes: 2)
    unsafe update(UInt32(network.layer_count), bytes: 2)
    unsafe update(UInt32(network.inputs), bytes: 2)
    unsafe update(UInt32(network.outputs), bytes: 2)
    unsafe update(UInt32(bitPattern: network.unit), bytes: 4)
    unsafe update(UInt32(truncatingIfNeeded: network.input_min), bytes: 2)
    unsafe update(UInt32(truncatingIfNeeded: network.input_max), bytes: 2)
    unsafe update(network.scratch_bytes, bytes: 4)
    unsafe update(network.infer_scratch_bytes, bytes: 4)
    unsafe update(UInt32(network.task), bytes: 2)
    unsafe update(UInt32(network.tolerance_lsb), bytes: 2)
    unsafe update(UInt32(network.feature_count), bytes: 2)
    unsafe update(UInt32(network.residual_count), bytes: 2)
  }

  /// Adds the records of one layer.
  @unsafe fileprivate mutating func update(_ pointer: UnsafePointer<supnorm_layer>, counts: Int) {
    let layer = unsafe pointer.pointee
    begin(Record.layer, bytes: 20)
    unsafe update(UInt32(layer.kind), bytes: 1)
    unsafe update(UInt32(layer.activation), bytes: 1)
    unsafe update(UInt32(layer.shift), bytes: 1)
    unsafe update(UInt32(layer.layout), bytes: 1)
    unsafe update(UInt32(layer.rows), bytes: 2)
    unsafe update(UInt32(layer.columns), bytes: 2)
    unsafe update(layer.row_sum_bound, bytes: 4)
    unsafe update(layer.entries, bytes: 4)
    unsafe update(UInt32(truncatingIfNeeded: layer.input_min), bytes: 2)
    unsafe update(UInt32(truncatingIfNeeded: layer.input_max), bytes: 2)
    let entries = unsafe Int(truncatingIfNeeded: layer.entries)
    unsafe update(Record.rowEntries, layer.row_entries, count: counts)
    unsafe update(Record.words, layer.words, count: entries)
    unsafe update(Record.columnIndices, layer.column_indices, count: entries)
    unsafe update(Record.halfwords, layer.halfwords, count: entries)
    unsafe update(Record.weights, layer.weights, count: entries)
    unsafe update(Record.biases, layer.biases, count: Int(layer.rows))
  }
}

/// The CRC-32 of the first record alone: the numbers of a network that are in no array.
///
/// It reads nothing but the struct itself, so it can prove the counts in it before they index an array.
@unsafe package func headChecksum(of network: UnsafePointer<supnorm_network>) -> UInt32 {
  var checksum = Checksum()
  unsafe checksum.updateHead(network)
  return checksum.value
}

extension Network {
  /// The CRC-32 of the whole canonical byte string.
  ///
  /// - Throws: `malformed` when the counts of a layer no longer add up.
  /// - Complexity: eight steps for each byte.
  package func checksum() throws(NetworkError) -> UInt32 {
    var checksum = Checksum()
    unsafe checksum.updateHead(network)
    let value = unsafe network.pointee
    // A record stands there also for an array of nothing.
    unsafe checksum.begin(Record.residualInputs, bytes: 2 &* UInt32(value.residual_count))
    for index in unsafe 0..<Int(value.residual_count) {
      unsafe checksum.update(UInt32(value.residual_inputs[index]), bytes: 2)
    }
    for index in 0..<layerCount {
      let layer = self.layer(index)
      try unsafe checksum.update(layer.pointer, counts: layer.counts())
    }
    checksum.begin(Record.bounds, bytes: 8 &* UInt32(truncatingIfNeeded: boundCount))
    for index in 0..<boundCount {
      unsafe checksum.update(value.bounds[index].slope, bytes: 4)
      unsafe checksum.update(value.bounds[index].offset, bytes: 4)
    }
    unsafe checksum.begin(Record.inputMaps, bytes: 16 &* UInt32(value.feature_count))
    for index in unsafe 0..<Int(value.feature_count) {
      let map = unsafe value.features[index]
      checksum.update(UInt32(bitPattern: map.origin), bytes: 4)
      checksum.update(UInt32(bitPattern: map.multiplier), bytes: 4)
      checksum.update(UInt32(bitPattern: map.addend), bytes: 4)
      checksum.update(UInt32(bitPattern: map.shift), bytes: 4)
    }
    return checksum.value
  }
}
