internal import Foundation

/// How the bound of a functional changes with its slopes: for each unit and each pair of each hidden layer, the
/// value of the line's argument minus the point where the remainder is least.
private struct SlopeGradient {
  var units: [[Double]]
  var pairs: [[Double]]
}

/// Adam's running averages for one set of slopes.
private struct Moments {
  var first: [Double]
  var second: [Double]

  init(count: Int) {
    first = [Double](repeating: 0, count: count)
    second = first
  }

  /// The next step for one parameter, about 1 in magnitude.
  mutating func step(_ index: Int, _ gradient: Double, count: Int) -> Double {
    first[index] = 0.8 * first[index] + 0.2 * gradient
    second[index] = 0.95 * second[index] + 0.05 * gradient * gradient
    guard second[index] > 0 else { return 0 }
    let average = first[index] / (1 - pow(0.8, Double(count)))
    return average / (second[index] / (1 - pow(0.95, Double(count)))).squareRoot()
  }
}

/// A unit or a pair of a hidden layer whose range was cut in two.
struct UnitSplit: Sendable {
  var layer: Int
  var unit: Int
  var isPair: Bool
}

extension BoxProver {
  /// Improves a bound by moving its slopes up their supergradient; the bound of every step is exact and proved.
  ///
  /// The bound is the least of many functions that are linear in the multipliers: concave. A unit that bends gets a
  /// better slope, a unit that was split an offset, which is the Lagrange multiplier of the split.
  ///
  /// Source: S. Wang et al., Beta-CROWN, NeurIPS 2021.
  ///
  /// - Parameters:
  ///   - start: the bound for the given slopes.
  ///   - slopes: afterwards the best ones found.
  /// - Complexity: O(steps · non-zero weights).
  func ascent(
    of functional: LinearFunctional, from start: Substitution, over box: IntegerBounds, bounds: [LayerBounds],
    slopes: inout [LayerSlopes], splits: [UnitSplit], steps: Int
  ) -> Substitution {
    var best = start
    var current = start
    var trial = slopes
    var unitMoments = bounds.map { Moments(count: $0.preactivations.count) }
    var pairMoments = bounds.map { Moments(count: $0.differences.count) }
    var splitMoments = Moments(count: splits.count)
    for count in 1...max(steps, 1) where count <= steps && best.value <= 0 {
      guard current.steps.count == hidden.count, let gradient = gradient(current, trial, over: box) else {
        break
      }
      let rate = 0.25 * pow(0.93, Double(count))
      for (index, layer) in hidden.enumerated() {
        let step = current.steps[hidden.count - 1 - index]
        move(
          &trial[index].units, layer.activation.elementwise, over: bounds[index].preactivations,
          coefficients: step.coefficients, gradient: gradient.units[index], &unitMoments[index], rate, count)
        move(
          &trial[index].pairs, .positivePart, over: bounds[index].differences,
          coefficients: step.pairCoefficients, gradient: gradient.pairs[index], &pairMoments[index], rate,
          count)
      }
      for (index, split) in splits.enumerated() {
        let step = current.steps[hidden.count - 1 - split.layer]
        let coefficients = split.isPair ? step.pairCoefficients : step.coefficients
        let slope = split.isPair ? gradient.pairs[split.layer] : gradient.units[split.layer]
        let size = coefficients.reduce(1.0) { $0 + Double($1.magnitude) } / Double(max(coefficients.count, 1))
        let change = rate * size * splitMoments.step(index, slope[split.unit], count: count)
        if split.isPair {
          trial[split.layer].pairs.offsets[split.unit] += change
        } else {
          trial[split.layer].units.offsets[split.unit] += change
        }
      }
      current = lowerBound(of: functional, over: box, bounds: bounds, slopes: trial)
      if current.value > best.value {
        best = current
        slopes = trial
      }
    }
    return best
  }

  /// Moves the slopes of the units that bend, each that its coefficient makes count.
  private func move(
    _ slopes: inout Slopes, _ function: PiecewiseLinear, over bounds: IntegerBounds, coefficients: [Int64],
    gradient: [Double], _ moments: inout Moments, _ rate: Double, _ count: Int
  ) {
    for index in gradient.indices
    where function.bends(between: bounds.lower[index], and: bounds.upper[index]) {
      let change =
        rate * moments.step(index, Double(coefficients[index]) * gradient[index], count: count)
      if coefficients[index] >= 0 {
        slopes.below[index] = min(max(slopes.below[index] + change, -1), 1)
      } else {
        slopes.above[index] = min(max(slopes.above[index] + change, -1), 1)
      }
    }
  }

  /// The input of a box where the functional of the inputs is least.
  func minimizer(_ coefficients: [Int64], over box: IntegerBounds) -> [Int64] {
    coefficients.indices.map { coefficients[$0] >= 0 ? box.lower[$0] : box.upper[$0] }
  }

  /// Carries the minimizing input forwards.
  ///
  /// What a layer's outputs count for is `f(p) + slope·(ẑ - p)`, where p minimizes the unit's remainder and ẑ is what
  /// the layer before makes of the argument: the derivative of the bound with respect to the output's coefficient.
  private func gradient(
    _ substitution: Substitution, _ slopes: [LayerSlopes], over box: IntegerBounds
  ) -> SlopeGradient? {
    guard let coefficients = substitution.inputCoefficients else { return nil }
    var result = SlopeGradient(units: [], pairs: [])
    var values = minimizer(coefficients, over: box).map { Double($0) }
    for (index, layer) in hidden.enumerated() {
      let step = substitution.steps[hidden.count - 1 - index]
      let function = layer.activation.elementwise
      let estimates = layer.estimates(at: values, multipliers: step.multipliers)
      var units = [Double](repeating: 0, count: layer.rows)
      values = units
      for row in 0..<layer.rows {
        units[row] = estimates[row] - Double(step.points[row])
        values[row] =
          Double(function.value(at: step.points[row]))
          + slopes[index].units.slope(row, coefficient: step.coefficients[row]) * units[row]
      }
      var pairs = [Double](repeating: 0, count: step.pairPoints.count)
      for pair in pairs.indices {
        let point = step.pairPoints[pair]
        pairs[pair] = values[2 * pair + 1] - values[2 * pair] - Double(point)
        let part =
          Double(max(point, 0))
          + slopes[index].pairs.slope(pair, coefficient: step.pairCoefficients[pair]) * pairs[pair]
        values[2 * pair] += part
        values[2 * pair + 1] -= part
      }
      result.units.append(units)
      result.pairs.append(pairs)
    }
    return result
  }
}
