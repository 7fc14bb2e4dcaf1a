internal import Checker
internal import Claims

/// The first of some squares a little above the one estimated that is confirmed.
///
/// - Parameters:
///   - matrix: row-major; only a hint.
///   - limit: a square that is known to hold: nothing is asked from there on.
///   - confirm: proves a square.
/// - Complexity: up to 1,000 products with the matrix and its transpose, and five proofs.
func confirmedSquare(
  near matrix: [Double], columns: Int, below limit: Int?, _ confirm: (Int) -> SpectralBound?
) -> SpectralBound? {
  // The estimate comes from below.
  let estimate = squareByPowers(matrix, columns: columns)
  for excess in [0x1p-19, 0x1p-15, 0x1p-11, 0x1p-7, 0x1p-4] {
    let square = Int(min((estimate * (1 + excess)).rounded(.up), 0x1p60)) + 1
    if let limit, square >= limit { return nil }
    if let proved = confirm(square) { return proved }
  }
  return nil
}

/// The square of the largest singular value by the power method, `x ← WᵀWx / ‖WᵀWx‖`.
private func squareByPowers(_ matrix: [Double], columns: Int) -> Double {
  var random = AttackRandom(seed: 0)
  var vector = (0..<columns).map { _ in Double(random.signed()) }
  var square = 0.0
  for step in 0..<1000 {
    var product = [Double](repeating: 0, count: columns)
    for start in stride(from: 0, to: matrix.count, by: max(columns, 1)) {
      var sum = 0.0
      for column in 0..<columns { sum += matrix[start + column] * vector[column] }
      for column in 0..<columns { product[column] += matrix[start + column] * sum }
    }
    let length = BallNorm.two.estimate(product)
    guard length > 0 else { return 0 }
    for column in 0..<columns { vector[column] = product[column] / length }
    let previous = square
    square = length
    // The first vector has any length.
    if step > 1, square - previous <= square * 0x1p-32 { break }
  }
  return square
}

/// A bound of a matrix of floating-point numbers: `‖W·x‖ ≤ bound·‖x‖` for real numbers x.
///
/// In ℓ1 and ℓ∞ the sums, exact or rounded up. In ℓ2 the weights are rounded to integers of 22 bits, `W = (A + F) / 2^k` with
/// `|F| ≤ 1/2`, and `σ1(W) ≤ (σ1(A) + √(rows · columns) / 2) / 2^k`, where the checker confirms `σ1(A)`; where it does not,
/// `√(‖W‖₁·‖W‖∞)`.
///
/// - Parameter weights: row-major and finite.
public func matrixBound(_ norm: BallNorm, of weights: [Float], columns: Int) -> UpperBound {
  let rows = columns == 0 ? 0 : weights.count / columns
  switch norm {
  case .infinity:
    return largestSum((0..<rows).lazy.map { row in weights[row * columns..<(row + 1) * columns] })
  case .one:
    return largestSum(
      (0..<columns).lazy.map { column in (0..<rows).map { weights[$0 * columns + column] }[...] })
  case .two:
    let largest = weights.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return UpperBound(0) }
    // The largest becomes 2^21 … 2^22.
    let places = 21 - Int(largest.exponent)
    let integers = weights.map { Int(Float(sign: .plus, exponent: places, significand: $0).rounded()) }
    let claims = LayerClaims(
      rowCount: rows, columns: columns, shift: 0, activation: .identity, rowSumBound: 0,
      content: .dense(
        WeightClaims(
          rows: (0..<rows).map { row in
            (0..<columns).map { WeightClaims.Entry(column: $0, weight: integers[row * columns + $0]) }
          }, biases: [])))
    let proved = confirmedSquare(near: integers.map(Double.init), columns: columns, below: nil) {
      claims.spectralBound(
        $0, columns: 0..<columns, rowWeights: Array(repeating: 1, count: rows),
        columnWeights: Array(repeating: 1, count: columns))
    }
    guard let proved else {
      return matrixBound(.one, of: weights, columns: columns)
        .multiplied(by: matrixBound(.infinity, of: weights, columns: columns)).squareRoot
    }
    let rounding = UpperBound(squareRootOf: UInt128(weights.count)).shifted(down: 1)
    return UpperBound(squareRootOf: UInt128(proved.square)).adding(rounding).shifted(down: places)
  }
}

private func largestSum(_ vectors: some Sequence<ArraySlice<Float>>) -> UpperBound {
  vectors.reduce(UpperBound(0)) { largest, vector in
    let sum = vector.reduce(UpperBound(0)) { $0.adding(UpperBound($1.magnitude)) }
    return sum <= largest ? largest : sum
  }
}
