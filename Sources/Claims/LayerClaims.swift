/// One layer of a header.
public struct LayerClaims: Equatable, Sendable {
  /// The numbers of a layer of one kind.
  public enum Content: Equatable, Sendable {
    /// `b + Σ w·x` over all columns.
    case dense(WeightClaims)
    /// The same, storing only the non-zero weights.
    case sparse(WeightClaims)
    /// `max(s·x + o)` over the entries of a row.
    case maxPlus(MaxPlusClaims)
  }

  /// Outputs, as the header states them.
  public package(set) var rowCount: Int
  /// Inputs, as the header states them.
  public package(set) var columns: Int
  /// A weight means `w / 2^shift`.
  public package(set) var shift: Int
  /// What follows requantization; in the last layer only what its kind allows.
  public package(set) var activation: IntegerActivation
  /// The bound on every row's `Σ|w|`, or on what the kind has in its place.
  public package(set) var rowSumBound: Int
  /// The numbers of the rows.
  public package(set) var content: Content

  /// Creates claims; nothing is checked.
  public init(
    rowCount: Int, columns: Int, shift: Int, activation: IntegerActivation, rowSumBound: Int, content: Content
  ) {
    self.rowCount = rowCount
    self.columns = columns
    self.shift = shift
    self.activation = activation
    self.rowSumBound = rowSumBound
    self.content = content
  }

  /// Whether every output moves by no more than the inputs do, whatever the numbers: then no table says how far.
  public var passesChangesOn: Bool {
    switch content {
    case .dense, .sparse: false
    case .maxPlus: true
    }
  }
}
