internal import CSupNorm

/// A view of one layer in C memory whose shape has been checked, see `supnorm_layer` in supnorm.h.
@safe struct Layer {
  private let layer: UnsafePointer<supnorm_layer>

  /// How many counts each row has: none of a dense layer, one of a sparse one, one for each group of a max-plus one.
  private let groups: Int

  /// A layer that has been checked before.
  @unsafe init(_ checked: UnsafePointer<supnorm_layer>) {
    unsafe layer = checked
    let hasByteColumns = unsafe Int32(checked.pointee.layout) & SUPNORM_BYTE_COLUMNS != 0
    groups =
      switch unsafe Int32(checked.pointee.kind) {
      case SUPNORM_DENSE: 0
      case SUPNORM_SPARSE: 1
      default: unsafe hasByteColumns ? ((Int(checked.pointee.columns) &+ 255) / 256) &* 2 : 2
      }
  }

  /// Checks kind, shift, activation, layout and pointers; reads no array.
  @unsafe init(
    checking pointer: UnsafePointer<supnorm_layer>, columns: Int, isLast: Bool
  ) throws(NetworkError) {
    unsafe self.init(pointer)
    let kind = unsafe Int32(pointer.pointee.kind)
    let isMaxPlus = kind == SUPNORM_MAXPLUS
    // A last layer does not activate; the negation of a maximum is exact in Int32.
    let isActivationAllowed =
      activation <= SUPNORM_NEGATE
      && (!isLast || activation == SUPNORM_IDENTITY || isMaxPlus && activation == SUPNORM_NEGATE)
    guard kind <= SUPNORM_MAXPLUS, self.columns == columns, columns > 0, rows > 0, isActivationAllowed,
      shift <= (isMaxPlus ? 0 : 15), layout <= (isMaxPlus ? 3 : 0), !isMaxPlus || rowSumBound == 1,
      !hasByteColumns || columns <= 1024
    else { throw .malformed }
    // Which arrays there are follows from kind and layout, a bit for each, in the order of the fields.
    var expected = 0b1111
    if kind == SUPNORM_DENSE { expected = 0b0011 }
    if isMaxPlus {
      expected = 0b1000 | (hasByteColumns ? 0b10000 : 0b100) | (hasByteOffsets ? 0b100000 : 0b1)
    }
    var present = unsafe pointer.pointee.weights == nil ? 0 : 0b1
    unsafe present |= pointer.pointee.biases == nil ? 0 : 0b10
    unsafe present |= pointer.pointee.column_indices == nil ? 0 : 0b100
    unsafe present |= pointer.pointee.row_entries == nil ? 0 : 0b1000
    unsafe present |= pointer.pointee.byte_columns == nil ? 0 : 0b10000
    unsafe present |= pointer.pointee.byte_offsets == nil ? 0 : 0b100000
    guard expected & ~present == 0 else { throw .nullPointer }
    guard present == expected else { throw .malformed }
  }

  /// Checks that the counts of all rows add up to the entries; reads no array but that of the counts.
  ///
  /// - Precondition: the number of rows has been proved by a layer or output beside it.
  func checkCounts() throws(NetworkError) {
    // 65535 counts of at most 65535 stay below 2^32.
    var sum = groups == 0 ? UInt32(rows) &* UInt32(columns) : 0
    if groups == 1 {
      for row in 0..<rows { unsafe sum &+= UInt32(layer.pointee.row_entries[row]) }
    }
    if isMaxPlus {
      var rest = entries
      for row in 0..<rows {
        let count = countSum(ofRow: row)
        // The maximum over no entry has no value.
        guard count > 0, count <= rest else { throw .malformed }
        rest &-= count
      }
      sum = unsafe layer.pointee.entries &- UInt32(truncatingIfNeeded: rest)
    }
    guard unsafe sum == layer.pointee.entries, entries >= 0 else { throw .malformed }
  }

  var rows: Int { unsafe Int(layer.pointee.rows) }
  var columns: Int { unsafe Int(layer.pointee.columns) }
  /// Negative when the count does not fit, which no sum of counts equals.
  private var entries: Int { unsafe Int(truncatingIfNeeded: layer.pointee.entries) }
  var shift: Int32 { unsafe Int32(layer.pointee.shift) }
  var activation: Int32 { unsafe Int32(layer.pointee.activation) }
  var rowSumBound: UInt32 { unsafe layer.pointee.row_sum_bound }
  var isMaxPlus: Bool { groups > 1 }
  /// How many counts the layer stores: none of a dense layer, else those of all rows.
  var countCount: Int { rows &* groups }
  /// Whether every array can be read in words, so that a kernel may.
  var isAligned: Bool {
    var bits = unsafe UInt(bitPattern: layer.pointee.weights) | UInt(bitPattern: layer.pointee.biases)
    unsafe bits |=
      UInt(bitPattern: layer.pointee.column_indices) | UInt(bitPattern: layer.pointee.row_entries)
    unsafe bits |= UInt(bitPattern: layer.pointee.byte_columns) | UInt(bitPattern: layer.pointee.byte_offsets)
    return bits & 3 == 0
  }
  private var layout: Int32 { unsafe Int32(layer.pointee.layout) }
  private var hasByteColumns: Bool { layout & SUPNORM_BYTE_COLUMNS != 0 }
  private var hasByteOffsets: Bool { layout & SUPNORM_BYTE_OFFSETS != 0 }

  /// How many entries a group of a row has, or how many weights a sparse row.
  @inline(__always)
  private func count(ofGroup group: Int, inRow row: Int) -> Int {
    unsafe Int(layer.pointee.row_entries[row &* groups &+ group])
  }

  /// How many weights or entries a row stores.
  @inline(__always)
  private func entryCount(ofRow row: Int) -> Int {
    switch groups {
    case 0: columns
    case 1: unsafe Int(layer.pointee.row_entries[row])
    default: countSum(ofRow: row)
    }
  }

  @inline(never)
  private func countSum(ofRow row: Int) -> Int {
    var sum = 0
    for group in 0..<groups { sum &+= count(ofGroup: group, inRow: row) }
    return sum
  }

  /// Some elements of an array of the layer, none where it is null.
  @inline(__always)
  private func elements<Element>(
    of array: UnsafePointer<Element>?, from start: Int, count: Int
  ) -> UnsafeBufferPointer<Element> {
    unsafe UnsafeBufferPointer(start: array.map { unsafe $0 + start }, count: array == nil ? 0 : count)
  }
}

/// Where the weights or entries of one row stand among those of its layer.
struct Row {
  let index: Int
  let start: Int
  let count: Int
}

extension Layer {
  /// Calls `body` for each row.
  @inline(__always)
  func forEachRow(_ body: (_ row: Row) -> Void) {
    var start = 0
    for index in 0..<rows {
      let row = Row(index: index, start: start, count: entryCount(ofRow: index))
      body(row)
      start &+= row.count  // within `entries`, which fits
    }
  }

  /// One row.
  ///
  /// - Complexity: O(row) for a layer that is not dense.
  func row(_ index: Int) -> Row {
    var start = 0
    for before in 0..<index { start &+= entryCount(ofRow: before) }
    return Row(index: index, start: start, count: entryCount(ofRow: index))
  }

  /// Calls `body` with the weights of a dense or sparse row, their columns (empty if dense) and its bias.
  @inline(__always)
  func withWeights<Result>(
    of row: Row, _ body: (_ weights: Span<Int16>, _ columns: Span<UInt16>, _ bias: Int32) -> Result
  ) -> Result {
    let weights = unsafe UnsafeBufferPointer(start: layer.pointee.weights + row.start, count: row.count)
    let columns = unsafe elements(of: layer.pointee.column_indices, from: row.start, count: row.count)
    return unsafe body(weights.span, columns.span, layer.pointee.biases[row.index])
  }

  /// The accumulator of one row: `bias + Σ w·x`, or the maximum of `s·x + o`.
  ///
  /// - Complexity: O(row.count).
  @inline(__always)
  func accumulator(of row: Row, input: Span<Int16>) -> Int32 {
    if isMaxPlus { return maximum(of: row, input: input) }
    return withWeights(of: row) { weights, columns, bias in
      Embedded.accumulator(weights: weights, columns: columns, bias: bias, input: input)
    }
  }

  /// The maximum of `s·x + o` over the entries of a max-plus row.
  @inline(never)
  private func maximum(of row: Row, input: Span<Int16>) -> Int32 {
    var largest = Int32.min
    var start = row.start
    for group in 0..<groups {
      let count = count(ofGroup: group, inRow: row.index)
      // Each pair of groups but the last has a block of 256 columns of its own.
      let values = unsafe input.extracting(unchecked: ((group / 2) &* 256)..<input.count)
      let mask: Int32 = group & 1 == 0 ? 0 : -1
      // Which arrays there are was checked, and so was the sum of the counts.
      let best: Int32
      if unsafe layer.pointee.byte_columns != nil {
        let columns = unsafe Span(_unsafeStart: layer.pointee.byte_columns + start, count: count)
        if unsafe layer.pointee.byte_offsets != nil {
          let offsets = unsafe Span(_unsafeStart: layer.pointee.byte_offsets + start, count: count)
          best = groupMaximum(columns: columns, offsets: offsets, values: values, mask: mask)
        } else {
          let offsets = unsafe Span(_unsafeStart: layer.pointee.weights + start, count: count)
          best = groupMaximum(columns: columns, offsets: offsets, values: values, mask: mask)
        }
      } else {
        let columns = unsafe Span(_unsafeStart: layer.pointee.column_indices + start, count: count)
        if unsafe layer.pointee.byte_offsets != nil {
          let offsets = unsafe Span(_unsafeStart: layer.pointee.byte_offsets + start, count: count)
          best = groupMaximum(columns: columns, offsets: offsets, values: values, mask: mask)
        } else {
          let offsets = unsafe Span(_unsafeStart: layer.pointee.weights + start, count: count)
          best = groupMaximum(columns: columns, offsets: offsets, values: values, mask: mask)
        }
      }
      largest = max(largest, best)
      start &+= count
    }
    return largest
  }

  /// Calls `body` for each entry of a max-plus row in storage order, whatever the layout.
  @inline(__always)
  func forEachEntry(
    of row: Row, _ body: (_ group: Int, _ column: Int, _ sign: Int32, _ offset: Int32) -> Void
  ) {
    var index = row.start
    for group in 0..<groups {
      for _ in 0..<count(ofGroup: group, inRow: row.index) {
        let entry = entry(at: index, group: group)
        body(group, entry.column, group & 1 == 0 ? 1 : -1, entry.offset)
        index &+= 1
      }
    }
  }

  @inline(never)
  private func entry(at index: Int, group: Int) -> (column: Int, offset: Int32) {
    let column =
      unsafe hasByteColumns
      ? (group / 2) &* 256 &+ Int(layer.pointee.byte_columns[index])
      : Int(layer.pointee.column_indices[index])
    guard hasByteOffsets else { return unsafe (column, Int32(layer.pointee.weights[index])) }
    let center = unsafe Int32(layer.pointee.byte_offsets[index])
    return (column, group & 1 == 0 ? 0 &- center : center)
  }

  /// The least and the greatest accumulator of one row over a box of inputs, see `accumulatorBounds`.
  ///
  /// A maximum is monotone in each of its candidates, so both ends are attained there too.
  @inline(never)
  func bounds(
    of row: Row, lower: Span<Int16>, upper: Span<Int16>, widening: Widening
  ) -> (lower: Int32, upper: Int32) {
    if !isMaxPlus {
      return withWeights(of: row) { weights, columns, bias in
        accumulatorBounds(
          weights: weights, columns: columns, bias: bias, lower: lower, upper: upper, widening: widening)
      }
    }
    var least = Int32.min
    var greatest = Int32.min
    forEachEntry(of: row) { _, column, sign, offset in
      let ends = (widening.lowerEnd(lower[column]), widening.upperEnd(upper[column]))
      // Magnitudes of at most 2^15 + 2^15.
      least = max(least, offset &+ (sign > 0 ? ends.0 : 0 &- ends.1))
      greatest = max(greatest, offset &+ (sign > 0 ? ends.1 : 0 &- ends.0))
    }
    return (least, greatest)
  }

  /// The logit that an accumulator of the last layer becomes: itself, or its negative.
  func logit(_ accumulator: Int32) -> Int32 {
    // Only a maximum is negated, at most 2^16 in magnitude.
    activation == SUPNORM_NEGATE ? 0 &- accumulator : accumulator
  }

  /// The least and the greatest logit of one row of the last layer.
  @inline(never)
  func logitBounds(
    of row: Row, lower: Span<Int16>, upper: Span<Int16>, widening: Widening
  ) -> (lower: Int32, upper: Int32) {
    let ends = bounds(of: row, lower: lower, upper: upper, widening: widening)
    return activation == SUPNORM_NEGATE ? (0 &- ends.upper, 0 &- ends.lower) : ends
  }

  /// Whether one row's logit exceeds another's on every input of a box: of maxima by the ends of both, of sums by
  /// their difference.
  @inline(never)
  func exceedsEverywhere(
    _ own: Row, _ other: Row, lower: Span<Int16>, upper: Span<Int16>, widening: Widening
  ) -> Bool {
    if isMaxPlus {
      return logitBounds(of: own, lower: lower, upper: upper, widening: widening).lower
        > logitBounds(of: other, lower: lower, upper: upper, widening: widening).upper
    }
    return withWeights(of: own) { weights, columns, bias in
      withWeights(of: other) { otherWeights, otherColumns, otherBias in
        Embedded.exceedsEverywhere(
          weights: weights, columns: columns, bias: bias, otherWeights: otherWeights,
          otherColumns: otherColumns, otherBias: otherBias, lower: lower, upper: upper, widening: widening)
      }
    }
  }
}
