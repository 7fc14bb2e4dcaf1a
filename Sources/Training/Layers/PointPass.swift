/// A pass of points through a network and of gradients back, with all its buffers.
///
/// The buffers are made once, for the largest batch; nothing is allocated afterwards.
package struct PointPass {
  /// The input of each layer; the caller fills the first.
  package let inputs: [Matrix]

  /// `W x + b` of each layer, before the activation; those of the last layer are the logits.
  package let sums: [Matrix]

  /// Gradients with respect to `sums`; the last layer's take the place of the logits.
  let gradients: [Matrix]

  /// Makes the buffers for batches of up to `capacity` samples.
  ///
  /// - Parameter gradients: whether gradients will be propagated back.
  package init(for network: FloatNetwork, capacity: Int, gradients: Bool = false) {
    inputs = network.layers.map { Matrix(rows: capacity, columns: $0.columns) }
    let sums = network.layers.map { Matrix(rows: capacity, columns: $0.rows) }
    let hidden = gradients ? network.layers.dropLast().map { Matrix(rows: capacity, columns: $0.rows) } : []
    self.sums = sums
    self.gradients = hidden + sums.suffix(1)
  }

  /// Computes the logits of the samples in `inputs[0]`.
  package func runForward(_ network: PreparedNetwork) {
    for (index, layer) in network.layers.enumerated() {
      sums[index].setToProduct(inputs[index], transposed: layer.weights, plus: layer.biases)
      if index + 1 < network.layers.count {
        network.activation.apply(sums[index], into: inputs[index + 1])
      }
    }
    sums[network.layers.count - 1].add(network.residuals, of: inputs[0])
  }

  /// Replaces the logits by a loss's gradients, sample by sample, and computes `gradients`.
  ///
  /// - Parameter losses: the samples' losses, times `weight`, are added.
  func runBackward(
    _ network: PreparedNetwork, loss: any LogitLoss, labels: [Int], weight: Float, losses: inout [Double]
  ) {
    let last = network.layers.count - 1
    loss.replaceByGradients(gradients[last], labels: labels, weight: weight, losses: &losses)
    for index in stride(from: last, to: 0, by: -1) {
      guard let transposed = network.layers[index].transposed else {
        preconditionFailure("prepared without gradients")
      }
      gradients[index - 1].setToProduct(gradients[index], transposed: transposed)
      network.activation.propagateBack(gradients[index - 1], through: sums[index - 1])
    }
  }
}
