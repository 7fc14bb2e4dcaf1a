/// The singular values of a matrix, the largest first, by Householder bidiagonalization and bisection.
///
/// Each is within about `n · 2^-50` parts of the largest. Memory for one copy of the matrix.
///
/// Source: Golub and Van Loan, "Matrix Computations", 4th edition, algorithm 5.4.2 and section 8.4.1 (Sturm counts of the
/// symmetric tridiagonal matrix of zeros on the diagonal).
///
/// - Parameter count: how many of them; all without it.
/// - Complexity: O(rows · columns · min(rows, columns)), shared by the threads.
package func singularValues(
  of matrix: DoubleMatrix, count: Int? = nil, threads: Threads = Threads(count: 2)
) -> [Double] {
  let band = bidiagonalized(matrix.rows >= matrix.columns ? matrix : matrix.transposed, threads: threads)
  let least = band.reduce(0) { max($0, $1.magnitude) }
  guard least > 0, least.isFinite else {
    return band.isEmpty ? [] : Array(repeating: least, count: (band.count + 1) / 2)
  }
  let scaled = band.map { $0 / least }
  let values = min(count ?? .max, (band.count + 1) / 2)
  var result = Array(repeating: 0.0, count: values)
  unsafe result.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    let target = unsafe Shared(base)
    threads.forEach(values) { index, _ in
      unsafe target.pointer[index] = bisected(scaled, rank: index) * least
    }
  }
  return result
}

/// The number of rank `rank` among the eigenvalues, the largest first, of the symmetric tridiagonal matrix with zeros on
/// its diagonal and these beside it: those of rank below its half are the singular values.
private func bisected(_ band: [Double], rank: Int) -> Double {
  // No eigenvalue exceeds the sum of two neighbors, each at most 1.
  var (low, high) = (0.0, 2.0)
  while true {
    let middle = low + (high - low) / 2
    guard low < middle, middle < high, high - low > 0x1p-53 else { return middle }
    if countAbove(middle, band) > rank { low = middle } else { high = middle }
  }
}

/// How many eigenvalues exceed a number, by the signs of the pivots of `T - x`.
private func countAbove(_ x: Double, _ band: [Double]) -> Int {
  var count = 0
  var pivot = -x
  if pivot > 0 { count += 1 }
  for element in band {
    // A pivot of zero counts as a tiny one: that is a perturbation far below rounding.
    if pivot.magnitude < 0x1p-500 { pivot = -0x1p-500 }
    pivot = -x - element * element / pivot
    if pivot > 0 { count += 1 }
  }
  return count
}

/// The diagonal and the one above it, alternating, of a bidiagonal matrix with the singular values of a matrix of at
/// least as many rows as columns.
private func bidiagonalized(_ matrix: DoubleMatrix, threads: Threads) -> [Double] {
  var work = Bidiagonalization(matrix, threads: threads)
  return (0..<matrix.columns).flatMap { work.step($0) }
}

/// A matrix on its way to two diagonals: reflections from the left clear a column, those from the right a row.
private struct Bidiagonalization {
  private let rows: Int
  private let columns: Int
  private var elements: [Double]
  private let threads: Threads
  /// The last two reflections, which the elements do not have yet: `A - left · x - y · right`.
  private var pending: (left: [Double], x: [Double], y: [Double], right: [Double])?

  init(_ matrix: DoubleMatrix, threads: Threads) {
    (rows, columns, elements, self.threads) = (matrix.rows, matrix.columns, matrix.elements, threads)
  }

  /// Clears a column below its diagonal and a row behind the element after it.
  ///
  /// - Returns: both elements; the last column has one.
  mutating func step(_ index: Int) -> [Double] {
    // Columns of the current step are brought up to date first, the rest with the product that needs it.
    var column = (index..<rows).map { updated($0, index) }
    let diagonal = reflect(&column)
    guard index + 1 < columns else {
      pending = nil
      return [diagonal]
    }
    let x = leftProduct(column, index)
    var row = (index + 1..<columns).map { elements[index * columns + $0] - column[0] * x[$0 - index - 1] }
    let beside = reflect(&row)
    let y = rightProduct(row, column, x, index)
    pending = (column, x, y, row)
    return [diagonal, beside]
  }

  private func updated(_ row: Int, _ column: Int) -> Double {
    let element = elements[row * columns + column]
    guard let pending else { return element }
    let (r, c) = (row - (rows - pending.left.count), column - (columns - pending.x.count))
    return element - pending.left[r] * pending.x[c] - pending.y[r] * pending.right[c]
  }

  /// Turns a vector into the w of a reflection `I - w wᵀ` that leaves of it only its first element.
  ///
  /// - Returns: that element.
  private func reflect(_ vector: inout [Double]) -> Double {
    let largest = vector.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return 0 }
    let length = largest * vector.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
    let first = vector[0]
    vector[0] += first < 0 ? -length : length
    // ‖v‖² = 2 length (length + |first|), and w = √2 v / ‖v‖.
    let scale = (length * vector[0].magnitude).squareRoot()
    for index in vector.indices { vector[index] /= scale }
    return first < 0 ? length : -length
  }

  /// Brings the rest of the matrix up to date and returns `wᵀ A` of it.
  private mutating func leftProduct(_ w: [Double], _ index: Int) -> [Double] {
    let (rows, columns, pending) = (rows, columns, pending)
    let first = index + 1
    let width = columns - first
    var product = Array(repeating: 0.0, count: width)
    // Bands of columns: every sum runs over the rows in order, whoever computes it.
    let band = 512
    unsafe elements.withUnsafeMutableBufferPointer { matrix in
      unsafe product.withUnsafeMutableBufferPointer { sums in
        guard let source = matrix.baseAddress, let target = sums.baseAddress else { return }
        let (base, sums) = unsafe (Shared(source), Shared(target))
        threads.forEach((width + band - 1) / band) { task, _ in
          let place = task * band
          let count = min(band, width - place)
          for row in index..<rows {
            let target = unsafe base.pointer + (row * columns + first + place)
            if let pending {
              let r = row - (rows - pending.left.count)
              let c = first + place - (columns - pending.x.count)
              unsafe subtract(
                pending.left[r], pending.x, pending.y[r], pending.right, from: c, count, in: target)
            }
            unsafe add(w[row - index], times: UnsafePointer(target), count, to: sums.pointer + place)
          }
        }
      }
    }
    return product
  }

  /// `(A - w x) v` below the row of this step, where A is what the elements are; the first is that of the row itself.
  private func rightProduct(_ v: [Double], _ w: [Double], _ x: [Double], _ index: Int) -> [Double] {
    let (rows, columns) = (rows, columns)
    let first = index + 1
    let shared = zip(x, v).reduce(0) { $0 + $1.0 * $1.1 }
    var product = Array(repeating: 0.0, count: rows - index)
    let band = 64
    unsafe elements.withUnsafeBufferPointer { matrix in
      unsafe product.withUnsafeMutableBufferPointer { sums in
        guard let source = matrix.baseAddress, let target = sums.baseAddress else { return }
        let (base, sums) = unsafe (Shared(source), Shared(target))
        threads.forEach((rows - index + band - 1) / band) { task, _ in
          for row in index + task * band..<min(rows, index + (task + 1) * band) {
            let product = unsafe dot(base.pointer + (row * columns + first), v)
            unsafe sums.pointer[row - index] = product - w[row - index] * shared
          }
        }
      }
    }
    return product
  }
}

/// `target -= a·x + b·y`, x and y from a place on.
@unsafe private func subtract(
  _ a: Double, _ x: [Double], _ b: Double, _ y: [Double], from place: Int, _ count: Int,
  in target: UnsafeMutablePointer<Double>
) {
  unsafe x.withUnsafeBufferPointer { x in
    unsafe y.withUnsafeBufferPointer { y in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      for index in 0..<count {
        unsafe target[index] -= a * x[place + index] + b * y[place + index]
      }
    }
  }
}

/// `sums += factor · values`.
@unsafe private func add(
  _ factor: Double, times values: UnsafePointer<Double>, _ count: Int, to sums: UnsafeMutablePointer<Double>
) {
  for index in 0..<count { unsafe sums[index] += factor * values[index] }
}

/// `Σ a·b` in four chains of fours.
@unsafe private func dot(_ a: UnsafePointer<Double>, _ b: [Double]) -> Double {
  unsafe b.withUnsafeBytes { right in
    let left = unsafe UnsafeRawPointer(a)
    var sums = InlineArray<4, SIMD4<Double>>(repeating: .zero)
    var index = 0
    while index + 16 <= b.count {
      for chain in 0..<4 {
        let place = 8 * (index + 4 * chain)
        sums[chain].addProduct(
          unsafe left.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self),
          unsafe right.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self))
      }
      index += 16
    }
    let four = (sums[0] + sums[1]) + (sums[2] + sums[3])
    var sum = (four.x + four.y) + (four.z + four.w)
    while index < b.count {
      sum += unsafe a[index] * b[index]
      index += 1
    }
    return sum
  }
}
