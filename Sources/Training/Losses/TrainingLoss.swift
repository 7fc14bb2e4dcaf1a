/// What training minimizes.
public enum TrainingLoss: Equatable, Sendable {
  /// Cross-entropy of the logits over a temperature: accuracy, no robustness of its own.
  case crossEntropy(temperature: Float)

  /// Multi-class hinge: asks that the label's logit lead by `margin`, which the global certificate turns into a
  /// radius. Meant for networks whose rows are all constrained.
  case hinge(margin: Float)

  /// Cross-entropy of the worst-case logits over the box of radius epsilon around each sample, over a
  /// temperature; `cleanWeight`, in 0 ..< 1, is the share of plain cross-entropy mixed in.
  case worstCase(temperature: Float, cleanWeight: Float)

  /// Mean squared error of a regression's outputs, in mapped units.
  case squaredError

  /// Mean absolute error of a regression's outputs, in mapped units; outliers pull less.
  case absoluteError

  /// Whether the outputs are numbers, not the logits of classes.
  public var isRegression: Bool { self == .squaredError || self == .absoluteError }
}
