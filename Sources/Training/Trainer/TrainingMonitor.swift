/// The fixed samples on which the accuracies of a curve are measured.
struct TrainingMonitor {
  private let points: (inputs: [Float], labels: [Int])
  /// The outputs wanted of the points in a regression; empty for a classifier.
  private let targets: [Float]
  private let boxes: (inputs: [Float], labels: [Int])
  private let range: ClosedRange<Float>
  private let epsilon: Float

  /// Chooses up to 10,000 samples among the given ones for the accuracy and up to `boxLimit` for the costlier verified
  /// accuracy.
  ///
  /// They are drawn at random, always the same ones: every sixth image of MNIST, for instance, would be biased by
  /// six points of accuracy, since its two sources alternate.
  init(_ data: TrainingData, among samples: [Int], epsilon: Float, boxLimit: Int) {
    range = data.range
    self.epsilon = epsilon
    let (inputs, labels, targets) = (data.inputs, data.labels, data.targets)
    let featureCount = data.featureCount
    var order = samples
    var generator = SeededGenerator(seed: 0)
    generator.shuffle(&order)
    func spread(_ limit: Int) -> (inputs: [Float], labels: [Int]) {
      let samples = order.prefix(limit)
      return (
        samples.flatMap { inputs[$0 * featureCount..<($0 + 1) * featureCount] }, samples.map { labels[$0] }
      )
    }
    points = spread(10_000)
    boxes = spread(boxLimit)
    let outputs = targets.count / labels.count
    self.targets = order.prefix(points.labels.count).flatMap { targets[$0 * outputs..<($0 + 1) * outputs] }
  }

  /// The fraction of the chosen samples that a network classifies correctly; of a regression the part of the
  /// targets' variance that it explains, 0 at least.
  func accuracy(of network: FloatNetwork) -> Double {
    targets.isEmpty
      ? network.accuracy(inputs: points.inputs, labels: points.labels)
      : max(0, network.explainedVariance(inputs: points.inputs, targets: targets))
  }

  /// The fraction of the chosen samples that interval bounds prove at epsilon; nil for a regression.
  func verifiedAccuracy(of network: FloatNetwork) -> Double? {
    guard targets.isEmpty else { return nil }
    return network.verifiedAccuracy(
      inputs: boxes.inputs, labels: boxes.labels, range: range, epsilon: epsilon)
  }

  /// How a network does on the chosen samples: by certificates, or under attacks of a radius in ℓ2.
  func score(of network: FloatNetwork, attackRadius: Float?) -> ValidationScore {
    let accuracy = accuracy(of: network)
    guard let attackRadius else {
      return ValidationScore(accuracy: accuracy, verifiedAccuracy: verifiedAccuracy(of: network))
    }
    let attack = FloatAttack.gradient(.two, radius: attackRadius, step: attackRadius / 4, steps: 10)
    return ValidationScore(
      accuracy: accuracy, verifiedAccuracy: nil,
      attackedAccuracy: network.accuracy(inputs: boxes.inputs, labels: boxes.labels, under: attack))
  }
}
