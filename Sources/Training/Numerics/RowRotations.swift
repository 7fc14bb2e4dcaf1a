/// Rows in double precision that rotations make orthogonal: one-sided Jacobi.
///
/// Started with the rows of A and those of the identity, it ends with those of `Q·A`, orthogonal, and of Q, orthonormal:
/// the lengths of the former are the singular values of A.
///
/// Source: Hestenes, "Inversion of matrices by biorthogonalization and related results", J. SIAM 6, 1958.
@safe struct RowRotations: ~Copyable {
  let count: Int
  private let lanes: Int
  private let memory: UnsafeMutablePointer<DoubleLanes>
  private var squares: [Double]

  /// Takes rows, and beside each those of the identity.
  init(rows count: Int, columns: Int, element: (_ row: Int, _ column: Int) -> Double) {
    self.count = count
    width = columns
    lanes = lanesNeeded(for: columns) + lanesNeeded(for: count)
    unsafe memory = UnsafeMutablePointer<DoubleLanes>.allocate(capacity: max(1, count * lanes))
    unsafe memory.initialize(repeating: .zero, count: max(1, count * lanes))
    squares = Array(repeating: 0, count: count)
    for row in 0..<count {
      for column in 0..<columns { self[row, column] = element(row, column) }
      unsafe basis(row)[row / Lanes.scalarCount][row % Lanes.scalarCount] = 1
    }
  }

  deinit { unsafe memory.deallocate() }

  /// The columns of A.
  let width: Int

  private var ownLanes: Int { lanesNeeded(for: width) }

  private func basis(_ row: Int) -> UnsafeMutablePointer<DoubleLanes> {
    unsafe memory + (row * lanes + ownLanes)
  }

  /// An element of `Q·A`.
  subscript(row: Int, column: Int) -> Double {
    get { unsafe memory[row * lanes + column / Lanes.scalarCount][column % Lanes.scalarCount] }
    nonmutating set {
      unsafe memory[row * lanes + column / Lanes.scalarCount][column % Lanes.scalarCount] = newValue
    }
  }

  /// An element of Q.
  func rotation(_ row: Int, _ column: Int) -> Double {
    unsafe basis(row)[column / Lanes.scalarCount][column % Lanes.scalarCount]
  }

  /// The length of a row of `Q·A`.
  func length(_ row: Int) -> Double { squares[row].squareRoot() }

  /// Rotates pairs of rows until none is farther from orthogonal than the cosine `tolerance`, at most `sweeps` times
  /// through all of them; pairs of rows shorter than `least` stay.
  ///
  /// - Complexity: O(count² · (columns + count)) a sweep.
  mutating func run(tolerance: Double, sweeps: Int, least: Double = 0) {
    for row in 0..<count { squares[row] = product(row, row) }
    for _ in 0..<sweeps {
      var isDone = true
      for first in 0..<count {
        for second in first + 1..<max(count, first + 1) {
          let (p, q) = (squares[first], squares[second])
          if p < least * least, q < least * least { continue }
          let cosine = product(first, second)
          guard cosine * cosine > tolerance * tolerance * p * q else { continue }
          isDone = false
          // The smaller angle with tan 2φ = 2·cosine / (q - p).
          let ratio = (q - p) / (2 * cosine)
          let tangent = (ratio < 0 ? -1 : 1) / (ratio.magnitude + (1 + ratio * ratio).squareRoot())
          rotate(first, second, tangent: tangent)
          squares[first] = max(0, p - tangent * cosine)
          squares[second] = q + tangent * cosine
        }
      }
      if isDone { break }
    }
    for row in 0..<count { squares[row] = product(row, row) }
  }

  private func product(_ first: Int, _ second: Int) -> Double {
    let a = unsafe memory + first * lanes
    let b = unsafe memory + second * lanes
    var sum = DoubleLanes.zero
    for lane in 0..<ownLanes { unsafe sum.addProduct(a[lane], b[lane]) }
    return sum.total
  }

  private func rotate(_ first: Int, _ second: Int, tangent: Double) {
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let (c, s) = (DoubleLanes(repeating: cosine), DoubleLanes(repeating: cosine * tangent))
    let a = unsafe memory + first * lanes
    let b = unsafe memory + second * lanes
    for lane in 0..<lanes {
      let (x, y) = unsafe (a[lane], b[lane])
      unsafe a[lane] = c * x - s * y
      unsafe b[lane] = s * x + c * y
    }
  }
}

extension DoubleLanes {
  /// The sum, always in the same order.
  @inline(__always)
  fileprivate var total: Double {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
