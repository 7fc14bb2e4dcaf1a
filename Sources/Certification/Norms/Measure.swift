internal import Checker

/// Weights by which changes are measured: `‖u·Δrows‖` against `‖v·Δcolumns‖`, over some of the columns.
///
/// A layer of relu, abs or identity may be rewritten, a row divided and the columns that read it multiplied by the
/// same number: the function stays and its norms change, as export does to keep rows within their sums. Weights undo that in
/// the proof; with all of them 1 the norms are the usual ones.
struct Measure {
  /// The columns that change; the others stand still.
  var range: Range<Int>
  /// u, one for each row, 1 … 128.
  var rows: [Int]
  /// v, one for each column of the range, 1 … 128.
  var columns: [Int]

  /// All weights 1.
  init(rows: Int, range: Range<Int>) {
    self.range = range
    self.rows = Array(repeating: 1, count: rows)
    columns = Array(repeating: 1, count: range.count)
  }

  /// The first columns, by weights.
  init(rows: [Int], columns: [Int]) {
    self.rows = rows
    self.columns = columns
    range = 0..<columns.count
  }

  /// The same with rows by weights of 1.
  init(rows: Int, columns: [Int]) { self.init(rows: Array(repeating: 1, count: rows), columns: columns) }

  static let largestWeight = 128

  var isPlain: Bool { rows.allSatisfy { $0 == 1 } && columns.allSatisfy { $0 == 1 } }
}

/// A bound of `‖u·Δaccumulators‖ / ‖v·Δcolumns‖`, and for ℓ2 how the checker proved its square.
struct Gain {
  var bound: UpperBound
  var proof: SpectralBound.Proof?

  init(_ bound: UpperBound) { self.bound = bound }

  init(_ proved: SpectralBound) {
    bound = UpperBound(squareRootOf: UInt128(proved.square))
    proof = proved.proof
  }
}
