/// A pass of boxes through a network and of gradients back, with all its buffers.
///
/// A box is held as center c and radius r. A dense layer maps it into the box of center `W c + b` and radius
/// `|W| r`; an activation maps its ends. At the last layer the logits are not bounded one by one: what counts is
/// each difference `z_j - z_y`, whose largest value over the box is taken of the row `w_j - w_y` at once
/// (`WorstCaseHead`), which is much tighter.
///
/// Source: Gowal et al., "On the effectiveness of interval bound propagation", 2018.
package struct IntervalPass: Sendable {
  /// Centers and radii of each layer's input boxes; the caller fills the first.
  package var centers: [Matrix]
  /// The radii that go with `centers`.
  package var radii: [Matrix]

  /// The ends of each hidden layer's `W x + b`.
  private var lower: [Matrix]
  private var upper: [Matrix]

  /// Gradients with respect to centers and radii (or, in between, lower and upper ends) of hidden layers.
  private var firstGradients: [Matrix]
  private var secondGradients: [Matrix]

  /// Worst-case logits: `max (z_j - z_y)` over the box, 0 at the label.
  package var worstLogits: Matrix

  /// Makes the buffers for batches of up to `capacity` samples.
  package init(for network: FloatNetwork, capacity: Int) {
    centers = network.layers.map { Matrix(rows: capacity, columns: $0.columns) }
    radii = centers
    lower = network.layers.dropLast().map { Matrix(rows: capacity, columns: $0.rows) }
    upper = lower
    firstGradients = lower
    secondGradients = lower
    worstLogits = Matrix(rows: capacity, columns: network.layers[network.layers.count - 1].rows)
  }

  /// Turns the samples in `centers[0]` into the boxes of radius epsilon around them, cut to the input range.
  ///
  /// Every sample must lie in the range.
  package mutating func spread(by epsilon: Float, within range: ClosedRange<Float>) {
    radii[0].rows = centers[0].rows
    updatePairs(&centers[0], &radii[0]) { value, _ in
      let low = max(value - epsilon, range.lowerBound)
      let high = min(value + epsilon, range.upperBound)
      return ((low + high) * 0.5, (high - low) * 0.5)
    }
  }

  /// Computes the worst-case logits over the boxes.
  package mutating func runForward(_ network: PreparedNetwork, labels: [Int]) {
    let last = network.layers.count - 1
    for index in 0..<last {
      let layer = network.layers[index]
      guard let magnitudes = layer.magnitudes else { preconditionFailure("prepared without magnitudes") }
      lower[index].setToProduct(centers[index], transposed: layer.weights)
      lower[index].addToRows(layer.biases)
      upper[index].setToProduct(radii[index], transposed: magnitudes)
      updatePairs(&lower[index], &upper[index]) { center, radius in (center - radius, center + radius) }
      network.activation.applyToIntervals(
        lower[index], upper[index], into: &centers[index + 1], &radii[index + 1])
      updatePairs(&centers[index + 1], &radii[index + 1]) { low, high in
        ((low + high) * 0.5, (high - low) * 0.5)
      }
    }
    WorstCaseHead.run(network.layers[last], centers[last], radii[last], labels: labels, into: &worstLogits)
  }

  /// Replaces the worst-case logits by a loss's gradients and adds up the gradients of the parameters.
  ///
  /// - Returns: the sum of the samples' losses, times `weight`.
  package mutating func runBackward(
    _ network: PreparedNetwork, loss: any LogitLoss, labels: [Int], weight: Float,
    into result: inout ParameterGradients
  ) -> Double {
    let total = loss.replaceByGradients(&worstLogits, labels: labels, weight: weight)
    let last = network.layers.count - 1
    WorstCaseHead.runBackward(
      network.layers[last], centers[last], radii[last], labels: labels, gradients: worstLogits, layer: last,
      into: &result)
    guard last > 0 else { return total }
    WorstCaseHead.propagateBack(
      network.layers[last], labels: labels, gradients: worstLogits, toCenters: &firstGradients[last - 1],
      toRadii: &secondGradients[last - 1])
    for index in stride(from: last - 1, through: 0, by: -1) {
      updatePairs(&firstGradients[index], &secondGradients[index]) { center, radius in
        ((center - radius) * 0.5, (center + radius) * 0.5)
      }
      network.activation.propagateBackIntervals(
        &firstGradients[index], &secondGradients[index], through: lower[index], upper[index])
      updatePairs(&firstGradients[index], &secondGradients[index]) { low, high in (low + high, high - low) }
      result.weights[index].addProduct(transposed: firstGradients[index], centers[index])
      result.magnitudes[index].addProduct(transposed: secondGradients[index], radii[index])
      result.addColumnSums(of: firstGradients[index], toBiasesOf: index)
      guard index > 0, let magnitudes = network.layers[index].magnitudes else { break }
      firstGradients[index - 1].setToProduct(firstGradients[index], network.layers[index].weights)
      secondGradients[index - 1].setToProduct(secondGradients[index], magnitudes)
    }
    return total
  }
}

/// Replaces corresponding elements of two matrices of equal size by a function of both.
@inline(__always)
private func updatePairs(
  _ first: inout Matrix, _ second: inout Matrix, _ body: (Float, Float) -> (Float, Float)
) {
  let count = first.count
  precondition(second.count == count)
  unsafe first.elements.withUnsafeMutableBufferPointer { first in
    unsafe second.elements.withUnsafeMutableBufferPointer { second in
      guard let a = first.baseAddress, let b = second.baseAddress else { return }
      for i in 0..<count {
        unsafe (a[i], b[i]) = unsafe body(a[i], b[i])
      }
    }
  }
}
