package import Claims
internal import Integers

/// A function of one integer made of straight pieces that meet at integers, each with a slope from -1 to 1.
///
/// What an activation makes of a pre-activation before saturation, `z ↦ act(sat16(z))`, is one of them, and so is
/// the positive part that `maxMin` applies to a difference. Between two neighboring breakpoints
/// `coefficient·f(z) - slope·z` is a straight line, so over a range it is least at an end or at a breakpoint
/// inside: every bound here rests on that and on nothing else. Tables are rounded, see `TableBounds.swift`.
package enum PiecewiseLinear: Sendable {
  /// `sat16(z)`.
  case saturation
  /// `max(sat16(z), 0)`.
  case rectification
  /// `min(|sat16(z)|, 32767)`.
  case magnitude
  /// `min(-sat16(z), 32767)`.
  case negation
  /// `max(t, 0)`, of a difference that cannot saturate.
  case positivePart
  /// `table(sat16(z))`.
  case table(TableClaims)

  /// Those without numbers of their own.
  package static let plain: [PiecewiseLinear] = [
    .saturation, .rectification, .magnitude, .negation, .positivePart,
  ]

  /// The value at an integer.
  @inline(__always)
  package func value(at point: Int64) -> Int64 {
    switch self {
    case .saturation: min(max(point, -32768), 32767)
    case .rectification: min(max(point, 0), 32767)
    case .magnitude: min(point.magnitude < 32767 ? abs(point) : 32767, 32767)
    case .negation: min(max(0 &- point, -32767), 32767)
    case .positivePart: max(point, 0)
    case .table(let table): Int64(table.value(at: Int(min(max(point, -32768), 32767))))
    }
  }

  /// Where the slope changes, increasing, the last one repeated where there are fewer than three; of a table only where
  /// it saturates.
  @inline(__always)
  var breakpoints: (Int64, Int64, Int64) {
    switch self {
    case .saturation, .table: (-32768, 32767, 32767)
    case .rectification: (0, 32767, 32767)
    case .magnitude: (-32767, 0, 32767)
    case .negation: (-32767, 32767, 32767)
    case .positivePart: (0, 0, 0)
    }
  }

  /// Whether the function has more than one piece between two integers.
  @inline(__always)
  func bends(between lower: Int64, and upper: Int64) -> Bool {
    if case .table(let table) = self { return table.corners(from: lower, to: upper).count > 2 }
    let (first, second, third) = breakpoints
    return (lower < first && first < upper) || (lower < second && second < upper)
      || (lower < third && third < upper)
  }

  /// The ends of a range and the breakpoints inside, increasing.
  func corners(from lower: Int64, to upper: Int64) -> [Int64] {
    if case .table(let table) = self { return table.corners(from: lower, to: upper) }
    let (first, second, third) = breakpoints
    var result = [lower]
    for point in [first, second, third] where point < upper {
      if let last = result.last, point > last { result.append(point) }
    }
    if upper > lower { result.append(upper) }
    return result
  }

  /// The least value of `coefficient·f(z) - slope·z` over a range, exact, and an integer where it is attained; of a table
  /// a value below it by what rounding can take.
  ///
  /// - Parameters:
  ///   - coefficient: at most 2^46 in magnitude.
  ///   - slope: at most 2^46 in magnitude.
  ///   - lower: at least -2^32.
  ///   - upper: `lower` … 2^32.
  @inline(__always)
  package func least(
    coefficient: Int64, slope: Int64, from lower: Int64, to upper: Int64
  ) -> (value: Int128, point: Int64) {
    if case .table(let table) = self {
      return table.least(coefficient: coefficient, slope: slope, from: lower, to: upper)
    }
    // |coefficient·f| ≤ 2^46·2^17 and |slope·z| ≤ 2^46·2^32: &*, &- are exact in 128 bits.
    @inline(__always) func term(_ point: Int64) -> Int128 {
      Int128(coefficient) &* Int128(value(at: point)) &- Int128(slope) &* Int128(point)
    }
    var best = (value: term(lower), point: lower)
    @inline(__always) func consider(_ point: Int64) {
      let value = term(point)
      if value < best.value { best = (value, point) }
    }
    let (first, second, third) = breakpoints
    if lower < first, first < upper { consider(first) }
    if lower < second, second < upper { consider(second) }
    if lower < third, third < upper { consider(third) }
    consider(upper)
    return best
  }

  /// The least and the greatest value over a range, attained.
  package func range(from lower: Int64, to upper: Int64) -> (lower: Int64, upper: Int64) {
    let ends = (value(at: lower), value(at: upper))
    // Only the magnitude turns around, at 0.
    if case .magnitude = self, lower < 0, upper > 0 { return (0, max(ends.0, ends.1)) }
    return (min(ends.0, ends.1), max(ends.0, ends.1))
  }

  /// Cuts a range in two at a breakpoint q inside, the one closest to the middle: up to q - 1, and from q.
  ///
  /// - Returns: two ranges that together hold every integer of the range, each one once; nil where nothing bends.
  package func cut(
    from lower: Int64, to upper: Int64
  ) -> (below: ClosedRange<Int64>, above: ClosedRange<Int64>)? {
    let inside = corners(from: lower, to: upper).dropFirst().dropLast()
    guard let middle = inside.max(by: { min($0 - lower, upper - $0) < min($1 - lower, upper - $1) }) else {
      return nil
    }
    // lower < q < upper, so neither range is empty.
    return (lower...middle - 1, middle...upper)
  }

  /// The slope of a line below (or above) the function over a range with the least area between the two: that of
  /// the edge of the convex hull over the middle of the range.
  ///
  /// For ReLU this is the choice of DeepPoly: the chord above; below, slope 0 or 1, whichever range is shorter.
  package func hullSlope(from lower: Int64, to upper: Int64, isAbove: Bool) -> Double {
    guard lower < upper else { return 0 }
    if case .table(let table) = self { return table.hullSlope(from: lower, to: upper, isAbove: isAbove) }
    guard bends(between: lower, and: upper) else {
      return Double(value(at: upper) - value(at: lower)) / Double(upper - lower)
    }
    let points = corners(from: lower, to: upper)
    let middle = (Double(lower) + Double(upper)) / 2
    var best = (height: Double.infinity, slope: 0.0)
    for (index, first) in points.enumerated() where Double(first) <= middle {
      for second in points[(index + 1)...] where Double(second) >= middle {
        let slope = Double(value(at: second) - value(at: first)) / Double(second - first)
        let height = Double(value(at: first)) + slope * (middle - Double(first))
        let compared = isAbove ? -height : height
        if compared < best.height { best = (compared, slope) }
      }
    }
    return best.slope
  }
}
