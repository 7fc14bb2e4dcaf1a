import Testing
import Training

@Suite("Matrix products")
struct MatrixProductTests {
  /// Every height of a tile, sizes around a panel's 16 rows, and none at all.
  static let sizes = [0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 31, 33]

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

  static func transposed(_ a: Matrix) -> Matrix {
    Matrix(
      rows: a.columns, columns: a.rows,
      elements: naive(a.columns, a.rows, 1) { row, column, _ in a.elements[column * a.columns + row] })
  }

  @Test(arguments: sizes) func `equal naive loops at odd sizes`(rows: Int) {
    var generator = SeededGenerator(seed: UInt64(rows))
    for columns in Self.sizes {
      for depth in Self.sizes {
        let a = Self.integers(rows, depth, &generator)
        let w = Self.integers(columns, depth, &generator)
        let panels = Panels(rows: columns, columns: depth, elements: w.elements)
        #expect(panels.elements == w.elements)
        let (left, right) = (a.elements, w.elements)
        let expected = Self.naive(rows, columns, depth) { row, column, k in
          left[row * depth + k] * right[column * depth + k]
        }

        let product = Self.integers(rows, columns, &generator)  // old contents must not matter
        product.setToProduct(a, transposed: panels)
        #expect(product.elements == expected, "A·Wᵀ \(rows) \(columns) \(depth)")

        let biases = Self.integers(columns, 1, &generator).elements
        product.setToProduct(
          a, transposed: panels, plus: Panels(rows: columns, columns: 1, elements: biases))
        #expect(
          product.elements == expected.indices.map { expected[$0] + biases[$0 % columns] },
          "A·Wᵀ + b \(rows) \(columns) \(depth)")

        // The same product as a sum over the rows of both factors: Gᵀ = A, X = Wᵀ.
        let sums = Panels(
          rows: rows, columns: columns, elements: Self.integers(rows, columns, &generator).elements)
        let old = sums.elements
        for block in 0..<sums.count {
          sums.addProduct(transposed: Self.transposed(a), block: block, Self.transposed(w), toPanel: block)
        }
        #expect(sums.elements == zip(old, expected).map(+), "Gᵀ·X \(rows) \(columns) \(depth)")
      }
    }
  }

  @Test func `a row's result does not depend on the rows beside it`() {
    var generator = SeededGenerator(seed: 5)
    let a = Matrix(rows: 7, columns: 29, elements: (0..<7 * 29).map { _ in Float(generator.normal()) })
    let w = Panels(rows: 10, columns: 29, elements: (0..<290).map { _ in Float(generator.normal()) })
    let all = Matrix(rows: 7, columns: 10)
    all.setToProduct(a, transposed: w)
    for row in 0..<7 {
      let one = Matrix(rows: 1, columns: 10)
      one.setToProduct(
        Matrix(rows: 1, columns: 29, elements: Array(a.elements[row * 29..<(row + 1) * 29])), transposed: w)
      #expect(one.elements == Array(all.elements[row * 10..<(row + 1) * 10]))
    }
  }

  @Test func `every element is one chain of fused multiply-adds, wherever it is cut`() {
    var generator = SeededGenerator(seed: 6)
    let (samples, outputs, columns) = (150, 20, 13)  // more samples than one block of the product takes
    let g = (0..<samples * outputs).map { _ in Float(generator.normal()) }
    let x = (0..<samples * columns).map { _ in Float(generator.normal()) }
    let expected = (0..<outputs * columns).map { place in
      (0..<samples).reduce(Float(0)) { sum, sample in
        sum.addingProduct(g[sample * outputs + place / columns], x[sample * columns + place % columns])
      }
    }
    for cut in [0, 1, 64, 77, samples] {
      let sums = Panels(rows: outputs, columns: columns)
      for part in [0..<cut, cut..<samples] {
        for block in 0..<sums.count {
          sums.addProduct(
            transposed: Matrix(
              rows: part.count, columns: outputs,
              elements: Array(g[part.lowerBound * outputs..<part.upperBound * outputs])),
            block: block,
            Matrix(
              rows: part.count, columns: columns,
              elements: Array(x[part.lowerBound * columns..<part.upperBound * columns])), toPanel: block)
        }
      }
      #expect(sums.elements == expected, "cut at \(cut)")
    }
  }
}
