internal import Claims
internal import Integers

/// The lines that replace the units of one kind in one layer: for each, the slope where its coefficient is positive
/// or 0 and the line must lie below, the slope where it is negative, and what is added to the product.
///
/// Any numbers give a sound bound; these decide how good it is.
struct Slopes: Sendable {
  /// Where the line must lie below.
  var below: [Double]
  /// Where the line must lie above.
  var above: [Double]
  /// Added to `coefficient · slope`, 0 unless a search moves it.
  var offsets: [Double]

  /// The slopes of least area over the bounds of each unit.
  init(_ function: PiecewiseLinear, over bounds: IntegerBounds) {
    below = bounds.lower.indices.map {
      function.hullSlope(from: bounds.lower[$0], to: bounds.upper[$0], isAbove: false)
    }
    above = bounds.lower.indices.map {
      function.hullSlope(from: bounds.lower[$0], to: bounds.upper[$0], isAbove: true)
    }
    offsets = [Double](repeating: 0, count: bounds.count)
  }

  /// The slope for a coefficient.
  @inline(__always)
  func slope(_ index: Int, coefficient: Int64) -> Double {
    coefficient >= 0 ? below[index] : above[index]
  }

  /// The integer multiplier of a unit, at most 2^46 in magnitude.
  @inline(__always)
  func multiplier(_ index: Int, coefficient: Int64) -> Int64 {
    let value = Double(coefficient) * slope(index, coefficient: coefficient) + offsets[index]
    guard value.isFinite else { return 0 }
    return Int64(min(max(value, -0x1p46), 0x1p46).rounded())
  }

  /// Keeps the slopes of those units whose function still bends, and all offsets, from a search over a larger box.
  mutating func inherit(_ other: Slopes, _ function: PiecewiseLinear, over bounds: IntegerBounds) {
    offsets = other.offsets
    for index in below.indices where function.bends(between: bounds.lower[index], and: bounds.upper[index]) {
      below[index] = other.below[index]
      above[index] = other.above[index]
    }
  }
}

/// The lines of one hidden layer.
struct LayerSlopes: Sendable {
  /// For each pre-activation.
  var units: Slopes
  /// For the difference of each pair of `maxMin`; otherwise empty.
  var pairs: Slopes

  /// The slopes of least area.
  init(_ activation: IntegerActivation, over bounds: LayerBounds) {
    units = Slopes(activation.elementwise, over: bounds.preactivations)
    pairs = Slopes(.positivePart, over: bounds.differences)
  }

  /// See `Slopes.inherit`.
  mutating func inherit(_ other: LayerSlopes, _ activation: IntegerActivation, over bounds: LayerBounds) {
    units.inherit(other.units, activation.elementwise, over: bounds.preactivations)
    pairs.inherit(other.pairs, .positivePart, over: bounds.differences)
  }
}

/// How a bound came through one activation, for a search that looks for better slopes and for what to split.
struct ActivationStep: Sendable {
  /// The coefficients of the saturated values of each unit.
  var coefficients: [Int64]
  /// The multipliers of the pre-activations.
  var multipliers: [Int64]
  /// Where each unit's remainder is least.
  var points: [Int64]
  /// The coefficient of each pair's positive part.
  var pairCoefficients: [Int64]
  /// Its multiplier.
  var pairMultipliers: [Int64]
  /// Where it is least.
  var pairPoints: [Int64]
  /// A lower bound of all remainders together.
  var constant: Int128
}

extension IntegerActivation {
  /// What is applied to each pre-activation by itself, before values are compared with each other.
  var elementwise: PiecewiseLinear {
    switch self {
    case .identity, .maxMin, .sort, .smooth: .saturation
    case .relu: .rectification
    case .abs: .magnitude
    case .negate: .negation
    }
  }

  /// The bounds of a layer from those of its pre-activations, and of its differences where they are known.
  func bounds(of preactivations: IntegerBounds, differences known: IntegerBounds?) -> LayerBounds {
    var result = LayerBounds(
      preactivations: preactivations, differences: IntegerBounds(count: 0), outputs: preactivations)
    for index in preactivations.lower.indices {
      let ends = elementwise.range(from: preactivations.lower[index], to: preactivations.upper[index])
      result.outputs.lower[index] = ends.lower
      result.outputs.upper[index] = ends.upper
    }
    switch self {
    case .identity, .relu, .abs, .negate: break
    case .maxMin: result.pair(known)
    case .sort:
      result.outputs.lower.sort()
      result.outputs.upper.sort()
    case .smooth(let table):
      result.outputs.lower = result.outputs.lower.map { Int64(table.value(at: Int($0))) }
      result.outputs.upper = result.outputs.upper.map { Int64(table.value(at: Int($0))) }
    }
    return result
  }

  /// Replaces the outputs of a layer by its pre-activations: `Σ coefficients·outputs ≥ Σ multipliers·z + constant`
  /// wherever the bounds hold.
  ///
  /// `coefficient·f(z) ≥ multiplier·z + min(coefficient·f - multiplier·z)` for any multiplier. A pair of `maxMin` is
  /// `max(a, b) = a + max(b - a, 0)` and `min(a, b) = b - max(b - a, 0)`: the same step for the difference, then one
  /// for a and one for b.
  ///
  /// - Returns: nil for `sort` and tables, whose outputs are bounded by their intervals only.
  func substituted(
    _ coefficients: [Int64], over bounds: LayerBounds, slopes: LayerSlopes
  ) -> ActivationStep? {
    if self == .sort || table != nil { return nil }
    var step = ActivationStep(
      coefficients: coefficients, multipliers: coefficients, points: coefficients, pairCoefficients: [],
      pairMultipliers: [], pairPoints: [], constant: 0)
    for pair in bounds.differences.lower.indices {
      let (first, second) = (coefficients[2 * pair], coefficients[2 * pair + 1])
      // Both at most 2^46 in magnitude together; the multiplier is cut to 2^46.
      let coefficient = first &- second
      let multiplier = slopes.pairs.multiplier(pair, coefficient: coefficient)
      let least = PiecewiseLinear.positivePart.least(
        coefficient: coefficient, slope: multiplier, from: bounds.differences.lower[pair],
        to: bounds.differences.upper[pair])
      step.coefficients[2 * pair] = first &- multiplier
      step.coefficients[2 * pair + 1] = second &+ multiplier
      step.pairCoefficients.append(coefficient)
      step.pairMultipliers.append(multiplier)
      step.pairPoints.append(least.point)
      step.constant += least.value
    }
    guard LinearFunctional.isWithinLimit(step.coefficients) else { return nil }
    let function = elementwise
    for index in step.coefficients.indices {
      let multiplier = slopes.units.multiplier(index, coefficient: step.coefficients[index])
      let least = function.least(
        coefficient: step.coefficients[index], slope: multiplier, from: bounds.preactivations.lower[index],
        to: bounds.preactivations.upper[index])
      step.multipliers[index] = multiplier
      step.points[index] = least.point
      step.constant += least.value
    }
    return step
  }
}

extension LayerBounds {
  /// Bounds the differences and the outputs of `maxMin`, whose saturated inputs stand in `outputs`.
  fileprivate mutating func pair(_ known: IntegerBounds?) {
    let saturated = outputs
    differences = IntegerBounds(count: saturated.count / 2)
    for pair in differences.lower.indices {
      let (first, second) = (2 * pair, 2 * pair + 1)
      differences.lower[pair] = saturated.lower[second] - saturated.upper[first]
      differences.upper[pair] = saturated.upper[second] - saturated.lower[first]
    }
    if let known { differences.formIntersection(known) }
    for pair in differences.lower.indices {
      let (first, second) = (2 * pair, 2 * pair + 1)
      outputs.lower[first] = max(saturated.lower[first], saturated.lower[second])
      outputs.upper[first] = max(saturated.upper[first], saturated.upper[second])
      outputs.lower[second] = min(saturated.lower[first], saturated.lower[second])
      outputs.upper[second] = min(saturated.upper[first], saturated.upper[second])
      // Where one of the two is known to be the larger, the outputs are that one and the other.
      if differences.upper[pair] <= 0 {
        outputs.upper[first] = saturated.upper[first]
        outputs.lower[second] = saturated.lower[second]
      } else if differences.lower[pair] >= 0 {
        outputs.upper[first] = saturated.upper[second]
        outputs.lower[second] = saturated.lower[first]
      }
    }
  }
}
