import Claims
import TestSupport
import Integers
import Certification

/// Two small networks whose every field matters: all rows differ, one layer of each storage.
enum ExampleNetworks {
  /// 3 → 4 → 2 → 3, with a dense, a sparse and a dense layer.
  static func mixed() throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 4, columns: 3,
          weights: [900, -24, 100, 0, 1024, 0, -300, 301, 302, 7, 0, -1],
          biases: [-5, 70_000, 0, 1 << 20], shift: 10, activation: .maxMin, rowSumBound: 1024, isSparse: false
        ),
        IntegerLayer(
          rows: 2, columns: 4, weights: [0, 16384, 0, -16384, 20_000, 0, 1, 0], biases: [1, -1], shift: 15,
          activation: .negate, rowSumBound: 32768, isSparse: true),
        IntegerLayer(
          rows: 3, columns: 2, weights: [30_000, -2, -7, 29_999, 0, 0], biases: [0, 12, -900_000], shift: 12,
          activation: .identity, rowSumBound: 30_006, isSparse: false),
      ], unit: 32768, inputMinimum: -32768, inputMaximum: 32767)
  }

  /// The same with a table behind its first layer.
  static func smooth() throws -> IntegerNetwork {
    let mixed = try mixed()
    let first = mixed.layers[0]
    let layer = IntegerLayer(
      rows: 4, columns: 3, weights: first.weights, biases: first.biases, shift: 10,
      activation: IntegerActivation.allCases[7], rowSumBound: 1024, isSparse: false)
    return try IntegerNetwork(
      layers: [layer] + mixed.layers.dropFirst(), unit: 32768, inputMinimum: -32768, inputMaximum: 32767)
  }

  /// One sparse layer, 2 → 2: answers need no scratch.
  static func single() throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 2, weights: [3, 0, -2, 5], biases: [10, -10], shift: 2, activation: .identity,
          rowSumBound: 7, isSparse: true)
      ], unit: 255, inputMinimum: 0, inputMaximum: 255)
  }
}
