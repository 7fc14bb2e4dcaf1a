internal import Training

/// One step of training after the other in plain loops on one thread: what `supnorm bench --training` compares with.
///
/// ReLU networks and cross-entropy; Adam; every constrained row is projected by sorting its magnitudes (Duchi et al.,
/// ICML 2008).
struct PlainTraining {
  private(set) var network: FloatNetwork
  private let inputs: [Float]
  private let labels: [Int]
  private let temperature: Float
  /// Adam's moments of all parameters of each layer, the biases behind the weights.
  private var moments: [(first: [Float], second: [Float])]
  private var steps = 0

  init(_ network: FloatNetwork, inputs: [Float], labels: [Int], temperature: Float) {
    precondition(network.activation == .relu && network.residuals.isEmpty)
    self.network = network
    self.inputs = inputs
    self.labels = labels
    self.temperature = temperature
    moments = network.layers.map {
      let zeros = Array(repeating: Float(0), count: $0.weights.count + $0.rows)
      return (zeros, zeros)
    }
    project()
  }

  mutating func step(batch: ArraySlice<Int>, rate: Float) {
    var gradients = moments.map { Array(repeating: Float(0), count: $0.first.count) }
    for sample in batch { addGradients(of: sample, to: &gradients) }
    steps += 1
    var (firstPower, secondPower): (Float, Float) = (1, 1)
    for _ in 0..<steps { (firstPower, secondPower) = (firstPower * 0.9, secondPower * 0.999) }
    for index in network.layers.indices {
      let weightCount = network.layers[index].weights.count
      for place in gradients[index].indices {
        let gradient = gradients[index][place] / Float(batch.count)
        let first = 0.9 * moments[index].first[place] + 0.1 * gradient
        let second = 0.999 * moments[index].second[place] + 0.001 * gradient * gradient
        moments[index].first[place] = first
        moments[index].second[place] = second
        let change =
          rate * first / (1 - firstPower) / ((second / (1 - secondPower)).squareRoot() + 1e-8)
        if place < weightCount {
          network.layers[index].weights[place] -= change
        } else {
          network.layers[index].biases[place - weightCount] -= change
        }
      }
    }
    project()
  }

  private func addGradients(of sample: Int, to gradients: inout [[Float]]) {
    let features = network.layers[0].columns
    var values = [Array(inputs[sample * features..<(sample + 1) * features])]
    for (index, layer) in network.layers.enumerated() {
      let isLast = index + 1 == network.layers.count
      values.append(
        (0..<layer.rows).map { row in
          var sum = layer.biases[row]
          for column in 0..<layer.columns {
            sum += layer.weights[row * layer.columns + column] * values[index][column]
          }
          return isLast ? sum : max(sum, 0)
        })
    }
    let logits = values.removeLast()
    let largest = logits.max() ?? 0
    let terms = logits.map { Float(exponential(Double(($0 - largest) / temperature))) }
    let sum = terms.reduce(0, +)
    var gradient = terms.enumerated().map { ($1 / sum - ($0 == labels[sample] ? 1 : 0)) / temperature }
    for index in network.layers.indices.reversed() {
      let layer = network.layers[index]
      var next = Array(repeating: Float(0), count: layer.columns)
      for row in 0..<layer.rows where gradient[row] != 0 {
        gradients[index][layer.weights.count + row] += gradient[row]
        for column in 0..<layer.columns {
          gradients[index][row * layer.columns + column] += gradient[row] * values[index][column]
          next[column] += gradient[row] * layer.weights[row * layer.columns + column]
        }
      }
      gradient = next.indices.map { values[index][$0] > 0 ? next[$0] : 0 }
    }
  }

  private mutating func project() {
    for index in network.layers.indices {
      guard let bound = network.layers[index].rowSumBound else { continue }
      let columns = network.layers[index].columns
      for row in 0..<network.layers[index].rows {
        let places = row * columns..<(row + 1) * columns
        let sorted = network.layers[index].weights[places].map(\.magnitude).sorted(by: >)
        guard sorted.reduce(0, { $0 + Double($1) }) > Double(bound) else { continue }
        var (sum, threshold) = (-Double(bound), 0.0)
        for (count, magnitude) in sorted.enumerated() {
          sum += Double(magnitude)
          guard Double(magnitude) > sum / Double(count + 1) else { break }
          threshold = sum / Double(count + 1)
        }
        for place in places {
          let weight = network.layers[index].weights[place]
          let magnitude = max(weight.magnitude - Float(threshold), 0)
          network.layers[index].weights[place] = weight < 0 ? -magnitude : magnitude
        }
      }
    }
  }
}
