/// A training run between two epochs, from which it goes on to the same bits.
///
/// What is random is drawn again from the seed, so that no generator and no order of samples is kept.
public struct TrainingCheckpoint: Equatable, Sendable {
  /// Finished epochs, at least 1.
  public var epoch: Int
  /// Parameters and moments of the run, in an order of its own.
  public var state: [[Float]]
  /// One point for each finished epoch.
  public var curve: [TrainingPoint]
  /// The epoch whose network the run would return.
  public var keptEpoch: Int
  /// The parameters of that network: weights and biases of each layer, and the weights of each residual term.
  public var kept: [[Float]]

  /// Creates a checkpoint.
  public init(epoch: Int, state: [[Float]], curve: [TrainingPoint], keptEpoch: Int, kept: [[Float]]) {
    self.epoch = epoch
    self.state = state
    self.curve = curve
    self.keptEpoch = keptEpoch
    self.kept = kept
  }
}

extension TrainingRun {
  /// All that the steps to come depend on besides the options and the number of steps.
  package var state: [[Float]] {
    var state: [[Float]] = []
    visitState { state.append($0) }
    return state
  }

  /// Goes back to a state after that many steps.
  ///
  /// - Returns: false when it is the state of another run; the run is then of no more use.
  func restore(_ state: [[Float]], steps: Int) -> Bool {
    var rest = state[...]
    var fits = true
    visitState { array in
      guard let next = rest.popFirst(), next.count == array.count else { return fits = false }
      array = next
    }
    restoreStepCount(steps)
    return fits && rest.isEmpty
  }
}

extension FloatNetwork {
  /// Weights and biases of each layer, and the weights of each residual term.
  var parameters: [[Float]] { layers.flatMap { [$0.weights, $0.biases] } + residuals.map(\.weights) }

  /// The network with other parameters; nil when they are not as many.
  func with(_ parameters: [[Float]]) -> FloatNetwork? {
    guard self.parameters.map(\.count) == parameters.map(\.count) else { return nil }
    var result = self
    for index in layers.indices {
      result.layers[index].weights = parameters[2 * index]
      result.layers[index].biases = parameters[2 * index + 1]
    }
    for index in residuals.indices {
      result.residuals[index].weights = parameters[2 * layers.count + index]
    }
    return result
  }
}
