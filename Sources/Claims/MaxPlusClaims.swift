/// The rows of a max-plus layer as they are stored: entries by falling potential.
///
/// An entry is a candidate `sign · x_column + offset` for the maximum. Its potential is the greatest value that it takes
/// over the layer's input range, `offset` plus the greatest `sign · x`; a row states the potential of its first entry and
/// the step down to each other.
public struct MaxPlusClaims: Equatable, Sendable {
  /// One entry of a row, in 12 bytes as `WeightClaims.Entry` is in 8.
  public struct Entry: Equatable, Sendable {
    private var storedColumn: Int32
    private var storedSign: Int32
    private var storedStep: Int32

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
    /// How far its potential lies below that of the entry before it; 0 for the first.
    public package(set) var step: Int {
      get { Int(storedStep) }
      set { storedStep = Int32(clamping: newValue) }
    }

    /// Creates an entry.
    public init(column: Int, sign: Int, step: Int) {
      storedColumn = Int32(clamping: column)
      storedSign = Int32(clamping: sign)
      storedStep = Int32(clamping: step)
    }
  }

  /// The layout of supnorm.h: 0 for words, 1 for bytes, 2 for halfwords.
  public package(set) var layout: Int
  /// Inputs are cut to the range from this on.
  public package(set) var inputMinimum: Int
  /// The end of that range.
  public package(set) var inputMaximum: Int
  /// The greatest potential of each row.
  public package(set) var bases: [Int]
  /// The entries of each row, in storage order.
  public package(set) var rows: [[Entry]]

  /// Creates claims; nothing is checked.
  public init(layout: Int, inputMinimum: Int, inputMaximum: Int, bases: [Int], rows: [[Entry]]) {
    self.layout = layout
    self.inputMinimum = inputMinimum
    self.inputMaximum = inputMaximum
    self.bases = bases
    self.rows = rows
  }
}
