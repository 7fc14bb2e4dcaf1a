internal import Certification
internal import Claims
internal import Foundation
internal import Integers

/// A network of the same shapes and counts as another, whose numbers leave nothing out, and inputs for it.
///
/// Weights stay as they are, and biases make every hidden value small and not zero. Entries of maxima keep their number in each
/// row; all get the sign under which the least input is the least candidate, and the offset 0, so that the maximum
/// reaches no potential before the row's end. One class wins by far, so that certificates compare all of them. What is
/// measured on it is measured, not proved: rows and entries are as many as they can be, but a branch within one of them
/// may still cost a few instructions more on other values.
struct FullNetwork: Sendable {
  let network: CertifiedNetwork
  /// All zero but for ever more pairs of columns, for layers that skip zeros; the last one has no zero.
  let inputs: [[Int16]]
  private let claims: ModelClaims

  /// - Returns: nil where a row has more entries than columns, which one sign cannot have, where a layer would get another
  ///   layout, whose kernels are others, and for regressions.
  init?(of claims: ModelClaims, _ network: IntegerNetwork) throws {
    guard claims.task == .classification else { return nil }
    var layers: [IntegerLayer] = []
    var largest = abs(Self.value(in: network.inputMinimum...network.inputMaximum))
    var isNegated = false
    for (index, layer) in network.layers.enumerated() {
      let isLast = index == network.layers.count - 1
      if let weights = layer.asWeighted {
        layers.append(.weighted(Self.full(weights, largest: &largest, isLast: isLast)))
      } else {
        let width = network.inputMaximum - network.inputMinimum
        guard let full = Self.full(layer, isNegated: isNegated, lead: isLast ? width : 0) else { return nil }
        layers.append(full)
      }
      if layer.activation == .negate { isNegated.toggle() }
    }
    let full = try IntegerNetwork(
      layers: layers, unit: network.unit, inputMinimum: network.inputMinimum,
      inputMaximum: network.inputMaximum, residualInputs: network.residualInputs)
    guard full.layers.map(\.storedLayout) == network.layers.map(\.storedLayout) else { return nil }
    self.network = try CertifiedNetwork(full, features: claims.features)
    inputs = Self.inputs(of: full)
    self.claims = try ModelClaims(stating: self.network, name: claims.name, golden: Array(inputs.suffix(4)))
  }

  /// Writes the header of the network.
  func writeHeader(in folder: URL) throws -> String { try claims.write(in: folder) }

  /// Biases that lift every row above zero for inputs up to `largest`, which becomes the largest of its outputs.
  ///
  /// In the last layer the first row's bias is as large as the proof allows, and the others stay.
  private static func full(_ layer: WeightedLayer, largest: inout Int, isLast: Bool) -> WeightedLayer {
    let (unit, half) = (1 << layer.shift, (1 << layer.shift) / 2)
    let room = Int(Int32.max) - 32768 * layer.rowSumBound - half
    var biases = layer.biases.map { Int($0) }
    if isLast {
      biases[0] = room
    } else {
      biases = biases.map { _ in min(layer.rowSumBound * largest + 8 * unit, room) }
      largest = (2 * layer.rowSumBound * largest) / unit + 9
    }
    return WeightedLayer(
      rows: layer.rows, columns: layer.columns, weights: layer.weights, biases: biases.map { Int32($0) },
      shift: layer.shift, activation: layer.activation, rowSumBound: layer.rowSumBound,
      isSparse: layer.isSparse)
  }

  /// Of a first layer of maxima the least input, whose entries all end last; else ever more pairs of columns.
  private static func inputs(of network: IntegerNetwork) -> [[Int16]] {
    let range = network.inputMinimum...network.inputMaximum
    let (count, least) = (network.inputs, Int16(network.inputMinimum))
    if network.layers[0].asWeighted == nil {
      return Array(repeating: [Int16](repeating: least, count: count), count: 4)
    }
    let full = Int16(value(in: range))
    guard range.contains(0) else { return Array(repeating: [Int16](repeating: full, count: count), count: 4) }
    // Kernels that skip zeros change over somewhere; 64 steps meet that within 2 % of the columns.
    let pairs = (count + 1) / 2
    let steps = min(max(pairs, 3), 64)
    return (0...steps).map { step in
      (0..<count).map { $0 / 2 < pairs * step / steps ? full : 0 }
    }
  }

  /// The least value that is not zero.
  private static func value(in range: ClosedRange<Int>) -> Int {
    if range.contains(1) { return 1 }
    if range.contains(-1) { return -1 }
    return range.lowerBound > 0 ? range.lowerBound : range.upperBound
  }
}
