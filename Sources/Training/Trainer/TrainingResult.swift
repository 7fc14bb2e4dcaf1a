/// What a training run leaves.
public struct TrainingResult: Sendable {
  /// What ended a run.
  public enum Ending: Equatable, Sendable {
    /// All epochs are done.
    case finished
    /// The validation score did not get better for as many epochs as there was patience for.
    case patience
    /// The caller asked for it.
    case stopped
    /// The loss or a weight was no longer finite.
    case diverged(TrainingError)
  }

  /// The network as of epoch `keptEpoch`.
  public var network: FloatNetwork
  /// One point for each finished epoch.
  public var curve: [TrainingPoint]
  /// Fewer than asked for when the run was stopped; 0 means that `network` is untrained.
  public var finishedEpochs: Int
  /// The epoch `network` is of: the last finished one, or with patience the one of the best validation score.
  public var keptEpoch: Int
  /// What ended the run.
  public var ending: Ending
  /// The seed it was drawn from.
  public let seed: UInt64

  /// The validation score of `network`; nil when none was measured.
  public var validation: ValidationScore? { keptEpoch > 0 ? curve[keptEpoch - 1].validation : nil }
}

extension TrainingResult {
  /// The result with what ended the run, and bounds that hold exactly.
  func ended(_ ending: Ending) -> TrainingResult {
    var result = self
    result.ending = ending
    result.network.clipSingularValues()
    return result
  }

  /// The last measured verified accuracy.
  var lastVerifiedAccuracy: Double? { curve.last { $0.verifiedAccuracy != nil }?.verifiedAccuracy }
}
