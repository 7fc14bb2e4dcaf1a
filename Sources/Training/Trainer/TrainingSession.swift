/// A training run from epoch to epoch: the order of its samples, its scores, and what it would return.
struct TrainingSession {
  /// What the run has come to so far.
  private(set) var result: TrainingResult

  private let data: TrainingData
  private let options: TrainingOptions
  private let run: TrainingRun
  private let schedule: Schedule
  /// Steps of an epoch.
  private let batches: Int
  private let trained: TrainingMonitor?
  private let heldOut: TrainingMonitor?

  private var generator: SeededGenerator
  /// The samples that are trained on, in the order of the epoch.
  private var order: [Int]
  /// Thousandths of the run that were reported.
  private var reported = 0

  /// Splits the samples and begins a network, random or from `start`.
  init(
    _ data: TrainingData, classCount: Int, options: TrainingOptions, start: FloatNetwork?
  ) throws(TrainingError) {
    self.data = data
    self.options = options
    let split = ValidationSplit(data.labels.count, options)
    guard !split.training.isEmpty else { throw .noData }
    order = split.training
    batches = (order.count + options.batchSize - 1) / options.batchSize
    schedule = Schedule(options, steps: batches * options.epochs)
    generator = SeededGenerator(seed: options.seed)
    var initial = FloatNetwork.random(
      inputCount: data.columns, classCount: classCount, options: options, using: &generator)
    if let start { try initial.take(start, options.augmentation) }
    run = TrainingRun(
      initial, data, objective: options.objective, batchSize: options.batchSize,
      keepsZeros: options.keepsZeros, projection: options.norm.method, optimizer: options.optimizer,
      penalty: options.penalty.map { ($0, split.validation, options.seed) })
    trained = data.monitor(split.training, epsilon: options.epsilon, boxLimit: 1_000)
    heldOut = data.monitor(
      split.validation, epsilon: options.epsilon, boxLimit: options.attackRadius == nil ? 10_000 : 1_000)
    result = TrainingResult(
      network: initial, curve: [], finishedEpochs: 0, keptEpoch: 0, ending: .finished, seed: options.seed)
    result.network = network
  }

  /// The steps of the whole run.
  private var steps: Int { batches * options.epochs }

  /// The network as it is, on whole images.
  private var network: FloatNetwork {
    options.augmentation?.restored(run.network, range: data.range) ?? run.network
  }

  /// Whether as many epochs as there is patience for brought no better validation score.
  var isOutOfPatience: Bool {
    options.patience.map { result.finishedEpochs - result.keptEpoch >= $0 } ?? false
  }

  // MARK: Checkpoints

  /// The run between two epochs.
  var checkpoint: TrainingCheckpoint {
    TrainingCheckpoint(
      epoch: result.finishedEpochs, state: run.state, curve: result.curve, keptEpoch: result.keptEpoch,
      kept: result.network.parameters)
  }

  /// Goes on from a checkpoint.
  mutating func restore(_ checkpoint: TrainingCheckpoint) throws(TrainingError) {
    let done = checkpoint.epoch * batches
    guard let kept = result.network.with(checkpoint.kept), run.restore(checkpoint.state, steps: done),
      checkpoint.curve.count == checkpoint.epoch, (1...checkpoint.epoch).contains(checkpoint.keptEpoch),
      checkpoint.epoch <= options.epochs
    else { throw .checkpointMismatch }
    for _ in 0..<checkpoint.epoch { generator.shuffle(&order) }
    result = TrainingResult(
      network: kept, curve: checkpoint.curve, finishedEpochs: checkpoint.epoch,
      keptEpoch: checkpoint.keptEpoch, ending: .finished, seed: options.seed)
    reported = done * 1000 / steps
  }

  // MARK: Epochs

  /// Runs the next epoch and measures its network.
  ///
  /// - Returns: what ended the run in it; nil when the epoch was finished.
  /// - Throws: a divergence in the first epoch.
  mutating func runEpoch(
    progress: (TrainingProgress) -> Void, shouldStop: () -> Bool
  ) throws(TrainingError) -> TrainingResult.Ending? {
    let epoch = result.finishedEpochs + 1
    let count = order.count
    generator.shuffle(&order)
    var lossSum = 0.0
    let lambda = options.penalty?.lambda.lambda(after: result.curve.map(\.accuracy)) ?? 0
    for batch in 0..<batches {
      if shouldStop() { return .stopped }
      let step = (epoch - 1) * batches + batch
      // Batches differ by at most one sample, so that no small one at the end has more say than the others.
      let samples = order[count * batch / batches..<count * (batch + 1) / batches]
      var settings = schedule.settings(atStep: step)
      settings.lambda = lambda
      let loss = run.step(batch: samples, atStep: step, settings)
      guard loss.isFinite else { return try divergence(in: epoch) }
      lossSum += loss * Double(samples.count)
      if (step + 1) * 1000 / steps > reported, batch + 1 < batches {
        reported = (step + 1) * 1000 / steps
        progress(report(epoch, Double(step + 1) / Double(steps), lossSum / Double(samples.endIndex)))
      }
    }
    let network = network
    guard network.parameters.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      return try divergence(in: epoch)
    }
    var point = score(network, epoch: epoch, loss: lossSum / Double(count))
    if options.penalty != nil { point.penalty = PenaltyPoint(lambda: lambda, quotient: run.quotient) }
    finish(point, network)
    progress(report(epoch, Double(epoch) / Double(options.epochs), point.loss))
    return nil
  }

  /// Measures the network of an epoch.
  private func score(_ network: FloatNetwork, epoch: Int, loss: Double) -> TrainingPoint {
    let verifies = epoch == options.epochs || epoch % max(1, options.epochs / 20) == 0
    return TrainingPoint(
      epoch: epoch, loss: loss, accuracy: trained?.accuracy(of: network) ?? 0,
      verifiedAccuracy: verifies ? trained?.verifiedAccuracy(of: network) : nil,
      validation: heldOut.map { $0.score(of: network, attackRadius: options.attackRadius) })
  }

  /// Takes an epoch into the result, and its network when it is the best one or there is no patience.
  private mutating func finish(_ point: TrainingPoint, _ network: FloatNetwork) {
    let isBest = options.patience == nil || result.validation.map { $0 < point.validation ?? $0 } ?? true
    result.curve.append(point)
    result.finishedEpochs = point.epoch
    guard isBest else { return }
    result.network = network
    result.keptEpoch = point.epoch
  }

  private func report(_ epoch: Int, _ fraction: Double, _ loss: Double) -> TrainingProgress {
    TrainingProgress(
      epoch: epoch, epochs: options.epochs, fraction: fraction, loss: loss,
      accuracy: result.curve.last?.accuracy, verifiedAccuracy: result.lastVerifiedAccuracy,
      validation: result.curve.last?.validation, penalty: result.curve.last?.penalty)
  }

  /// How a run ends that diverged; in its first epoch it throws.
  private func divergence(in epoch: Int) throws(TrainingError) -> TrainingResult.Ending {
    let error = TrainingError.diverged(epoch: epoch, cause: options.likelyDivergenceCause)
    if result.finishedEpochs == 0 { throw error }
    return .diverged(error)
  }
}

extension TrainingOptions {
  /// What most likely makes a loss infinite.
  fileprivate var likelyDivergenceCause: TrainingError.DivergenceCause {
    switch loss {
    case .crossEntropy(let temperature) where temperature < 1e-4: .temperature(temperature)
    case .worstCase(let temperature, _) where temperature < 1e-4: .temperature(temperature)
    default: .rate(rate)
    }
  }
}
