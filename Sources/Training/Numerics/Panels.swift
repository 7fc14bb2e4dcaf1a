/// A layer's weights as the kernels read them: panels of sixteen rows, which stand side by side, one in each lane.
///
/// Lane r of `panel(p)[c]` is the element in row 16p + r and column c. Rows beyond the last are zero, and stay so in
/// everything that is done to panels. The layout serves all of a training step: a panel is the right factor of a
/// product without further packing, and the optimizer and the projection treat sixteen rows with every instruction.
///
/// Sendable unchecked, since the memory is reached by pointer: while threads run, each changes only the panels of its
/// own tasks, and what several read none changes.
@safe package final class Panels: LaneStore, @unchecked Sendable {
  /// The rows of the matrix.
  package let rows: Int

  /// Its columns.
  package let columns: Int

  private let lanes: UnsafeMutablePointer<Lanes>

  /// Creates panels of zeros.
  package init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0)
    self.rows = rows
    self.columns = columns
    unsafe lanes = allocateLanes(lanesNeeded(for: rows) * columns)
  }

  /// Creates the panels of row-major elements.
  package convenience init(rows: Int, columns: Int, elements: [Float]) {
    self.init(rows: rows, columns: columns)
    set(elements)
  }

  func zeros() -> Panels { Panels(rows: rows, columns: columns) }

  /// Takes over row-major elements.
  func set(_ elements: [Float]) {
    precondition(elements.count == rows * columns)
    for row in 0..<rows {
      unsafe withRow(row) { place in
        for column in 0..<columns {
          unsafe place[column * Lanes.scalarCount] = elements[row * columns + column]
        }
      }
    }
  }

  deinit {
    unsafe lanes.deallocate()
  }

  /// How many panels there are.
  package var count: Int { lanesNeeded(for: rows) }

  /// The rows of one panel that exist.
  func rows(ofPanel index: Int) -> Range<Int> {
    index * Lanes.scalarCount..<min(rows, (index + 1) * Lanes.scalarCount)
  }

  /// Sixteen rows, column by column: `columns` lanes.
  func panel(_ index: Int) -> UnsafeMutablePointer<Lanes> {
    precondition(0..<count ~= index)
    return unsafe lanes + index * columns
  }

  /// The lanes of one panel.
  func part(_ index: Int) -> UnsafeMutableBufferPointer<Lanes> {
    unsafe UnsafeMutableBufferPointer(start: panel(index), count: columns)
  }

  /// The elements, row after row.
  package var elements: [Float] {
    (0..<rows).flatMap { row in
      unsafe withRow(row) { place in (0..<columns).map { unsafe place[$0 * Lanes.scalarCount] } }
    }
  }

  /// Writes the rows of one panel into the columns of another matrix's panels.
  ///
  /// - Complexity: O(16 columns).
  func transpose(panel index: Int, into other: Panels) {
    precondition(other.rows == columns && other.columns == rows)
    let rows = rows(ofPanel: index)
    for column in 0..<columns {
      let source = unsafe floats(panel(index) + column)
      unsafe other.withRow(column) { target in
        for row in rows { unsafe target[row * Lanes.scalarCount] = source[row - rows.lowerBound] }
      }
    }
  }

  /// Calls a closure with the first element of a row; the others follow sixteen places apart.
  func withRow<Value>(_ row: Int, _ body: (UnsafeMutablePointer<Float>) -> Value) -> Value {
    unsafe body(floats(panel(row / Lanes.scalarCount)) + row % Lanes.scalarCount)
  }
}
