import Foundation
import TestSupport
import Training

/// What is drawn of a random float model.
struct FloatModelPlan {
  var activation = Activation.relu
  var widths = [5, 6, 4, 3]
  /// The ℓ1 norm of the hidden rows; each row gets it exactly or, when `isExact` is false, up to twice as much or
  /// as little.
  var hiddenNorm = 1.0
  var isExact = false
  var biasSize = 0.3
  var hiddenBound: Float? = 1
  var lastNorm = 4.0
  var lastBound: Float?
  var map = InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -32768, maximumLSB: 32767)
}

extension TestRandom {
  mutating func model(_ plan: FloatModelPlan) -> FloatModel {
    var layers: [FloatLayer] = []
    for index in 0..<plan.widths.count - 1 {
      let isLast = index == plan.widths.count - 2
      let (rows, columns) = (plan.widths[index + 1], plan.widths[index])
      var weights: [Float] = []
      for _ in 0..<rows {
        let norm = (isLast ? plan.lastNorm : plan.hiddenNorm) * (plan.isExact ? 1 : 1.25 + 0.75 * signed())
        weights += row(columns, norm: norm)
      }
      let biases = (0..<rows).map { _ in Float(plan.biasSize * signed() * (isLast ? plan.lastNorm : 1)) }
      layers.append(
        FloatLayer(
          rows: rows, columns: columns, weights: weights, biases: biases,
          rowSumBound: isLast ? plan.lastBound : plan.hiddenBound))
    }
    return FloatModel(
      network: FloatNetwork(layers: layers, activation: plan.activation), inputMap: plan.map)
  }

  /// Weights of random signs and sizes whose magnitudes sum to `norm`, sometimes a single one.
  private mutating func row(_ columns: Int, norm: Double) -> [Float] {
    if oneIn(8) {
      let place = integer(0...columns - 1)
      return (0..<columns).map { $0 == place ? Float(oneIn(2) ? norm : -norm) : 0 }
    }
    let draws = (0..<columns).map { _ in oneIn(4) ? 0 : signed() }
    let sum = draws.reduce(0) { $0 + abs($1) }
    return draws.map { Float(sum == 0 ? 0 : $0 / sum * norm) }
  }
}

extension FloatNetwork {
  /// The network in double precision, straight from its definition.
  func logits(_ input: [Double]) -> [Double] {
    var values = input
    for (index, layer) in layers.enumerated() {
      var sums: [Double] = []
      for row in 0..<layer.rows {
        var sum = Double(layer.biases[row])
        for column in 0..<layer.columns {
          sum += Double(layer.weights[row * layer.columns + column]) * values[column]
        }
        sums.append(sum)
      }
      if index == layers.count - 1 { return sums }
      switch activation {
      case .identity: values = sums
      case .relu: values = sums.map { max($0, 0) }
      case .abs: values = sums.map { Swift.abs($0) }
      case .sort: values = sums.sorted()
      case .tanh: values = sums.map { Foundation.tanh($0) }
      case .sigmoid: values = sums.map { 1 / (1 + exp(-$0)) }
      case .maxMin:
        values = sums
        for first in stride(from: 0, to: sums.count - 1, by: 2) {
          values[first] = max(sums[first], sums[first + 1])
          values[first + 1] = min(sums[first], sums[first + 1])
        }
      }
    }
    return values
  }
}
