/// Which norm of the weights is bounded, by what, and how weights are brought back to it.
public struct NormOptions: Equatable, Sendable {
  /// The norm of every bounded layer.
  public var norm = WeightNorm.rowSum

  /// λ, the bound of a whole network, nil where layers have bounds of their own.
  ///
  /// Each of L layers is bounded by `λ^(1/L)`.
  public var lipschitz: Float?

  /// How weights are brought back to their bound after every step.
  public var method = ProjectionMethod.euclidean

  /// Creates the default options: bounds on row sums, layer by layer, and the nearest weights.
  public init() {}

  /// The bound of each of a network's layers; nil without λ.
  ///
  /// - Postcondition: the product of the bounds is at most λ, and above it but for rounding.
  func layerBound(layers: Int) -> Float? {
    guard let lipschitz else { return nil }
    var bound = Float(exponential(logarithm(Double(lipschitz)) / Double(layers)))
    while (0..<layers).reduce(1.0, { product, _ in product * Double(bound) }) > Double(lipschitz) {
      bound = bound.nextDown
    }
    return bound
  }

  /// Checks every option.
  ///
  /// - Throws: `TrainingError.invalidOption` with the first one out of bounds.
  func validate(for options: TrainingOptions) throws(TrainingError) {
    if let lipschitz {
      guard lipschitz.isNormal, lipschitz > 0 else { throw .invalidOption(.lipschitz, Double(lipschitz)) }
    }
    guard self != Self() else { return }
    let isWhole = options.lastConstrained || norm == .rowSum && lipschitz == nil
    // Zeros are kept by what only shortens weights; clipped singular values fill them.
    guard !options.kind.hasDistances, isWhole, norm != .spectral || !options.keepsZeros else {
      throw .invalidOption(.norm, 0)
    }
  }
}
