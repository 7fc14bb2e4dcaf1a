/// How rate and epsilon change over the steps of a training run.
struct Schedule: Sendable {
  private let steps: Double
  private let warmUpSteps: Double
  private let rampSteps: Double
  private let rate: Double
  private let epsilon: Double

  /// Creates the schedule of a run of that many steps.
  init(_ options: TrainingOptions, steps: Int) {
    self.steps = Double(steps)
    warmUpSteps = Double(options.warmUpFraction) * Double(steps)
    rampSteps = Double(options.rampFraction) * Double(steps)
    rate = Double(options.rate)
    epsilon = Double(options.epsilon)
  }

  /// The rate of a step: a linear warm-up times a decay from 1 to 0 over the whole run.
  ///
  /// The decay is `(1 - t)² (1 + 2t)`, never farther than 0.011 from the cosine `(1 + cos πt) / 2` and, unlike
  /// it, the same to the bit on every system.
  func rate(atStep step: Int) -> Float {
    let time = (Double(step) + 0.5) / steps
    let decay = (1 - time) * (1 - time) * (1 + 2 * time)
    let warmUp = min((Double(step) + 1) / max(warmUpSteps, 1), 1)
    return Float(rate * warmUp * decay)
  }

  /// Epsilon at a step: linear from 0 to its full value, which it then keeps.
  func epsilon(atStep step: Int) -> Float {
    Float(epsilon * min(Double(step) / max(rampSteps, 1), 1))
  }
}
