import Testing
import Training

@Suite("Matrix products")
struct MatrixProductTests {
  /// Sizes around the tile's 4 rows and 8 columns, and none at all.
  static let sizes = [0, 1, 3, 4, 5, 7, 8, 9, 17, 31]

  /// Small integers, so that every order of summation gives the same exact result.
  static func integers(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> Matrix {
    Matrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in Float(generator.index(below: 17)) - 8 })
  }

  static func naive(
    _ rows: Int, _ columns: Int, _ depth: Int, _ term: (_ row: Int, _ column: Int, _ k: Int) -> Float
  ) -> [Float] {
    (0..<rows * columns).map { place in
      (0..<depth).reduce(0) { $0 + term(place / columns, place % columns, $1) }
    }
  }

  @Test(arguments: sizes) func `equal naive loops at odd sizes`(rows: Int) {
    var generator = SeededGenerator(seed: UInt64(rows))
    for columns in Self.sizes {
      for depth in Self.sizes {
        let a = Self.integers(rows, depth, &generator)
        let b = Self.integers(depth, columns, &generator)
        let aTransposed = Matrix(
          rows: depth, columns: rows,
          elements: Self.naive(depth, rows, 1) { k, row, _ in a.elements[row * depth + k] })
        let bTransposed = Matrix(
          rows: columns, columns: depth,
          elements: Self.naive(columns, depth, 1) { column, k, _ in b.elements[k * columns + column] })
        let expected = Self.naive(rows, columns, depth) { row, column, k in
          a.elements[row * depth + k] * b.elements[k * columns + column]
        }

        var product = Self.integers(rows, columns, &generator)  // old contents must not matter
        product.setToProduct(a, b)
        #expect(product.elements == expected, "A·B \(rows) \(columns) \(depth)")

        product = Self.integers(rows, columns, &generator)
        product.setToProduct(a, transposed: bTransposed)
        #expect(product.elements == expected, "A·Bᵀ \(rows) \(columns) \(depth)")

        let old = Self.integers(rows, columns, &generator)
        product = old
        product.addProduct(transposed: aTransposed, b)
        #expect(product.elements == zip(old.elements, expected).map(+), "Aᵀ·B \(rows) \(columns) \(depth)")
      }
    }
  }

  @Test func `a row's result does not depend on the rows beside it`() {
    var generator = SeededGenerator(seed: 5)
    let a = Matrix(rows: 7, columns: 29, elements: (0..<7 * 29).map { _ in Float(generator.normal()) })
    let b = Matrix(rows: 29, columns: 10, elements: (0..<290).map { _ in Float(generator.normal()) })
    var all = Matrix(rows: 7, columns: 10)
    all.setToProduct(a, b)
    for row in 0..<7 {
      var one = Matrix(rows: 1, columns: 10)
      one.setToProduct(
        Matrix(rows: 1, columns: 29, elements: Array(a.elements[row * 29..<(row + 1) * 29])), b)
      #expect(one.elements == Array(all.elements[row * 10..<(row + 1) * 10]))
    }
  }
}
