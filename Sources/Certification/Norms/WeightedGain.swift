internal import Checker
internal import Claims
internal import Integers

extension WeightedLayer {
  func gain(_ norm: BallNorm, _ measure: Measure) -> Gain? {
    switch norm {
    case .infinity:
      guard measure.isPlain else { return nil }
      return Gain(UpperBound(largestRowSum(ofColumns: measure.range)))
    case .one:
      let sums = columnSums(measure)
      let bounds = zip(sums, measure.columns).map { UpperBound($0, over: $1) }
      return Gain(bounds.reduce(UpperBound(0)) { $0 <= $1 ? $1 : $0 })
    case .two: return spectralBound(measure).map(Gain.init)
    }
  }

  /// `Σ_r u_r·|w_rc|` of each column: at most 2^16 · 2^7 · 2^15.
  private func columnSums(_ measure: Measure) -> [Int] {
    var sums = [Int](repeating: 0, count: measure.range.count)
    for row in 0..<rows {
      let weights = self.row(row)
      for (index, weight) in weights[
        weights.startIndex + measure.range.lowerBound..<weights.startIndex + measure.range.upperBound
      ].enumerated() {
        sums[index] += measure.rows[row] * Int(weight.magnitude)
      }
    }
    return sums
  }

  /// The norm of `w_r` or of `w_r - w_s` in the dual of the norm, each weight over its column's, rounded up to 2^-16.
  func dualNorm(_ norm: BallNorm, ofRow row: Int, minus other: Int?, _ measure: Measure) -> UpperBound {
    let start = row * columns
    let values = measure.range.lazy.map { column -> Int in
      let difference = Int(weights[start + column]) - (other.map { Int(weights[$0 * columns + column]) } ?? 0)
      let divisor = measure.columns[column - measure.range.lowerBound]
      // Below 2^32.
      return (abs(difference) << 16 + divisor - 1) / divisor
    }
    return norm.dual.length(values).shifted(down: 16)
  }

  func rowLengths(_ norm: BallNorm, _ columns: [Int]) -> [Double]? {
    (0..<rows).map { row in norm.dual.estimate(zip(self.row(row), columns).map { Double($0) / Double($1) }) }
  }

  func columnLengths(_ norm: BallNorm) -> [Double]? {
    (0..<columns).map { column in
      norm.estimate((0..<rows).map { Double(weights[$0 * columns + column]) })
    }
  }

  /// The least square near the one estimated that the checker confirms; the product of the sums where it confirms none and
  /// weights are plain.
  private func spectralBound(_ measure: Measure) -> SpectralBound? {
    let claims = IntegerLayer.weighted(self).claims
    let matrix = (0..<rows).flatMap { row in
      zip(measure.range, measure.columns).map { column, divisor in
        Double(weights[row * columns + column]) * Double(measure.rows[row]) / Double(divisor)
      }
    }
    let fallback = measure.isPlain ? claims.sumBound(columns: measure.range) : nil
    let confirmed = confirmedSquare(near: matrix, columns: measure.range.count, below: fallback?.square) {
      claims.spectralBound(
        $0, columns: measure.range, rowWeights: measure.rows, columnWeights: measure.columns)
    }
    return confirmed ?? fallback
  }
}
