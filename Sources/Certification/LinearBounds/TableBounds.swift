internal import Claims
internal import Integers

// Linear bounds of tables. Between two neighboring nodes a table is a straight line F, rounded half up: it stays within
// 1/2 LSB of F, and `coefficient·F(z) - slope·z` is least at an end of a range or at a node inside.

extension TableClaims {
  /// `2^shift` times the line at a pre-activation, which saturates first; exact.
  private func line(at point: Int64) -> Int64 {
    let place = Int(min(max(point, -32768), 32767)) + 32768
    let (node, rest) = (place >> shift, place & ((1 << shift) - 1))
    return Int64(nodes[node] << shift + (nodes[node + 1] - nodes[node]) * rest)
  }

  /// The ends of a range, the nodes inside and where pre-activations saturate, increasing.
  func corners(from lower: Int64, to upper: Int64) -> [Int64] {
    var result = [lower]
    let step = Int64(1 << shift)
    var point = max((lower + 32768) >> Int64(shift), -1) * step + step - 32768
    while point < min(upper, 32767) {
      result.append(point)
      point += step
    }
    if lower < 32767, upper > 32767 { result.append(32767) }
    if upper > lower { result.append(upper) }
    return result
  }

  /// A value that `coefficient·f(z) - slope·z` does not fall below over a range, and an integer where the lines come
  /// nearest to it; exact where the range is one integer.
  ///
  /// The parameters are those of `PiecewiseLinear.least`.
  func least(
    coefficient: Int64, slope: Int64, from lower: Int64, to upper: Int64
  ) -> (value: Int128, point: Int64) {
    if lower == upper {
      let value = Int128(self.value(at: Int(min(max(lower, -32768), 32767))))
      return (Int128(coefficient) * value - Int128(slope) * Int128(lower), lower)
    }
    var best = (value: Int128.max, point: lower)
    for point in corners(from: lower, to: upper) {
      // |coefficient·F| ≤ 2^46·2^30 and |slope·z| ≤ 2^46·2^32, times 2^15.
      let value =
        Int128(coefficient) &* Int128(line(at: point))
        &- (Int128(slope) &* Int128(point)) << Int128(shift)
      if value < best.value { best = (value, point) }
    }
    let rounding = (Int128(coefficient.magnitude) + 1) / 2
    return (best.value >> Int128(shift) - rounding, best.point)
  }

  /// The slope of the edge of the convex hull of the lines over the middle of a range, below or above.
  func hullSlope(from lower: Int64, to upper: Int64, isAbove: Bool) -> Double {
    let middle = (Double(lower) + Double(upper)) / 2
    var hull: [(x: Double, y: Double)] = []
    for corner in corners(from: lower, to: upper) {
      let point = (x: Double(corner), y: (isAbove ? -1 : 1) * Double(line(at: corner)))
      while hull.count > 1 {
        let (first, second) = (hull[hull.count - 2], hull[hull.count - 1])
        let turn = (second.x - first.x) * (point.y - first.y) - (second.y - first.y) * (point.x - first.x)
        guard turn <= 0 else { break }
        hull.removeLast()
      }
      hull.append(point)
    }
    for (first, second) in zip(hull, hull.dropFirst()) where second.x >= middle {
      let slope = (second.y - first.y) / (second.x - first.x) / Double(1 << shift)
      return isAbove ? -slope : slope
    }
    return 0
  }
}
