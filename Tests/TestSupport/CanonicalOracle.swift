internal import Claims
package import Integers
package import Certification

/// The canonical byte string of a network once more, from the article "Header format" and not from the code: a list of
/// bytes, built record by record.
package struct CanonicalOracle {
  /// All bytes.
  package private(set) var bytes: [UInt8] = []

  /// The bytes of the first record.
  package let headCount = 38

  /// - Parameters:
  ///   - features: origin, multiplier, addend and shift of each input map.
  ///   - scratch: the stated bytes for all functions and for inference alone.
  package init(
    _ network: IntegerNetwork, bounds: [ChangeBound], features: [[Int]], toleranceLSB: Int,
    scratch: (all: Int, infer: Int)
  ) {
    let numbers =
      Self.words([6, network.layers.count, network.inputs, network.outputs], 2)
      + Self.words([network.unit], 4)
      + Self.words([network.inputMinimum, network.inputMaximum], 2)
      + Self.words([scratch.all, scratch.infer], 4)
      + Self.words(
        [
          network.task == .regression ? 1 : 0, toleranceLSB, features.count, network.residualInputs.count,
        ], 2)
    add(1, numbers)
    add(2, Self.words(network.residualInputs, 2))
    for layer in network.layers { add(layer) }
    add(3, network.isMaxPlus ? [] : Self.words(bounds.flatMap { [Int($0.slope), Int($0.offset)] }, 4))
    add(4, Self.words(Array(features.joined()), 4))
  }

  private mutating func add(_ layer: IntegerLayer) {
    let kind = layer.kind == .dense ? 0 : layer.kind == .sparse ? 1 : 2
    let layout = Int(layer.layout)
    let activations: [IntegerActivation] = [.identity, .relu, .abs, .maxMin, .sort, .negate]
    let table = layer.activation.table
    defer { if let table { add(25, Self.words(table.nodes, 2)) } }
    let stored =
      layer.kind == .maxPlus
      ? Self.storedRows(layer).reduce(0) { $0 + $1.count }
      : layer.kind == .sparse ? layer.weights.count { $0 != 0 } : layer.weights.count
    add(
      16,
      Self.words([kind, activations.firstIndex(of: layer.activation) ?? 6, layer.shift, layout], 1)
        + Self.words([layer.rows, layer.columns], 2) + Self.words([layer.rowSumBound, stored], 4)
        + Self.words([layer.inputRange.lowerBound, layer.inputRange.upperBound], 2)
        + Self.words([table?.gain ?? 0, table?.shift ?? 0], 2))
    if layer.kind == .maxPlus { return addMaxPlus(layer) }
    let rows = (0..<layer.rows).map { row in
      (0..<layer.columns).map { (column: $0, weight: Int(layer.weights[row * layer.columns + $0])) }.filter {
        layer.kind == .dense || $0.weight != 0
      }
    }
    if layer.kind == .sparse {
      add(
        17, Self.words(rows.flatMap { row in [row.count { $0.weight > 0 }, row.count { $0.weight < 0 }] }, 2))
      let ordered = rows.flatMap { row in row.filter { $0.weight > 0 } + row.filter { $0.weight < 0 } }
      add(23, Self.words(ordered.flatMap { [2 * $0.column, $0.weight] }, 2))
    } else {
      add(20, Self.words(rows.flatMap { $0.map(\.weight) }, 2))
    }
    add(22, Self.words(layer.biases.map { Int($0) }, 4))
  }

  private mutating func addMaxPlus(_ layer: IntegerLayer) {
    let rows = Self.storedRows(layer)
    add(17, Self.words(rows.map(\.count), 2))
    let entries = rows.joined().map { $0.step << Self.placeBits(layer) + $0.place }
    add(layer.layout == 0 ? 23 : 24, Self.words(entries, layer.layout == 0 ? 4 : 2))
    add(22, Self.words(Self.bases(layer), 4))
  }

  /// How many bits of a stored entry hold its place.
  package static func placeBits(_ layer: IntegerLayer) -> Int { [16, 8, 11][Int(layer.layout)] }

  /// The greatest value of any entry of each row over the layer's range.
  package static func bases(_ layer: IntegerLayer) -> [Int] {
    layer.entries.map { row in row.map { potential($0, layer) }.max() ?? 0 }
  }

  private static func potential(_ entry: MaxPlusEntry, _ layer: IntegerLayer) -> Int {
    let ends = [layer.inputRange.lowerBound, layer.inputRange.upperBound]
    return ends.map { entry.sign * $0 + entry.offset }.max() ?? 0
  }

  /// The entries of a layer of maxima by falling potential, then by place, with steps that fit and that add up to the
  /// width of the range.
  package static func storedRows(_ layer: IntegerLayer) -> [[(place: Int, step: Int)]] {
    let greatest = [65535, 255, 31][Int(layer.layout)]
    let width = max(layer.inputRange.upperBound - layer.inputRange.lowerBound, 1)
    return zip(layer.entries, bases(layer)).map { row, base in
      let places = row.map {
        (place: 2 * $0.column + ($0.isNegated ? 0 : 1), drop: base - potential($0, layer))
      }
      let sorted = places.sorted { ($0.drop, $0.place) < ($1.drop, $1.place) }
      var stored: [(place: Int, step: Int)] = []
      var drop = 0
      for entry in sorted + [(place: sorted[0].place, drop: width)] {
        while entry.drop > drop + greatest {
          stored.append((sorted[0].place, greatest))
          drop += greatest
        }
        stored.append((entry.place, entry.drop - drop))
        drop = entry.drop
      }
      return stored
    }
  }

  private mutating func add(_ kind: Int, _ payload: [UInt8]) {
    bytes += Self.words([kind], 2) + Self.words([payload.count], 4) + payload
  }

  private static func words(_ values: [Int], _ size: Int) -> [UInt8] {
    values.flatMap { value in (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  }

  /// The CRC-32 of the whole string.
  package var checksum: UInt32 { Self.crc32(bytes) }
  /// The CRC-32 of the first record.
  package var headChecksum: UInt32 { Self.crc32(bytes.prefix(headCount)) }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value % 2 == 1 ? value / 2 ^ 0xEDB8_8320 : value / 2 }
  }

  private static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 / 256 }
  }
}
