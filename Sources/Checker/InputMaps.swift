public import Claims

// The input maps of a header: in exact arithmetic, since what they promise is about every reading.

/// Every input map is one: real numbers that are finite, and for features with readings an integer map that lies, before
/// rounding, within half an LSB of the real one over the declared range.
func problemsInFeatures(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  if claims.features.count != 1, claims.features.count != claims.inputs {
    problems.append("number of input maps \(claims.features.count), expected 1 or \(claims.inputs)")
  }
  let range = claims.inputMinimum...max(claims.inputMinimum, claims.inputMaximum)
  for (index, feature) in claims.features.enumerated() {
    if let problem = inputMapProblem(of: feature, unit: claims.unit, range: range) {
      problems.append("input map \(index): \(problem)")
    }
  }
  return problems
}

/// What does not hold of one input map; nil when all of it does.
///
/// - Parameters:
///   - unit: LSB that make one mapped unit.
///   - range: the declared input range in LSB.
public func inputMapProblem(of feature: FeatureClaims, unit: Int, range: ClosedRange<Int>) -> String? {
  guard feature.offset.isFinite, feature.scale.isFinite, feature.scale > 0,
    (feature.scale * Double(unit)).isFinite, feature.scale * Double(unit) > 0
  else { return "offset \(feature.offset) and scale \(feature.scale) must be finite, scale > 0" }
  guard feature.tolerance.isFinite, feature.tolerance > 0 else {
    return "tolerance \(feature.tolerance) for each LSB"
  }
  // For each LSB: of the real map 1 / slope, of the integer map 2^shift / (multiplier · readings a unit).
  let slope = ExactNumber(feature.scale) * ExactNumber(unit)
  let tolerance = ExactNumber(feature.tolerance)
  var largest = 1 / (feature.scale * Double(unit))
  var isCovered = tolerance * slope <= ExactNumber(1)
  if feature.base == 0 {
    guard
      [feature.exponent, feature.origin, feature.multiplier, feature.addend, feature.shift].allSatisfy({
        $0 == 0
      })
    else { return "no readings, so all of the integer map must be 0" }
  } else {
    guard let unit = ReadingFactor(base: feature.base, exponent: feature.exponent) else {
      return "readings are value · \(feature.base)^\(feature.exponent)"
    }
    if let problem = integerMapProblem(of: feature, slope: slope, readings: unit, range: range) {
      return problem
    }
    let steepness = ExactNumber(feature.multiplier) * unit.above
    isCovered =
      isCovered && tolerance * steepness <= unit.below.scaled(byPowerOfTwo: feature.shift)
    largest = min(largest, unit.values(of: Double(1 << feature.shift) / Double(feature.multiplier)))
  }
  // Tight but for the last places, which a sound number may give away.
  guard isCovered, feature.tolerance > largest * 0.999_999_999 else {
    return "tolerance \(feature.tolerance) for each LSB, the map means \(largest)"
  }
  return nil
}

/// Readings for each unit of a value, as a fraction of whole numbers.
struct ReadingFactor {
  var above: ExactNumber
  var below: ExactNumber
  private var power: Double
  private var isFraction: Bool

  init?(base: Int, exponent: Int) {
    // Whole numbers have one spelling, 10^0.
    guard
      base == 10 && (-9...15).contains(exponent)
        || base == 2 && exponent != 0 && (-30...60).contains(exponent)
    else { return nil }
    let power = ExactNumber.power(of: base, abs(exponent))
    isFraction = exponent < 0
    (above, below) = isFraction ? (ExactNumber(1), power) : (power, ExactNumber(1))
    // At most 10^15 or 2^60, so each product is exact.
    self.power = (0..<abs(exponent)).reduce(1.0) { product, _ in product * Double(base) }
  }

  /// So many readings in the unit of the value, to nearest.
  func values(of readings: Double) -> Double { isFraction ? readings * power : readings / power }

  /// The whole reading that a value is, if it is one: the value is the number nearest to it in the feature's unit.
  func reading(of value: Double) -> Int? {
    let reading = (isFraction ? value / power : value * power).rounded()
    return reading.magnitude <= 0x1p53 && values(of: reading) == value ? Int(reading) : nil
  }
}

/// What keeps the integer map from lying within half an LSB of the real one; nil when nothing does.
///
/// Both maps are straight lines, so their difference is largest at an end of the range:
/// `|(r - origin) · m / 2^s + (addend - 2^(s-1)) / 2^s - L| ≤ 1/2` at both ends L, where the real map has the reading
/// `r = u · (offset + L / slope)`, u readings a unit. Multiplied by slope · 2^s and what is below in u, all is whole.
private func integerMapProblem(
  of feature: FeatureClaims, slope: ExactNumber, readings unit: ReadingFactor, range: ClosedRange<Int>
) -> String? {
  let words = Int(Int32.min)...Int(Int32.max)
  guard (0...31).contains(feature.shift), (1...words.upperBound).contains(feature.multiplier),
    words.contains(feature.addend), words.contains(feature.origin)
  else { return "origin, multiplier, addend or shift out of range" }
  let half = feature.shift > 0 ? 1 << (feature.shift - 1) : 0
  let scale = slope * unit.below
  for end in [range.lowerBound, range.upperBound] {
    let reading = unit.above * (ExactNumber(feature.offset) * slope + ExactNumber(end))
    let product = (reading - ExactNumber(feature.origin) * scale) * ExactNumber(feature.multiplier)
    let rest = ExactNumber(feature.addend - half) - ExactNumber(end).scaled(byPowerOfTwo: feature.shift)
    let difference = (product + rest * scale).absolute
    guard difference <= scale.scaled(byPowerOfTwo: feature.shift - 1) else {
      return "the integer map is more than half an LSB from the real one at \(end) LSB"
    }
  }
  return nil
}
