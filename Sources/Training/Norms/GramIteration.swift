/// A proved upper bound on the largest singular value of a matrix, `‖W‖₂ ≤ ‖(W Wᵀ)^(2^k)‖_F^(1/2^(k+1))` for growing k, with
/// everything that rounding can do added on.
///
/// With A₀ = W, the computed `A_(i+1) = fl(A_i A_iᵀ) / s_i`, s_i a power of two, satisfy
///
///     ‖A_i‖₂² ≤ s_i ‖A_(i+1)‖₂ + γ(n) ‖A_i‖_F²,    γ(n) = n·u / (1 - n·u),
///
/// whatever the order of the sums, because `|fl(A Aᵀ) - A Aᵀ| ≤ γ |A| |A|ᵀ`. The bound starts with the Frobenius norm of the last
/// one and goes back, rounded up at every step; each further k takes the root of the factor by which it lies above.
///
/// Source: Delattre, Barthélemy, Araujo, Allauzen, "Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram
/// Iteration", ICML 2023; the bound on the rounding is ours.
///
/// - Parameters:
///   - enough: ends the iteration as soon as the bound is no larger than this.
///   - limit: the largest k.
/// - Returns: a number that no singular value of the matrix exceeds; infinite where elements are not finite.
/// - Complexity: O(k · n³) for n the smaller of rows and columns; memory for two matrices of n × n.
package func gramBound(
  of matrix: DoubleMatrix, enough: Double = 0, limit: Int = 20, threads: Threads = Threads(count: 1)
) -> Double {
  var current = matrix.rows <= matrix.columns ? matrix : matrix.transposed
  // For each step how the bound before it follows from the one behind it.
  var steps: [(scale: Double, rounding: Double)] = []
  let largest = current.elements.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1.magnitude) }
  guard largest > 0 else { return largest.isNaN ? .infinity : 0 }
  guard largest.isFinite else { return .infinity }
  // A scale keeps elements far from both ends of the range, where products would lose more than `γ` says.
  let lift = powerOfTwo(near: largest)
  for index in current.elements.indices { current.elements[index] /= lift }
  var best = frobeniusBound(current)
  let goal = enough / lift
  while steps.count < limit, best > goal {
    let before = frobeniusBound(current)
    let rounding = (gamma(current.columns) * before).nextUp * before
    // Products below the normal range are off by at most 2^-1074 each.
    let lost = Double(current.columns * current.rows) * 0x1p-1074
    current = current.productWithTransposed(threads: threads)
    let scale = powerOfTwo(near: frobeniusBound(current))
    for index in current.elements.indices { current.elements[index] /= scale }
    steps.append((scale, rounding.nextUp + lost))
    // Dividing is exact but below the normal range.
    let flushed = Double(current.rows) * 0x1p-1074
    var bound = (frobeniusBound(current) + flushed).nextUp
    for step in steps.reversed() {
      bound = ((step.scale * bound).nextUp + step.rounding).nextUp.squareRoot().nextUp
    }
    let previous = best
    best = min(best, bound)
    if bound > previous * (1 - 0x1p-40) { break }
  }
  // What dividing lost below the normal range is far below the last place of a bound of about one.
  return (best.nextUp * lift).nextUp
}

/// `γ(n) = n·u / (1 - n·u)` with u = 2^-53, rounded up.
func gamma(_ count: Int) -> Double {
  let part = Double(count) * 0x1p-53
  return (part / (1 - part)).nextUp.nextUp
}

/// The root of the sum of the squares, no less than it is.
private func frobeniusBound(_ matrix: DoubleMatrix) -> Double {
  var sums = SIMD8<Double>.zero
  var index = 0
  unsafe matrix.elements.withUnsafeBytes { memory in
    while index + 8 <= matrix.elements.count {
      let lanes = unsafe memory.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self)
      sums.addProduct(lanes, lanes)
      index += 8
    }
  }
  var sum = sums.sum()
  for rest in index..<matrix.elements.count { sum += matrix.elements[rest] * matrix.elements[rest] }
  // n squares and n sums, each off by a factor of 1 ± u at most, and what squares lose below the normal range.
  let count = Double(matrix.elements.count)
  let bound = (sum * (1 + 2 * gamma(matrix.elements.count + 2))).nextUp + count * 0x1p-1074
  return bound.squareRoot().nextUp
}

/// A power of two within a factor of two of a positive number; 1 for others.
private func powerOfTwo(near value: Double) -> Double {
  value.isNormal && value > 0 ? Double(sign: .plus, exponent: value.exponent, significand: 1) : 1
}
