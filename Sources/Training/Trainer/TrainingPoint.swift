/// How a network does on samples held out of its training, in floating point; nothing is chosen by any others.
public struct ValidationScore: Equatable, Comparable, Sendable {
  /// Fraction that is classified correctly; of a regression the part of the variance that is explained.
  public var accuracy: Double

  /// Fraction whose class is proved at the training epsilon, by interval bounds or margins; nil for a regression.
  public var verifiedAccuracy: Double?

  /// Fraction that an attack leaves right, measured instead of `verifiedAccuracy` where that is asked for.
  public var attackedAccuracy: Double?

  /// Creates a score.
  public init(accuracy: Double, verifiedAccuracy: Double?, attackedAccuracy: Double? = nil) {
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
    self.attackedAccuracy = attackedAccuracy
  }

  /// The certificate or the attack decides, and accuracy between equal ones.
  public static func < (left: Self, right: Self) -> Bool {
    (left.robustAccuracy, left.accuracy) < (right.robustAccuracy, right.accuracy)
  }

  private var robustAccuracy: Double { attackedAccuracy ?? verifiedAccuracy ?? 0 }
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

  /// The penalty; nil without one.
  public var penalty: PenaltyPoint?

  /// Creates a point.
  public init(
    epoch: Int, loss: Double, accuracy: Double, verifiedAccuracy: Double?, validation: ValidationScore? = nil,
    penalty: PenaltyPoint? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
    self.validation = validation
    self.penalty = penalty
  }
}

/// A penalty in one epoch.
public struct PenaltyPoint: Equatable, Sendable {
  /// λ.
  public var lambda: Float
  /// The largest difference quotient of its last step, a lower estimate and no bound; nil where none is taken.
  public var quotient: Double?

  /// Creates a point.
  public init(lambda: Float, quotient: Double?) {
    self.lambda = lambda
    self.quotient = quotient
  }
}
