/// How parameters move along their gradients.
public struct OptimizerOptions: Equatable, Sendable {
  /// The rule of a step.
  public enum Kind: Equatable, Sendable {
    /// Adam, see `Adam`.
    case adam
    /// Stochastic gradient descent with this momentum, at least 0 and below 1.
    case descent(momentum: Float)
  }

  /// The rule of a step.
  public var kind = Kind.adam

  /// Whether the rate stays what it is; otherwise it warms up and decays, see `Schedule`.
  public var keepsRate = false

  /// Creates the default options.
  public init() {}

  /// Checks every option.
  ///
  /// - Throws: `TrainingError.invalidOption` with the first one out of bounds.
  func validate() throws(TrainingError) {
    guard case .descent(let momentum) = kind, !(momentum >= 0 && momentum < 1) else { return }
    throw .invalidOption(.momentum, Double(momentum))
  }

  /// The optimizer of a network whose first layer wants Adam with these constants.
  func optimizer(_ constants: Adam.Constants) -> any Optimizer {
    switch kind {
    case .adam: Adam(constants)
    case .descent(let momentum): MomentumDescent(momentum: momentum)
    }
  }
}
