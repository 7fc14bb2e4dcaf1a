/// The gradients of a network's parameters, summed over the samples of one shard.
package struct ParameterGradients: Sendable {
  /// With respect to each layer's weights.
  package var weights: [Matrix]

  /// With respect to the magnitudes of each layer's weights, through which the radius of a box flows; the
  /// gradient of the weights is `weights + sign(w) · magnitudes`.
  package var magnitudes: [Matrix]

  /// With respect to each layer's biases.
  package var biases: [[Float]]

  /// With respect to the weights of each residual term.
  package var residuals: [[Float]]

  /// Creates zero gradients for a network.
  package init(for network: FloatNetwork) {
    weights = network.layers.map { Matrix(rows: $0.rows, columns: $0.columns) }
    magnitudes = weights
    biases = network.layers.map { Array(repeating: 0, count: $0.rows) }
    residuals = network.residuals.map { Array(repeating: 0, count: $0.weights.count) }
  }

  /// Sets every gradient to zero.
  mutating func reset() {
    for layer in weights.indices {
      weights[layer].elements.withEachElement { $0 = 0 }
      magnitudes[layer].elements.withEachElement { $0 = 0 }
      biases[layer].withEachElement { $0 = 0 }
    }
    for term in residuals.indices { residuals[term].withEachElement { $0 = 0 } }
  }

  /// Adds the gradients of the residual terms, `Σ ∂/∂y_j · x_input` over the batch.
  mutating func addResiduals(_ terms: [ResidualTerm], gradients: Matrix, inputs: Matrix) {
    for (index, term) in terms.enumerated() {
      for row in 0..<gradients.rows {
        let input = inputs.elements[row * inputs.columns + term.input]
        for output in term.weights.indices {
          residuals[index][output] += gradients.elements[row * gradients.columns + output] * input
        }
      }
    }
  }

  /// Adds the columns' sums of a batch's gradients to a layer's biases.
  mutating func addColumnSums(of batch: Matrix, toBiasesOf layer: Int) {
    let columns = batch.columns
    for row in 0..<batch.rows {
      for column in 0..<columns {
        biases[layer][column] += batch.elements[row * columns + column]
      }
    }
  }
}

extension [Float] {
  /// Calls a closure with every element in place.
  @inline(__always)
  mutating func withEachElement(_ body: (inout Float) -> Void) {
    for index in indices { body(&self[index]) }
  }
}
