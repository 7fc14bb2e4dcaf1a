import Testing
import Training

/// Held-out samples, early stopping, divergence and warm starts.
@Suite("Validation")
struct ValidationTests {
  static var options: TrainingOptions {
    var options = TrainerTests.small
    options.epochs = 12
    options.rate = 0.02
    options.validationFraction = 0.2
    return options
  }

  @Test func `samples held out teach nothing, whatever they are`() throws {
    let data = TrainerTests.moons(300)
    let plain = try TrainerTests.train(data, Self.options)
    #expect(plain.curve.count == 12 && plain.curve.allSatisfy { $0.validation?.verifiedAccuracy != nil })
    #expect(plain.keptEpoch == 12 && plain.ending == .finished)
    #expect(plain.validation == plain.curve[11].validation)
    // Wrong labels on one sample after the other: exactly 60 of them leave the network as it is.
    var heldOut = 0
    var options = Self.options
    options.epochs = 1
    let first = try TrainerTests.train(data, options)
    for sample in 0..<300 {
      var changed = data
      changed.labels[sample] = 1 - changed.labels[sample]
      let result = try TrainerTests.train(changed, options)
      let isHeldOut = result.network == first.network
      heldOut += isHeldOut ? 1 : 0
      #expect(isHeldOut == (result.curve[0].validation != first.curve[0].validation) || !isHeldOut)
      #expect(!isHeldOut || result.curve[0].accuracy == first.curve[0].accuracy)
    }
    #expect(heldOut == 60)
    // Another seed trains otherwise, on the same samples; another validation seed holds out others.
    options.seed = 1
    #expect(try TrainerTests.train(data, options).network != first.network)
    options.seed = 0
    options.validationSeed = 1
    #expect(try TrainerTests.train(data, options).network != first.network)
  }

  @Test func `patience ends the run and keeps the best epoch`() throws {
    let data = TrainerTests.moons(300)
    var options = Self.options
    options.epochs = 200
    options.patience = 7
    let result = try TrainerTests.train(data, options)
    #expect(result.ending == .patience && result.finishedEpochs == result.keptEpoch + 7)
    let scores = result.curve.compactMap(\.validation)
    #expect(scores.count == result.finishedEpochs)
    let best = try #require(scores.max())
    #expect(result.validation == best && scores.firstIndex(of: best) == result.keptEpoch - 1)
    // The same steps without patience: what was kept is the network of that epoch.
    options.patience = nil
    let limit = result.keptEpoch
    var epoch = 0
    let stopped = try TrainerTests.train(
      data, options, progress: { epoch = $0.fraction == Double($0.epoch) / 200 ? $0.epoch : epoch },
      shouldStop: { epoch >= limit })
    #expect(stopped.network == result.network && stopped.ending == .stopped)
  }

  @Test func `scores compare certificates first`() {
    let score = { ValidationScore(accuracy: $0, verifiedAccuracy: $1) }
    #expect(score(0.9, 0.5) < score(0.8, 0.6) && score(0.8, 0.6) < score(0.9, 0.6))
    #expect(score(0.8, nil) < score(0.9, nil))
  }

  @Test func `divergence after the first epoch keeps the last good network`() throws {
    var found = false
    // Hinge: its gradients stay small, so that Adam keeps moving until a sum overflows.
    for rate: Float in [1e37, 3e37, 1e38, 3e38] {
      var options = TrainerTests.small
      options.loss = .hinge(margin: 0.2)
      options.rate = rate
      options.warmUpFraction = 1
      options.epochs = 40
      guard let result = try? TrainerTests.train(TrainerTests.moons(100), options),
        case .diverged(let error) = result.ending
      else { continue }
      found = true
      #expect(result.finishedEpochs >= 1 && result.keptEpoch == result.finishedEpochs)
      let expected = TrainingError.diverged(epoch: result.finishedEpochs + 1, cause: .rate(rate))
      #expect(error == expected)
      let parameters = result.network.layers.flatMap { $0.weights + $0.biases }
      #expect(parameters.allSatisfy { $0.isFinite })
    }
    #expect(found)
  }

  @Test func `a run starts from the network it is given`() throws {
    let data = TrainerTests.moons(200)
    var options = Self.options
    let first = try TrainerTests.train(data, options)
    options.epochs = 1
    options.rate = 1e-9
    func train(_ start: FloatNetwork, _ options: TrainingOptions) throws(TrainingError) -> TrainingResult {
      try Trainer.train(
        inputs: data.inputs, labels: data.labels, classCount: 2, range: 0...1, options: options, start: start)
    }
    let next = try train(first.network, options)
    for (a, b) in zip(next.network.layers, first.network.layers) {
      #expect(zip(a.weights, b.weights).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    options.hidden = [16, 15]
    #expect(throws: TrainingError.startMismatch(layer: 1)) { try train(first.network, options) }
    options.hidden = [16]
    #expect(throws: TrainingError.startMismatch(layer: 2)) { try train(first.network, options) }
  }

  @Test func `shares and patience out of bounds are named`() {
    var options = Self.options
    options.validationFraction = 1
    #expect(throws: TrainingError.invalidOption(.validationFraction, 1)) { try options.validate() }
    options.validationFraction = 0
    options.patience = 3
    #expect(throws: TrainingError.invalidOption(.patience, 3)) { try options.validate() }
    options.patience = nil
    options.validationFraction = 0.5
    #expect(throws: TrainingError.noData) { try TrainerTests.train(TrainerTests.moons(1), options) }
  }
}

@Suite("Checkpoints")
struct CheckpointTests {
  @Test(arguments: [NetworkKind.dense, .distance, .hybrid], [nil, 2])
  func `a run goes on from every epoch to the same bits`(kind: NetworkKind, patience: Int?) throws {
    let data = TrainerTests.moons(200)
    var options = ValidationTests.options
    options.kind = kind
    options.epochs = 7
    options.patience = patience
    func train(
      from checkpoint: TrainingCheckpoint? = nil, save: ((TrainingCheckpoint) -> Void)? = nil
    ) throws(TrainingError) -> TrainingResult {
      try Trainer.train(
        inputs: data.inputs, labels: data.labels, classCount: 2, range: 0...1, options: options,
        from: checkpoint,
        save: save)
    }
    var checkpoints: [TrainingCheckpoint] = []
    let whole = try train { checkpoints.append($0) }
    #expect(checkpoints.map(\.epoch) == Array(1...whole.finishedEpochs))
    for checkpoint in checkpoints {
      var later: [TrainingCheckpoint] = []
      let result = try train(from: checkpoint) { later.append($0) }
      #expect(result.network == whole.network && result.curve == whole.curve)
      #expect(result.keptEpoch == whole.keptEpoch && result.ending == whole.ending)
      #expect(later == Array(checkpoints[checkpoint.epoch...]))
    }
  }

  @Test func `a checkpoint of a run of other sizes is refused`() throws {
    let data = TrainerTests.moons(200)
    var options = ValidationTests.options
    options.epochs = 2
    var last: TrainingCheckpoint?
    func train(_ checkpoint: TrainingCheckpoint?) throws(TrainingError) {
      _ = try Trainer.train(
        inputs: data.inputs, labels: data.labels, classCount: 2, range: 0...1, options: options,
        from: checkpoint,
        save: { last = $0 })
    }
    try train(nil)
    var checkpoint = try #require(last)
    checkpoint.state.removeLast()
    #expect(throws: TrainingError.checkpointMismatch) { try train(checkpoint) }
    checkpoint.state.append([1])
    #expect(throws: TrainingError.checkpointMismatch) { try train(checkpoint) }
    checkpoint = try #require(last)
    checkpoint.kept[0].append(1)
    #expect(throws: TrainingError.checkpointMismatch) { try train(checkpoint) }
    checkpoint = try #require(last)
    checkpoint.curve.removeLast()
    #expect(throws: TrainingError.checkpointMismatch) { try train(checkpoint) }
  }
}
