/// How exponent, rate and the share of the cross-entropy change over the steps of a distance network's training.
struct DistanceSchedule: Sendable {
  private let steps: Double
  private let options: TrainingOptions

  /// Creates the schedule of a run of that many steps.
  init(_ options: TrainingOptions, steps: Int) {
    self.steps = Double(steps)
    self.options = options
  }

  /// The part of the run that is done before a step.
  private func time(atStep step: Int) -> Double { Double(step) / steps }

  /// p at a step, or nil for ∞: constant, then growing exponentially, then infinite.
  func exponent(atStep step: Int) -> DistanceExponent? {
    let growth = options.distance
    let part =
      (time(atStep: step) - Double(growth.growthStart)) / Double(growth.growthEnd - growth.growthStart)
    guard part < 1 else { return nil }
    let (first, last) = (Double(growth.firstExponent), Double(growth.lastExponent))
    return DistanceExponent(
      atMost: Float(first * exponential(max(part, 0) * logarithm(last / first))) * 1.000_01)
  }

  /// λ at a step: falling exponentially over the run.
  func crossEntropyWeight(atStep step: Int) -> Float {
    let (first, last) = (
      Double(options.distance.firstCrossEntropyWeight), Double(options.distance.lastCrossEntropyWeight)
    )
    return Float(first * exponential(time(atStep: step) * logarithm(last / first)))
  }
}
