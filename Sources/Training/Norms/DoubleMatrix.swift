/// A row-major matrix of double precision, for decompositions and for bounds whose rounding is accounted for.
package struct DoubleMatrix: Sendable {
  package let rows: Int
  package let columns: Int
  package var elements: [Double]

  /// Creates a matrix of row-major elements.
  package init(rows: Int, columns: Int, elements: [Double]) {
    precondition(rows > 0 && columns > 0 && elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// Creates a matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
  }

  package subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The matrix with rows and columns exchanged.
  package var transposed: DoubleMatrix {
    var result = DoubleMatrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// `A · Aᵀ`: every element is one chain over the columns in blocks, so that its error is at most
  /// `γ(columns) · Σ|a|·|a'|` in whatever order it was summed, with `γ(n) = n·u / (1 - n·u)` and u = 2^-53.
  ///
  /// - Complexity: O(rows² · columns / 2), shared by the threads.
  func productWithTransposed(threads: Threads) -> DoubleMatrix {
    var result = DoubleMatrix(rows: rows, columns: rows)
    let (rows, columns) = (rows, columns)
    let tile = 4
    let bands = (rows + tile - 1) / tile
    unsafe result.elements.withUnsafeMutableBufferPointer { target in
      unsafe elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        let (source, target) = unsafe (Shared(from), Shared(to))
        threads.forEach(bands) { task, _ in
          // The longest rows of the triangle begin first.
          let first = (bands - 1 - task) * tile
          for second in stride(from: 0, through: first, by: tile) {
            unsafe addTile(
              rows: first..<min(rows, first + tile), with: second..<min(rows, second + tile), columns,
              source.pointer, to: target.pointer, rows)
          }
        }
      }
    }
    for row in 0..<rows {
      for column in row + 1..<max(rows, row + 1) { result[row, column] = result[column, row] }
    }
    return result
  }
}

/// The products of some rows with others, of which short tiles repeat the last.
@unsafe private func addTile(
  rows: Range<Int>, with others: Range<Int>, _ columns: Int, _ source: UnsafePointer<Double>,
  to target: UnsafeMutablePointer<Double>, _ width: Int
) {
  func row(_ index: Int, of range: Range<Int>) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(source + min(range.lowerBound + index, range.upperBound - 1) * columns)
  }
  // Two rows against four at a time: eight sums and six factors fit in the registers.
  for pair in 0..<2 where rows.lowerBound + 2 * pair < rows.upperBound {
    let left = unsafe (row(2 * pair, of: rows), row(2 * pair + 1, of: rows))
    let right = unsafe (row(0, of: others), row(1, of: others), row(2, of: others), row(3, of: others))
    var sums = InlineArray<8, SIMD4<Double>>(repeating: .zero)
    var column = 0
    while column + 4 <= columns {
      let place = 8 * column
      let a = unsafe left.0.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      let b = unsafe left.1.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      let c = unsafe right.0.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      sums[0].addProduct(a, c)
      sums[1].addProduct(b, c)
      let d = unsafe right.1.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      sums[2].addProduct(a, d)
      sums[3].addProduct(b, d)
      let e = unsafe right.2.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      sums[4].addProduct(a, e)
      sums[5].addProduct(b, e)
      let f = unsafe right.3.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      sums[6].addProduct(a, f)
      sums[7].addProduct(b, f)
      column += 4
    }
    for index in 0..<2 where rows.lowerBound + 2 * pair + index < rows.upperBound {
      let first = rows.lowerBound + 2 * pair + index
      for (offset, second) in others.enumerated() {
        let four = sums[2 * offset + index]
        var sum = (four.x + four.y) + (four.z + four.w)
        for rest in column..<columns {
          sum += unsafe source[first * columns + rest] * source[second * columns + rest]
        }
        unsafe target[first * width + second] = sum
      }
    }
  }
}
