// The maximum over the entries of a max-plus row, for every way to store columns and offsets.

/// An offset as it is stored.
package protocol MaxPlusOffset: FixedWidthInteger {
  /// The candidate `s·x + o`, exact: both terms have magnitudes of at most 2^15.
  func candidate(_ value: Int32, sign: Int32) -> Int32
}

extension Int16: MaxPlusOffset {
  /// The offset itself.
  @inline(__always)
  package func candidate(_ value: Int32, sign: Int32) -> Int32 { sign &* value &+ Int32(self) }
}

extension UInt8: MaxPlusOffset {
  /// A byte b stands for the offset `-s·b`.
  @inline(__always)
  package func candidate(_ value: Int32, sign: Int32) -> Int32 { sign &* (value &- Int32(self)) }
}

/// The maximum of `s·x + o` over the entries of one row.
///
/// - Parameters:
///   - columns: the column of each entry, group after group; in bytes modulo 256.
///   - offsets: the offset of each entry.
///   - groups: how many entries each group has: sign +1, sign -1, and the same for the next 256 columns.
///   - input: full `Int16` range; as many values as the layer has columns.
/// - Returns: at most 2^16 in magnitude; `Int32.min` for a row without entries.
/// - Precondition: the groups have as many entries as there are columns and offsets.
/// - Complexity: O(columns.count).
@inline(never)
package func maximum<Column: FixedWidthInteger, Offset: MaxPlusOffset>(
  columns: Span<Column>, offsets: Span<Offset>, groups: Span<UInt16>, input: Span<Int16>
) -> Int32 {
  var best = Int32.min
  var start = 0
  for group in groups.indices {
    let end = start &+ Int(groups[group])
    let groupColumns = columns.extracting(start..<end)
    let groupOffsets = offsets.extracting(start..<end)
    let values = input.extracting(((group / 2) &* 256)..<input.count)
    let sign: Int32 = group & 1 == 0 ? 1 : -1
    for index in groupColumns.indices {
      let value = Int32(values[Int(groupColumns[index])])
      best = max(best, groupOffsets[index].candidate(value, sign: sign))
    }
    start = end
  }
  return best
}
