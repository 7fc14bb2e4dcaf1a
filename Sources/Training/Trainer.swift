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

  /// Creates a report.
  public init(
    epoch: Int, epochs: Int, fraction: Double, loss: Double, accuracy: Double?, verifiedAccuracy: Double?
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.fraction = fraction
    self.loss = loss
    self.accuracy = accuracy
    self.verifiedAccuracy = verifiedAccuracy
  }
}

/// What a training run leaves.
public struct TrainingResult: Sendable {
  /// The network as of the last finished epoch.
  public var network: FloatNetwork
  /// One point for each finished epoch.
  public var curve: [TrainingPoint]
  /// Fewer than asked for when the run was stopped; 0 means that `network` is untrained.
  public var finishedEpochs: Int
}

/// A training run between two steps.
protocol TrainingProcess: Sendable {
  /// The network as of the last step.
  var network: FloatNetwork { get }

  /// Takes one step of the optimizer and returns the mean loss of the batch before it.
  mutating func step(batch: ArraySlice<Int>, atStep step: Int) -> Double
}

/// The training of a dense network by its schedule.
private struct DenseProcess: TrainingProcess {
  var run: TrainingRun
  let schedule: Schedule

  var network: FloatNetwork { run.network }

  mutating func step(batch: ArraySlice<Int>, atStep step: Int) -> Double {
    run.step(batch: batch, epsilon: schedule.epsilon(atStep: step), rate: schedule.rate(atStep: step))
  }
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
  /// - Returns: the network as of the last finished epoch, and the curve.
  /// - Throws: `TrainingError` for bad options or data, before anything is computed, or when the loss is no
  ///   longer finite.
  /// - Complexity: O(epochs · samples · weights), shared by two cores.
  public static func train(
    inputs: [Float], labels: [Int], classCount: Int, targets: [Float] = [], range: ClosedRange<Float>,
    options: TrainingOptions, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws(TrainingError) -> TrainingResult {
    try options.validate()
    try validate(
      inputs: inputs, labels: labels, classCount: classCount, targets: targets, range: range, options: options
    )

    // Batches differ by at most one sample, so that no small one at the end has more say than the others.
    let batches = (labels.count + options.batchSize - 1) / options.batchSize
    let steps = batches * options.epochs
    var generator = SeededGenerator(seed: options.seed)
    let samples = SampleSource(
      inputs: inputs, labels: labels, augmentation: options.augmentation, seed: options.seed)
    let initial = FloatNetwork.random(
      inputCount: samples.columns, classCount: classCount, options: options, using: &generator)
    var run: any TrainingProcess =
      options.kind == .dense
      ? DenseProcess(
        run: TrainingRun(
          initial, inputs: inputs, labels: labels, targets: targets, range: range, loss: options.loss,
          batchSize: options.batchSize),
        schedule: Schedule(options, steps: steps))
      : DistanceRun(initial, samples: samples, options: options, steps: steps)
    func network() -> FloatNetwork { run.network.readingAll(of: options.augmentation, range: range) }
    let monitor = TrainingMonitor(
      inputs: inputs, labels: labels, targets: targets, range: range, epsilon: options.epsilon)
    var result = TrainingResult(network: network(), curve: [], finishedEpochs: 0)

    var order = Array(labels.indices)
    var reported = 0
    for epoch in 1...options.epochs {
      generator.shuffle(&order)
      var lossSum = 0.0
      for batch in 0..<batches {
        if shouldStop() { return result }
        let step = (epoch - 1) * batches + batch
        let samples = order[labels.count * batch / batches..<labels.count * (batch + 1) / batches]
        let loss = run.step(batch: samples, atStep: step)
        guard loss.isFinite else { throw .diverged(epoch: epoch, cause: options.likelyDivergenceCause) }
        lossSum += loss * Double(samples.count)
        if (step + 1) * 1000 / steps > reported, batch + 1 < batches {
          reported = (step + 1) * 1000 / steps
          progress(
            TrainingProgress(
              epoch: epoch, epochs: options.epochs, fraction: Double(step + 1) / Double(steps),
              loss: lossSum / Double(samples.endIndex), accuracy: result.curve.last?.accuracy,
              verifiedAccuracy: result.lastVerifiedAccuracy))
        }
      }
      let verifies = epoch == options.epochs || epoch % max(1, options.epochs / 20) == 0
      result.network = network()
      let point = TrainingPoint(
        epoch: epoch, loss: lossSum / Double(labels.count), accuracy: monitor.accuracy(of: result.network),
        verifiedAccuracy: verifies ? monitor.verifiedAccuracy(of: result.network) : nil)
      result.curve.append(point)
      result.finishedEpochs = epoch
      progress(
        TrainingProgress(
          epoch: epoch, epochs: options.epochs, fraction: Double(epoch) / Double(options.epochs),
          loss: point.loss, accuracy: point.accuracy, verifiedAccuracy: result.lastVerifiedAccuracy))
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

extension TrainingResult {
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
