public import CSupNorm

// Max-plus layers: rows of entries with a step and a place, by falling potential, see supnorm.h. First the plain
// arithmetic, which the lanes equal bit for bit.

/// How far the entries of a layer fall short of their potentials: `Z[2c] = lower[c] - minimum` of those with the sign -1,
/// `Z[2c + 1] = maximum - upper[c]` of those with +1, both ends cut to the range.
///
/// - Parameters:
///   - lower: a vector, or the lower ends of a box, where entries of sign -1 are greatest.
///   - upper: the same vector, or the upper ends.
///   - minimum: within `Int16`, as `maximum`; their distance fits in `Value`.
///   - shortfalls: twice as many values, written.
/// - Complexity: O(lower.count).
package func writeShortfalls<Value: FixedWidthInteger>(
  lower: Span<Int16>, upper: Span<Int16>, minimum: Int32, maximum: Int32,
  to shortfalls: inout MutableSpan<Value>
) {
  for column in lower.indices {
    let low = min(max(Int32(lower[column]), minimum), maximum)
    let high = min(max(Int32(upper[column]), minimum), maximum)
    shortfalls[2 &* column] = Value(truncatingIfNeeded: low &- minimum)
    shortfalls[2 &* column &+ 1] = Value(truncatingIfNeeded: maximum &- high)
  }
}

/// How far a row's maximum lies below its greatest potential: the least `Σ steps so far + Z[place]` over its entries.
///
/// All that follow a sum of steps that reaches the least so far are no less, since no shortfall is negative, and are not
/// looked at.
///
/// - Parameters:
///   - entries: from the row's first one on, whose step is 0; the steps of the row add up to what no shortfall exceeds.
///   - placeBits: the lower bits of an entry, which hold its place; the others hold its step.
/// - Complexity: O(entries before that sum).
package func rowDrop<Entry: FixedWidthInteger, Value: FixedWidthInteger>(
  entries: Span<Entry>, placeBits: Int, shortfalls: Span<Value>
) -> Int32 {
  var sum: Int32 = 0
  var least = Int32.max
  for index in entries.indices {
    let entry = UInt32(truncatingIfNeeded: entries[index])
    sum &+= Int32(truncatingIfNeeded: entry >> UInt32(placeBits))
    guard sum < least else { break }
    let place = entry & ((1 &<< UInt32(placeBits)) &- 1)
    least = min(least, sum &+ Int32(truncatingIfNeeded: shortfalls[Int(place)]))
  }
  return least
}

// What is the same for every layout.

/// See `supnorm_inference.shape` in supnorm_kernels.h.
@c public func supnorm_maxplus_shape(
  _ layer: UnsafePointer<supnorm_layer>, _ isLast: Int32, _ residuals: UInt32
) -> Int32 {
  let numbers = unsafe layer.pointee
  let activation = unsafe Int32(numbers.activation)
  let width = unsafe Int32(numbers.input_max) &- Int32(numbers.input_min)
  let (isWide, columns): (Bool, UInt16) =
    switch unsafe Int32(numbers.layout) {
    case SUPNORM_WORDS: (true, 32767)
    case SUPNORM_BYTES: (false, 128)
    default: (false, 1024)
    }
  // A last layer does not activate, but the negation of a maximum is exact in Int32. A maximum has no columns that it
  // passes on.
  guard unsafe numbers.shift == 0, unsafe numbers.row_sum_bound == 1, residuals == 0,
    isLast == 0 || activation == SUPNORM_IDENTITY || activation == SUPNORM_NEGATE,
    unsafe numbers.columns <= columns, width >= 0, isWide || width <= 255
  else { return SUPNORM_ERROR_MALFORMED }
  return unsafe LayerArrays.rowEntries.and(.biases).and(isWide ? .words : .halfwords).status(of: layer)
}

/// See `supnorm_inference.counts`: one for each row.
@c public func supnorm_maxplus_counts(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let rows = unsafe Int32(layer.pointee.rows)
  var sum: UInt32 = 0
  for row in 0..<Int(rows) {
    let count = unsafe layer.pointee.row_entries[row]
    // The maximum over no entry has no value.
    guard count > 0 else { return SUPNORM_ERROR_MALFORMED }
    sum &+= UInt32(count)  // 65535 counts of at most 65535 stay below 2^32
  }
  return unsafe sum == layer.pointee.entries && sum <= UInt32(Int32.max) ? rows : SUPNORM_ERROR_MALFORMED
}

/// See `supnorm_inference.check`: places exist, first steps are 0, and the steps of a row end it for every input.
@c public func supnorm_maxplus_check(_ layer: UnsafePointer<supnorm_layer>) -> Int32 {
  let layer = unsafe layer.pointee
  let width = unsafe UInt32(bitPattern: Int32(layer.input_max) &- Int32(layer.input_min))
  let bits: UInt32 =
    switch unsafe Int32(layer.layout) {
    case SUPNORM_WORDS: 16
    case SUPNORM_BYTES: 8
    default: 11
    }
  var index = 0
  for row in unsafe 0..<Int(layer.rows) {
    var sum: UInt32 = 0  // at most 65535 steps of at most 65535
    for entry in unsafe 0..<layer.row_entries[row] {
      let word = unsafe bits == 16 ? layer.words[index] : UInt32(layer.halfwords[index])
      sum &+= word &>> bits
      guard unsafe word & ((1 &<< bits) &- 1) < 2 &* UInt32(layer.columns), entry > 0 || sum == 0 else {
        return SUPNORM_ERROR_MALFORMED
      }
      index &+= 1
    }
    guard sum >= max(width, 1), unsafe layer.biases[row].magnitude <= 1 &<< 17 else {
      return SUPNORM_ERROR_MALFORMED
    }
  }
  return SUPNORM_OK
}

// The kernels of each layout.

/// A layout, as a type: a program contains the code of those that it names.
protocol MaxPlusLayout {
  /// The layout of supnorm.h.
  static var number: UInt32 { get }
  /// The functions of supnorm_lanes_maxplus.h that layouts with shortfalls of one size share.
  static func writeShortfalls(
    _ layer: UnsafePointer<supnorm_layer>, _ lower: UnsafePointer<Int16>, _ upper: UnsafePointer<Int16>,
    _ shortfalls: UnsafeMutableRawPointer)
  static func approach(
    _ layer: UnsafePointer<supnorm_layer>, _ deviation: Int32, _ shortfalls: UnsafeMutableRawPointer)
  static func turn(_ layer: UnsafePointer<supnorm_layer>, _ shortfalls: UnsafeMutableRawPointer)
}

extension MaxPlusLayout {
  /// The entries of all rows.
  @inline(__always)
  private static func entries(_ layer: UnsafePointer<supnorm_layer>) -> UnsafeRawPointer {
    Int32(number) == SUPNORM_WORDS
      ? unsafe UnsafeRawPointer(layer.pointee.words.unsafelyUnwrapped)
      : unsafe UnsafeRawPointer(layer.pointee.halfwords.unsafelyUnwrapped)
  }

  @inline(__always)
  private static var entryBytes: Int { Int32(number) == SUPNORM_WORDS ? 4 : 2 }

  /// Every row's maximum less `slack`, requantised into `hidden`, or as logits, which have none.
  @inline(never)
  private static func rows(
    _ layer: UnsafePointer<supnorm_layer>, _ shortfalls: UnsafeRawPointer, slack: Int32,
    _ hidden: UnsafeMutablePointer<Int16>?, _ logits: UnsafeMutablePointer<Int32>?
  ) {
    if let hidden = unsafe hidden {
      return unsafe supnorm_hidden_rows(layer, shortfalls, slack, hidden, number)
    }
    var entries = unsafe entries(layer)
    let counts = unsafe layer.pointee.row_entries.unsafelyUnwrapped
    let bases = unsafe layer.pointee.biases.unsafelyUnwrapped
    for row in unsafe 0..<Int(layer.pointee.rows) {
      let count = unsafe counts[row]
      // Below 2^19 in magnitude.
      let value = unsafe bases[row] &- drop(entries, count, shortfalls)
      unsafe logits.unsafelyUnwrapped[row] =
        Int32(layer.pointee.activation) == SUPNORM_NEGATE ? 0 &- value : value
      unsafe entries += Int(count) &* entryBytes
    }
  }

  /// See `supnorm_inference.infer`.
  @inline(__always)
  static func infer(
    _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
    _ hidden: UnsafeMutablePointer<Int16>?, _ logits: UnsafeMutablePointer<Int32>?,
    _ workspace: UnsafeMutableRawPointer?
  ) {
    let shortfalls = unsafe workspace.unsafelyUnwrapped
    unsafe writeShortfalls(layer, input, input, shortfalls)
    unsafe rows(layer, shortfalls, slack: 0, hidden, logits)
  }

  /// See `supnorm_certificate.bound`: both ends are maxima at corners of the box, the greatest where all shortfalls are
  /// least, the least where all are greatest.
  @inline(__always)
  static func bound(
    _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
    _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
    _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
    _ workspace: UnsafeMutableRawPointer?
  ) {
    let shortfalls = unsafe workspace.unsafelyUnwrapped
    let deviation = unsafe box.pointee.deviation
    unsafe writeShortfalls(
      layer, box.pointee.lower.unsafelyUnwrapped, box.pointee.upper.unsafelyUnwrapped, shortfalls)
    if let lower = unsafe lower, deviation != 0 {
      // Around a vector all shortfalls grow by the deviation up to the width of the range, and so does a row's drop:
      // no pass over what is touched then.
      unsafe rows(layer, shortfalls, slack: deviation, lower, nil)
      let width = unsafe Int32(layer.pointee.input_max) &- Int32(layer.pointee.input_min)
      let bases = unsafe layer.pointee.biases.unsafelyUnwrapped
      for row in unsafe 0..<Int(layer.pointee.rows) {
        unsafe lower[row] = max(lower[row], requantized(bases[row] &- width, shift: 0))
      }
      unsafe approach(layer, deviation, shortfalls)
      unsafe rows(layer, shortfalls, slack: 0, upper, nil)
      return
    }
    unsafe approach(layer, deviation, shortfalls)
    // The negation of a last layer exchanges the ends.
    let isNegated = unsafe lower == nil && Int32(layer.pointee.activation) == SUPNORM_NEGATE
    unsafe rows(layer, shortfalls, slack: 0, upper, isNegated ? logitLower : logitUpper)
    unsafe turn(layer, shortfalls)
    unsafe rows(layer, shortfalls, slack: 0, lower, isNegated ? logitUpper : logitLower)
  }

  /// See `supnorm_certificate.exceeds`: of maxima by the ends of both rows.
  @inline(__always)
  static func exceeds(
    _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
    _ workspace: UnsafeMutableRawPointer?
  ) -> Int32 {
    let shortfalls = unsafe workspace.unsafelyUnwrapped
    let isNegated = unsafe Int32(layer.pointee.activation) == SUPNORM_NEGATE
    unsafe writeShortfalls(
      layer, box.pointee.lower.unsafelyUnwrapped, box.pointee.upper.unsafelyUnwrapped, shortfalls)
    unsafe approach(layer, box.pointee.deviation, shortfalls)
    // The row's worst end first, its least maximum or, negated, its greatest; then the best ends of the others.
    if !isNegated { unsafe turn(layer, shortfalls) }
    var entries = unsafe entries(layer)
    let counts = unsafe layer.pointee.row_entries.unsafelyUnwrapped
    let bases = unsafe layer.pointee.biases.unsafelyUnwrapped
    let own = Int(UInt16(truncatingIfNeeded: row))  // of a layer's 65535 rows at most
    for before in 0..<own { unsafe entries += Int(counts[before]) &* entryBytes }
    let worst = unsafe bases[own] &- drop(entries, counts[own], shortfalls)
    unsafe turn(layer, shortfalls)
    unsafe entries = self.entries(layer)
    for other in unsafe 0..<Int(layer.pointee.rows) {
      let best = unsafe bases[other] &- drop(entries, counts[other], shortfalls)
      guard other == own || (isNegated ? best > worst : best < worst) else { return 0 }
      unsafe entries += Int(counts[other]) &* entryBytes
    }
    return 1
  }

  /// How far the row whose entries begin here lies below its first potential.
  @inline(never)
  private static func drop(
    _ entries: UnsafeRawPointer, _ count: UInt16, _ shortfalls: UnsafeRawPointer
  ) -> Int32 {
    unsafe supnorm_row_drop(entries, UInt32(count), shortfalls, number)
  }
}
