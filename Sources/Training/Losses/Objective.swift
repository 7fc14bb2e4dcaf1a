/// What a run minimizes, and of which samples.
package enum Objective: Sendable {
  /// A loss of the options, for dense networks and regressions.
  case loss(TrainingLoss)

  /// The margin of 2ε that certifies a 1-Lipschitz network at ε, see `MarginLoss`.
  case margin(epsilon: Float)

  /// A loss and its share in the whole.
  struct Term: Sendable {
    let loss: any LogitLoss
    let weight: Float
  }

  /// The scale of the logits that is learned; nil for none.
  var learnsScale: Bool {
    if case .margin = self { true } else { false }
  }

  /// The loss of the outputs at the samples themselves.
  ///
  /// - Parameters:
  ///   - labels: the class of each sample.
  ///   - targets: the outputs wanted of a regression, sample after sample.
  ///   - scale: the scale of the logits, where it is learned.
  func pointTerm(labels: [Int], targets: [Float], _ settings: StepSettings, scale: Float) -> Term? {
    switch self {
    case .margin(let epsilon):
      Term(
        loss: MarginLoss(
          epsilon: epsilon, crossEntropyWeight: settings.crossEntropyWeight, scale: scale, labels: labels),
        weight: 1)
    case .loss(.squaredError): Term(loss: ErrorLoss(isSquared: true, targets: targets), weight: 1)
    case .loss(.absoluteError): Term(loss: ErrorLoss(isSquared: false, targets: targets), weight: 1)
    case .loss(.crossEntropy(let temperature)):
      Term(loss: CrossEntropyLoss(temperature: temperature, labels: labels), weight: 1)
    case .loss(.hinge(let margin)): Term(loss: HingeLoss(margin: margin, labels: labels), weight: 1)
    case .loss(.worstCase(let temperature, let cleanWeight)):
      cleanWeight > 0
        ? Term(loss: CrossEntropyLoss(temperature: temperature, labels: labels), weight: cleanWeight) : nil
    }
  }

  /// The loss of the worst-case logits over the boxes around the samples.
  func intervalTerm(labels: [Int]) -> Term? {
    guard case .loss(.worstCase(let temperature, let cleanWeight)) = self else { return nil }
    return Term(loss: CrossEntropyLoss(temperature: temperature, labels: labels), weight: 1 - cleanWeight)
  }

  /// The sum of the losses of a batch's shards.
  ///
  /// In one order for each objective: the last digits of a training curve depend on it.
  func total(_ shards: [[Double]]) -> Double {
    switch self {
    case .loss: shards.joined().reduce(0, +)
    case .margin: shards.map { $0.reduce(0, +) }.reduce(0, +)
    }
  }
}

extension TrainingOptions {
  /// What a network of these options is trained on.
  package var objective: Objective { kind.hasDistances ? .margin(epsilon: epsilon) : .loss(loss) }
}
