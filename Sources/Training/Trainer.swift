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

  /// Creates a report.
  public init(
    epoch: Int, epochs: Int, fraction: Double, loss: Double, accuracy: Double?, verifiedAccuracy: Double?,
    validation: ValidationScore? = nil
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.fraction = fraction
    self.loss = loss
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
    self.validation = validation
  }
}

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

  /// The validation score of `network`; nil when none was measured.
  public var validation: ValidationScore? { keptEpoch > 0 ? curve[keptEpoch - 1].validation : nil }
}

/// A training run between two steps.
protocol TrainingProcess {
  /// The network as of the last step.
  var network: FloatNetwork { get }

  /// Takes one step of the optimizer and returns the mean loss of the batch before it.
  mutating func step(batch: ArraySlice<Int>, atStep step: Int) -> Double

  /// Shows all that changes from step to step, but for their count, to a body that may change it.
  mutating func visitState(_ body: (inout [Float]) -> Void)

  /// Makes the next step the one after that many.
  mutating func restoreStepCount(_ count: Int)
}

/// The training of a dense network by its schedule.
private final class DenseProcess: TrainingProcess {
  private var run: TrainingRun
  private let schedule: Schedule

  init(run: consuming TrainingRun, schedule: Schedule) {
    self.run = run
    self.schedule = schedule
  }

  var network: FloatNetwork { run.network }

  func step(batch: ArraySlice<Int>, atStep step: Int) -> Double {
    run.step(
      batch: batch, atStep: step, epsilon: schedule.epsilon(atStep: step), rate: schedule.rate(atStep: step))
  }

  func visitState(_ body: (inout [Float]) -> Void) { run.visitState(body) }

  func restoreStepCount(_ count: Int) { run.restoreStepCount(count) }
}

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
  ///   - start: a network to start from instead of random weights, with layers of the kinds and sizes of the options; the
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
    try validate(
      inputs: inputs, labels: labels, classCount: classCount, targets: targets, range: range, options: options
    )

    let split = ValidationSplit(labels.count, options)
    guard !split.training.isEmpty else { throw .noData }
    // Batches differ by at most one sample, so that no small one at the end has more say than the others.
    let count = split.training.count
    let batches = (count + options.batchSize - 1) / options.batchSize
    let steps = batches * options.epochs
    var generator = SeededGenerator(seed: options.seed)
    let samples = SampleSource(
      inputs: inputs, labels: labels, augmentation: options.augmentation, seed: options.seed)
    var initial = FloatNetwork.random(
      inputCount: samples.columns, classCount: classCount, options: options, using: &generator)
    if let start { try initial.take(start, options.augmentation) }
    var run: any TrainingProcess =
      options.kind == .dense
      ? DenseProcess(
        run: TrainingRun(
          initial, source: samples, targets: targets, range: range, loss: options.loss,
          batchSize: options.batchSize, keepsZeros: options.keepsZeros),
        schedule: Schedule(options, steps: steps))
      : DistanceRun(initial, samples: samples, options: options, steps: steps)
    func network() -> FloatNetwork { run.network.readingAll(of: options.augmentation, range: range) }
    func monitor(_ samples: [Int], boxLimit: Int) -> TrainingMonitor? {
      samples.isEmpty
        ? nil
        : TrainingMonitor(
          inputs: inputs, labels: labels, targets: targets, among: samples, range: range,
          epsilon: options.epsilon, boxLimit: boxLimit)
    }
    let trained = monitor(split.training, boxLimit: 1_000)
    let heldOut = monitor(split.validation, boxLimit: 10_000)
    var result = TrainingResult(
      network: network(), curve: [], finishedEpochs: 0, keptEpoch: 0, ending: .finished)

    var order = split.training
    var reported = 0
    if let checkpoint {
      let steps = checkpoint.epoch * batches
      guard let kept = result.network.with(checkpoint.kept), run.restore(checkpoint.state, steps: steps),
        checkpoint.curve.count == checkpoint.epoch, (1...checkpoint.epoch).contains(checkpoint.keptEpoch),
        checkpoint.epoch <= options.epochs
      else { throw .checkpointMismatch }
      for _ in 0..<checkpoint.epoch { generator.shuffle(&order) }
      result = TrainingResult(
        network: kept, curve: checkpoint.curve, finishedEpochs: checkpoint.epoch,
        keptEpoch: checkpoint.keptEpoch, ending: .finished)
      reported = steps * 1000 / (batches * options.epochs)
    }
    while result.finishedEpochs < options.epochs {
      if let patience = options.patience, result.finishedEpochs - result.keptEpoch >= patience {
        return result.ended(.patience)
      }
      let epoch = result.finishedEpochs + 1
      generator.shuffle(&order)
      func report(_ fraction: Double, _ loss: Double) {
        progress(
          TrainingProgress(
            epoch: epoch, epochs: options.epochs, fraction: fraction, loss: loss,
            accuracy: result.curve.last?.accuracy, verifiedAccuracy: result.lastVerifiedAccuracy,
            validation: result.curve.last?.validation))
      }
      var lossSum = 0.0
      for batch in 0..<batches {
        if shouldStop() { return result.ended(.stopped) }
        let step = (epoch - 1) * batches + batch
        let samples = order[count * batch / batches..<count * (batch + 1) / batches]
        let loss = run.step(batch: samples, atStep: step)
        guard loss.isFinite else { return try result.diverged(in: epoch, options) }
        lossSum += loss * Double(samples.count)
        if (step + 1) * 1000 / steps > reported, batch + 1 < batches {
          reported = (step + 1) * 1000 / steps
          report(Double(step + 1) / Double(steps), lossSum / Double(samples.endIndex))
        }
      }
      let verifies = epoch == options.epochs || epoch % max(1, options.epochs / 20) == 0
      let current = network()
      guard current.isFinite else { return try result.diverged(in: epoch, options) }
      let point = TrainingPoint(
        epoch: epoch, loss: lossSum / Double(count), accuracy: trained?.accuracy(of: current) ?? 0,
        verifiedAccuracy: verifies ? trained?.verifiedAccuracy(of: current) : nil,
        validation: heldOut.map {
          ValidationScore(
            accuracy: $0.accuracy(of: current), verifiedAccuracy: $0.verifiedAccuracy(of: current))
        })
      let isBest = options.patience == nil || result.validation.map { $0 < point.validation ?? $0 } ?? true
      result.curve.append(point)
      result.finishedEpochs = epoch
      if isBest {
        result.network = current
        result.keptEpoch = epoch
      }
      report(Double(epoch) / Double(options.epochs), point.loss)
      save?(
        TrainingCheckpoint(
          epoch: epoch, state: run.state(), curve: result.curve, keptEpoch: result.keptEpoch,
          kept: result.network.parameters))
    }
    return result
  }

  /// Checks the data.
  private static func validate(
    inputs: [Float], labels: [Int], classCount: Int, targets: [Float], range: ClosedRange<Float>,
    options: TrainingOptions
  ) throws(TrainingError) {
    let isRegression = options.loss.isRegression
    if labels.isEmpty || inputs.isEmpty { throw .noData }
    if classCount < (isRegression ? 1 : 2) { throw .tooFewClasses(classCount) }
    if inputs.count % labels.count != 0 { throw .countMismatch(inputs: inputs.count, labels: labels.count) }
    if let augmentation = options.augmentation,
      augmentation.width * augmentation.height != inputs.count / labels.count
    {
      throw .invalidOption(.crop, Double(augmentation.crop))
    }
    let targetCount = isRegression ? labels.count * classCount : 0
    if targets.count != targetCount { throw .targetMismatch(targets: targets.count, expected: targetCount) }
    for (index, constraint) in options.monotone.enumerated() {
      let isNew = !options.monotone[..<index].contains { $0.input == constraint.input }
      guard isNew, (0..<inputs.count / labels.count).contains(constraint.input) else {
        throw .invalidMonotoneInput(constraint.input, inputs: inputs.count / labels.count)
      }
    }
    if !isRegression, let sample = labels.firstIndex(where: { !(0..<classCount).contains($0) }) {
      throw .invalidLabel(sample: sample, label: labels[sample], classCount: classCount)
    }
    if let index = inputs.firstIndex(where: { !range.contains($0) }) {
      let featureCount = inputs.count / labels.count
      throw .inputOutOfRange(
        sample: index / featureCount, feature: index % featureCount, value: inputs[index], range: range)
    }
  }
}

/// Which samples are trained on, and which are held out to measure on.
private struct ValidationSplit {
  /// In increasing order, as `validation`.
  var training: [Int]
  var validation: [Int] = []

  /// Draws at least one sample to hold out, when any are asked for.
  init(_ count: Int, _ options: TrainingOptions) {
    training = Array(0..<count)
    guard options.validationFraction > 0 else { return }
    var generator = SeededGenerator(seed: options.validationSeed)
    generator.shuffle(&training)
    let heldOut = max(1, Int((Double(options.validationFraction) * Double(count)).rounded()))
    validation = training.prefix(heldOut).sorted()
    training = training.dropFirst(heldOut).sorted()
  }
}

extension TrainingResult {
  fileprivate func ended(_ ending: Ending) -> TrainingResult {
    var result = self
    result.ending = ending
    return result
  }

  /// The result as of before a divergence.
  fileprivate func diverged(in epoch: Int, _ options: TrainingOptions) throws(TrainingError) -> TrainingResult
  {
    let error = TrainingError.diverged(epoch: epoch, cause: options.likelyDivergenceCause)
    if finishedEpochs == 0 { throw error }
    return ended(.diverged(error))
  }

  /// The last measured verified accuracy.
  fileprivate var lastVerifiedAccuracy: Double? {
    curve.last { $0.verifiedAccuracy != nil }?.verifiedAccuracy
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

extension FloatNetwork {
  fileprivate var isFinite: Bool {
    layers.allSatisfy { $0.weights.allSatisfy(\.isFinite) && $0.biases.allSatisfy(\.isFinite) }
  }

  /// Takes over the parameters of another network, of whole images where these are cut.
  fileprivate mutating func take(
    _ start: FloatNetwork, _ augmentation: Augmentation?
  ) throws(TrainingError) {
    guard start.layers.count == layers.count else {
      throw .startMismatch(layer: min(start.layers.count, layers.count))
    }
    for index in layers.indices {
      var layer = start.layers[index]
      if index == 0, let augmentation, augmentation.crop > 0,
        layer.columns == augmentation.width * augmentation.height
      {
        let features = augmentation.features
        layer = FloatLayer(
          rows: layer.rows, columns: features.count,
          weights: (0..<layer.rows).flatMap { row in features.map { layer.weights[row * layer.columns + $0] }
          },
          biases: layer.biases, rowSumBound: nil, kind: layer.kind)
      }
      guard layer.rows == layers[index].rows, layer.columns == layers[index].columns,
        layer.kind == layers[index].kind, residuals.isEmpty
      else { throw .startMismatch(layer: index) }
      layers[index].weights = layer.weights
      layers[index].biases = layer.biases
    }
  }

  /// The network on whole images: cut pixels get weights that change nothing.
  ///
  /// A dense layer does not read them. A distance takes the middle of the range as its prototype there, from which no
  /// input is farther than half the range; what a trained row's other pixels come to at least is more.
  fileprivate func readingAll(of augmentation: Augmentation?, range: ClosedRange<Float>) -> FloatNetwork {
    guard let augmentation, augmentation.crop > 0 else { return self }
    let first = layers[0]
    let features = augmentation.features
    let columns = augmentation.width * augmentation.height
    let filler = first.kind == .dense ? 0 : (range.lowerBound + range.upperBound) / 2
    var weights = Array(repeating: filler, count: first.rows * columns)
    for row in 0..<first.rows {
      for (column, feature) in features.enumerated() {
        weights[row * columns + feature] = first.weights[row * first.columns + column]
      }
    }
    var result = self
    result.layers[0] = FloatLayer(
      rows: first.rows, columns: columns, weights: weights, biases: first.biases,
      rowSumBound: first.rowSumBound, kind: first.kind)
    return result
  }
}
