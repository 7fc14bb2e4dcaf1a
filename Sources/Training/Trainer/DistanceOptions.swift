/// How layers of distances are trained: by `(Σ|x_c - w_c|^p)^(1/p)` with p growing until only the maximum is left.
public struct DistanceOptions: Equatable, Sendable {
  /// p at first, at least 2.
  public var firstExponent: Float = 3
  /// p before it becomes infinite.
  public var lastExponent: Float = 1000
  /// The part of all steps after which p grows, exponentially.
  public var growthStart: Float = 0.03
  /// The part of all steps after which p is infinite.
  public var growthEnd: Float = 0.94
  /// The share of cross-entropy in the loss at first, see `MarginLoss`.
  public var firstCrossEntropyWeight: Float = 1
  /// The share in the end, which it reaches exponentially.
  public var lastCrossEntropyWeight: Float = 0.003

  /// Creates the default options.
  public init() {}

  /// Checks every option.
  ///
  /// - Throws: `TrainingError.invalidOption` with the first one out of bounds.
  func validate() throws(TrainingError) {
    func require(_ option: TrainingError.Option, _ value: Float, _ isValid: Bool) throws(TrainingError) {
      if !isValid { throw .invalidOption(option, Double(value)) }
    }
    try require(.exponents, firstExponent, firstExponent >= 2 && firstExponent <= lastExponent)
    try require(.exponents, lastExponent, lastExponent <= 1_000_000)
    let isGrowing = growthStart >= 0 && growthStart < growthEnd && growthEnd <= 1
    try require(.growth, growthEnd, isGrowing)
    for weight in [firstCrossEntropyWeight, lastCrossEntropyWeight] {
      try require(.crossEntropyWeight, weight, weight > 0 && weight.isFinite)
    }
  }
}
