internal import Training

/// Training with several seeds, of which the one is kept whose network does best on the samples held out.
enum Restarts {
  /// One of the seeds, as `--json` prints it.
  struct Run: Encodable {
    var seed: UInt64
    var epoch: Int
    var validationAccuracy, validationVerifiedAccuracy: Double?
  }

  /// Trains with `count` seeds, from that of the options on.
  ///
  /// A seed that diverges is left out; Ctrl-C keeps the best until then.
  /// - Precondition: `count` is at least 2.
  /// - Throws: no samples held out, or no seed that comes to an end.
  static func best(
    of count: Int, _ training: ModelTraining, _ options: TrainingOptions, from start: WarmStart?
  ) throws -> (trained: ModelTraining.Outcome, restarts: [Run]) {
    guard options.validationFraction > 0 else {
      throw CommandError.usage(
        "--restarts goes with --validation: the best one is chosen by samples held out")
    }
    var best: ModelTraining.Outcome?
    var runs: [Run] = []
    for index in 0..<count {
      var seeded = options
      seeded.seed &+= UInt64(index)
      let next: ModelTraining.Outcome
      do {
        next = try training.outcome(seeded, start: start)
      } catch let TrainingError.diverged(epoch, cause) {
        Console.message("seed \(seeded.seed): \(TrainingError.diverged(epoch: epoch, cause: cause))")
        continue
      } catch let error as CommandError where error.exitStatus == 130 && best != nil {
        best?.result.ending = .stopped
        break
      }
      guard let score = next.result.validation else { return (next, []) }
      Console.message("seed \(seeded.seed): epoch \(next.result.keptEpoch), validation \(score.text)")
      runs.append(
        Run(
          seed: seeded.seed, epoch: next.result.keptEpoch, validationAccuracy: score.accuracy,
          validationVerifiedAccuracy: score.verifiedAccuracy))
      if best?.result.validation.map({ $0 < score }) ?? true { best = next }
      if next.result.ending == .stopped {
        best?.result.ending = .stopped
        break
      }
    }
    guard let best else { throw CommandError.failedCheck("training diverged with every seed") }
    return (best, runs)
  }
}
