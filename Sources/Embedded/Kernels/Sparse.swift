public import CSupNorm

// Sparse layers: words of a column and its weight that is not zero, row after row, those above zero first. First the
// plain arithmetic of a row, which the lanes equal bit for bit; why it is exact stands in Weighted.swift.

extension UInt32 {
  /// The column of a word `2 * column | weight << 16`.
  package var sparseColumn: Int { Int((self & 0xFFFF) >> 1) }
  /// The weight of a word.
  package var sparseWeight: Int32 { Int32(bitPattern: self) >> 16 }
  /// What orders the words of a row: the sign of the weight, then the column.
  fileprivate var sparsePlace: UInt32 { (self & 0xFFFF) | (self >> 31) << 16 }
}

/// The accumulator `bias + Σ w·x` of one row.
///
/// - Parameters:
///   - words: the row's words.
///   - input: full `Int16` range; as many values as the layer has columns.
/// - Complexity: O(words.count).
@inline(never)
package func accumulator(words: Span<UInt32>, bias: Int32, input: Span<Int16>) -> Int32 {
  var sum = bias
  for index in words.indices { sum &+= words[index].sparseWeight &* Int32(input[words[index].sparseColumn]) }
  return sum
}

/// The least and the greatest accumulator of one row over a box of inputs.
///
/// - Parameters:
///   - lower: the lower ends of the box before widening, one for each column.
///   - upper: the upper ends, no less than `lower`.
/// - Complexity: O(words.count).
@inline(never)
package func accumulatorBounds(
  words: Span<UInt32>, bias: Int32, lower: Span<Int16>, upper: Span<Int16>, widening: Widening
) -> (lower: Int32, upper: Int32) {
  var least = bias
  var greatest = bias
  for index in words.indices {
    let weight = words[index].sparseWeight
    let column = words[index].sparseColumn
    let ends = (widening.lowerEnd(lower[column]), widening.upperEnd(upper[column]))
    least &+= weight &* (weight >= 0 ? ends.0 : ends.1)
    greatest &+= weight &* (weight >= 0 ? ends.1 : ends.0)
  }
  return (least, greatest)
}

/// Whether one row's accumulator exceeds another's on every input of a box, strictly.
///
/// As for dense rows, at the corner where the difference is least. Both rows are taken in step by sign and column: a
/// column whose weights have different signs comes twice, with 0 for the one that is not there, at the same end.
///
/// - Complexity: O(words.count + otherWords.count).
@inline(never)
package func exceedsEverywhere(
  words: Span<UInt32>, bias: Int32, otherWords: Span<UInt32>, otherBias: Int32, lower: Span<Int16>,
  upper: Span<Int16>, widening: Widening
) -> Bool {
  var sum = bias
  var otherSum = otherBias
  var index = 0
  var otherIndex = 0
  while index < words.count || otherIndex < otherWords.count {
    let own = index < words.count ? words[index].sparsePlace : .max
    let other = otherIndex < otherWords.count ? otherWords[otherIndex].sparsePlace : .max
    let column = min(own, other).sparseColumn
    var weight: Int32 = 0
    var otherWeight: Int32 = 0
    if own <= other {
      weight = words[index].sparseWeight
      index &+= 1
    }
    if other <= own {
      otherWeight = otherWords[otherIndex].sparseWeight
      otherIndex &+= 1
    }
    let value =
      weight >= otherWeight ? widening.lowerEnd(lower[column]) : widening.upperEnd(upper[column])
    sum &+= weight &* value
    otherSum &+= otherWeight &* value
  }
  return sum > otherSum
}

/// See `supnorm_inference.shape` in supnorm_kernels.h.
@c public func supnorm_sparse_shape(
  _ layer: UnsafePointer<supnorm_layer>, _ isLast: Int32, _ residuals: UInt32
) -> Int32 {
  guard unsafe Int32(layer.pointee.columns) <= SUPNORM_SPARSE_COLUMNS_MAX else {
    return SUPNORM_ERROR_MALFORMED
  }
  return unsafe weightedShapeStatus(
    layer, isLast: isLast != 0, arrays: .words.and(.biases).and(.rowEntries))
}

/// See `supnorm_inference.counts`: two for each row, of the weights above and below zero.
@c public func supnorm_sparse_counts(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let counts = unsafe 2 &* Int32(layer.pointee.rows)
  var rest = unsafe layer.pointee.entries
  guard rest <= UInt32(Int32.max) else { return SUPNORM_ERROR_MALFORMED }
  for index in 0..<Int(counts) {
    let count = unsafe UInt32(layer.pointee.row_entries[index])
    guard count <= rest else { return SUPNORM_ERROR_MALFORMED }
    rest &-= count
  }
  return rest == 0 ? counts : SUPNORM_ERROR_MALFORMED
}

/// See `supnorm_inference.check`: the columns of either sign increase and exist, too.
@c public func supnorm_sparse_check(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let numbers = unsafe layer.pointee
  var words = unsafe numbers.words.unsafelyUnwrapped
  for row in unsafe 0..<Int(numbers.rows) {
    var rowSum: UInt32 = 0
    for sign in 0..<2 {
      var next = 0
      for _ in unsafe 0..<numbers.row_entries[2 &* row &+ sign] {
        let word = unsafe words.pointee
        let weight = word.sparseWeight
        guard sign == 0 ? weight > 0 : weight < 0, word & 1 == 0, word.sparseColumn >= next,
          unsafe word.sparseColumn < Int(numbers.columns)
        else { return SUPNORM_ERROR_MALFORMED }
        next = word.sparseColumn &+ 1
        rowSum &+= weight.magnitude  // at most 65535 · 2^15 < 2^32
        unsafe words += 1
      }
    }
    guard unsafe isAdmissible(rowSum, row: row, of: layer) else { return SUPNORM_ERROR_BOUND }
  }
  return SUPNORM_OK
}

/// See `supnorm_inference.infer`.
@c public func supnorm_sparse_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe supnorm_sparse_layer_sums(layer, input, hidden, logits)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_sparse_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe supnorm_sparse_layer_ends(layer, box, lower, upper, logitLower, logitUpper, ends(workspace))
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_sparse_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe supnorm_sparse_layer_exceeds(layer, row, box, ends(workspace))
}

/// The workspace of certificates: both ends of each column.
private func ends(_ workspace: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Int16>? {
  unsafe workspace?.assumingMemoryBound(to: Int16.self)
}
