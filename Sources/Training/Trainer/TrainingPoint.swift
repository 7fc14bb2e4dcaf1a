/// How a network does on samples held out of its training, in floating point; nothing is chosen by any others.
public struct ValidationScore: Equatable, Comparable, Sendable {
  /// Fraction that is classified correctly; of a regression the part of the variance that is explained.
  public var accuracy: Double

  /// Fraction whose class is proved at the training epsilon, by interval bounds or margins; nil for a regression.
  public var verifiedAccuracy: Double?

  /// Creates a score.
  public init(accuracy: Double, verifiedAccuracy: Double?) {
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
  }

  /// The certificate decides, and accuracy between equal ones.
  public static func < (left: Self, right: Self) -> Bool {
    (left.verifiedAccuracy ?? 0, left.accuracy) < (right.verifiedAccuracy ?? 0, right.accuracy)
  }
}

/// One point of a training curve.
public struct TrainingPoint: Equatable, Sendable {
  /// The epoch, from 1.
  public var epoch: Int

  /// The mean loss of the epoch's samples, each before the step it took part in.
  public var loss: Double

  /// Fraction of the training samples, or of a fixed choice among them, that the float network classifies
  /// correctly; of a regression the part of the targets' variance that it explains.
  public var accuracy: Double

  /// Fraction of a fixed choice of training samples whose class interval bounds prove at the training epsilon;
  /// nil in epochs where it was not measured.
  ///
  /// Computed in floating point, and so only indicative.
  public var verifiedAccuracy: Double?

  /// How the network does on the samples held out; nil without any.
  public var validation: ValidationScore?

  /// Creates a point.
  public init(
    epoch: Int, loss: Double, accuracy: Double, verifiedAccuracy: Double?, validation: ValidationScore? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
    self.validation = validation
  }
}
