/// How far a training run is.
public struct TrainingProgress: Equatable, Sendable {
  /// The current epoch, from 1.
  public var epoch: Int
  /// The epochs of the whole run.
  public var epochs: Int
  /// The part of the run that is done, from 0 to 1.
  public var fraction: Double
  /// The mean loss of the current epoch so far.
  public var loss: Double
  /// The last measured training accuracy; nil in the first epoch.
  public var accuracy: Double?
  /// The last measured verified accuracy; nil before the first measurement.
  public var verifiedAccuracy: Double?
  /// The last measured score of the samples held out; nil in the first epoch, and without any.
  public var validation: ValidationScore?
  /// The penalty of the last epoch; nil in the first one, and without any.
  public var penalty: PenaltyPoint?
}
