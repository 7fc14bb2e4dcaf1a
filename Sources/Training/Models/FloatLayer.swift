/// A layer in floating point.
public struct FloatLayer: Equatable, Sendable {
  /// What it computes.
  public var kind: LayerKind

  /// The length of y.
  public var rows: Int

  /// The length of x.
  public var columns: Int

  /// Row-major, `rows * columns`; none in a kind without parameters, as `biases`.
  public var weights: [Float]

  /// b, `rows` of them.
  public var biases: [Float]

  /// The bound on each row's sum of `|w|` that training enforces; nil for a free layer, and for distances, which move
  /// no farther than their inputs whatever the weights.
  public var rowSumBound: Float?

  /// Creates a layer; the counts must agree.
  public init(
    rows: Int, columns: Int, weights: [Float], biases: [Float], rowSumBound: Float?, kind: LayerKind = .dense
  ) {
    precondition(weights.count == rows * columns && biases.count == rows || weights.isEmpty && biases.isEmpty)
    self.kind = kind
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.rowSumBound = rowSumBound
  }

  /// `Σ|w|` of a row, in double precision from the first column to the last.
  package func rowSum(_ row: Int) -> Double {
    weights[row * columns..<(row + 1) * columns].reduce(0) { $0 + Double($1.magnitude) }
  }
}
