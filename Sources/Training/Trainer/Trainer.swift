/// Trains networks.
public enum Trainer {
  /// Trains a network on labeled samples.
  ///
  /// The result depends on the arguments only, to the last bit: not on the machine, the number of its cores or
  /// their timing.
  ///
  /// - Parameters:
  ///   - inputs: mapped inputs, sample after sample, each within `range`.
  ///   - labels: a class of each sample, in `0 ..< classCount`; of a regression anything, one for each sample.
  ///   - classCount: the network's outputs, at least 2; of a regression at least 1.
  ///   - targets: the outputs wanted of a regression in mapped units, sample after sample; empty for classes.
  ///   - range: the range of mapped inputs, to which the boxes of the worst-case loss are cut.
  ///   - options: see there.
  ///   - progress: called on the calling thread, at most a thousand times and once more an epoch.
  ///   - shouldStop: asked before every batch; true ends the run.
  ///   - start: a network to start from instead of random weights, with layers of the kinds and sizes of the options;
  ///   the
  ///     rows of dense ones are projected onto their bounds.
  ///   - checkpoint: where the same run stopped once, to go on from there.
  ///   - save: called with a checkpoint after every epoch.
  /// - Returns: the network as of the last finished epoch, or with patience of the best one, and the curve. A run that
  ///   diverges after its first epoch returns the last good network.
  /// - Throws: `TrainingError` for bad options or data, before anything is computed, or when the run diverges in its
  ///   first epoch.
  /// - Complexity: O(epochs · samples · weights), shared by two cores.
  public static func train(
    inputs: [Float], labels: [Int], classCount: Int, targets: [Float] = [], range: ClosedRange<Float>,
    options: TrainingOptions, start: FloatNetwork? = nil, from checkpoint: TrainingCheckpoint? = nil,
    save: ((TrainingCheckpoint) -> Void)? = nil, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws(TrainingError) -> TrainingResult {
    try options.validate()
    let data = TrainingData(
      inputs: inputs, labels: labels, targets: targets, range: range, augmentation: options.augmentation,
      seed: options.seed)
    try data.validate(classCount: classCount, for: options)
    var session = try TrainingSession(data, classCount: classCount, options: options, start: start)
    if let checkpoint { try session.restore(checkpoint) }
    while session.result.finishedEpochs < options.epochs {
      if session.isOutOfPatience { return session.result.ended(.patience) }
      if let ending = try session.runEpoch(progress: progress, shouldStop: shouldStop) {
        return session.result.ended(ending)
      }
      save?(session.checkpoint)
    }
    return session.result.ended(.finished)
  }
}
