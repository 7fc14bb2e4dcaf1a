/// What is added to the mean loss: λ times a number that shall be small.
public struct PenaltyOptions: Equatable, Sendable {
  /// The number.
  public enum Kind: Equatable, Sendable {
    /// The squared difference quotients of a network between pairs of inputs, see `PairSet`.
    case quotient(ClipOptions)
    /// The squared Frobenius norms of all layers' weights, summed.
    case weights
  }

  /// The number.
  public var kind: Kind
  /// λ.
  public var lambda: LambdaRule

  /// Creates options.
  public init(_ kind: Kind, lambda: LambdaRule) {
    self.kind = kind
    self.lambda = lambda
  }

  /// Whether it is taken between pairs of inputs.
  var takesPairs: Bool {
    if case .quotient = kind { true } else { false }
  }

  /// Checks every option.
  ///
  /// - Throws: `TrainingError.invalidOption` with the first one out of bounds.
  func validate() throws(TrainingError) {
    try lambda.validate()
    if case .quotient(let options) = kind { try options.validate() }
  }
}

/// λ from epoch to epoch: after a warm-up without it, it stays what it is, or follows the accuracy of the training samples
/// by the discrepancy principle.
public struct LambdaRule: Equatable, Sendable {
  /// λ after the warm-up, at least 0.
  public var first: Float = 0
  /// The training accuracy to keep, 0 to 1; nil where λ stays what it is.
  public var target: Double?
  /// By how much λ grows after an epoch whose accuracy is above the target, and falls after another one, never below 0.
  public var step: Float = 0.1
  /// Epochs with λ = 0 at the beginning.
  public var warmUp = 0

  /// Creates a rule.
  public init(first: Float = 0, target: Double? = nil, step: Float = 0.1, warmUp: Int = 0) {
    self.first = first
    self.target = target
    self.step = step
    self.warmUp = warmUp
  }

  /// λ of the epoch that follows epochs with these accuracies.
  package func lambda(after accuracies: [Double]) -> Float {
    guard accuracies.count >= warmUp else { return 0 }
    guard let target else { return first }
    return accuracies.dropFirst(max(warmUp - 1, 0)).reduce(first) { lambda, accuracy in
      accuracy > target ? lambda + step : max(lambda - step, 0)
    }
  }

  /// See `PenaltyOptions.validate`.
  fileprivate func validate() throws(TrainingError) {
    func require(_ value: Double, _ isValid: Bool) throws(TrainingError) {
      if !isValid { throw .invalidOption(.lambda, value) }
    }
    try require(Double(first), first >= 0 && first.isFinite)
    try require(Double(step), step > 0 && step.isFinite)
    try require(Double(warmUp), warmUp >= 0)
    if let target { try require(target, target >= 0 && target <= 1) }
  }
}

/// Which pairs of inputs the difference quotients are taken of.
public struct ClipOptions: Equatable, Sendable {
  /// Pairs that take part in each step.
  public var pairs = 32
  /// After how many steps they are drawn anew.
  public var renewal = 50
  /// The standard deviation, in mapped units, of what tells the second of a new pair from the first.
  public var noise: Float = 0.1
  /// Whether the worst pair counts alone; otherwise the mean of all.
  public var worstOnly = false

  /// Creates the default options.
  public init() {}

  /// See `PenaltyOptions.validate`.
  fileprivate func validate() throws(TrainingError) {
    func require(_ option: TrainingError.Option, _ value: Double, _ isValid: Bool) throws(TrainingError) {
      if !isValid { throw .invalidOption(option, value) }
    }
    try require(.pairs, Double(pairs), (1...65536).contains(pairs))
    try require(.renewal, Double(renewal), (1...1_000_000).contains(renewal))
    try require(.noise, Double(noise), noise > 0 && noise <= 1)
  }
}
