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
  /// λ of the penalty.
  var lambda: Float

  /// Creates settings.
  package init(
    rate: Float = 0, epsilon: Float = 0, exponent: NormExponent? = nil, crossEntropyWeight: Float = 0,
    lambda: Float = 0
  ) {
    self.rate = rate
    self.epsilon = epsilon
    self.exponent = exponent
    self.crossEntropyWeight = crossEntropyWeight
    self.lambda = lambda
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
  ///
  /// - The rate, where it is not kept, is a linear warm-up times a decay from 1 to 0 over the whole run, `(1 - t)² (1 + 2t)`: never farther
  ///   than 0.011 from the cosine `(1 + cos πt) / 2` and, unlike it, the same to the bit on every system.
  /// - Epsilon rises linearly from 0 to its full value, which it then keeps.
  /// - The exponent of distances is constant, then grows exponentially and then is infinite; their share of
  ///   cross-entropy falls exponentially over the run.
  package func settings(atStep step: Int) -> StepSettings {
    let (options, number, done) = (options, Double(step), Double(step) / steps)
    let time = (number + 0.5) / steps
    let decay = (1 - time) * (1 - time) * (1 + 2 * time)
    let warmUp = min((number + 1) / max(Double(options.warmUpFraction) * steps, 1), 1)
    let ramp = min(number / max(Double(options.rampFraction) * steps, 1), 1)
    let share = options.optimizer.keepsRate ? 1 : warmUp * decay
    var settings = StepSettings(
      rate: Float(Double(options.rate) * share), epsilon: Float(Double(options.epsilon) * ramp))
    guard options.kind.hasDistances else { return settings }
    let distance = options.distance
    let part =
      (done - Double(distance.growthStart)) / Double(distance.growthEnd - distance.growthStart)
    if part < 1 {
      let p = Self.between(distance.firstExponent, distance.lastExponent, max(part, 0))
      settings.exponent = NormExponent(atMost: Float(p) * 1.000_01)
    }
    settings.crossEntropyWeight = Float(
      Self.between(distance.firstCrossEntropyWeight, distance.lastCrossEntropyWeight, done))
    return settings
  }

  /// The number that lies at a part, 0 … 1, of the exponential way from one to another.
  private static func between(_ first: Float, _ last: Float, _ part: Double) -> Double {
    Double(first) * exponential(part * logarithm(Double(last) / Double(first)))
  }
}
