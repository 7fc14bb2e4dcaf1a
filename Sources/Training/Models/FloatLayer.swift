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

  /// The bound on a norm of the weights that training enforces; nil for a free layer, and for distances, which move
  /// no farther than their inputs whatever the weights.
  public var normBound: NormBound?

  /// Creates a layer; the counts must agree.
  public init(
    rows: Int, columns: Int, weights: [Float], biases: [Float], normBound: NormBound?,
    kind: LayerKind = .dense
  ) {
    precondition(weights.count == rows * columns && biases.count == rows || weights.isEmpty && biases.isEmpty)
    self.kind = kind
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.normBound = normBound
  }

  /// Creates a layer whose row sums are bounded, or nothing.
  public init(
    rows: Int, columns: Int, weights: [Float], biases: [Float], rowSumBound: Float?, kind: LayerKind = .dense
  ) {
    self.init(
      rows: rows, columns: columns, weights: weights, biases: biases,
      normBound: rowSumBound.map { NormBound(.rowSum, $0) }, kind: kind)
  }

  /// The bound on each row's sum of `|w|`; nil where there is none or another norm is bounded.
  public var rowSumBound: Float? {
    get { normBound.flatMap { $0.norm == .rowSum ? $0.bound : nil } }
    set { normBound = newValue.map { NormBound(.rowSum, $0) } }
  }
}
