public import Claims

/// A bound on how far a layer's accumulators move in the Euclidean norm, proved in integers:
/// `Σ (u_r·a_r)² ≤ square · Σ (v_c·x_c)²` where a is how far the rows move when the columns move by x.
///
/// Nothing but the functions of this file makes one, and each proves it first. With all weights 1 it bounds the
/// largest singular value, `σ1(W)² ≤ square`.
public struct SpectralBound: Equatable, Sendable {
  /// How a bound was proved.
  public enum Proof: Sendable {
    /// By a factor L with `2^2t·(square·diag(v²) - (diag(u)·W)ᵀ·(diag(u)·W)) = L·Lᵀ + E`, E diagonally dominant.
    case factor
    /// By `σ1² ≤ ‖W‖₁·‖W‖∞`, the largest column sum times the largest row sum.
    case sums
  }

  /// The bound, of the square.
  public let square: Int
  /// How it was proved.
  public let proof: Proof

  fileprivate init(square: Int, proof: Proof) {
    self.square = square
    self.proof = proof
  }
}

extension LayerClaims {
  /// The bound that always holds, `σ1² ≤ ‖W‖₁·‖W‖∞` over some of the columns.
  ///
  /// Of maxima a row moves no further than one of its columns, so that the row sum is 1 and a column's the number of
  /// rows that read it.
  ///
  /// - Precondition: the rows hold, so that a row sum is at most 65535 and the product below 2^62.
  public func sumBound(columns range: Range<Int>) -> SpectralBound {
    let rules = rules
    let (product, overflow) = rules.largestRowSum(in: range)
      .multipliedReportingOverflow(by: rules.largestColumnSum(in: range))
    return SpectralBound(square: overflow ? .max : product, proof: .sums)
  }

  /// Confirms a bound that somebody has found by whatever means, in integers.
  ///
  /// `M = square·diag(v²) - (diag(u)·W)ᵀ(diag(u)·W)` is computed exactly; for `v = 1` and fewer rows than columns
  /// `square·I - (diag(u)·W)(diag(u)·W)ᵀ`, which is positive semidefinite when the other is. A factor is found in
  /// floating point, scaled by 2^t and rounded to integers L; the residual `E = 2^2t·M - L·Lᵀ` is exact again. A
  /// symmetric matrix whose diagonal is no less than the sum of the magnitudes beside it is positive semidefinite, and so
  /// then is `M = (L·Lᵀ + E) / 2^2t`. No property of the factor is trusted.
  ///
  /// - Parameters:
  ///   - square: the bound to confirm.
  ///   - range: the columns it speaks of.
  ///   - rowWeights: u, one for each row, 1 … 128, and no weight times its row's above 2^22.
  ///   - columnWeights: v, one for each column of the range, 1 … 128.
  /// - Returns: nil when it is not confirmed, for maxima, and for more than 2,048 rows and columns.
  /// - Complexity: O(n² · m + n³), n the smaller and m the larger side.
  public func spectralBound(
    _ square: Int, columns range: Range<Int>, rowWeights: [Int], columnWeights: [Int]
  ) -> SpectralBound? {
    let allowed = 1...SymmetricMatrix.largestWeight
    guard let rows = rules.weightRows(in: range), rows.count == rowWeights.count,
      range.count == columnWeights.count, rowWeights.allSatisfy(allowed.contains),
      columnWeights.allSatisfy(allowed.contains), max(rows.count, range.count) <= 65535,
      zip(rows, rowWeights).allSatisfy({ row, weight in
        row.allSatisfy { abs($0.weight) * weight <= SymmetricMatrix.largestProduct }
      })
    else { return nil }
    let byRows = rows.count <= range.count && columnWeights.allSatisfy { $0 == 1 }
    let weighted = rows.indices.map { row in
      rows[row].map { (place: $0.column - range.lowerBound, value: Int64(rowWeights[row] * $0.weight)) }
    }
    let diagonal = byRows ? rowWeights.map { _ in 1 } : columnWeights
    guard diagonal.count <= SymmetricMatrix.largestSide,
      let matrix = SymmetricMatrix(
        square, diagonal: diagonal, minusGramOf: weighted, columns: range.count, byRows: byRows),
      matrix.isProvedPositive(lift: diagonal.map { Double(square) * Double($0 * $0) * 0x1p-22 })
    else { return nil }
    return SpectralBound(square: square, proof: .factor)
  }
}

/// A symmetric matrix of integers below 2^62 in magnitude, its lower triangle row after row.
private struct SymmetricMatrix {
  static let largestSide = 2048
  static let largestWeight = 128
  static let largestProduct = 1 << 22

  let side: Int
  private var elements: [Int64]

  /// `square·diag(diagonal²) - A·Aᵀ` (by rows) or `- AᵀA`; nil where a number would not fit.
  ///
  /// - Precondition: `|A| ≤ 2^22` and at most 2^16 rows and columns, so that no sum of products leaves 2^60.
  init?(
    _ square: Int, diagonal: [Int], minusGramOf rows: [[(place: Int, value: Int64)]], columns: Int,
    byRows: Bool
  ) {
    side = diagonal.count
    elements = [Int64](repeating: 0, count: side * (side + 1) / 2)
    if byRows {
      var dense = [Int64](repeating: 0, count: columns)
      for row in rows.indices {
        for entry in rows[row] { dense[entry.place] = entry.value }
        for other in 0...row {
          elements[row * (row + 1) / 2 + other] = -rows[other].reduce(0) { $0 + $1.value * dense[$1.place] }
        }
        for entry in rows[row] { dense[entry.place] = 0 }
      }
    } else {
      for row in rows {
        // In order of the columns, so that the lower triangle is met alone.
        let sorted = row.filter { $0.value != 0 }.sorted { $0.place < $1.place }
        for (index, entry) in sorted.enumerated() {
          let start = entry.place * (entry.place + 1) / 2
          for other in sorted[...index] { elements[start + other.place] -= entry.value * other.value }
        }
      }
    }
    for (index, weight) in diagonal.enumerated() {
      let (product, overflow) = square.multipliedReportingOverflow(by: weight * weight)
      guard square >= 0, !overflow, product < 1 << 61 else { return nil }
      elements[index * (index + 1) / 2 + index] += Int64(product)
    }
  }

  /// Whether the matrix is shown to be positive semidefinite.
  ///
  /// - Parameter lift: what the factor leaves of the diagonal, to outweigh what rounding leaves beside it.
  func isProvedPositive(lift: [Double]) -> Bool {
    let largest = (0..<side).reduce(Int64(0)) { max($0, elements[$1 * ($1 + 1) / 2 + $1]) }
    // No element of such a matrix exceeds the largest of the diagonal.
    guard largest > 0, elements.allSatisfy({ abs($0) <= largest }), let factor = factor(lift: lift) else {
      return false
    }
    // Rows of L have about the length 2^t·√M_ii: at most 2^45.
    let places = 45 - (64 - largest.leadingZeroBitCount + 1) / 2
    var rounded = [Int64](repeating: 0, count: elements.count)
    for (index, value) in factor.enumerated() {
      let scaled = (value * Double(Int64(1) << Int64(places))).rounded()
      guard scaled.magnitude < 0x1p46 else { return false }
      rounded[index] = Int64(scaled)
    }
    return leavesDominantResidual(rounded, places: places)
  }

  /// Whether `2^2t·M - L·Lᵀ` has a diagonal that is no less than the magnitudes beside it.
  ///
  /// `|L| < 2^46`, so sums of at most 2^11 products stay below 2^103; no `|M|` exceeds the largest of the diagonal, which has
  /// b bits, and `2t ≤ 90 - b`, so `2^2t·|M| < 2^90`; sums of 2^11 residuals stay below 2^115: 128 bits hold all of it.
  private func leavesDominantResidual(_ factor: [Int64], places: Int) -> Bool {
    var diagonal = [Int128](repeating: 0, count: side)
    var beside = diagonal
    for row in 0..<side {
      let start = row * (row + 1) / 2
      for column in 0...row {
        let other = column * (column + 1) / 2
        var product: Int128 = 0
        for index in 0...column {
          product &+= Int128(factor[start + index]) &* Int128(factor[other + index])
        }
        let residual = Int128(elements[start + column]) << Int128(2 * places) - product
        if row == column {
          diagonal[row] = residual
        } else {
          let magnitude = residual < 0 ? -residual : residual
          beside[row] += magnitude
          beside[column] += magnitude
        }
      }
    }
    return zip(diagonal, beside).allSatisfy { $0 >= $1 }
  }

  /// A lower triangular L with `L·Lᵀ ≈ M - diag(lift)` (Cholesky); nil where a pivot is not positive.
  private func factor(lift: [Double]) -> [Double]? {
    var result = [Double](repeating: 0, count: elements.count)
    for row in 0..<side {
      let start = row * (row + 1) / 2
      for column in 0...row {
        let other = column * (column + 1) / 2
        var rest = Double(elements[start + column])
        for index in 0..<column { rest -= result[start + index] * result[other + index] }
        if column < row {
          result[start + column] = rest / result[other + column]
        } else {
          rest -= lift[row]
          guard rest > 0 else { return nil }
          result[start + row] = rest.squareRoot()
        }
      }
    }
    return result
  }
}
