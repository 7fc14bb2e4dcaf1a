// The maximum over the entries of a max-plus row, for every way to store columns and offsets.

/// An offset as it is stored.
protocol MaxPlusOffset: FixedWidthInteger, BitwiseCopyable {
  /// The candidate `s·x + o` of a group with the sign +1; of one with the sign -1, given by the mask -1, less one:
  /// `~v = -v - 1` costs an instruction where `-v` would cost two.
  ///
  /// Exact: all magnitudes are at most 2^16 + 1.
  func candidate(_ value: Int32, mask: Int32) -> Int32
}

extension Int16: MaxPlusOffset {
  /// The offset itself.
  @inline(__always)
  func candidate(_ value: Int32, mask: Int32) -> Int32 { (value ^ mask) &+ Int32(self) }
}

extension UInt8: MaxPlusOffset {
  /// A byte b stands for the offset `-s·b`.
  @inline(__always)
  func candidate(_ value: Int32, mask: Int32) -> Int32 { (value &- Int32(self)) ^ mask }
}

/// The maximum of the candidates of one group, less the mask: `Int32.min` or one more for no entry.
///
/// - Parameters:
///   - columns: the place of each entry's column among `values`.
///   - offsets: the offset of each entry.
///   - values: full `Int16` range.
///   - mask: 0 for the sign +1, -1 for the sign -1.
/// - Complexity: O(columns.count).
@inline(__always)
func groupMaximum<Column: FixedWidthInteger, Offset: MaxPlusOffset>(
  columns: Span<Column>, offsets: Span<Offset>, values: Span<Int16>, mask: Int32
) -> Int32 {
  var largest = Int32.min
  for index in columns.indices {
    largest = max(largest, offsets[index].candidate(Int32(values[Int(columns[index])]), mask: mask))
  }
  return largest &- mask
}
