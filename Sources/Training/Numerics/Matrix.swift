/// A row-major matrix of single precision in aligned memory, with room for more rows than it has at the moment.
///
/// Buffers of a batch are made once for the largest batch; `rows` then says how many of them count. Every row starts
/// at a multiple of sixteen values and is followed by zeros, up to a pair of lanes where kernels take two at a time, so
/// that they need no case for the end of a row. It takes an odd number of lanes, that is of cache lines: with an even
/// number, the same column of many rows would fall into few of the cache's sets.
///
/// A class, because passes share buffers: a copy would cost as much as the work on it. Sendable unchecked, since the
/// memory is reached by pointer: each buffer of a pass belongs to one task at a time, and what several read none
/// changes.
@safe package final class Matrix: LaneStore, @unchecked Sendable {
  /// The rows in use.
  package var rows: Int {
    didSet { precondition(0...capacity ~= rows) }
  }

  /// The length of a row.
  package let columns: Int

  /// From one row to the next.
  let stride: Int

  /// Whether rows are followed by zeros up to a pair of lanes.
  private let isPaired: Bool

  /// The memory, `capacity * stride` lanes.
  let lanes: UnsafeMutablePointer<Lanes>

  private let capacity: Int

  /// Creates a matrix of zeros.
  package init(rows: Int, columns: Int, isPaired: Bool = false) {
    precondition(rows >= 0 && columns >= 0)
    self.rows = rows
    self.columns = columns
    capacity = rows
    self.isPaired = isPaired
    let count = lanesNeeded(for: columns)
    stride = (isPaired ? count + count % 2 : count) | 1
    unsafe lanes = allocateLanes(rows * stride)
  }

  /// Creates a matrix of given elements, row after row.
  package convenience init(rows: Int, columns: Int, elements: [Float], isPaired: Bool = false) {
    self.init(rows: rows, columns: columns, isPaired: isPaired)
    set(elements)
  }

  deinit {
    unsafe lanes.deallocate()
  }

  /// The elements, row after row.
  package var elements: [Float] {
    (0..<rows).flatMap { row in unsafe Array(UnsafeBufferPointer(start: self.row(row), count: columns)) }
  }

  func zeros() -> Matrix { Matrix(rows: rows, columns: columns, isPaired: isPaired) }

  /// Takes over row-major elements.
  package func set(_ elements: [Float]) {
    precondition(elements.count == rows * columns)
    for row in 0..<rows { setRow(row, to: elements, from: row * columns) }
  }

  /// The lanes of up to sixteen rows, those between the rows included.
  func part(_ index: Int) -> UnsafeMutableBufferPointer<Lanes> {
    let first = index * Lanes.scalarCount
    precondition(0..<rows ~= first)
    return unsafe UnsafeMutableBufferPointer(
      start: lanes + first * stride, count: min(Lanes.scalarCount, rows - first) * stride)
  }

  /// The first element of a row.
  func row(_ row: Int) -> UnsafeMutablePointer<Float> {
    precondition(0..<capacity ~= row)
    return unsafe floats(lanes + row * stride)
  }

  /// Eights of elements in the pairs of lanes that hold a row.
  var halfLaneCount: Int { 4 * ((lanesNeeded(for: columns) + 1) / 2) }

  /// The first eight elements of a row in pairs of lanes; the others follow.
  @unsafe func halfLanes(_ row: Int) -> UnsafeMutablePointer<HalfLanes> {
    precondition(isPaired)
    return unsafe UnsafeMutableRawPointer(self.row(row)).assumingMemoryBound(to: HalfLanes.self)
  }

  /// Replaces a row by `columns` elements of an array.
  package func setRow(_ row: Int, to elements: [Float], from first: Int) {
    precondition(first >= 0 && elements.count - first >= columns)
    unsafe elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe self.row(row).update(from: base + first, count: columns)
    }
  }

  /// Sixteen neighboring elements of a row.
  @inline(__always)
  func lanes(_ index: Int, ofRow row: Int) -> Lanes {
    precondition(0..<rows ~= row && 0..<stride ~= index)
    return unsafe lanes[row * stride + index]
  }

  /// Replaces sixteen neighboring elements of a row; what is beyond its end is dropped.
  func setLanes(_ index: Int, ofRow row: Int, to values: Lanes) {
    precondition(0..<rows ~= row && 0..<lanesNeeded(for: columns) ~= index)
    var values = values
    for lane in min(columns - index * Lanes.scalarCount, Lanes.scalarCount)..<Lanes.scalarCount {
      values[lane] = 0
    }
    unsafe lanes[row * stride + index] = values
  }

  /// Sets the rows in use to zero.
  func clear() { unsafe lanes.update(repeating: .zero, count: rows * stride) }

  /// The values in use with the zeros between the rows, for kernels that treat every value alike and leave 0 as it
  /// is.
  var flat: UnsafeMutableBufferPointer<Float> {
    unsafe UnsafeMutableBufferPointer(start: floats(lanes), count: rows * stride * Lanes.scalarCount)
  }
}
