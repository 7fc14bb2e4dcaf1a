import Foundation
import TestSupport
import Testing
import Training

/// What is added to the loss: difference quotients of pairs, squares of weights; λ and the steps of the optimizer.
@Suite("Penalties")
struct PenaltyTests {
  /// A run on random points, and the network in double precision.
  private struct Setting {
    let network: FloatNetwork
    let inputs: [Float]
    let data: TrainingData
    let seed = TestRandom.seed

    init(_ activation: Activation) {
      var generator = SeededGenerator(seed: seed)
      var options = TrainingOptions()
      options.hidden = [9, 7]
      options.activation = activation
      options.bounds = []
      network = FloatNetwork.random(inputCount: 5, classCount: 3, options: options, using: &generator)
      inputs = (0..<20 * 5).map { _ in Float(generator.uniform()) }
      data = TrainingData(
        inputs: inputs,
        labels: (0..<20).map { _ in generator.index(below: 3) })
    }

    func run(
      _ penalty: PenaltyOptions?, samples: [Int] = Array(0..<20), threads: Int = 2,
      optimizer: OptimizerOptions = OptimizerOptions()
    ) -> TrainingRun {
      TrainingRun(
        network, data, objective: .loss(.crossEntropy(temperature: 1)), batchSize: 20, optimizer: optimizer,
        penalty: penalty.map { ($0, samples, 3) }, threads: Threads(count: threads))
    }
  }

  private static func clip(
    worstOnly: Bool = false, pairs: Int = 5, renewal: Int = 1000, noise: Float = 0.3
  ) -> PenaltyOptions {
    var options = ClipOptions()
    options.pairs = pairs
    options.renewal = renewal
    options.noise = noise
    options.worstOnly = worstOnly
    return PenaltyOptions(.quotient(options), lambda: LambdaRule(first: 1))
  }

  /// The arrays that a run keeps: those of its pairs are the last four.
  private func pairs(_ run: TrainingRun) -> (
    points: [Float], directions: [Float], steps: [Float], squares: [Float]
  ) {
    let state = Array(run.state.suffix(4))
    return (state[0], state[1], state[2], state[3])
  }

  /// `‖f(u) - f(v)‖² / ‖u - v‖²` in double precision.
  private func square(_ oracle: GradientOracle, _ u: [Double], _ v: [Double]) -> Double {
    func distance(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return distance(oracle.logits(u), oracle.logits(v)) / distance(u, v)
  }

  @Test(arguments: [true, false], [Activation.identity, .relu, .maxMin, .sigmoid])
  func `The gradients of quotients in parameters and in both ends match differences`(
    worstOnly: Bool, activation: Activation
  ) {
    let setting = Setting(activation)
    let lambda: Float = 0.7
    let run = setting.run(Self.clip(worstOnly: worstOnly))
    let batch = Array(0..<20)[...]
    let plain = setting.run(nil).lossAndGradients(batch: batch, StepSettings())
    let whole = run.lossAndGradients(batch: batch, StepSettings(lambda: lambda))
    #expect(whole.loss == plain.loss)
    let (points, directions, _, squares) = pairs(run)
    var ends = (0..<10).map { points[5 * $0..<5 * $0 + 5].map(Double.init) }
    var oracle = GradientOracle(setting.network, range: 0...1)
    func all() -> [Double] { (0..<5).map { square(oracle, ends[2 * $0], ends[2 * $0 + 1]) } }
    func penalty() -> Double {
      Double(lambda) * (worstOnly ? all().max() ?? 0 : all().reduce(0, +) / 5)
    }
    for (pair, value) in all().enumerated() {
      #expect(abs(value - Double(squares[pair])) < 1e-4 * value + 1e-6)
    }
    #expect(abs((run.quotient ?? 0) - (all().max() ?? 0).squareRoot()) < 1e-4)
    let step = 1e-5
    var worst = 0.0
    func slope(_ value: () -> Double, _ move: (Double) -> Void) -> Double {
      move(step)
      let right = value()
      move(-2 * step)
      let left = value()
      move(step)
      return (right - left) / (2 * step)
    }
    for layer in setting.network.layers.indices {
      let found = (whole.layers[layer], plain.layers[layer])
      for index in found.0.weights.indices {
        let expected = slope(penalty) { oracle.weights[layer][index] += $0 }
        worst = max(worst, abs(expected - Double(found.0.weights[index] - found.1.weights[index])))
      }
      for index in found.0.biases.indices {
        let expected = slope(penalty) { oracle.biases[layer][index] += $0 }
        worst = max(worst, abs(expected - Double(found.0.biases[index] - found.1.biases[index])))
      }
    }
    for end in 0..<10 {
      for column in 0..<5 {
        let expected = slope({ all()[end / 2] }) { ends[end][column] += $0 }
        worst = max(worst, abs(expected - Double(directions[5 * end + column])) / 10)
      }
    }
    #expect(worst < 1e-3, "seed \(setting.seed): \(worst)")
  }

  @Test func `A pair takes a step of its gradient where its quotient grows, and steps adapt by 1.3`() {
    let setting = Setting(.maxMin)
    let run = setting.run(Self.clip(pairs: 16))
    let oracle = GradientOracle(setting.network, range: 0...1)
    // A rate of 0: the network stays, so that only pairs move.
    func step(_ number: Int) {
      _ = run.step(batch: Array(0..<20)[...], atStep: number, StepSettings(lambda: 1))
    }
    step(0)
    var (kept, refused) = (0, 0)
    for number in 1..<12 {
      let old = pairs(run)
      step(number)
      let new = pairs(run)
      for pair in 0..<16 {
        func end(_ values: [Float], _ end: Int) -> [Double] {
          values[5 * (2 * pair + end)..<5 * (2 * pair + end) + 5].map(Double.init)
        }
        func tried(_ side: Int) -> [Double] {
          zip(end(old.points, side), end(old.directions, side)).map {
            min(max($0 + Double(old.steps[pair]) * $1, 0), 1)
          }
        }
        let before = square(oracle, end(old.points, 0), end(old.points, 1))
        let after = square(oracle, tried(0), tried(1))
        guard abs(after - before) > 1e-4 * before else { continue }
        let grew = after > before
        kept += grew ? 1 : 0
        refused += grew ? 0 : 1
        let factor: Float = grew ? 1.3 : 1 / 1.3
        #expect(
          abs(new.steps[pair] / old.steps[pair] - factor) < 1e-5,
          "seed \(setting.seed) step \(number) pair \(pair)")
        for side in 0..<2 {
          let expected = grew ? tried(side) : end(old.points, side)
          for (a, b) in zip(expected, end(new.points, side)) { #expect(abs(a - b) < 1e-4) }
        }
        #expect(new.squares[pair] >= old.squares[pair] * 0.9999)
      }
    }
    #expect(kept > 10 && refused > 10, "seed \(setting.seed): \(kept) kept, \(refused) refused")
  }

  @Test func `Pairs are drawn anew as often as asked, of samples or of the range`() {
    let setting = Setting(.relu)
    let run = setting.run(Self.clip(pairs: 8, renewal: 3), samples: [4, 7])
    let inputs = [4, 7].map { Array(setting.inputs[5 * $0..<5 * $0 + 5]) }
    var origins: [[Float]] = []
    for number in 0..<7 {
      _ = run.step(batch: Array(0..<20)[...], atStep: number, StepSettings())
      let points = pairs(run).points
      #expect(points.allSatisfy { (0...1).contains($0) })
      let isNew = (0..<8).allSatisfy { inputs.contains(Array(points[10 * $0..<10 * $0 + 5])) }
      #expect(isNew == (number % 3 == 0), "step \(number)")
      if isNew { origins.append(points) }
    }
    #expect(origins.count == 3 && Set(origins).count == 3)
    let free = setting.run(Self.clip(pairs: 8), samples: [])
    _ = free.step(batch: Array(0..<20)[...], atStep: 0, StepSettings())
    #expect(Set(pairs(free).points).count > 70)
  }

  @Test(arguments: [false, true]) func `Threads change no bit of a run with pairs`(worstOnly: Bool) {
    let setting = Setting(.relu)
    func trained(_ threads: Int) -> [[Float]] {
      let run = setting.run(Self.clip(worstOnly: worstOnly, pairs: 7, renewal: 4), threads: threads)
      for number in 0..<10 {
        _ = run.step(batch: Array(0..<20)[...], atStep: number, StepSettings(rate: 0.05, lambda: 0.2))
      }
      return run.state
    }
    let one = trained(1)
    for threads in [2, 3, 8] { #expect(trained(threads) == one, "\(threads) threads") }
  }

  @Test func `The gradient of the weight penalty is twice the weights`() {
    let setting = Setting(.relu)
    let penalty = PenaltyOptions(.weights, lambda: LambdaRule(first: 1))
    let plain = setting.run(nil).lossAndGradients(batch: Array(0..<20)[...], StepSettings())
    let run = setting.run(penalty)
    let whole = run.lossAndGradients(batch: Array(0..<20)[...], StepSettings(lambda: 0.25))
    for (layer, (a, b)) in zip(setting.network.layers, zip(whole.layers, plain.layers)) {
      for index in layer.weights.indices {
        #expect(abs(a.weights[index] - b.weights[index] - 0.5 * layer.weights[index]) < 1e-6)
      }
      #expect(a.biases == b.biases)
    }
    #expect(run.quotient == nil)
  }

  @Test func `λ rises above the target, falls otherwise, never below zero, after the warm-up`() {
    let rule = LambdaRule(target: 0.9, step: 0.5, warmUp: 2)
    let accuracies = [0.95, 0.5, 0.91, 0.9, 0.92, 0.99, 0.2, 0.2, 0.2]
    let lambdas = (0...accuracies.count).map { rule.lambda(after: Array(accuracies.prefix($0))) }
    // The accuracy after the last epoch of the warm-up counts; the target itself is not above it.
    #expect(lambdas == [0, 0, 0, 0.5, 0, 0.5, 1, 0.5, 0, 0])
    #expect(LambdaRule(first: 3, warmUp: 1).lambda(after: []) == 0)
    #expect(LambdaRule(first: 3, warmUp: 1).lambda(after: [0.1, 1]) == 3)
    #expect(LambdaRule(target: 0.5, step: 1).lambda(after: [0.6]) == 1)
    #expect(LambdaRule(target: 0.5, step: 1).lambda(after: []) == 0)
  }

  @Test(arguments: [0, 0.75] as [Float]) func `Descent with momentum equals plain loops`(momentum: Float) {
    let setting = Setting(.relu)
    var options = OptimizerOptions()
    options.kind = .descent(momentum: momentum)
    let run = setting.run(nil, optimizer: options)
    var network = setting.network
    var velocities = network.layers.map { $0.weights.map { _ in Float(0) } }
    for number in 1...6 {
      let gradients = run.lossAndGradients(batch: Array(0..<20)[...], StepSettings()).layers
      let rate = Float(number) / 8
      _ = run.step(batch: Array(0..<20)[...], atStep: number, StepSettings(rate: rate))
      for layer in network.layers.indices {
        for index in network.layers[layer].weights.indices {
          velocities[layer][index] = momentum * velocities[layer][index] + gradients[layer].weights[index]
          network.layers[layer].weights[index] -= rate * velocities[layer][index]
        }
        for (a, b) in zip(run.network.layers[layer].weights, network.layers[layer].weights) {
          #expect(abs(a - b) < 1e-5, "seed \(setting.seed) step \(number)")
        }
      }
    }
  }
}
