internal import Claims
internal import Certification

extension LoadedHeader {
  /// The radii asked for, the one of the declared tolerances, or usual ones; what was not asked for is said.
  ///
  /// Usual are one and two gray levels where all inputs share one map whose levels are a whole number, and 0.01 and
  /// 0.02 elsewhere: half and one per cent where readings are mapped to -1 … 1.
  /// - Throws: a radius wider than the declared input range, beyond which nothing is to be said.
  func epsilons(_ asked: [Epsilon]?, _ norm: BallNorm = .infinity) throws(CommandError) -> [Epsilon] {
    // In ℓ1 and ℓ2 that of all inputs together.
    let width = (claims.inputMaximum - claims.inputMinimum) * (norm == .infinity ? 1 : claims.inputs)
    guard let asked else {
      let (epsilons, reason) = usualEpsilons()
      // A narrow range gets what fits, at least one LSB.
      let fitting = epsilons.filter { $0.deviation(unit: claims.unit) <= width }
      let chosen = fitting.isEmpty ? ["1/\(claims.unit)"].compactMap { Epsilon($0) } : fitting
      let list = chosen.map(\.description).joined(separator: ",")
      Console.message("--epsilon \(list): \(fitting.isEmpty ? "one LSB" : reason)")
      return chosen
    }
    for epsilon in asked where epsilon.deviation(unit: claims.unit) > width {
      throw .usage(
        "--epsilon '\(epsilon)': \(epsilon.deviation(unit: claims.unit)) LSB, the whole input range is \(width) LSB"
      )
    }
    return asked
  }

  private func usualEpsilons() -> (epsilons: [Epsilon], reason: String) {
    if claims.toleranceLSB > 0 {
      return (["\(claims.toleranceLSB)/\(claims.unit)"].compactMap { Epsilon($0) }, "the declared tolerances")
    }
    let levels = claims.features.count == 1 && claims.inputs > 1 ? 1 / claims.features[0].scale : 0
    guard levels.rounded() >= 2, levels < 0x1p30, (levels - levels.rounded()).magnitude < 1e-6 else {
      let width = Double(claims.inputMaximum - claims.inputMinimum)
      let range = formatted(width / Double(claims.unit), digits: 2)
      return (
        ["0.01", "0.02"].compactMap { Epsilon($0) }, "mapped units, of which the input range has \(range)"
      )
    }
    let list = [1, 2].compactMap { Epsilon("\($0)/\(Int(levels.rounded()))") }
    return (list, "one and two gray levels")
  }

  /// The inputs that readings within a perturbation size become.
  ///
  /// A whole reading whose integer map drops no places is exactly on the grid, so that only the perturbed one is rounded.
  func ball(_ epsilon: Epsilon, _ norm: BallNorm, _ samples: EncodedSamples) -> InputBall {
    let isOnGrid = samples.isExact && (norm == .infinity || claims.features.allSatisfy { $0.shift == 0 })
    return InputBall(
      norm, epsilon, unit: claims.unit, inputs: claims.inputs, rounding: isOnGrid ? .perturbed : .both)
  }

  /// The one radius of `--epsilon`; without it that of the declared tolerances, or a usual one.
  func epsilon(_ arguments: Arguments, usual: String) throws(CommandError) -> Epsilon {
    var asked = try arguments.epsilons("--epsilon")
    if asked == nil, claims.toleranceLSB == 0 { asked = Epsilon(usual).map { [$0] } }
    let epsilons = try epsilons(asked)
    guard epsilons.count == 1 else { throw .usage("--epsilon takes one number") }
    return epsilons[0]
  }
}
