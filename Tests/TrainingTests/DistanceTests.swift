import TestSupport
import Testing
import Training

@Suite("Distances in training")
struct DistanceTests {
  /// Widths that fill no vector and no block of rows.
  private static func network(
    _ kind: NetworkKind, widths: [Int], using generator: inout SeededGenerator
  ) -> FloatNetwork {
    var options = TrainingOptions.distances
    options.kind = kind
    options.hidden = Array(widths.dropFirst().dropLast())
    return .random(
      inputCount: widths[0], classCount: widths[widths.count - 1], options: options, using: &generator)
  }

  /// The logits in double precision, by plain loops; p nil for ∞.
  private static func logits(_ network: FloatNetwork, _ input: [Double], p: Double?) -> [Double] {
    var values = input
    for (index, layer) in network.layers.enumerated() {
      values = (0..<layer.rows).map { row in
        let weights = layer.weights[row * layer.columns..<(row + 1) * layer.columns].map(Double.init)
        let bias = Double(layer.biases[row])
        if layer.kind == .dense { return zip(weights, values).reduce(bias) { $0 + $1.0 * $1.1 } }
        let differences = zip(weights, values).map { ($0 - $1).magnitude }
        let largest = differences.max() ?? 0
        guard let p, largest > 0 else { return largest + bias }
        let sum = differences.reduce(0.0) { $0 + exponential(p * logarithm(max($1 / largest, 1e-300))) }
        return largest * exponential(logarithm(sum) / p) + bias
      }
      if index == network.layers.count - 1, layer.kind == .distance { values = values.map { -$0 } }
    }
    return values
  }

  private static let exponents: [NormExponent?] =
    [2, 3, 4, 5, 9, 13, 17, 33, 50, 200, 1000].map { NormExponent(atMost: $0) } + [nil]

  @Test(arguments: exponents, NetworkKind.allCases.filter { $0 != .dense })
  func `the logits are those of plain loops`(exponent: NormExponent?, kind: NetworkKind) {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    let network = Self.network(kind, widths: [37, 9, 6, 5], using: &generator)
    let inputs = (0..<7 * 37).map { _ in Float(generator.uniform()) }
    let stack = LayerStack(network)
    stack.begin(StepSettings(exponent: exponent))
    let pass = PointPass(for: stack, capacity: 7)
    pass.inputs[0].set(inputs)
    pass.runForward(stack)
    let logits = pass.outputs[2].elements
    for sample in 0..<7 {
      let expected = Self.logits(
        network, inputs[sample * 37..<(sample + 1) * 37].map(Double.init), p: exponent.map { Double($0.p) })
      for (output, value) in expected.enumerated() {
        #expect(
          abs(Double(logits[sample * 5 + output]) - value) < 1e-4 * (1 + abs(value)), "seed \(seed)")
      }
    }
  }

  @Test(arguments: exponents, NetworkKind.allCases.filter { $0 != .dense })
  func `gradients match finite differences`(exponent: NormExponent?, kind: NetworkKind) {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    let network = Self.network(kind, widths: [35, 6, 5, 3], using: &generator)
    let inputs = (0..<4 * 35).map { _ in Float(generator.uniform()) }
    let slopes = (0..<4 * 3).map { _ in Float(generator.uniform() * 2 - 1) }
    let stack = LayerStack(network, gradients: true)
    stack.begin(StepSettings(exponent: exponent))
    let pass = PointPass(for: stack, capacity: 4, gradients: true)
    pass.inputs[0].set(inputs)
    pass.runForward(stack)
    pass.outputs[2].set(slopes)
    pass.runBackward(stack)

    func value(_ network: FloatNetwork) -> Double {
      (0..<4).reduce(0.0) { sum, sample in
        let logits = Self.logits(
          network, inputs[sample * 35..<(sample + 1) * 35].map(Double.init), p: exponent.map { Double($0.p) })
        return logits.enumerated().reduce(sum) { $0 + $1.element * Double(slopes[sample * 3 + $1.offset]) }
      }
    }
    // Steps of a float's own spacing, exact in both directions; at a kink the gradient lies between the two slopes.
    let here = value(network)
    func slopesAround(_ path: WritableKeyPath<FloatNetwork, Float>) -> ClosedRange<Double> {
      let old = network[keyPath: path]
      let step: Float = 0x1p-12
      var (up, down) = (network, network)
      up[keyPath: path] = old + step
      down[keyPath: path] = old - step
      let right = (value(up) - here) / Double(up[keyPath: path] - old)
      let left = (here - value(down)) / Double(old - down[keyPath: path])
      return min(left, right)...max(left, right)
    }
    for layer in network.layers.indices {
      let (weights, biases) = pass.parameterGradients(stack, layer: layer)
      for index in weights.indices where generator.index(below: 4) == 0 {
        let range = slopesAround(\.layers[layer].weights[index])
        #expect(
          Double(weights[index]) > range.lowerBound - 2e-3
            && Double(weights[index]) < range.upperBound + 2e-3,
          "layer \(layer) weight \(index), seed \(seed)")
      }
      for index in biases.indices {
        let range = slopesAround(\.layers[layer].biases[index])
        #expect(
          Double(biases[index]) > range.lowerBound - 2e-3 && Double(biases[index]) < range.upperBound + 2e-3,
          "layer \(layer) bias \(index), seed \(seed)")
      }
    }
  }

  @Test func `threads change no bit`() {
    func trained(_ threads: Int) -> FloatNetwork {
      var generator = SeededGenerator(seed: 3)
      let inputs = (0..<60 * 11).map { _ in Float(generator.uniform()) }
      let labels = (0..<60).map { _ in generator.index(below: 3) }
      let network = Self.network(.distance, widths: [11, 8, 3], using: &generator)
      var options = TrainingOptions.distances
      options.batchSize = 20
      let run = TrainingRun(
        network, TrainingData(inputs: inputs, labels: labels),
        objective: options.objective, batchSize: options.batchSize, threads: Threads(count: threads))
      let schedule = Schedule(options, steps: 30)
      let order = Array(0..<60)
      for step in 0..<30 {
        let batch = order[step % 3 * 20..<(step % 3 + 1) * 20]
        _ = run.step(batch: batch, atStep: step, schedule.settings(atStep: step))
      }
      return run.network
    }
    #expect(trained(1) == trained(2))
  }

  @Test(arguments: NetworkKind.allCases)
  func `cut and shifted images train every kind, and cut pixels are never read`(kind: NetworkKind) throws {
    var generator = SeededGenerator(seed: 5)
    // A bright half, left or right, in the middle of noise.
    let labels = (0..<200).map { _ in generator.index(below: 2) }
    var inputs: [Float] = []
    for label in labels {
      for pixel in 0..<8 * 8 {
        let isBright = (pixel % 8 < 4) == (label == 0)
        inputs.append(Float(generator.uniform() * 0.3) + (isBright ? 0.6 : 0))
      }
    }
    var options = kind == .dense ? TrainingOptions.digits : .digitDistances
    options.kind = kind
    options.hidden = [6]
    options.epochs = 30
    options.epsilon = 0.1
    options.augmentation = Augmentation(width: 8, height: 8, crop: 1, shift: 1)
    let result = try Trainer.train(
      inputs: inputs, labels: labels, classCount: 2, range: 0...1, options: options)
    let network = result.network
    #expect(network.accuracy(inputs: inputs, labels: labels) > 0.97)
    #expect(network.verifiedAccuracy(inputs: inputs, labels: labels, range: 0...1, epsilon: 0.05) > 0.9)
    var other = inputs
    for index in other.indices where index % 64 < 8 || index % 64 >= 56 { other[index] = 1 - other[index] }
    #expect(network.layers[0].columns == 64)
    #expect(network.logits(of: other) == network.logits(of: inputs))
  }

  @Test func `zeros stay zero when asked`() throws {
    var generator = SeededGenerator(seed: 6)
    let inputs = (0..<100 * 5).map { _ in Float(generator.uniform()) }
    let labels = (0..<100).map { inputs[5 * $0] + inputs[5 * $0 + 1] > 1 ? 1 : 0 }
    var options = TrainingOptions.smallTable
    options.hidden = [7]
    options.epochs = 5
    var start = try Trainer.train(
      inputs: inputs, labels: labels, classCount: 2, range: 0...1, options: options
    ).network
    for index in stride(from: 0, to: 35, by: 3) { start.layers[0].weights[index] = 0 }
    options.keepsZeros = true
    let tuned = try Trainer.train(
      inputs: inputs, labels: labels, classCount: 2, range: 0...1, options: options, start: start
    ).network
    for index in 0..<35 {
      #expect(index % 3 != 0 || tuned.layers[0].weights[index] == 0)
    }
    #expect(tuned.layers[0].weights != start.layers[0].weights)
  }
}
