import Foundation
import Testing
import Training

@Suite("Trainer")
struct TrainerTests {
  /// Two interleaved half circles in the unit square, with a little noise.
  static func moons(_ count: Int) -> (inputs: [Float], labels: [Int]) {
    var generator = SeededGenerator(seed: 1)
    var inputs: [Float] = []
    let labels = (0..<count).map { $0 % 2 }
    for label in labels {
      let angle = Double.pi * generator.uniform()
      let x = label == 0 ? cos(angle) : 1 - cos(angle)
      let y = label == 0 ? sin(angle) : 0.5 - sin(angle)
      for value in [(x + 1) / 3, (y + 0.5) / 1.5] {
        inputs.append(Float(min(max(value + 0.02 * generator.normal(), 0), 1)))
      }
    }
    return (inputs, labels)
  }

  static var small: TrainingOptions {
    var options = TrainingOptions()
    options.hidden = [16, 16]
    options.batchSize = 32
    options.epochs = 6
    options.epsilon = 0.02
    return options
  }

  static func train(
    _ data: (inputs: [Float], labels: [Int]), _ options: TrainingOptions,
    progress: (TrainingProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(TrainingError) -> TrainingResult {
    try Trainer.train(
      inputs: data.inputs, labels: data.labels, classCount: 2, range: 0...1, options: options,
      progress: progress, shouldStop: shouldStop)
  }

  static let losses: [TrainingLoss] = [
    .crossEntropy(temperature: 0.1), .hinge(margin: 0.2), .worstCase(temperature: 0.05, cleanWeight: 0),
    .worstCase(temperature: 0.05, cleanWeight: 0.3),
  ]

  @Test(arguments: losses) func `the same seed gives the same bits`(loss: TrainingLoss) throws {
    let data = Self.moons(301)
    var options = Self.small
    options.loss = loss
    let first = try Self.train(data, options)
    let second = try Self.train(data, options)
    #expect(first.network == second.network)
    #expect(first.curve == second.curve)
    options.seed = 1
    #expect(try Self.train(data, options).network != first.network)
  }

  @Test(arguments: losses, [Activation.relu, .sort, .tanh, .sigmoid])
  func `the number of threads changes no bit`(loss: TrainingLoss, activation: Activation) {
    let data = Self.moons(100)
    var options = Self.small
    options.activation = activation
    options.hidden = [40, 33]  // several panels, the last of them not full
    options.lastConstrained = true
    func trained(threads: Int) -> (losses: [Double], network: FloatNetwork) {
      var generator = SeededGenerator(seed: 9)
      let run = TrainingRun(
        .random(inputCount: 2, classCount: 2, options: options, using: &generator),
        TrainingData(inputs: data.inputs, labels: data.labels),
        objective: .loss(loss), batchSize: 50, threads: Threads(count: threads))
      let losses = (0..<20).map { step in
        run.step(
          batch: Array(0..<100)[step % 2 * 50..<(step % 2 + 1) * 50], StepSettings(rate: 0.02, epsilon: 0.02))
      }
      return (losses, run.network)
    }
    let one = trained(threads: 1)
    for threads in [2, 3, 7] {
      let more = trained(threads: threads)
      #expect(more.losses == one.losses && more.network == one.network, "\(threads) threads")
    }
  }

  @Test(arguments: [[1], [0.5, 2, 0.25]] as [[Float]])
  func `every step keeps the rows within their bounds`(bounds: [Float]) {
    let data = Self.moons(128)
    var options = Self.small
    options.bounds = bounds
    options.lastConstrained = true
    var generator = SeededGenerator(seed: 4)
    let run = TrainingRun(
      .random(inputCount: 2, classCount: 2, options: options, using: &generator),
      TrainingData(inputs: data.inputs, labels: data.labels),
      objective: options.objective, batchSize: 32)
    for step in 0..<200 {
      let start = step % 4 * 32
      _ = run.step(batch: Array(0..<128)[start..<start + 32], StepSettings(rate: 0.1, epsilon: 0.01))
      for (index, layer) in run.network.layers.enumerated() {
        let bound = Double(bounds.count == 1 ? bounds[0] : bounds[index])
        for row in 0..<layer.rows {
          let sum = ProjectionTests.sum(Array(layer.weights[row * layer.columns..<(row + 1) * layer.columns]))
          #expect(sum <= bound, "step \(step) layer \(index) row \(row)")
        }
      }
    }
  }

  @Test func `a free last layer is not projected`() throws {
    let network = try Self.train(Self.moons(200), Self.small).network
    #expect(network.layers.map(\.rowSumBound) == [1, 1, nil])
    #expect(ProjectionTests.sum(Array(network.layers[2].weights.prefix(16))) > 1)
  }

  @Test func `a stop keeps the last finished epoch`() throws {
    let data = Self.moons(200)
    let options = Self.small
    func trained(steps: Int) throws(TrainingError) -> TrainingResult {
      var asked = 0
      return try Self.train(
        data, options,
        shouldStop: {
          asked += 1
          return asked > steps
        })
    }
    // 7 batches an epoch: the stop comes in the middle of the fourth.
    let stopped = try trained(steps: 3 * 7 + 4)
    #expect(stopped.finishedEpochs == 3)
    #expect(stopped.curve.map(\.epoch) == [1, 2, 3])
    #expect(try trained(steps: 3 * 7).network == stopped.network)
    #expect(try trained(steps: 4 * 7).network != stopped.network)

    let never = try Self.train(data, options, shouldStop: { true })
    #expect(never.finishedEpochs == 0 && never.curve.isEmpty)
  }

  @Test func `reports progress that only grows and ends at one`() throws {
    var reports: [TrainingProgress] = []
    let result = try Self.train(Self.moons(200), Self.small, progress: { reports.append($0) })
    #expect(reports.count == 6 * 7)
    #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.fraction < $1.fraction })
    #expect(reports.last?.fraction == 1 && reports.last?.epoch == 6)
    #expect(reports.last?.accuracy == result.curve.last?.accuracy)
    #expect(result.curve.last?.verifiedAccuracy != nil)
    #expect(result.curve.map(\.epoch) == Array(1...6))
  }

  @Test(arguments: losses, Activation.allCases.filter { $0 != .identity })
  func `learns the moons`(loss: TrainingLoss, activation: Activation) throws {
    let data = Self.moons(600)
    var options = Self.small
    options.loss = loss
    options.activation = activation
    options.bounds = [activation.suitableBound]
    options.epochs = 60
    options.rate = 0.02
    let result = try Self.train(data, options)
    let accuracy = result.network.accuracy(inputs: data.inputs, labels: data.labels)
    #expect(accuracy > 0.97)
    #expect(result.curve.last?.accuracy == accuracy)
  }

  @Test func `the worst-case loss buys verified accuracy`() throws {
    let data = Self.moons(600)
    var options = Self.small
    options.epochs = 60
    options.rate = 0.02
    options.epsilon = 0.08
    let robust = try Self.train(data, options)
    options.loss = .crossEntropy(temperature: 0.05)
    let plain = try Self.train(data, options)
    let gain = (robust.curve.last?.verifiedAccuracy ?? 0) - (plain.curve.last?.verifiedAccuracy ?? 1)
    #expect(gain > 0.05)
  }

  @Test func `a linear classifier needs no hidden layer`() throws {
    var options = Self.small
    options.hidden = []
    options.epochs = 30
    let inputs: [Float] = (0..<100).map { Float($0) / 100 }
    let result = try Trainer.train(
      inputs: inputs, labels: inputs.map { $0 < 0.5 ? 0 : 1 }, classCount: 2, range: 0...1, options: options)
    #expect(result.network.layers.count == 1)
    #expect((result.curve.last?.accuracy ?? 0) > 0.9)
  }

  @Test func `divergence stops with the epoch and the likely cause`() {
    var options = Self.small
    options.rate = 1e38
    let error = #expect(throws: TrainingError.self) { try Self.train(Self.moons(100), options) }
    guard case .diverged(let epoch, .rate(let rate)) = error else {
      Issue.record("unexpected \(String(describing: error))")
      return
    }
    #expect(epoch >= 1 && rate == 1e38)
  }
}
