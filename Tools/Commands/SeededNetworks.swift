internal import Certification
internal import Claims
internal import Foundation
internal import Integers
internal import Training

/// A small network drawn from a seed, with inputs for it: the same numbers everywhere and at all times.
struct SeededNetwork {
  let name: String
  let network: CertifiedNetwork
  /// Half of the values are zero.
  let inputs: [[Int16]]

  /// 64-32-32-10 in every kind of layer and both widths of offsets.
  static func all() throws -> [SeededNetwork] {
    try [
      SeededNetwork("dense", unit: 32640, seed: 1) { weighted($0, $1, $2, share: 1, &$3) },
      SeededNetwork("sparse", unit: 32640, seed: 2) { weighted($0, $1, $2, share: 0.125, &$3) },
      SeededNetwork("distances8", unit: 255, seed: 3) { maxima($0, $1, $2, centers: 256, &$3) },
      SeededNetwork("distances16", unit: 32640, seed: 4) { maxima($0, $1, $2, centers: 32641, &$3) },
    ]
  }

  /// - Parameter layer: makes one of so many rows and columns, and whether it is the last.
  private init(
    _ name: String, unit: Int, seed: UInt64,
    layer: (_ rows: Int, _ columns: Int, _ isLast: Bool, inout SeededGenerator) -> IntegerLayer
  ) throws {
    self.name = name
    var generator = SeededGenerator(seed: seed)
    let layers = [(32, 64), (32, 32), (10, 32)].map { layer($0, $1, $0 == 10, &generator) }
    let integers = try IntegerNetwork(layers: layers, unit: unit, inputMinimum: 0, inputMaximum: unit)
    // One byte for each input.
    let step = unit / 255
    let feature = FeatureClaims(
      offset: 0, scale: 1.0 / 255, multiplier: step, addend: 0, shift: 0,
      tolerance: (1 / Double(step)).nextDown)
    network = try CertifiedNetwork(integers, features: [feature])
    inputs = (0..<8).map { _ in
      (0..<64).map { _ in generator.index(below: 2) == 0 ? 0 : Int16(step * generator.index(below: 256)) }
    }
  }

  /// Writes the header of the network.
  func writeHeader(in folder: URL) throws -> String {
    try ModelClaims(stating: network, name: name, golden: Array(inputs.prefix(4))).write(in: folder)
  }

  private static func weighted(
    _ rows: Int, _ columns: Int, _ isLast: Bool, share: Double, _ generator: inout SeededGenerator
  ) -> IntegerLayer {
    let largest = Int(32768 / (Double(columns) * share))
    let weights = (0..<rows * columns).map { _ in
      let weight = generator.index(below: 2 * largest + 1) - largest
      return generator.uniform() < share ? Int16(weight) : 0
    }
    let sums = (0..<rows).map { row in
      weights[row * columns..<(row + 1) * columns].reduce(0) { $0 + Int($1.magnitude) }
    }
    let biases = (0..<rows).map { _ in Int32(generator.index(below: 1 << 24) - (1 << 23)) }
    return .weighted(
      WeightedLayer(
        rows: rows, columns: columns, weights: weights, biases: biases, shift: 15,
        activation: isLast ? .identity : .relu, rowSumBound: sums.max() ?? 0))
  }
}
