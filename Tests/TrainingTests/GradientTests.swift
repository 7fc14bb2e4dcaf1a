import TestSupport
import Testing
import Training

@Suite("Gradients")
struct GradientTests {
  static let losses: [TrainingLoss] = [
    .crossEntropy(temperature: 0.5), .hinge(margin: 0.7), .worstCase(temperature: 0.3, cleanWeight: 0),
    .worstCase(temperature: 0.4, cleanWeight: 0.3),
  ]

  @Test(arguments: losses, Activation.allCases)
  func `of every loss and activation match finite differences`(loss: TrainingLoss, activation: Activation) {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    var options = TrainingOptions()
    options.hidden = [9, 7]
    options.activation = activation
    options.bounds = [100]
    options.lastConstrained = true
    let network = FloatNetwork.random(inputCount: 11, classCount: 4, options: options, using: &generator)
    let labels = (0..<5).map { _ in generator.index(below: 4) }
    let inputs = (0..<5 * 11).map { _ in Float(generator.uniform() * 2 - 1) }
    let range: ClosedRange<Float> = -0.9...0.8
    let clamped = inputs.map { min(max($0, range.lowerBound), range.upperBound) }
    let epsilon: Float = 0.125

    let run = TrainingRun(
      network, inputs: clamped, labels: labels, range: range, loss: loss, batchSize: labels.count)
    let (value, gradients) = run.lossAndGradients(batch: Array(labels.indices)[...], epsilon: epsilon)

    var oracle = GradientOracle(network, range: range)
    func expected() -> Double { oracle.loss(loss, inputs: clamped, labels: labels, epsilon: Double(epsilon)) }
    #expect(abs(value - expected()) < 1e-5 * max(1, abs(value)), "seed \(seed)")

    // At a kink any slope between the one-sided ones is a subgradient; elsewhere the two agree.
    let step = 1e-6
    var worst = 0.0
    func compare(_ parameter: WritableKeyPath<GradientOracle, Double>, _ gradient: Float) {
      let old = oracle[keyPath: parameter]
      let here = expected()
      oracle[keyPath: parameter] = old + step
      let right = (expected() - here) / step
      oracle[keyPath: parameter] = old - step
      let left = (here - expected()) / step
      oracle[keyPath: parameter] = old
      worst = max(worst, min(left, right) - Double(gradient), Double(gradient) - max(left, right))
    }
    for layer in network.layers.indices {
      for index in network.layers[layer].weights.indices {
        compare(\.weights[layer][index], gradients[layer].weights[index])
      }
      for index in network.layers[layer].biases.indices {
        compare(\.biases[layer][index], gradients[layer].biases[index])
      }
    }
    #expect(worst < 5e-5, "seed \(seed)")
  }
}
