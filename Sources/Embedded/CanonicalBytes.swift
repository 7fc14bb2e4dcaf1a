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
  static let weights: UInt32 = 20
  static let biases: UInt32 = 22
  static let words: UInt32 = 23
  static let halfwords: UInt32 = 24
  static let nodes: UInt32 = 25
}

extension Checksum {
  /// Adds the first six bytes of a record.
  fileprivate mutating func begin(_ kind: UInt32, bytes: UInt32) {
    update(kind, bytes: 2)
    update(bytes, bytes: 4)
  }

  /// Adds a record of memory as it stands; none where there is no array.
  ///
  /// Counts whose bytes do not fit in 32 bits do not fit into a device either; the host's are cut alike.
  @unsafe fileprivate mutating func update(_ kind: UInt32, _ memory: UnsafeRawPointer?, bytes: Int) {
    guard let memory = unsafe memory else { return }
    begin(kind, bytes: UInt32(truncatingIfNeeded: bytes))
    unsafe update(memory, count: bytes)
  }

  /// Adds the records of one layer.
  @unsafe fileprivate mutating func update(_ layer: UnsafePointer<supnorm_layer>, counts: Int) {
    // The numbers of a layer stand before its arrays.
    unsafe update(Record.layer, layer, bytes: 24)
    let entries = unsafe Int(truncatingIfNeeded: layer.pointee.entries)
    unsafe update(Record.rowEntries, layer.pointee.row_entries, bytes: 2 &* counts)
    unsafe update(Record.words, layer.pointee.words, bytes: 4 &* entries)
    unsafe update(Record.halfwords, layer.pointee.halfwords, bytes: 2 &* entries)
    unsafe update(Record.weights, layer.pointee.weights, bytes: 2 &* entries)
    unsafe update(Record.biases, layer.pointee.biases, bytes: 4 &* Int(layer.pointee.rows))
    guard unsafe Int32(layer.pointee.activation) == SUPNORM_SMOOTH else { return }
    unsafe update(
      Record.nodes, layer.pointee.nodes, bytes: 2 &* (65536 &>> Int(layer.pointee.table_shift) &+ 1))
  }
}

/// The CRC-32 of the first record alone: the numbers of a network that are in no array, which stand before its
/// checksums.
///
/// It reads nothing but the struct itself, so it can prove the counts in it before they index an array.
@unsafe package func headChecksum(of network: UnsafePointer<supnorm_network>) -> UInt32 {
  var checksum = Checksum()
  unsafe checksum.update(Record.network, network, bytes: 32)
  return checksum.value
}

extension Network {
  /// The CRC-32 of the whole canonical byte string.
  ///
  /// - Throws: `malformed` when the counts of a layer no longer add up.
  /// - Complexity: eight steps for each byte.
  package func checksum() throws(NetworkError) -> UInt32 {
    try withModel { model throws(NetworkError) in try model.checksum() }
  }
}

extension Model {
  /// See `Network.checksum`.
  func checksum() throws(NetworkError) -> UInt32 {
    var checksum = Checksum()
    unsafe checksum.update(Record.network, network, bytes: 32)
    // A record stands there also for an array of nothing.
    let residuals = unsafe Int(network.pointee.residual_count)
    checksum.begin(Record.residualInputs, bytes: UInt32(truncatingIfNeeded: 2 &* residuals))
    if residuals > 0 { unsafe checksum.update(network.pointee.residual_inputs, count: 2 &* residuals) }
    for index in 0...last {
      let layer = self.layer(index)
      try unsafe checksum.update(layer.pointer, counts: layer.counts())
    }
    checksum.begin(Record.bounds, bytes: UInt32(truncatingIfNeeded: 8 &* boundCount))
    if boundCount > 0 { unsafe checksum.update(network.pointee.bounds, count: 8 &* boundCount) }
    let features = unsafe Int(network.pointee.feature_count)
    checksum.begin(Record.inputMaps, bytes: UInt32(truncatingIfNeeded: 16 &* features))
    if features > 0 { unsafe checksum.update(network.pointee.features, count: 16 &* features) }
    return checksum.value
  }
}
