/// A pass of boxes through a network and of gradients back, with all its buffers.
///
/// A box is held as center c and radius r. A dense layer maps it into the box of center `W c + b` and radius
/// `|W| r`; an activation maps its ends. At the last layer the logits are not bounded one by one: what counts is
/// each difference `z_j - z_y`, whose largest value over the box is taken of the row `w_j - w_y` at once
/// (`WorstCaseHead`), which is much tighter.
///
/// Source: Gowal et al., "On the effectiveness of interval bound propagation", 2018.
package struct IntervalPass {
  /// The input of each layer; the caller fills the centers of the first.
  package let boxes: [Boxes]

  /// The ends of each hidden layer's outputs before the activation.
  private let lower: [Matrix]
  private let upper: [Matrix]

  /// Gradients with respect to the boxes of each hidden layer's outputs (or, in between, to their ends).
  private let gradients: [Boxes]

  /// Worst-case logits: `max (z_j - z_y)` over the box, 0 at the label; after `runBackward` their gradients.
  package let worstLogits: Matrix

  /// Makes the buffers for batches of up to `capacity` samples.
  ///
  /// - Parameter gradients: whether gradients will be propagated back.
  package init(for stack: LayerStack, capacity: Int, gradients: Bool = false) {
    let count = stack.layers.count
    func boxes(_ places: Range<Int>) -> [Boxes] {
      zip(stack.buffers(places, capacity: capacity), stack.buffers(places, capacity: capacity))
        .map(Boxes.init)
    }
    self.boxes = boxes(0..<count)
    lower = stack.buffers(1..<count, capacity: capacity)
    upper = stack.buffers(1..<count, capacity: capacity)
    self.gradients = gradients ? boxes(1..<count) : []
    worstLogits = Matrix(rows: capacity, columns: stack.outputCount)
  }

  /// Turns the samples in the first centers into the boxes of radius epsilon around them, cut to the input range.
  ///
  /// Every sample must lie in the range.
  package func spread(by epsilon: Float, within range: ClosedRange<Float>) {
    let (centers, radii) = (boxes[0].centers, boxes[0].radii)
    radii.rows = centers.rows
    for row in 0..<centers.rows {
      let (center, radius) = unsafe (centers.row(row), radii.row(row))
      for column in 0..<centers.columns {
        let low = unsafe max(center[column] - epsilon, range.lowerBound)
        let high = unsafe min(center[column] + epsilon, range.upperBound)
        unsafe center[column] = (low + high) * 0.5
        unsafe radius[column] = (high - low) * 0.5
      }
    }
  }

  /// Computes the worst-case logits over the boxes.
  package func runForward(_ stack: LayerStack, labels: [Int]) {
    guard let layers = stack.intervalLayers else { preconditionFailure("a layer carries no boxes") }
    let last = layers.count - 1
    for index in 0..<last {
      let (lower, upper, next) = (lower[index], upper[index], boxes[index + 1])
      layers[index].runForward(boxes[index], into: Boxes(centers: lower, radii: upper))
      updatePairs(lower, upper) { center, radius in (center - radius, center + radius) }
      stack.activation.applyToIntervals(lower, upper, into: next.centers, next.radii)
      updatePairs(next.centers, next.radii) { low, high in ((low + high) * 0.5, (high - low) * 0.5) }
    }
    layers[last].runWorstCase(boxes[last], labels: labels, into: worstLogits)
    worstLogits.addWorstCase(stack.residuals, of: boxes[0], labels: labels)
  }

  /// Computes the gradients of all boxes, given those of the worst-case logits in their place.
  func runBackward(_ stack: LayerStack, labels: [Int]) {
    guard let layers = stack.intervalLayers, let first = gradients.last else { return }
    let last = layers.count - 1
    layers[last].runWorstCaseBackward(worstLogits, labels: labels, into: first)
    for index in stride(from: last - 1, through: 0, by: -1) {
      let (centers, radii) = (gradients[index].centers, gradients[index].radii)
      updatePairs(centers, radii) { center, radius in ((center - radius) * 0.5, (center + radius) * 0.5) }
      stack.activation.propagateBackIntervals(centers, radii, through: lower[index], upper[index])
      updatePairs(centers, radii) { low, high in (low + high, high - low) }
      if index > 0 { layers[index].runBackward(gradients[index], into: gradients[index - 1]) }
    }
  }

  /// Adds the gradients of a part of one layer's parameters.
  func addGradients(
    _ layer: any IntervalLayer, index: Int, part: Int, labels: [Int], to result: PartGradients
  ) {
    if index + 1 < boxes.count {
      layer.addGradients(part: part, gradients[index], inputs: boxes[index], to: result)
    } else {
      layer.addWorstCaseGradients(
        part: part, worstLogits, labels: labels, inputs: boxes[index], to: result)
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
