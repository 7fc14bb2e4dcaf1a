/// The entries of a max-plus layer.
public struct MaxPlusClaims: Equatable, Sendable {
  /// One entry of a row: `sign · x_column + offset`, in 12 bytes as `WeightClaims.Entry` is in 8.
  public struct Entry: Equatable, Sendable {
    private var storedColumn: Int32
    private var storedSign: Int32
    private var storedOffset: Int32

    /// The input it reads.
    public package(set) var column: Int {
      get { Int(storedColumn) }
      set { storedColumn = Int32(clamping: newValue) }
    }
    /// 1 or -1.
    public package(set) var sign: Int {
      get { Int(storedSign) }
      set { storedSign = Int32(clamping: newValue) }
    }
    /// What is added.
    public package(set) var offset: Int {
      get { Int(storedOffset) }
      set { storedOffset = Int32(clamping: newValue) }
    }

    /// Creates an entry.
    public init(column: Int, sign: Int, offset: Int) {
      storedColumn = Int32(clamping: column)
      storedSign = Int32(clamping: sign)
      storedOffset = Int32(clamping: offset)
    }
  }

  /// The layout bits of supnorm.h: 1 for byte columns, 2 for byte offsets.
  public package(set) var layout: Int
  /// The entries of each row, in storage order.
  public package(set) var rows: [[Entry]]

  /// Creates claims; nothing is checked.
  public init(layout: Int, rows: [[Entry]]) {
    self.layout = layout
    self.rows = rows
  }
}
