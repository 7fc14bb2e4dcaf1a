/// A pass of boxes through a network and of gradients back, with all its buffers.
///
/// A box is held as center c and radius r. A dense layer maps it into the box of center `W c + b` and radius
/// `|W| r`; an activation maps its ends. At the last layer the logits are not bounded one by one: what counts is
/// each difference `z_j - z_y`, whose largest value over the box is taken of the row `w_j - w_y` at once
/// (`WorstCaseHead`), which is much tighter.
///
/// Source: Gowal et al., "On the effectiveness of interval bound propagation", 2018.
package struct IntervalPass {
  /// Centers and radii of each layer's input boxes; the caller fills the first.
  package var centers: [Matrix]
  /// The radii that go with `centers`.
  package let radii: [Matrix]

  /// The ends of each hidden layer's `W x + b`.
  private let lower: [Matrix]
  private let upper: [Matrix]

  /// Gradients with respect to the centers of each hidden layer's `W x + b` (or, in between, the lower ends).
  let centerGradients: [Matrix]
  /// Gradients with respect to its radii (or, in between, the upper ends).
  let radiusGradients: [Matrix]

  /// Worst-case logits: `max (z_j - z_y)` over the box, 0 at the label; after `runBackward` their gradients.
  package let worstLogits: Matrix

  /// Makes the buffers for batches of up to `capacity` samples.
  ///
  /// - Parameter gradients: whether gradients will be propagated back.
  package init(for network: FloatNetwork, capacity: Int, gradients: Bool = false) {
    func buffers(_ columns: [Int]) -> [Matrix] { columns.map { Matrix(rows: capacity, columns: $0) } }
    let hidden = network.layers.dropLast().map(\.rows)
    centers = buffers(network.layers.map(\.columns))
    radii = buffers(network.layers.map(\.columns))
    lower = buffers(hidden)
    upper = buffers(hidden)
    centerGradients = gradients ? buffers(hidden) : []
    radiusGradients = gradients ? buffers(hidden) : []
    worstLogits = Matrix(rows: capacity, columns: network.layers[network.layers.count - 1].rows)
  }

  /// Turns the samples in `centers[0]` into the boxes of radius epsilon around them, cut to the input range.
  ///
  /// Every sample must lie in the range.
  package func spread(by epsilon: Float, within range: ClosedRange<Float>) {
    radii[0].rows = centers[0].rows
    for row in 0..<centers[0].rows {
      let (center, radius) = unsafe (centers[0].row(row), radii[0].row(row))
      for column in 0..<centers[0].columns {
        let low = unsafe max(center[column] - epsilon, range.lowerBound)
        let high = unsafe min(center[column] + epsilon, range.upperBound)
        unsafe center[column] = (low + high) * 0.5
        unsafe radius[column] = (high - low) * 0.5
      }
    }
  }

  /// Computes the worst-case logits over the boxes.
  package func runForward(_ network: PreparedNetwork, labels: [Int]) {
    let last = network.layers.count - 1
    for index in 0..<last {
      let layer = network.layers[index]
      guard let magnitudes = layer.magnitudes else { preconditionFailure("prepared without magnitudes") }
      lower[index].setToProduct(centers[index], transposed: layer.weights, plus: layer.biases)
      upper[index].setToProduct(radii[index], transposed: magnitudes)
      updatePairs(lower[index], upper[index]) { center, radius in (center - radius, center + radius) }
      network.activation.applyToIntervals(
        lower[index], upper[index], into: centers[index + 1], radii[index + 1])
      updatePairs(centers[index + 1], radii[index + 1]) { low, high in
        ((low + high) * 0.5, (high - low) * 0.5)
      }
    }
    WorstCaseHead.run(network.layers[last], centers[last], radii[last], labels: labels, into: worstLogits)
  }

  /// Replaces the worst-case logits by a loss's gradients and computes the gradients of all sums.
  ///
  /// - Parameter losses: the samples' losses, times `weight`, are added.
  func runBackward(
    _ network: PreparedNetwork, loss: any LogitLoss, labels: [Int], weight: Float, losses: inout [Double]
  ) {
    loss.replaceByGradients(worstLogits, labels: labels, weight: weight, losses: &losses)
    let last = network.layers.count - 1
    guard last > 0 else { return }
    WorstCaseHead.propagateBack(
      network.layers[last], labels: labels, gradients: worstLogits, toCenters: centerGradients[last - 1],
      toRadii: radiusGradients[last - 1])
    for index in stride(from: last - 1, through: 0, by: -1) {
      updatePairs(centerGradients[index], radiusGradients[index]) { center, radius in
        ((center - radius) * 0.5, (center + radius) * 0.5)
      }
      network.activation.propagateBackIntervals(
        centerGradients[index], radiusGradients[index], through: lower[index], upper[index])
      updatePairs(centerGradients[index], radiusGradients[index]) { low, high in (low + high, high - low) }
      guard index > 0 else { break }
      guard let transposed = network.layers[index].transposed,
        let magnitudes = network.layers[index].transposedMagnitudes
      else { preconditionFailure("prepared without gradients") }
      centerGradients[index - 1].setToProduct(centerGradients[index], transposed: transposed)
      radiusGradients[index - 1].setToProduct(radiusGradients[index], transposed: magnitudes)
    }
  }
}

/// Replaces corresponding elements of two matrices of equal size by a function of both, which leaves zeros as they
/// are.
@inline(__always)
private func updatePairs(_ first: Matrix, _ second: Matrix, _ body: (Float, Float) -> (Float, Float)) {
  precondition(first.columns == second.columns && first.rows == second.rows)
  let (first, second) = unsafe (first.flat, second.flat)
  guard let a = first.baseAddress, let b = second.baseAddress else { return }
  for i in 0..<first.count {
    unsafe (a[i], b[i]) = unsafe body(a[i], b[i])
  }
}
