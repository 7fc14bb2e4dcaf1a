import Foundation
import Training

/// The losses once more, in double precision and plain loops, written from their definitions: intervals by
/// their ends and the signs of the weights, softmax by the library's exponential.
struct GradientOracle {
  var network: FloatNetwork
  var weights: [[Double]]
  var biases: [[Double]]
  var residuals: [[Double]]
  /// The outputs wanted of a regression, sample after sample.
  var targets: [Float] = []
  let range: ClosedRange<Double>

  init(_ network: FloatNetwork, range: ClosedRange<Float>) {
    self.network = network
    weights = network.layers.map { $0.weights.map(Double.init) }
    biases = network.layers.map { $0.biases.map(Double.init) }
    residuals = network.residuals.map { $0.weights.map(Double.init) }
    self.range = Double(range.lowerBound)...Double(range.upperBound)
  }

  /// The mean loss over samples.
  func loss(_ loss: TrainingLoss, inputs: [Float], labels: [Int], epsilon: Double) -> Double {
    let featureCount = inputs.count / labels.count
    let losses = labels.indices.map { sample in
      let input = inputs[sample * featureCount..<(sample + 1) * featureCount].map(Double.init)
      return switch loss {
      case .squaredError: errors(logits(input), sample).reduce(0) { $0 + $1 * $1 }
      case .absoluteError: errors(logits(input), sample).reduce(0) { $0 + abs($1) }
      case .crossEntropy(let temperature):
        crossEntropy(logits(input), labels[sample], Double(temperature))
      case .hinge(let margin):
        hinge(logits(input), labels[sample], Double(margin))
      case .worstCase(let temperature, let cleanWeight):
        (1 - Double(cleanWeight))
          * crossEntropy(worstLogits(input, labels[sample], epsilon), labels[sample], Double(temperature))
          + Double(cleanWeight) * crossEntropy(logits(input), labels[sample], Double(temperature))
      }
    }
    return losses.reduce(0, +) / Double(labels.count)
  }

  func logits(_ input: [Double]) -> [Double] {
    var values = input
    for layer in network.layers.indices {
      values = dense(layer, values)
      if layer + 1 < network.layers.count { values = activated(values) }
    }
    return values.indices.map { output in
      zip(network.residuals, residuals).reduce(values[output]) { $0 + $1.1[output] * input[$1.0.input] }
    }
  }

  private func errors(_ outputs: [Double], _ sample: Int) -> [Double] {
    outputs.enumerated().map { $1 - Double(targets[sample * outputs.count + $0]) }
  }

  func worstLogits(_ input: [Double], _ label: Int, _ epsilon: Double) -> [Double] {
    var lower = input.map { max($0 - epsilon, range.lowerBound) }
    var upper = input.map { min($0 + epsilon, range.upperBound) }
    let last = network.layers.count - 1
    for layer in 0..<last {
      (lower, upper) = denseInterval(layer, lower, upper)
      if network.activation == .abs {
        let ends = zip(lower, upper).map { low, high in
          low <= 0 && high >= 0 ? (0, max(-low, high)) : (min(abs(low), abs(high)), max(abs(low), abs(high)))
        }
        (lower, upper) = (ends.map(\.0), ends.map(\.1))
      } else {
        (lower, upper) = (activated(lower), activated(upper))
      }
    }
    let columns = network.layers[last].columns
    return (0..<network.layers[last].rows).map { other in
      let layers = (0..<columns).reduce(biases[last][other] - biases[last][label]) { sum, column in
        let difference = weights[last][other * columns + column] - weights[last][label * columns + column]
        return sum + difference * (difference > 0 ? upper[column] : lower[column])
      }
      return zip(network.residuals, residuals).reduce(layers) { sum, term in
        let difference = term.1[other] - term.1[label]
        let value = input[term.0.input]
        return sum + difference
          * (difference > 0
            ? min(value + epsilon, range.upperBound) : max(value - epsilon, range.lowerBound))
      }
    }
  }

  private func dense(_ layer: Int, _ values: [Double]) -> [Double] {
    let columns = network.layers[layer].columns
    return (0..<network.layers[layer].rows).map { row in
      (0..<columns).reduce(biases[layer][row]) { $0 + weights[layer][row * columns + $1] * values[$1] }
    }
  }

  private func denseInterval(
    _ layer: Int, _ lower: [Double], _ upper: [Double]
  ) -> (lower: [Double], upper: [Double]) {
    let columns = network.layers[layer].columns
    func end(_ row: Int, whenPositive: [Double], whenNegative: [Double]) -> Double {
      (0..<columns).reduce(biases[layer][row]) { sum, column in
        let weight = weights[layer][row * columns + column]
        return sum + weight * (weight > 0 ? whenPositive[column] : whenNegative[column])
      }
    }
    let rows = 0..<network.layers[layer].rows
    return (
      rows.map { end($0, whenPositive: lower, whenNegative: upper) },
      rows.map { end($0, whenPositive: upper, whenNegative: lower) }
    )
  }

  private func activated(_ values: [Double]) -> [Double] {
    switch network.activation {
    case .identity: return values
    case .relu: return values.map { max($0, 0) }
    case .abs: return values.map(abs)
    case .sort: return values.sorted()
    case .tanh: return values.map { Foundation.tanh($0) }
    case .sigmoid: return values.map { 1 / (1 + exp(-$0)) }
    case .maxMin:
      return values.indices.map { index in
        let partner = index ^ 1
        guard partner < values.count else { return values[index] }
        return index % 2 == 0 ? max(values[index], values[partner]) : min(values[index], values[partner])
      }
    }
  }

  private func crossEntropy(_ logits: [Double], _ label: Int, _ temperature: Double) -> Double {
    log(logits.reduce(0) { $0 + exp(($1 - logits[label]) / temperature) })
  }

  private func hinge(_ logits: [Double], _ label: Int, _ margin: Double) -> Double {
    logits.indices.reduce(0) { $1 == label ? $0 : max($0, margin - logits[label] + logits[$1]) }
  }
}
