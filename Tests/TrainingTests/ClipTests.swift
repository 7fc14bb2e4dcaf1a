import Testing
import Training

/// Training with CLIP from end to end, and attacks on floating-point networks.
@Suite("CLIP")
struct ClipTests {
  private static var options: TrainingOptions {
    var options = TrainerTests.small
    options.bounds = []
    options.loss = .crossEntropy(temperature: 1)
    options.optimizer.kind = .descent(momentum: 0.9)
    options.optimizer.keepsRate = true
    options.rate = 0.1
    options.epochs = 30
    options.validationFraction = 0.2
    options.attackRadius = 0.1
    options.patience = 30
    return options
  }

  private static func clip(target: Double, worstOnly: Bool = false) -> PenaltyOptions {
    var clip = ClipOptions()
    clip.renewal = 20
    clip.worstOnly = worstOnly
    return PenaltyOptions(.quotient(clip), lambda: LambdaRule(target: target, step: 0.002, warmUp: 5))
  }

  /// The largest difference quotient between neighbors on a grid.
  private func quotient(_ network: FloatNetwork) -> Double {
    let places = (0..<60).flatMap { x in (0..<60).flatMap { [Float(x) / 59, Float($0) / 59] } }
    let outputs = network.logits(of: places)
    func change(_ a: Int, _ b: Int) -> Double {
      let (x, y) = (outputs[2 * a] - outputs[2 * b], outputs[2 * a + 1] - outputs[2 * b + 1])
      return Double((x * x + y * y).squareRoot()) * 59
    }
    return (0..<60 * 59).reduce(0) { max($0, change($1, $1 + 60)) }
  }

  @Test func `CLIP keeps the quotient below that of the network without it, near the target accuracy`() throws
  {
    let data = TrainerTests.moons(400)
    var options = Self.options
    let plain = try TrainerTests.train(data, options)
    options.penalty = Self.clip(target: 0.9)
    let clipped = try TrainerTests.train(data, options)
    let last = clipped.curve.suffix(5).compactMap { $0.penalty?.quotient }
    let lambdas = clipped.curve.compactMap { $0.penalty?.lambda }
    #expect(lambdas.count == 30 && lambdas.prefix(5).allSatisfy { $0 == 0 } && (lambdas.max() ?? 0) > 0)
    #expect(plain.curve.allSatisfy { $0.penalty == nil })
    // What the pairs find is at least a good part of what a grid finds, and never more than the network has.
    #expect((last.max() ?? 0) > 0.5 * quotient(clipped.network))
    #expect(quotient(clipped.network) < 0.6 * quotient(plain.network))
    #expect((clipped.curve.last?.accuracy ?? 0) > 0.8)
  }

  @Test(arguments: [false, true]) func `A run with pairs goes on from a checkpoint to the same bits`(
    worst: Bool
  ) throws {
    let data = TrainerTests.moons(200)
    var options = Self.options
    options.epochs = 9
    options.penalty = Self.clip(target: 0.8, worstOnly: worst)
    var checkpoints: [TrainingCheckpoint] = []
    func train(from checkpoint: TrainingCheckpoint? = nil) throws -> TrainingResult {
      try Trainer.train(
        inputs: data.inputs, labels: data.labels, classCount: 2, range: 0...1, options: options,
        from: checkpoint,
        save: { checkpoints.append($0) })
    }
    let whole = try train()
    let resumed = try train(from: checkpoints[6])
    #expect(resumed.network == whole.network && resumed.curve == whole.curve)
    #expect(checkpoints.last == checkpoints[8] && checkpoints.count == 11)
    options.penalty = nil
    #expect(throws: TrainingError.checkpointMismatch) { try train(from: checkpoints[6]) }
  }

  @Test func `The best attacked epoch is kept, and its score is the attack's`() throws {
    let data = TrainerTests.moons(300)
    let result = try TrainerTests.train(data, Self.options)
    let scores = result.curve.compactMap(\.validation)
    #expect(scores.allSatisfy { $0.verifiedAccuracy == nil && $0.attackedAccuracy != nil })
    #expect(result.validation?.attackedAccuracy == scores.compactMap(\.attackedAccuracy).max())
  }

  @Test func `Attacks go as far as their ball and no farther`() {
    // y = x1, -x1 on one input of two: class 0 right of 0. The gradient's signs are those of one input.
    let layer = FloatLayer(rows: 2, columns: 2, weights: [1, 0, -1, 0], biases: [0, 0], rowSumBound: nil)
    let network = FloatNetwork(layers: [layer], activation: .identity)
    let inputs: [Float] = [0.1, 0.5, 0.2, 0.5, 0.3, 0.5, -0.2, 0.5]
    let labels = [0, 0, 0, 1]
    func accuracy(_ attack: FloatAttack) -> Double {
      network.accuracy(inputs: inputs, labels: labels, under: attack, seed: 1)
    }
    for norm in [FloatAttack.Norm.two, .infinity] {
      #expect(accuracy(.gradient(norm, radius: 0.09, step: 0.05, steps: 10)) == 1)
      #expect(accuracy(.gradient(norm, radius: 0.11, step: 0.05, steps: 10)) == 0.75)
      #expect(accuracy(.gradient(norm, radius: 0.25, step: 0.05, steps: 10)) == 0.25)
      // One step goes no farther than its length.
      #expect(accuracy(.gradient(norm, radius: 0.25, step: 0.15, steps: 1)) == 0.75)
    }
    #expect(accuracy(.noise(0)) == 1 && accuracy(.noise(1e-4)) == 1)
    let many = Array(repeating: inputs, count: 100).flatMap { $0 }
    let noisy = network.accuracy(
      inputs: many, labels: Array(repeating: labels, count: 100).flatMap { $0 }, under: .noise(1), seed: 2)
    #expect(noisy > 0.5 && noisy < 0.65)
  }

  @Test func `Options out of bounds are refused`() {
    func expect(_ option: TrainingError.Option, _ change: (inout TrainingOptions) -> Void) {
      var options = Self.options
      options.penalty = Self.clip(target: 0.9)
      change(&options)
      #expect {
        try options.validate()
      } throws: { error in
        if case .invalidOption(option, _) = error as? TrainingError { true } else { false }
      }
    }
    expect(.momentum) { $0.optimizer.kind = .descent(momentum: 1) }
    expect(.lambda) { $0.penalty?.lambda.target = 1.1 }
    expect(.lambda) { $0.penalty?.lambda.step = 0 }
    expect(.lambda) { $0.penalty?.lambda.first = -1 }
    expect(.lambda) { $0.penalty?.lambda.warmUp = -1 }
    for (option, change) in [
      (TrainingError.Option.pairs, { $0.pairs = 0 }), (.renewal, { $0.renewal = 0 }),
      (.noise, { $0.noise = 0 }),
    ] as [(TrainingError.Option, (inout ClipOptions) -> Void)] {
      expect(option) {
        var clip = ClipOptions()
        change(&clip)
        $0.penalty?.kind = .quotient(clip)
      }
    }
    expect(.penalty) { $0.kind = .distance }
    expect(.attackRadius) { $0.attackRadius = 0 }
    expect(.attackRadius) { ($0.validationFraction, $0.patience) = (0, nil) }
  }
}
