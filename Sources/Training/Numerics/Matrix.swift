/// A row-major matrix of single precision, with room for more rows than it has at the moment.
///
/// Buffers of a batch are made once for the largest batch; `rows` then says how many of them count.
package struct Matrix: Sendable {
  /// The rows in use.
  package var rows: Int

  /// The length of a row.
  package let columns: Int

  /// At least `rows * columns` elements, row after row.
  package var elements: [Float]

  /// Creates a matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
  }

  /// Creates a matrix of given elements, row after row.
  package init(rows: Int, columns: Int, elements: [Float]) {
    precondition(rows >= 0 && columns >= 0 && elements.count >= rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// How many elements count.
  var count: Int { rows * columns }
}
