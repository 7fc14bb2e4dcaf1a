/// What changes from step to step of a training run.
package struct StepSettings: Sendable {
  /// The learning rate.
  var rate: Float
  /// The radius of the boxes of the worst-case loss, in mapped units.
  var epsilon: Float
  /// p of distances; nil for ∞.
  var exponent: NormExponent?
  /// λ, the share of the cross-entropy in `MarginLoss`.
  var crossEntropyWeight: Float

  /// Creates settings.
  package init(
    rate: Float = 0, epsilon: Float = 0, exponent: NormExponent? = nil, crossEntropyWeight: Float = 0
  ) {
    self.rate = rate
    self.epsilon = epsilon
    self.exponent = exponent
    self.crossEntropyWeight = crossEntropyWeight
  }
}

/// How the settings change over the steps of a training run.
package struct Schedule: Sendable {
  private let options: TrainingOptions
  private let steps: Double

  /// Creates the schedule of a run of that many steps.
  package init(_ options: TrainingOptions, steps: Int) {
    self.options = options
    self.steps = Double(steps)
  }

  /// The settings of a step.
  package func settings(atStep step: Int) -> StepSettings {
    StepSettings(
      rate: rate(atStep: step), epsilon: epsilon(atStep: step), exponent: exponent(atStep: step),
      crossEntropyWeight: crossEntropyWeight(atStep: step))
  }

  /// A linear warm-up times a decay from 1 to 0 over the whole run.
  ///
  /// The decay is `(1 - t)² (1 + 2t)`, never farther than 0.011 from the cosine `(1 + cos πt) / 2` and, unlike
  /// it, the same to the bit on every system.
  private func rate(atStep step: Int) -> Float {
    let time = (Double(step) + 0.5) / steps
    let decay = (1 - time) * (1 - time) * (1 + 2 * time)
    let warmUp = min((Double(step) + 1) / max(Double(options.warmUpFraction) * steps, 1), 1)
    return Float(Double(options.rate) * warmUp * decay)
  }

  /// Linear from 0 to its full value, which it then keeps.
  private func epsilon(atStep step: Int) -> Float {
    Float(Double(options.epsilon) * min(Double(step) / max(Double(options.rampFraction) * steps, 1), 1))
  }

  /// Constant, then growing exponentially, then infinite.
  private func exponent(atStep step: Int) -> NormExponent? {
    guard options.kind != .dense else { return nil }
    let growth = options.distance
    let part =
      (Double(step) / steps - Double(growth.growthStart)) / Double(growth.growthEnd - growth.growthStart)
    guard part < 1 else { return nil }
    let p = Self.between(growth.firstExponent, growth.lastExponent, max(part, 0))
    return NormExponent(atMost: Float(p) * 1.000_01)
  }

  /// Falling exponentially over the run.
  private func crossEntropyWeight(atStep step: Int) -> Float {
    Float(
      Self.between(
        options.distance.firstCrossEntropyWeight, options.distance.lastCrossEntropyWeight,
        Double(step) / steps))
  }

  /// The number that lies at a part, 0 … 1, of the exponential way from one to another.
  private static func between(_ first: Float, _ last: Float, _ part: Double) -> Double {
    Double(first) * exponential(part * logarithm(Double(last) / Double(first)))
  }
}
