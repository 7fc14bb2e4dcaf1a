internal import Claims

// The statements of a header beyond its classes: residual inputs, monotone inputs, tolerances, outputs in units.

/// Residual inputs exist, increase and lie behind a hidden layer.
func problemsInResidualInputs(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  var next = 0
  for input in claims.residualInputs {
    if input < next || input >= claims.inputs {
      problems.append("residual input \(input) after \(next - 1), of \(claims.inputs) inputs")
    }
    next = input < Int.max ? input + 1 : Int.max
  }
  if !claims.residualInputs.isEmpty, claims.layers.count < 2 {
    problems.append("residual inputs without a hidden layer")
  }
  if let rules = claims.layers.last?.rules, !claims.residualInputs.isEmpty,
    !rules.mayEndNetwork(.identity, hasResiduals: true)
  {
    problems.append("residual inputs of a \(rules.name) layer")
  }
  return problems
}

/// Targets are numbers, their scales positive.
func problemsInTargets(of claims: ModelClaims) -> [String] {
  claims.targets.enumerated().compactMap { index, target in
    target.offset.isFinite && target.scale.isFinite && target.scale > 0
      ? nil : "target \(index): offset \(target.offset) and scale \(target.scale) must be finite, scale > 0"
  }
}

/// The radius stated for the tolerances covers each of them, and none smaller does.
///
/// Whole readings at most t apart are inputs at most `ceil(t · multiplier / 2^shift)` LSB apart, so a radius T covers them
/// when `t · multiplier ≤ T · 2^shift`; t is the tolerance in readings, the whole number that it stands for if it does. Of
/// a feature without readings T LSB cover T times what each does.
/// - Precondition: the input maps hold.
func problemsInTolerances(of claims: ModelClaims) -> [String] {
  guard !claims.tolerances.isEmpty else {
    return claims.toleranceLSB == 0 ? [] : ["tolerance radius \(claims.toleranceLSB) LSB without tolerances"]
  }
  guard claims.tolerances.count == claims.inputs else {
    return ["number of tolerances \(claims.tolerances.count), expected \(claims.inputs)"]
  }
  guard (1...65535).contains(claims.toleranceLSB) else {
    return ["tolerance radius \(claims.toleranceLSB) LSB outside 1…65535"]
  }
  var problems: [String] = []
  var isTight = false
  for (index, tolerance) in claims.tolerances.enumerated() where tolerance != 0 {
    guard tolerance > 0, tolerance.isFinite else {
      problems.append("input \(index): tolerance \(tolerance)")
      continue
    }
    let feature = claims.features[claims.features.count == 1 ? 0 : index]
    if !isCovered(tolerance, by: claims.toleranceLSB, feature) {
      problems.append("input \(index): \(claims.toleranceLSB) LSB do not cover the tolerance \(tolerance)")
    }
    // A sound number may give away the last places of a tolerance that is no whole number of readings.
    let isNeeded = [tolerance, tolerance * 1.000_000_001].contains {
      !isCovered($0, by: claims.toleranceLSB - 1, feature)
    }
    isTight = isTight || isNeeded
  }
  if !isTight {
    problems.append("tolerance radius \(claims.toleranceLSB) LSB is larger than any tolerance needs")
  }
  return problems
}

/// Whether a change of a feature by no more than a tolerance moves its input by no more than a radius.
private func isCovered(_ tolerance: Double, by radius: Int, _ feature: FeatureClaims) -> Bool {
  guard feature.hasReadings, let unit = ReadingFactor(base: feature.base, exponent: feature.exponent) else {
    // A product rounds to nearest, so it is compared one step down.
    return (Double(radius) * feature.tolerance).nextDown >= tolerance
  }
  let reach = ExactNumber(radius).scaled(byPowerOfTwo: feature.shift)
  if let whole = unit.reading(of: tolerance) {
    return ExactNumber(whole) * ExactNumber(feature.multiplier) <= reach
  }
  return ExactNumber(tolerance) * unit.above * ExactNumber(feature.multiplier) <= reach * unit.below
}

/// Every monotone input's residual weight outweighs what the hidden layers can make of it: in every row, or in the
/// difference of the class's row and each other one.
///
/// - Precondition: the shapes and rows of the claims hold.
func problemsInMonotoneInputs(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  var seen: Set<[Int]> = []
  for statement in claims.monotoneInputs {
    let index = statement.classIndex
    let place = "monotone input \(statement.input)" + (index == -1 ? "" : " class \(index)")
    guard statement.input >= 0, statement.input < claims.inputs, abs(statement.direction) == 1 else {
      problems.append("\(place): direction \(statement.direction), of \(claims.inputs) inputs")
      continue
    }
    let classes = claims.task == .regression ? 0 : claims.outputs
    guard index == -1 || (index >= 0 && index < classes) else {
      problems.append("\(place): of \(classes) classes")
      continue
    }
    guard seen.insert([statement.input, index]).inserted else {
      problems.append("\(place) is stated twice")
      continue
    }
    guard let last = claims.layers.last, claims.layers.count > 1 else {
      problems.append("\(place): no hidden layer")
      continue
    }
    let slopes = wholeSlopes(of: claims, input: statement.input)
    let own = claims.residualInputs.firstIndex(of: statement.input).map { slopes.count + $0 }
    for row in 0..<claims.outputs where row != index {
      let (direct, reach) =
        index == -1
        ? last.rules.influence(of: own, slopes, row: row, less: nil)
        : last.rules.influence(of: own, slopes, row: index, less: row)
      if direct * Int128(statement.direction) < reach {
        let what = index == -1 ? "output \(row)" : "against class \(row)"
        problems.append("\(place) \(what): residual weight \(direct), the hidden layers reach \(reach)")
      }
    }
  }
  return problems
}

/// How far each output of the last hidden layer moves for each LSB of one input, in whole LSB.
///
/// Cut at 2^62: any cut of at least 65535 is sound, because no Int16 moves by more than that, whatever the input does.
/// It keeps the next sum within 2^62 · 65535 · 2^15 < 2^94.
private func wholeSlopes(of claims: ModelClaims, input: Int) -> [Int128] {
  var slopes = [Int128](repeating: 0, count: claims.inputs)
  slopes[input] = 1
  for layer in claims.layers.dropLast() {
    slopes = layer.rules.wholeSlopes(slopes, shift: layer.shift)
    spread(&slopes, layer.activation, by: max)
    if let table = layer.activation.table { slopes = slopes.map(table.moved) }
  }
  return slopes
}
