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
      Self.words([5, network.layers.count, network.inputs, network.outputs], 2)
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
    let layout = (layer.usesByteColumns ? 1 : 0) + (layer.usesByteOffsets ? 2 : 0)
    let activations: [IntegerActivation] = [.identity, .relu, .abs, .maxMin, .sort, .negate]
    let stored =
      layer.kind == .maxPlus
      ? layer.entries.reduce(0) { $0 + $1.count }
      : layer.kind == .sparse ? layer.weights.count { $0 != 0 } : layer.weights.count
    add(
      16,
      Self.words([kind, activations.firstIndex(of: layer.activation) ?? -1, layer.shift, layout], 1)
        + Self.words([layer.rows, layer.columns], 2) + Self.words([layer.rowSumBound, stored], 4))
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
    let blocks = layer.usesByteColumns ? (layer.columns + 255) / 256 : 1
    let counts = layer.entries.flatMap { row in
      (0..<2 * blocks).map { group in
        row.count { ($0.isNegated ? 1 : 0) == group % 2 && (blocks == 1 || $0.column / 256 == group / 2) }
      }
    }
    add(17, Self.words(counts, 2))
    let entries = layer.entries.flatMap { $0 }
    add(
      layer.usesByteColumns ? 19 : 18,
      Self.words(
        entries.map { layer.usesByteColumns ? $0.column % 256 : $0.column }, layer.usesByteColumns ? 1 : 2))
    add(
      layer.usesByteOffsets ? 21 : 20,
      Self.words(
        entries.map { layer.usesByteOffsets ? ($0.isNegated ? $0.offset : -$0.offset) : $0.offset },
        layer.usesByteOffsets ? 1 : 2))
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
