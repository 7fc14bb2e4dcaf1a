/// One part of every batch: its samples and buffers, the work of one thread.
final class Shard: @unchecked Sendable {
  /// The samples of all shards, shared.
  struct Samples {
    var source: SampleSource
    /// The class of each sample; for a regression its index, by which the loss finds its targets.
    var labels: [Int]
    /// The outputs wanted of a regression, sample after sample; empty for a classifier.
    var targets: [Float]
    var range: ClosedRange<Float>
  }

  /// The samples' own pass; nil when the loss does not need it.
  let points: PointPass?

  /// The pass of the boxes around the samples; nil when the loss does not need it.
  let intervals: IntervalPass?

  /// The labels of the samples.
  private(set) var labels: [Int] = []

  /// The loss of each sample.
  private(set) var losses: [Double] = []

  /// Makes the buffers for parts of up to `capacity` samples.
  init(for network: FloatNetwork, loss: TrainingLoss, capacity: Int) {
    points =
      loss.pointTerm(targets: []) == nil ? nil : PointPass(for: network, capacity: capacity, gradients: true)
    intervals =
      loss.intervalTerm == nil ? nil : IntervalPass(for: network, capacity: capacity, gradients: true)
  }

  /// Computes the losses of some samples and the gradients of all sums on their way.
  func run(
    _ network: PreparedNetwork, loss: TrainingLoss, samples: Samples, indices: ArraySlice<Int>, step: Int,
    epsilon: Float
  ) {
    labels.removeAll(keepingCapacity: true)
    losses.removeAll(keepingCapacity: true)
    for index in indices {
      labels.append(samples.labels[index])
      losses.append(0)
    }
    if let points, let term = loss.pointTerm(targets: samples.targets) {
      points.inputs[0].gather(samples.source, indices, step: step)
      points.runForward(network)
      points.runBackward(network, loss: term.loss, labels: labels, weight: term.weight, losses: &losses)
    }
    if let intervals, let term = loss.intervalTerm {
      intervals.centers[0].gather(samples.source, indices, step: step)
      intervals.spread(by: epsilon, within: samples.range)
      intervals.runForward(network, labels: labels)
      intervals.runBackward(network, loss: term.loss, labels: labels, weight: term.weight, losses: &losses)
    }
  }
}

extension Matrix {
  /// Becomes the inputs of some samples, one a row.
  fileprivate func gather(_ source: SampleSource, _ indices: ArraySlice<Int>, step: Int) {
    precondition(source.columns == columns)
    rows = indices.count
    unsafe source.copy(indices, step: step) { unsafe self.row($0) }
  }
}
