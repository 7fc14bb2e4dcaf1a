import Checker
import Claims
import TestSupport
import Testing

@Suite("Spectral norms")
struct SpectralNormTests {
  /// A layer of these rows, and nothing else that matters.
  private static func layer(_ rows: [[Int]]) -> LayerClaims {
    LayerClaims(
      rowCount: rows.count, columns: rows[0].count, shift: 0, activation: .identity, rowSumBound: 65535,
      content: .dense(
        WeightClaims(
          rows: rows.map { row in row.enumerated().map { WeightClaims.Entry(column: $0, weight: $1) } },
          biases: rows.map { _ in 0 })))
  }

  private static func confirms(
    _ rows: [[Int]], _ square: Int, _ rowWeights: [Int]? = nil, _ columnWeights: [Int]? = nil
  ) -> Bool {
    let bound = layer(rows).spectralBound(
      square, columns: 0..<rows[0].count, rowWeights: rowWeights ?? rows.map { _ in 1 },
      columnWeights: columnWeights ?? rows[0].map { _ in 1 })
    #expect(bound == nil || bound?.square == square && bound?.proof == .factor)
    return bound != nil
  }

  /// The largest eigenvalue of `AᵀA`, A = diag(u)·W·diag(1/v), by squaring it: an independent way.
  private static func square(_ rows: [[Int]], _ u: [Int], _ v: [Int]) -> Double {
    let side = v.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: side), count: side)
    for (row, weight) in zip(rows, u) {
      for first in 0..<side {
        for second in 0..<side {
          matrix[first][second] +=
            Double(weight * weight * row[first] * row[second]) / Double(v[first] * v[second])
        }
      }
    }
    // log2 of the norm of the 2^60th power.
    var logarithm = 0.0
    for step in 0..<60 {
      let largest = matrix.joined().reduce(0) { max($0, $1.magnitude) }
      guard largest > 0 else { return 0 }
      logarithm += largest.binaryLogarithm / Double(1 << step)
      let scaled = matrix.map { $0.map { $0 / largest } }
      matrix = scaled.map { row in
        (0..<side).map { column in (0..<side).reduce(0) { $0 + row[$1] * scaled[$1][column] } }
      }
    }
    return logarithm.powerOfTwo
  }

  @Test func `A bound is confirmed just above the largest singular value and never below it`() {
    var random = TestRandom()
    var weighted = 0
    for _ in 0..<400 {
      let (height, width) = (random.integer(1...7), random.integer(1...7))
      let reach = random.element(of: [1, 20, 3000, 32767])
      let rank = random.integer(1...3)
      let rows = (0..<height).map { _ in
        (0..<width).map { _ in random.oneIn(rank) ? 0 : random.integer(-reach...reach) }
      }
      let isWeighted = random.oneIn(2)
      let u = rows.map { _ in isWeighted ? random.integer(1...128) : 1 }
      let v = rows[0].map { _ in isWeighted ? random.integer(1...128) : 1 }
      let exact = Self.square(rows, u, v)
      guard exact > 0 else { continue }
      weighted += isWeighted ? 1 : 0
      let place = "\(rows) \(u) \(v): \(exact); \(random)" as Comment
      #expect(Self.confirms(rows, Int(exact * 1.00001) + 2, u, v), place)
      #expect(!Self.confirms(rows, Int((exact * 0.99999).rounded(.up)) - 1, u, v), place)
    }
    #expect(weighted > 100)
  }

  @Test func `Where the norm is a whole number one less is refused`() {
    for row in [[3, 4], [-32768, 32767, 0, 1], Array(repeating: 255, count: 257)] {
      let square = row.reduce(0) { $0 + $1 * $1 }
      #expect(!Self.confirms([row], square - 1) && Self.confirms([row], square + 1 + square >> 18))
      let column = row.map { [$0] }
      #expect(!Self.confirms(column, square - 1) && Self.confirms(column, square + 1 + square >> 18))
      #expect(!Self.confirms(row.indices.map { place in row.indices.map { $0 == place ? 7 : 0 } }, 48))
    }
    // [[1, 1], [1, -1]] doubles every length's square.
    #expect(!Self.confirms([[1, 1], [1, -1]], 1) && Self.confirms([[1, 1], [1, -1]], 3))
    #expect(!Self.confirms([[0, 0]], 0) && !Self.confirms([[1]], -1) && !Self.confirms([[1]], .max))
  }

  @Test func `What is confirmed holds for every change, in exact integers`() {
    var random = TestRandom()
    for _ in 0..<100 {
      let rows = (0..<random.integer(1...30)).map { _ in (0..<20).map { _ in random.integer(-2000...2000) } }
      let layer = Self.layer(rows)
      let (u, v) = (rows.map { _ in random.integer(1...9) }, (0..<20).map { _ in random.integer(1...9) })
      let square = Int(Self.square(rows, u, v) * 1.0001) + 1
      guard let bound = layer.spectralBound(square, columns: 0..<20, rowWeights: u, columnWeights: v) else {
        Issue.record("\(random)")
        continue
      }
      for _ in 0..<50 {
        let change = (0..<20).map { _ in random.integer(-65535...65535) }
        var (outputs, inputs) = (Int128(0), Int128(0))
        for (row, weight) in zip(rows, u) {
          let sum = Int128(weight * zip(row, change).reduce(0) { $0 + $1.0 * $1.1 })
          outputs += sum * sum
        }
        for (value, weight) in zip(change, v) { inputs += Int128(weight * value) * Int128(weight * value) }
        #expect(outputs <= Int128(bound.square) * inputs, "\(random)")
      }
    }
  }

  @Test func `The product of both sums always holds, and maxima count their readers`() {
    var random = TestRandom()
    for _ in 0..<100 {
      let rows = (0..<random.integer(1...6)).map { _ in (0..<5).map { _ in random.integer(-99...99) } }
      let bound = Self.layer(rows).sumBound(columns: 0..<5)
      let sums = rows.map { $0.reduce(0) { $0 + abs($1) } }
      let columns = (0..<5).map { column in rows.reduce(0) { $0 + abs($1[column]) } }
      #expect(bound.square == (sums.max() ?? 0) * (columns.max() ?? 0) && bound.proof == .sums)
      let ones = (rows.map { _ in 1 }, rows[0].map { _ in 1 })
      #expect(Double(bound.square) * 1.0001 >= Self.square(rows, ones.0, ones.1))
    }
    let entries = [[0, 1], [1, 1], [1]].map { columns in
      columns.map { MaxPlusClaims.Entry(column: $0, sign: 1, step: 0) }
    }
    let maxima = LayerClaims(
      rowCount: 3, columns: 2, shift: 0, activation: .identity, rowSumBound: 1,
      content: .maxPlus(
        MaxPlusClaims(layout: 0, inputMinimum: 0, inputMaximum: 1, bases: [0, 0, 0], rows: entries)))
    #expect(maxima.sumBound(columns: 0..<2).square == 3)
    #expect(maxima.spectralBound(9, columns: 0..<2, rowWeights: [1, 1, 1], columnWeights: [1, 1]) == nil)
  }

  @Test func `What does not fit is refused before anything is computed`() {
    #expect(!Self.confirms([[1, 2]], 9, [0]) && !Self.confirms([[1, 2]], 9, [129]))
    #expect(!Self.confirms([[1, 2]], 9, [1, 1]) && !Self.confirms([[1, 2]], 9, [1], [1]))
    #expect(!Self.confirms([[1 << 23]], .max / 2) && !Self.confirms([[32768]], 1 << 62, [128]))
    // More than 2,048 rows and columns.
    let wide = (0..<2049).map { row in (0..<2049).map { $0 == row ? 1 : 0 } }
    #expect(!Self.confirms(wide, 2))
    #expect(Self.layer(wide).sumBound(columns: 0..<2049).square == 1)
  }
}

extension Double {
  /// log2 of a positive number, to about 50 binary digits.
  fileprivate var binaryLogarithm: Double {
    var (result, rest, place) = (Double(exponent), significand, 0.5)
    for _ in 0..<52 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        result += place
      }
      place /= 2
    }
    return result
  }

  /// 2 to the power of the number.
  fileprivate var powerOfTwo: Double {
    let whole = rounded(.down)
    var (result, root, rest) = (Double(sign: .plus, exponent: Int(whole), significand: 1), 2.0, self - whole)
    for _ in 0..<52 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= root
        rest -= 1
      }
    }
    return result
  }
}
