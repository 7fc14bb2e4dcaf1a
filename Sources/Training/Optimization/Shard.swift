/// One part of every batch: its samples and buffers.
///
/// Sendable unchecked, since each is passed forward and back by one task, and only read by others afterwards.
final class Shard: @unchecked Sendable {
  /// What is minimized in a step.
  struct Terms {
    let points: Objective.Term?
    let intervals: Objective.Term?

    init(_ objective: Objective, _ data: TrainingData, _ settings: StepSettings, scale: Float) {
      points = objective.pointTerm(
        labels: data.labels, targets: data.targets, settings, scale: scale)
      intervals = objective.intervalTerm(labels: data.labels)
    }
  }

  /// The samples' own pass; nil when the loss does not need it.
  let points: PointPass?

  /// The pass of the boxes around the samples; nil when the loss does not need it.
  let intervals: IntervalPass?

  /// The labels of the samples.
  private(set) var labels: [Int] = []

  /// The loss of each sample.
  private(set) var losses: [Double] = []

  /// The derivative of the losses with respect to the scale of the logits, where one is learned.
  private(set) var scaleGradient: Float = 0

  /// Makes the buffers for parts of up to `capacity` samples.
  init(for stack: LayerStack, _ terms: Terms, capacity: Int) {
    points = terms.points.map { _ in PointPass(for: stack, capacity: capacity, gradients: true) }
    intervals = terms.intervals.map { _ in IntervalPass(for: stack, capacity: capacity, gradients: true) }
  }

  /// Computes the losses of some samples and the gradients of all outputs on their way.
  func run(
    _ stack: LayerStack, _ terms: Terms, _ data: TrainingData, indices: ArraySlice<Int>, step: Int,
    epsilon: Float
  ) {
    labels.removeAll(keepingCapacity: true)
    losses.removeAll(keepingCapacity: true)
    scaleGradient = 0
    for index in indices {
      labels.append(data.labels[index])
      losses.append(0)
    }
    if let points, let term = terms.points {
      points.inputs[0].gather(data, indices, step: step)
      points.runForward(stack)
      term.loss.replaceByGradients(
        points.gradients[stack.layers.count - 1], ofSamples: indices, weight: term.weight, losses: &losses,
        scaleGradient: &scaleGradient)
      points.runBackward(stack)
    }
    if let intervals, let term = terms.intervals {
      intervals.boxes[0].centers.gather(data, indices, step: step)
      intervals.spread(by: epsilon, within: data.range)
      intervals.runForward(stack, labels: labels)
      term.loss.replaceByGradients(
        intervals.worstLogits, ofSamples: indices, weight: term.weight, losses: &losses,
        scaleGradient: &scaleGradient)
      intervals.runBackward(stack, labels: labels)
    }
  }

  /// Fits the layers to some samples, before the first step.
  func settle(_ stack: LayerStack, _ data: TrainingData, indices: ArraySlice<Int>) {
    guard let points else { return }
    points.inputs[0].gather(data, indices, step: 0)
    points.settle(stack)
  }
}

extension Matrix {
  /// Becomes the inputs of some samples, one a row.
  fileprivate func gather(_ data: TrainingData, _ indices: ArraySlice<Int>, step: Int) {
    precondition(data.columns == columns)
    rows = indices.count
    unsafe data.copy(indices, step: step) { unsafe self.row($0) }
  }
}
