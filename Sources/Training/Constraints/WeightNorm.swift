/// In which norm the weights of a layer, outputs × inputs, are bounded: the one that the ℓp norms of inputs and outputs
/// induce.
public enum WeightNorm: String, CaseIterable, Sendable {
  /// p = ∞: the largest `Σ|w|` of a row.
  case rowSum = "inf"
  /// p = 1: the largest `Σ|w|` of a column.
  case columnSum = "1"
  /// p = 2: the largest singular value.
  case spectral = "2"
}

/// A bound on one of the norms of a layer's weights: outputs move no farther than `bound` times as far as inputs.
public struct NormBound: Equatable, Sendable {
  /// Which norm.
  public var norm: WeightNorm
  /// Positive and finite.
  public var bound: Float

  /// Creates a bound.
  public init(_ norm: WeightNorm, _ bound: Float) {
    precondition(bound > 0 && bound.isFinite)
    self.norm = norm
    self.bound = bound
  }
}

/// How weights are brought back to their bound after a step.
public enum ProjectionMethod: String, CaseIterable, Sendable {
  /// To the nearest matrix that keeps to it: rows or columns onto the ℓ1 ball, singular values clipped.
  case euclidean
  /// `W / max(1, ‖W‖ / bound)`, the whole matrix.
  case rescale
}
