import Foundation
import TestSupport
import Testing

import Training

@Suite("Norms of linear maps")
struct OperatorNormTests {
  static func matrix(_ rows: Int, _ columns: Int, _ random: inout TestRandom) -> DoubleMatrix {
    DoubleMatrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in Double(random.integer(-1000...1000)) / 300 })
  }

  /// `diag(values)` between reflections, which leave singular values as they are.
  static func matrix(singularValues values: [Double], rows: Int, _ random: inout TestRandom) -> DoubleMatrix {
    var result = DoubleMatrix(rows: rows, columns: values.count)
    for (index, value) in values.enumerated() { result[index, index] = value }
    for _ in 0..<2 {
      let vector = (0..<result.rows).map { _ in Double(random.integer(-9...9)) + 0.5 }
      let square = vector.reduce(0) { $0 + $1 * $1 }
      for column in 0..<result.columns {
        let product = (0..<result.rows).reduce(0.0) { $0 + vector[$1] * result[$1, column] }
        for row in 0..<result.rows { result[row, column] -= 2 * product / square * vector[row] }
      }
      result = result.transposed
    }
    return result
  }

  @Test func `Singular values are found, repeated ones and zeros among them`() {
    var random = TestRandom()
    for values in [[3.0], [5, 5, 5, 1], [7, 2, 0, 0], [1e-8, 1e-9], [4, 3, 2, 1, 1, 1, 0.5, 0]] {
      for rows in [values.count, values.count + 1, 3 * values.count] {
        let matrix = Self.matrix(singularValues: values, rows: rows, &random)
        for form in [matrix, matrix.transposed] {
          for (found, value) in zip(singularValues(of: form), values.sorted(by: >)) {
            #expect((found - value).magnitude <= 1e-14 * values[0], "\(values) \(random)")
          }
        }
      }
    }
    #expect(singularValues(of: DoubleMatrix(rows: 3, columns: 2)) == [0, 0])
    #expect(singularValues(of: Self.matrix(40, 30, &random), count: 2).count == 2)
    let large = Self.matrix(700, 600, &random)
    let squares = large.elements.reduce(0) { $0 + $1 * $1 }
    let values = singularValues(of: large)
    #expect((values.reduce(0) { $0 + $1 * $1 } / squares - 1).magnitude < 1e-12)
    #expect(values == singularValues(of: large, threads: Threads(count: 1)))
  }

  @Test func `The bound by Gram iteration is above the largest singular value, and close`() {
    var random = TestRandom()
    for _ in 0..<40 {
      let matrix = Self.matrix(random.integer(1...40), random.integer(1...40), &random)
      let largest = singularValues(of: matrix)[0]
      let bound = gramBound(of: matrix)
      #expect(bound >= largest * (1 - 1e-13) && bound <= largest * (1 + 1e-11), "\(random)")
      #expect(gramBound(of: matrix, enough: 2 * largest) >= bound)
    }
  }

  /// For integer vectors a and b the matrix a·bᵀ has the one singular value √(‖a‖²‖b‖²), so that a bound can be compared
  /// in whole numbers.
  @Test func `The bound by Gram iteration is not below an exact value by a single rounding`() {
    var random = TestRandom()
    for _ in 0..<200 {
      let a = (0..<random.integer(1...30)).map { _ in random.integer(-99...99) }
      let b = (0..<random.integer(1...30)).map { _ in random.integer(-99...99) }
      let square = a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }
      let bound = gramBound(
        of: DoubleMatrix(
          rows: a.count, columns: b.count, elements: a.flatMap { x in b.map { Double(x * $0) } }))
      // bound² = product + error exactly, and a whole number lies between doubles on neither side.
      let product = bound * bound
      let error = (-product).addingProduct(bound, bound)
      let exceeds = product > Double(square) || (product == Double(square) && error >= 0)
      #expect(exceeds, "\(bound)² < \(square) \(random)")
    }
  }

  @Test func `The bound by Gram iteration holds at the ends of the range`() {
    for scale in [Double.leastNonzeroMagnitude, 0x1p-1030, 1e-200, 1, 1e150, 1e300] {
      let matrix = DoubleMatrix(rows: 2, columns: 2, elements: [3, 0, 0, 4].map { $0 * scale })
      let bound = gramBound(of: matrix)
      #expect(bound >= 4 * scale, "\(scale)")
      if scale > 1e-300 { #expect(bound <= 4.000_001 * scale, "\(scale)") }
    }
    #expect(gramBound(of: DoubleMatrix(rows: 2, columns: 3)) == 0)
    #expect(gramBound(of: DoubleMatrix(rows: 1, columns: 1, elements: [.infinity])) == .infinity)
  }

  @Test func `The power method comes from below and stops when it changes little`() {
    var random = TestRandom()
    for _ in 0..<20 {
      let (rows, columns) = (random.integer(1...70), random.integer(1...70))
      let matrix = Self.matrix(rows, columns, &random)
      let map = DenseOperator(rows: rows, columns: columns, elements: matrix.elements.map { Float($0) })
      let largest = singularValues(of: matrix)[0]
      let estimate = powerEstimate(of: map, tolerance: 1e-9, limit: 5_000)
      #expect(estimate.value <= largest * (1 + 1e-6) && estimate.value >= largest * 0.999, "\(random)")
      #expect(powerEstimate(of: map, tolerance: 1e-9, limit: 5_000) == estimate)
      #expect(powerEstimate(of: map, tolerance: 0, limit: 7).iterations == 7)
    }
    let zero = DenseOperator(rows: 3, columns: 3, elements: Array(repeating: 0, count: 9))
    #expect(powerEstimate(of: zero).value == 0)
  }

  @Test func `A dense operator equals plain loops with any number of threads`() {
    var random = TestRandom()
    for (rows, columns) in [(1, 1), (3, 40), (300, 5), (70, 513)] {
      let elements = ConvolutionTests.integers(rows * columns, &random)
      let (x, y) = (
        ConvolutionTests.integers(columns, &random), ConvolutionTests.integers(rows, &random)
      )
      for threads in 1...3 {
        let map = DenseOperator(
          rows: rows, columns: columns, elements: elements, threads: Threads(count: threads))
        #expect(
          map.applied(to: x)
            == (0..<rows).map { row in (0..<columns).reduce(0) { $0 + elements[row * columns + $1] * x[$1] } }
        )
        #expect(
          map.transposedApplied(to: y)
            == (0..<columns).map { c in (0..<rows).reduce(0) { $0 + elements[$1 * columns + c] * y[$1] } })
      }
    }
  }

  /// The reference's own angle is off by up to 4 u, so that 8 u become 16.
  @Test func `Points of the circle are within 8 roundings`() {
    for count in [1, 2, 3, 4, 7, 8, 226, 1000] {
      for (index, turn) in turns(count).enumerated() {
        let angle = 2 * Double.pi * Double(index) / Double(count)
        #expect(
          (turn.cosine - cos(angle)).magnitude <= 0x1p-49 && (turn.sine - sin(angle)).magnitude <= 0x1p-49)
      }
    }
  }
}

@Suite("Norms of convolutions")
struct ConvolutionNormTests {
  /// The matrix of a convolution, column by column.
  private func matrix(_ shape: ConvolutionShape, _ kernel: [Float]) -> DoubleMatrix {
    var result = DoubleMatrix(rows: shape.outputCount, columns: shape.inputCount)
    for column in 0..<shape.inputCount {
      var image = Array(repeating: Float(0), count: shape.inputCount)
      image[column] = 1
      for (row, value) in ConvolutionTests.plain(shape, kernel, image).enumerated() {
        result[row, column] = Double(value)
      }
    }
    return result
  }

  @Test func `Sums are those of the matrix, at borders and with strides too`() {
    var random = TestRandom()
    for _ in 0..<80 {
      let shape = ConvolutionTests.shape(&random, side: 7, channels: 3)
      let kernel = ConvolutionTests.integers(shape.kernelCount, &random)
      let matrix = matrix(shape, kernel)
      let norms = ConvolutionNorms(shape, kernel: kernel.map { Double($0) })
      func largest(_ matrix: DoubleMatrix) -> Double {
        (0..<matrix.rows).reduce(0) { largest, row in
          max(largest, (0..<matrix.columns).reduce(0) { $0 + matrix[row, $1].magnitude })
        }
      }
      #expect(norms.supNorm == largest(matrix), "\(shape) \(random)")
      #expect(norms.oneNorm == largest(matrix.transposed), "\(shape) \(random)")
    }
  }

  @Test func `Bounds of the spectral norm hold, and the power method stays below them`() throws {
    var random = TestRandom()
    for _ in 0..<80 {
      let shape = ConvolutionTests.shape(&random, side: 7, channels: 3)
      let kernel = ConvolutionTests.integers(shape.kernelCount, &random)
      let largest = singularValues(of: matrix(shape, kernel), count: 1)[0]
      let norms = ConvolutionNorms(shape, kernel: kernel.map { Double($0) })
      let bound = try #require(norms.spectralBound())
      #expect(bound >= largest * (1 - 1e-13), "\(shape) \(random)")
      #expect(norms.interpolatedBound >= largest * (1 - 1e-13), "\(shape) \(random)")
      #expect(bound == norms.spectralBound(threads: Threads(count: 1)), "\(shape) \(random)")
      #expect(powerEstimate(of: Convolution(shape, kernel: kernel)).value <= bound * (1 + 1e-6))
    }
  }

  @Test func `The bound comes close on images that are much larger than the kernel`() throws {
    var random = TestRandom()
    let shape = try ConvolutionShape(
      height: 40, width: 40, inputChannels: 3, outputChannels: 4, kernelHeight: 3, kernelWidth: 3, stride: 2,
      paddingHeight: 1, paddingWidth: 1)
    let kernel = ConvolutionTests.integers(shape.kernelCount, &random)
    let bound = try #require(ConvolutionNorms(shape, kernel: kernel.map { Double($0) }).spectralBound())
    let estimate = powerEstimate(of: Convolution(shape, kernel: kernel), tolerance: 1e-9)
    #expect(estimate.value <= bound && bound <= estimate.value * 1.02)
  }

  /// Differences of neighbors, of three values with zeros at both ends.
  ///
  /// Their σ₁ is 2 cos(π/8) = 1.848. On a circle of three places no frequency gives more than √3 = 1.732, on one of 3 + 2 - 1
  /// places one gives 2.
  @Test func `A torus of the image's own size is no bound`() throws {
    let shape = try ConvolutionShape(
      height: 1, width: 3, inputChannels: 1, outputChannels: 1, kernelHeight: 1, kernelWidth: 2,
      paddingWidth: 1)
    let largest = singularValues(of: matrix(shape, [1, -1]))[0]
    let onOwnSize = turns(3).map { ((1 - $0.cosine) * (1 - $0.cosine) + $0.sine * $0.sine).squareRoot() }
      .max()
    #expect(try #require(onOwnSize) < largest)
    #expect(try #require(ConvolutionNorms(shape, kernel: [1, -1]).spectralBound()) >= largest)
  }
}
