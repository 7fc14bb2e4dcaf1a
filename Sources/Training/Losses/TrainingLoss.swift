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

  /// The loss of the outputs at the samples themselves, and its share.
  ///
  /// - Parameter targets: the outputs wanted of a regression, sample after sample.
  func pointTerm(targets: [Float]) -> (loss: any LogitLoss, weight: Float)? {
    switch self {
    case .squaredError: (ErrorLoss(isSquared: true, targets: targets), 1)
    case .absoluteError: (ErrorLoss(isSquared: false, targets: targets), 1)
    case .crossEntropy(let temperature): (CrossEntropyLoss(temperature: temperature), 1)
    case .hinge(let margin): (HingeLoss(margin: margin), 1)
    case .worstCase(let temperature, let cleanWeight):
      cleanWeight > 0 ? (CrossEntropyLoss(temperature: temperature), cleanWeight) : nil
    }
  }

  /// The loss of the worst-case logits over the boxes around the samples, and its share.
  var intervalTerm: (loss: any LogitLoss, weight: Float)? {
    switch self {
    case .crossEntropy, .hinge, .squaredError, .absoluteError: nil
    case .worstCase(let temperature, let cleanWeight):
      (CrossEntropyLoss(temperature: temperature), 1 - cleanWeight)
    }
  }
}
