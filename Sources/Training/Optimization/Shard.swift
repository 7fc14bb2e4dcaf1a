private import Synchronization

/// One part of every batch: its samples, buffers and gradients.
///
/// A batch is always cut into the same parts, whichever threads work on them and in whatever order, and the
/// parts' gradients are added in the order of the parts; so threads change the time, never a bit of the result.
final class Shard: Sendable {
  /// The samples of all shards, shared.
  struct Samples: Sendable {
    var inputs: [Float]
    /// The class of each sample; for a regression its index, by which the loss finds its targets.
    var labels: [Int]
    /// The outputs wanted of a regression, sample after sample; empty for a classifier.
    var targets: [Float]
    var featureCount: Int
    var range: ClosedRange<Float>
  }

  /// The gradients' sums and the loss's sum of the last batch.
  struct Result: Sendable {
    var gradients: ParameterGradients
    var loss = 0.0
  }

  private struct State: Sendable {
    var points: PointPass?
    var intervals: IntervalPass?
    var result: Result
  }

  private let state: Mutex<State>

  /// Makes the buffers for parts of up to `capacity` samples.
  init(for network: FloatNetwork, loss: TrainingLoss, capacity: Int) {
    state = Mutex(
      State(
        points: loss.pointTerm(targets: []) == nil ? nil : PointPass(for: network, capacity: capacity),
        intervals: loss.intervalTerm == nil ? nil : IntervalPass(for: network, capacity: capacity),
        result: Result(gradients: ParameterGradients(for: network))))
  }

  /// Computes loss and gradients of some samples.
  func run(
    _ network: PreparedNetwork, loss: TrainingLoss, samples: Samples, indices: ArraySlice<Int>, epsilon: Float
  ) {
    state.withLock { state in
      state.result.gradients.reset()
      state.result.loss = 0
      guard !indices.isEmpty else { return }
      let labels = indices.map { samples.labels[$0] }
      if let term = loss.pointTerm(targets: samples.targets) {
        state.points?.inputs[0].gather(samples, indices)
        state.points?.runForward(network)
        state.result.loss +=
          state.points?.runBackward(
            network, loss: term.loss, labels: labels, weight: term.weight, into: &state.result.gradients) ?? 0
      }
      if let term = loss.intervalTerm {
        state.intervals?.centers[0].gather(samples, indices)
        state.intervals?.spread(by: epsilon, within: samples.range)
        state.intervals?.runForward(network, labels: labels)
        state.result.loss +=
          state.intervals?.runBackward(
            network, loss: term.loss, labels: labels, weight: term.weight, into: &state.result.gradients) ?? 0
      }
    }
  }

  /// Reads the result of the last batch.
  func withResult<Value>(_ body: (Result) -> sending Value) -> sending Value {
    state.withLock { body($0.result) }
  }
}

extension Matrix {
  /// Becomes the inputs of some samples, one a row.
  mutating func gather(_ samples: Shard.Samples, _ indices: ArraySlice<Int>) {
    precondition(columns == samples.featureCount && indices.count * columns <= elements.count)
    rows = indices.count
    for (row, sample) in indices.enumerated() {
      for column in 0..<columns {
        elements[row * columns + column] = samples.inputs[sample * columns + column]
      }
    }
  }
}
