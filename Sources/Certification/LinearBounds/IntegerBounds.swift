/// The least and the greatest of each of several integers; empty when one has a least above its greatest.
struct IntegerBounds: Equatable, Sendable {
  /// The least values.
  var lower: [Int64]
  /// The greatest values.
  var upper: [Int64]

  /// Bounds that are the values themselves.
  init(at values: [Int64]) {
    lower = values
    upper = values
  }

  /// Bounds by their ends.
  init(lower: [Int64], upper: [Int64]) {
    self.lower = lower
    self.upper = upper
  }

  /// Bounds of `count` values, each 0.
  init(count: Int) { self.init(at: [Int64](repeating: 0, count: count)) }

  /// How many values are bounded.
  var count: Int { lower.count }

  /// Whether no values satisfy the bounds.
  var isEmpty: Bool { zip(lower, upper).contains { $0 > $1 } }

  /// Whether the bounds leave one choice of values only.
  var isPoint: Bool { lower == upper }

  /// Replaces the bounds of one value.
  mutating func restrict(_ index: Int, to range: ClosedRange<Int64>) {
    lower[index] = range.lowerBound
    upper[index] = range.upperBound
  }

  /// Keeps what both allow.
  mutating func formIntersection(_ other: IntegerBounds) {
    for index in lower.indices {
      lower[index] = max(lower[index], other.lower[index])
      upper[index] = min(upper[index], other.upper[index])
    }
  }
}

/// What is known of one hidden layer over a box of inputs.
struct LayerBounds: Sendable {
  /// Of `z = (acc + 2^(shift-1)) >> shift`, before saturation.
  var preactivations: IntegerBounds
  /// Of second minus first of each pair of saturated pre-activations; empty unless the activation is `maxMin`.
  var differences: IntegerBounds
  /// Of what the next layer reads.
  var outputs: IntegerBounds
}

/// A lower bound `2^16·quantity ≥ Σ coefficients·values + Σ residual·inputs + constant` on an integer quantity.
///
/// `values` are what some layer reads; the residual part speaks of the network's residual inputs. Both sums of
/// magnitudes stay at or below `magnitudeLimit`.
struct LinearFunctional: Sendable {
  /// One for each value.
  var coefficients: [Int64]
  /// One for each residual input.
  var residual: [Int64]
  /// Exact: every step rounds it down.
  var constant: Int128

  /// The places behind the point.
  static let fractionBits: Int64 = 16
  /// What `Σ|coefficients|` may come to.
  ///
  /// A weight is at most 2^15 in magnitude, so with `Σ|c| ≤ 2^46` the sums `Σ c·w` of the next substitution stay
  /// within 2^61, and so do the sums `Σ c·v` over values of 16 bits.
  static let magnitudeLimit: Int64 = 1 << 46

  /// `Σ|values| ≤ magnitudeLimit`, for values that are at most 2^62 / count in magnitude.
  static func isWithinLimit(_ values: [Int64]) -> Bool {
    var sum: Int64 = 0
    for value in values {
      // Compared after each term, so that the sum is at most 2^46 + 2^62 here.
      sum &+= abs(value)
      if sum > magnitudeLimit { return false }
    }
    return true
  }

  /// `min Σ coefficients·values` over a box of 16-bit values: at the lower end of every positive coefficient and the
  /// upper end of the others.
  static func least(_ coefficients: [Int64], over bounds: IntegerBounds) -> Int64 {
    var sum: Int64 = 0
    for index in coefficients.indices {
      let coefficient = coefficients[index]
      // Σ|c|·|v| ≤ 2^47·2^15 = 2^62, so &+ and &* are exact.
      sum &+= coefficient &* (coefficient >= 0 ? bounds.lower[index] : bounds.upper[index])
    }
    return sum
  }
}
