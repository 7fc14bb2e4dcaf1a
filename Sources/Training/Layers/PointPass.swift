/// A pass of points through a network and of gradients back, with all its buffers.
///
/// The buffers are made once, for the largest batch; nothing is allocated afterwards.
package struct PointPass: Sendable {
  /// The input of each layer; the caller fills the first.
  package var inputs: [Matrix]

  /// `W x + b` of each layer, before the activation; those of the last layer are the logits.
  package var sums: [Matrix]

  /// Gradients with respect to `sums`.
  private var gradients: [Matrix]

  /// Makes the buffers for batches of up to `capacity` samples.
  package init(for network: FloatNetwork, capacity: Int) {
    inputs = network.layers.map { Matrix(rows: capacity, columns: $0.columns) }
    sums = network.layers.map { Matrix(rows: capacity, columns: $0.rows) }
    gradients = sums
  }

  /// Computes the logits of the samples in `inputs[0]`.
  package mutating func runForward(_ network: PreparedNetwork) {
    for (index, layer) in network.layers.enumerated() {
      sums[index].setToProduct(inputs[index], transposed: layer.weights)
      sums[index].addToRows(layer.biases)
      if index + 1 < network.layers.count {
        network.activation.apply(sums[index], into: &inputs[index + 1])
      }
    }
    sums[network.layers.count - 1].add(network.residuals, of: inputs[0])
  }

  /// Replaces the logits by a loss's gradients, sample by sample, and adds up the gradients of the parameters.
  ///
  /// - Returns: the sum of the samples' losses, times `weight`.
  package mutating func runBackward(
    _ network: PreparedNetwork, loss: any LogitLoss, labels: [Int], weight: Float,
    into result: inout ParameterGradients
  ) -> Double {
    let last = network.layers.count - 1
    let total = loss.replaceByGradients(&sums[last], labels: labels, weight: weight)
    swap(&sums[last], &gradients[last])
    result.addResiduals(network.residuals, gradients: gradients[last], inputs: inputs[0])
    for index in stride(from: last, through: 0, by: -1) {
      result.weights[index].addProduct(transposed: gradients[index], inputs[index])
      result.addColumnSums(of: gradients[index], toBiasesOf: index)
      guard index > 0 else { break }
      gradients[index - 1].setToProduct(gradients[index], network.layers[index].weights)
      network.activation.propagateBack(&gradients[index - 1], through: sums[index - 1])
    }
    return total
  }
}
