import Embedded
import TestSupport
import Testing

@Suite("Row sums")
struct AccumulatorTests {
  /// The same row, dense and sparse.
  struct StoredRow {
    var dense: [Int16]
    /// Those above 0 first.
    var words: [UInt32]

    init(_ weights: [Int16]) {
      dense = weights
      let signs = [weights.indices.filter { weights[$0] > 0 }, weights.indices.filter { weights[$0] < 0 }]
      words = signs.joined().map { UInt32(2 * $0) | UInt32(truncatingIfNeeded: weights[$0]) << 16 }
    }

    func accumulators(bias: Int32, input: [Int16]) -> [Int32] {
      [
        accumulator(weights: dense.span, bias: bias, input: input.span),
        accumulator(words: words.span, bias: bias, input: input.span),
      ]
    }
  }

  /// `32768·R + |b| + 2^(f-1) = 2^31 - 1` with equality, at the input that reaches it, both ways: the largest sums
  /// that admissibility allows are exact.
  @Test(arguments: 0...15)
  func `Inputs that reach the overflow bound exactly give the exact sum`(shift: Int) {
    var random = TestRandom()
    for rowSum in [1, 1 << shift, 32768, 32769, 65535] {
      let bias = 2_147_483_647 - 32768 * rowSum - (1 << shift) / 2
      for _ in 0..<4 {
        // At the input -32768 a weight contributes 32768·|w| with the opposite sign.
        let magnitudes = random.row(random.integer(2...9), sum: rowSum).map { Int($0.magnitude) }
        for sign in [1, -1] where sign < 0 || !magnitudes.contains(32768) {
          let weights = magnitudes.map { Int16(sign * $0) }
          let input = [Int16](repeating: .min, count: weights.count)
          let expected = -sign * (32768 * rowSum + bias)
          let sums = StoredRow(weights).accumulators(bias: Int32(-sign * bias), input: input)
          #expect(sums.map { Int($0) } == [expected, expected], "\(random)")
          #expect(abs(expected) + (1 << shift) / 2 == Int(Int32.max))
          #expect(
            Int64(requantized(sums[0], shift: Int32(shift)))
              == Oracle.saturated(Oracle.rounded(Int64(expected), shift: shift)))
        }
      }
    }
  }

  @Test func `A row of 65535 columns reaches the bound with one LSB in each`() {
    let weights = [Int16](repeating: -1, count: 65535)
    let input = [Int16](repeating: .min, count: 65535)
    #expect(accumulator(weights: weights.span, bias: 32767, input: input.span) == Int32.max)
  }

  @Test func `A sparse row of 32767 columns reaches the bound with two LSB in each and three in the last`() {
    let weights = [Int16](repeating: -2, count: 32766) + [-3]
    let input = [Int16](repeating: .min, count: 32767)
    for sum in StoredRow(weights).accumulators(bias: 32767, input: input) { #expect(sum == Int32.max) }
  }

  @Test func `Dense and sparse rows equal the oracle on random rows, empty ones too`() {
    var random = TestRandom()
    for round in 0..<20_000 {
      let columns = round % 100 == 0 ? random.integer(512...900) : random.integer(1...12)
      let weights = random.row(columns, sum: random.oneIn(8) ? 0 : random.integer(0...65535))
      let bias = Int32(random.integer(-32767...32767))
      let input = random.input(count: columns)
      var expected = Int64(bias)
      for column in 0..<columns { expected += Int64(weights[column]) * Int64(input[column]) }
      let sums = StoredRow(weights).accumulators(bias: bias, input: input)
      #expect(sums.map { Int64($0) } == [expected, expected], "w \(weights) x \(input); \(random)")
    }
  }

  @Test func `The bounds of a row over a box are its least and greatest sums over the corners`() {
    var random = TestRandom()
    for _ in 0..<3_000 {
      let columns = random.integer(1...7)
      let row = StoredRow(random.row(columns, sum: random.integer(0...65535)))
      let bias = Int32(random.integer(-32767...32767))
      let (lower, upper, widening) = randomBox(columns, &random)
      var corners: [Int64] = []
      for corner in Box(Array(repeating: 0...1, count: columns)) {
        var sum = Int64(bias)
        for column in 0..<columns {
          let low = max(Int(lower[column]) - Int(widening.deviation), Int(widening.minimum))
          let high = min(Int(upper[column]) + Int(widening.deviation), Int(widening.maximum))
          sum += Int64(row.dense[column]) * Int64(corner[column] == 0 ? low : high)
        }
        corners.append(sum)
      }
      let dense = accumulatorBounds(
        weights: row.dense.span, bias: bias, lower: lower.span, upper: upper.span, widening: widening)
      let sparse = accumulatorBounds(
        words: row.words.span, bias: bias, lower: lower.span, upper: upper.span, widening: widening)
      for ends in [dense, sparse] {
        #expect(Int64(ends.lower) == corners.min(), "w \(row.dense) in \(lower)…\(upper); \(random)")
        #expect(Int64(ends.upper) == corners.max(), "w \(row.dense) in \(lower)…\(upper); \(random)")
      }
    }
  }

  /// Differences of up to 33 bits, ties, and rows stored in either way.
  @Test func `A row exceeds another everywhere exactly when it does in every corner`() {
    var random = TestRandom()
    var outcomes = [0, 0, 0]
    for _ in 0..<6_000 {
      let columns = random.integer(1...6)
      let isNear = random.oneIn(2)
      let sums = (random.integer(0...(isNear ? 9 : 65535)), random.integer(0...(isNear ? 9 : 65535)))
      let first = StoredRow(random.row(columns, sum: sums.0))
      let second = StoredRow(random.row(columns, sum: sums.1))
      let (lower, upper, widening) = randomBox(columns, &random)
      var least = Int64.max
      for corner in Box(Array(repeating: 0...1, count: columns)) {
        var difference: Int64 = 0
        for column in 0..<columns {
          let low = max(Int(lower[column]) - Int(widening.deviation), Int(widening.minimum))
          let high = min(Int(upper[column]) + Int(widening.deviation), Int(widening.maximum))
          let weight = Int64(first.dense[column]) - Int64(second.dense[column])
          difference += weight * Int64(corner[column] == 0 ? low : high)
        }
        least = min(least, difference)
      }
      // Biases that bring the least difference to -1, 0 or 1 where they can, so that strictness decides.
      let target = Int64(random.integer(-1...1))
      let shift = min(max(target - least, -65534), 65534)
      let biases = (Int32(shift / 2 + shift % 2), Int32(-(shift / 2)))
      let difference = least + Int64(biases.0) - Int64(biases.1)
      outcomes[difference < 0 ? 0 : difference == 0 ? 1 : 2] += 1
      let dense = exceedsEverywhere(
        weights: first.dense.span, bias: biases.0, otherWeights: second.dense.span, otherBias: biases.1,
        lower: lower.span, upper: upper.span, widening: widening)
      let sparse = exceedsEverywhere(
        words: first.words.span, bias: biases.0, otherWords: second.words.span, otherBias: biases.1,
        lower: lower.span, upper: upper.span, widening: widening)
      for exceeds in [dense, sparse] {
        #expect(exceeds == (difference > 0), "difference \(difference); \(random)")
      }
    }
    #expect(outcomes.allSatisfy { $0 > 500 }, "below, equal, above: \(outcomes); \(random)")
  }

  /// Bounds of a hidden layer, or an input with a deviation and a range.
  private func randomBox(
    _ columns: Int, _ random: inout TestRandom
  ) -> (lower: [Int16], upper: [Int16], widening: Widening) {
    let values = random.input(count: columns)
    if random.oneIn(2) {
      let others = random.input(count: columns)
      return (zip(values, others).map { min($0, $1) }, zip(values, others).map { max($0, $1) }, .none)
    }
    let deviation = random.oneIn(2) ? random.integer(0...3) : random.integer(0...65535)
    let range = random.oneIn(2) ? (-32768, 32767) : (-1000, 20_000)
    let inside = values.map { Int16(min(max(Int($0), range.0), range.1)) }
    return (
      inside, inside,
      Widening(deviation: Int32(deviation), minimum: Int32(range.0), maximum: Int32(range.1))
    )
  }
}
