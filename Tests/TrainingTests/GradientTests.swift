import TestSupport
import Testing
import Training

@Suite("Gradients")
struct GradientTests {
  static let losses: [TrainingLoss] = [
    .crossEntropy(temperature: 0.5), .hinge(margin: 0.7), .worstCase(temperature: 0.3, cleanWeight: 0),
    .worstCase(temperature: 0.4, cleanWeight: 0.3), .squaredError, .absoluteError,
  ]

  @Test(arguments: losses, Activation.allCases)
  func `of every loss and activation match finite differences`(loss: TrainingLoss, activation: Activation) {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    var options = TrainingOptions()
    options.hidden = [9, 7]
    options.activation = activation
    options.bounds = [loss.isRegression ? 1 : 100]
    options.lastConstrained = true
    let classes: [Int?] = loss.isRegression ? [nil, nil] : [1, 3]
    options.monotone = [
      MonotoneConstraint(input: 8, isIncreasing: false, classIndex: classes[0]),
      MonotoneConstraint(input: 2, isIncreasing: true, classIndex: classes[1]),
    ]
    let network = FloatNetwork.random(inputCount: 11, classCount: 4, options: options, using: &generator)
    let labels = (0..<5).map { _ in generator.index(below: 4) }
    let inputs = (0..<5 * 11).map { _ in Float(generator.uniform() * 2 - 1) }
    let range: ClosedRange<Float> = -0.9...0.8
    let clamped = inputs.map { min(max($0, range.lowerBound), range.upperBound) }
    let epsilon: Float = 0.125
    let targets = loss.isRegression ? (0..<5 * 4).map { _ in Float(generator.uniform() * 2 - 1) } : []

    let run = TrainingRun(
      network, TrainingData(inputs: clamped, labels: labels, targets: targets, range: range),
      objective: .loss(loss),
      batchSize: labels.count)
    let (value, gradients, residualGradients) = run.lossAndGradients(
      batch: Array(labels.indices)[...], StepSettings(epsilon: epsilon))

    // The run has projected its network, residual weights included.
    var oracle = GradientOracle(run.network, range: range)
    oracle.targets = targets
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
    for term in network.residuals.indices {
      for output in network.residuals[term].weights.indices
      where output == network.residuals[term].classIndex ?? output {
        compare(\.residuals[term][output], residualGradients[term][output])
      }
    }
    #expect(worst < 5e-5, "seed \(seed)")
  }
}
