public import CSupNorm

// Max-plus layers: entries with a column, a sign and an offset, in groups of one sign, row after row. First the plain
// arithmetic of a group, for every way to store columns and offsets, which the lanes equal bit for bit.

/// An offset as it is stored.
package protocol MaxPlusOffset: FixedWidthInteger, BitwiseCopyable {
  /// The candidate `s·x + o` of a group with the sign +1; of one with the sign -1, given by the mask -1, less one:
  /// `~v = -v - 1` costs an instruction where `-v` would cost two.
  ///
  /// Exact: all magnitudes are at most 2^16 + 1.
  func candidate(_ value: Int32, mask: Int32) -> Int32
}

extension Int16: MaxPlusOffset {
  /// The offset itself.
  package func candidate(_ value: Int32, mask: Int32) -> Int32 { (value ^ mask) &+ Int32(self) }
}

extension UInt8: MaxPlusOffset {
  /// A byte b stands for the offset `-s·b`.
  package func candidate(_ value: Int32, mask: Int32) -> Int32 { (value &- Int32(self)) ^ mask }
}

/// The maximum of the candidates of one group, less the mask: `Int32.min` or one more for no entry.
///
/// - Parameters:
///   - columns: the place of each entry's column among `values`.
///   - offsets: the offset of each entry.
///   - values: full `Int16` range.
///   - mask: 0 for the sign +1, -1 for the sign -1.
/// - Complexity: O(columns.count).
package func groupMaximum<Column: FixedWidthInteger, Offset: MaxPlusOffset>(
  columns: Span<Column>, offsets: Span<Offset>, values: Span<Int16>, mask: Int32
) -> Int32 {
  var largest = Int32.min
  for index in columns.indices {
    largest = max(largest, offsets[index].candidate(Int32(values[Int(columns[index])]), mask: mask))
  }
  return largest &- mask
}

/// The least and the greatest candidate of one group over a box, `Int32.min` for no entry.
///
/// A maximum is monotone in each of its candidates, so both ends are attained.
///
/// - Parameters:
///   - lower: the lower ends of the box before widening, from the group's block on.
///   - upper: the upper ends, no less than `lower`.
/// - Complexity: O(columns.count).
package func groupEnds<Column: FixedWidthInteger, Offset: MaxPlusOffset>(
  columns: Span<Column>, offsets: Span<Offset>, lower: Span<Int16>, upper: Span<Int16>, widening: Widening,
  mask: Int32
) -> (lower: Int32, upper: Int32) {
  var least = Int32.min
  var greatest = Int32.min
  for index in columns.indices {
    let column = Int(columns[index])
    let ends = (widening.lowerEnd(lower[column]), widening.upperEnd(upper[column]))
    let offset = offsets[index]
    least = max(least, offset.candidate(mask == 0 ? ends.0 : ends.1, mask: mask) &- mask)
    greatest = max(greatest, offset.candidate(mask == 0 ? ends.1 : ends.0, mask: mask) &- mask)
  }
  return (least, greatest)
}

// What is the same for every layout.

/// See `supnorm_inference.shape` in supnorm_kernels.h.
@c public func supnorm_maxplus_shape(
  _ layer: UnsafePointer<supnorm_layer>, _ isLast: Int32, _ residuals: UInt32
) -> Int32 {
  let activation = unsafe Int32(layer.pointee.activation)
  let layout = unsafe Int32(layer.pointee.layout)
  // A last layer does not activate, but the negation of a maximum is exact in Int32. A maximum has no columns that it
  // passes on.
  guard unsafe layer.pointee.shift == 0, unsafe layer.pointee.row_sum_bound == 1, residuals == 0,
    isLast == 0 || activation == SUPNORM_IDENTITY || activation == SUPNORM_NEGATE,
    unsafe layout & SUPNORM_BYTE_COLUMNS == 0 || layer.pointee.columns <= 1024
  else { return SUPNORM_ERROR_MALFORMED }
  let columns: LayerArrays = layout & SUPNORM_BYTE_COLUMNS == 0 ? .columnIndices : .columnBytes
  let offsets: LayerArrays = layout & SUPNORM_BYTE_OFFSETS == 0 ? .weights : .offsetBytes
  return unsafe LayerArrays.rowEntries.and(columns).and(offsets).status(of: layer)
}

/// See `supnorm_inference.counts`: one for each group of each row.
@c public func supnorm_maxplus_counts(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let groups = unsafe layer.groups(layout: Int32(layer.pointee.layout))
  let count = unsafe Int(layer.pointee.rows) &* groups
  var rest = unsafe layer.pointee.entries
  var rowSum: UInt32 = 0
  for index in 0..<count {
    unsafe rowSum &+= UInt32(layer.pointee.row_entries[index])
    guard (index &+ 1) % groups == 0 else { continue }
    // The maximum over no entry has no value.
    guard rowSum > 0, rowSum <= rest else { return SUPNORM_ERROR_MALFORMED }
    rest &-= rowSum
    rowSum = 0
  }
  return unsafe rest == 0 && layer.pointee.entries <= UInt32(Int32.max)
    ? Int32(truncatingIfNeeded: count) : SUPNORM_ERROR_MALFORMED
}

/// See `supnorm_inference.check`: only columns can be wrong, since `s·x + o` stays within 2^16.
@c public func supnorm_maxplus_check(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let layout = unsafe Int32(layer.pointee.layout)
  let groups = unsafe layer.groups(layout: layout)
  var entry: UInt32 = 0
  for index in unsafe 0..<Int(layer.pointee.rows) &* groups {
    let block = UInt32(truncatingIfNeeded: index % groups / 2) &* 256
    var next = layout & SUPNORM_BYTE_COLUMNS == 0 ? 0 : block
    for _ in unsafe 0..<layer.pointee.row_entries[index] {
      let place = unsafe supnorm_entry_column(layer, entry, UInt32(layout))
      let column = layout & SUPNORM_BYTE_COLUMNS == 0 ? place : block &+ place
      guard column >= next, unsafe column < UInt32(layer.pointee.columns) else {
        return SUPNORM_ERROR_MALFORMED
      }
      next = column &+ 1
      entry &+= 1
    }
  }
  return SUPNORM_OK
}

extension UnsafePointer<supnorm_layer> {
  /// The groups of a row: of both signs, with byte columns in each block of 256 columns.
  @inline(__always)
  fileprivate func groups(layout: Int32) -> Int {
    unsafe layout & SUPNORM_BYTE_COLUMNS == 0 ? 2 : ((Int(pointee.columns) &+ 255) &>> 8) &* 2
  }

  /// The ends of the logit that a maximum becomes: its own, or their negatives; at most 2^16 in magnitude.
  @inline(__always)
  fileprivate func logitEnds(_ ends: supnorm_ends) -> supnorm_ends {
    unsafe Int32(pointee.activation) == SUPNORM_NEGATE
      ? supnorm_ends(least: 0 &- ends.greatest, greatest: 0 &- ends.least) : ends
  }
}

// The kernels of each layout.

/// A layout, as a type: a program contains the code of those that it names.
protocol MaxPlusLayout {
  /// The layout bits of supnorm.h.
  static var bits: Int32 { get }
}

extension MaxPlusLayout {
  /// See `supnorm_inference.infer`.
  @inline(__always)
  static func infer(
    _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
    _ hidden: UnsafeMutablePointer<Int16>?, _ logits: UnsafeMutablePointer<Int32>?
  ) {
    let groups = unsafe layer.groups(layout: bits)
    var counts = unsafe layer.pointee.row_entries.unsafelyUnwrapped
    var start: UInt32 = 0
    for row in unsafe 0..<Int(layer.pointee.rows) {
      var largest = Int32.min
      for group in 0..<groups {
        let count = unsafe UInt32(counts[group])
        // Each pair of groups but the last has a block of 256 columns of its own.
        let best = unsafe supnorm_group_maximum(
          layer, start, count, input + (group &>> 1) &* 256, group & 1 == 0 ? 0 : -1, UInt32(bits))
        largest = max(largest, best)
        start &+= count
      }
      unsafe counts += groups
      if let hidden = unsafe hidden {
        unsafe hidden[row] = requantized(largest, shift: 0)
      } else {
        let isNegated = unsafe Int32(layer.pointee.activation) == SUPNORM_NEGATE
        unsafe logits.unsafelyUnwrapped[row] = isNegated ? 0 &- largest : largest
      }
    }
  }

  /// See `supnorm_certificate.bound`.
  @inline(__always)
  static func bound(
    _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
    _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
    _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?
  ) {
    var start: UInt32 = 0
    for row in unsafe 0..<Int(layer.pointee.rows) {
      let ends = unsafe ends(ofRow: row, of: layer, from: &start, in: box)
      // A last layer alone is negated here, and has logits.
      let outputs = unsafe lower == nil ? layer.logitEnds(ends) : ends
      unsafe store(outputs, row: row, shift: 0, lower, upper, logitLower, logitUpper)
    }
  }

  /// See `supnorm_certificate.exceeds`: of maxima by the ends of both rows.
  @inline(__always)
  static func exceeds(
    _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>
  ) -> Int32 {
    let own = Int(truncatingIfNeeded: row)
    var start: UInt32 = 0
    for index in unsafe 0..<own &* layer.groups(layout: bits) {
      unsafe start &+= UInt32(layer.pointee.row_entries[index])
    }
    let least = unsafe layer.logitEnds(ends(ofRow: own, of: layer, from: &start, in: box)).least
    start = 0
    for other in unsafe 0..<Int(layer.pointee.rows) {
      let ends = unsafe layer.logitEnds(ends(ofRow: other, of: layer, from: &start, in: box))
      guard other == own || least > ends.greatest else { return 0 }
    }
    return 1
  }

  /// The least and the greatest maximum of a row over a box; `start` is its first entry, and then that of the next.
  @inline(never)
  private static func ends(
    ofRow row: Int, of layer: UnsafePointer<supnorm_layer>, from start: inout UInt32,
    in box: UnsafePointer<supnorm_box>
  ) -> supnorm_ends {
    let groups = unsafe layer.groups(layout: bits)
    var block = unsafe box.pointee
    let counts = unsafe layer.pointee.row_entries.unsafelyUnwrapped + row &* groups
    var largest = supnorm_ends(least: .min, greatest: .min)
    for group in 0..<groups {
      let count = unsafe UInt32(counts[group])
      let ends = unsafe supnorm_group_ends(layer, start, count, &block, group & 1 == 0 ? 0 : -1, UInt32(bits))
      largest.least = max(largest.least, ends.least)
      largest.greatest = max(largest.greatest, ends.greatest)
      start &+= count
      if group & 1 == 1, group &+ 1 < groups {
        unsafe block.lower += 256
        unsafe block.upper += 256
      }
    }
    return largest
  }
}
