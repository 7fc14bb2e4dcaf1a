/// The weights and biases of a dense or sparse layer.
public struct WeightClaims: Equatable, Sendable {
  /// One stored weight.
  ///
  /// A header has millions of them, so they take 8 bytes: numbers beyond `Int32`, which no layer can have, are stated
  /// as its nearest one.
  public struct Entry: Equatable, Sendable {
    private var storedColumn: Int32
    private var storedWeight: Int32

    /// The input it multiplies.
    public package(set) var column: Int {
      get { Int(storedColumn) }
      set { storedColumn = Int32(clamping: newValue) }
    }
    /// The weight itself.
    public package(set) var weight: Int {
      get { Int(storedWeight) }
      set { storedWeight = Int32(clamping: newValue) }
    }

    /// Creates an entry.
    public init(column: Int, weight: Int) {
      storedColumn = Int32(clamping: column)
      storedWeight = Int32(clamping: weight)
    }
  }

  /// The stored weights of each row: all columns in order of a dense layer; of a sparse one those above zero, then those
  /// below, either in order of their columns.
  public package(set) var rows: [[Entry]]
  /// One for each row, in accumulator units.
  public package(set) var biases: [Int]

  /// Creates claims; nothing is checked.
  public init(rows: [[Entry]], biases: [Int]) {
    self.rows = rows
    self.biases = biases
  }
}
