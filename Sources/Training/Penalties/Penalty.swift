/// What a run adds to its mean loss, times λ.
protocol Penalty: AnyObject, Sendable {
  /// Prepares the gradients of a step, times `weight`, on the parameters before it.
  func begin(_ stack: LayerStack, step: Int, weight: Float, _ threads: Threads)

  /// Adds the gradients of a part of one layer's parameters.
  func addGradients(_ stack: LayerStack, layer: Int, part: Int, to result: PartGradients)

  /// The largest difference quotient of the last step; nil where none is taken.
  var quotient: Double? { get }

  /// Shows all arrays that change from step to step to a body that may change their elements, but not their counts.
  func visitState(_ body: (inout [Float]) -> Void)
}

extension PenaltyOptions {
  /// The penalty of a run.
  ///
  /// - Parameters:
  ///   - samples: what pairs are made of; where there are none they are random points of the range.
  ///   - shardCount: the parts into which pairs are cut.
  func penalty(
    _ stack: LayerStack, _ data: TrainingData, among samples: [Int], shardCount: Int, seed: UInt64
  ) -> any Penalty {
    switch kind {
    case .weights: WeightPenalty()
    case .quotient(let options):
      PairSet(stack, data, among: samples, options, shardCount: shardCount, seed: seed)
    }
  }
}

/// `Σ_l ‖W_l‖_F²`: the weights of all layers, not their biases.
///
/// Sendable unchecked, since its weight changes only between the tasks of a step.
final class WeightPenalty: Penalty, @unchecked Sendable {
  private var weight: Float = 0

  func begin(_ stack: LayerStack, step: Int, weight: Float, _ threads: Threads) { self.weight = weight }
  var quotient: Double? { nil }
  func visitState(_ body: (inout [Float]) -> Void) {}

  func addGradients(_ stack: LayerStack, layer: Int, part: Int, to result: PartGradients) {
    let weights = unsafe stack.layers[layer].weights.part(part)
    for index in weights.indices { unsafe result.lanes[index] += 2 * weight * weights[index] }
  }
}
