import Embedded
import TestSupport
import Testing

/// The theorem of the article "Certificates": a row with `Σ|w| ≤ 2^f` is exactly nonexpansive, rounding and saturation
/// included.
@Suite("Layer theorem")
struct LayerTheoremTests {
  /// A row and two inputs whose outputs differ by more than the inputs.
  struct CounterExample: Equatable {
    var weights: [Int]
    var bias: Int
    var inputs: [[Int]]
  }

  /// Values of `bits` bits stand in for `Int16`; saturation clamps to them.
  struct SmallWidth {
    var bits: Int
    var shift: Int
    var columns: Int

    var values: ClosedRange<Int> { -(1 << (bits - 1))...(1 << (bits - 1)) - 1 }

    /// Searches all weights with `Σ|w| ≤ 2^shift`, all biases of two periods of the rounding and some that
    /// saturate, and all pairs of inputs.
    func counterExample(_ rule: RoundingRule) -> CounterExample? {
      let points = Array(Box(Array(repeating: values, count: columns)))
      let power = 1 << shift
      for weights in points where weights.reduce(0, { $0 + abs($1) }) <= power {
        for bias in Array(-power...power) + [-power * values.count / 2, power * values.count / 2 + 1] {
          let outputs = points.map { point in
            let sum = zip(weights, point).reduce(bias) { $0 + $1.0 * $1.1 }
            return min(max(rule.rounded(sum, shift: shift), values.lowerBound), values.upperBound)
          }
          if let pair = expandingPair(points, outputs) {
            return CounterExample(weights: weights, bias: bias, inputs: [points[pair.0], points[pair.1]])
          }
        }
      }
      return nil
    }

    private func expandingPair(_ points: [[Int]], _ outputs: [Int]) -> (Int, Int)? {
      let flat = points.flatMap { $0 }
      for first in points.indices {
        for second in 0..<first {
          var deviation = 0
          for column in 0..<columns {
            deviation = max(deviation, abs(flat[first * columns + column] - flat[second * columns + column]))
          }
          if abs(outputs[first] - outputs[second]) > deviation { return (first, second) }
        }
      }
      return nil
    }
  }

  @Test(arguments: RoundingRule.allCases)
  func `All weight pairs at 4 bits: floor, truncation and half-up hold, the others have counter-examples`(
    rule: RoundingRule
  ) {
    for shift in 1...3 {
      let found = SmallWidth(bits: 4, shift: shift, columns: 2).counterExample(rule)
      #expect((found == nil) == rule.isNonexpansive, "shift \(shift): \(String(describing: found))")
    }
  }

  @Test(arguments: RoundingRule.allCases)
  func `All weight triples at 3 bits: floor, truncation and half-up hold, the others have counter-examples`(
    rule: RoundingRule
  ) {
    for shift in 1...2 {
      let found = SmallWidth(bits: 3, shift: shift, columns: 3).counterExample(rule)
      #expect((found == nil) == rule.isNonexpansive, "shift \(shift): \(String(describing: found))")
    }
  }

  /// A single weight at 5 bits: also the sums that reach the end of the range.
  @Test(arguments: RoundingRule.allCases.filter(\.isNonexpansive))
  func `All single weights at 5 bits hold at every shift`(rule: RoundingRule) {
    for shift in 0...4 {
      #expect(SmallWidth(bits: 5, shift: shift, columns: 1).counterExample(rule) == nil)
    }
  }

  /// The outputs of `w = [16384, 16384]`, `b = 2^14`, `f = 15` for inputs (x, x): half a step above an integer.
  static func witness(_ rule: RoundingRule, _ x: Int) -> Int {
    rule.rounded(16384 * x + 16384 * x + 16384, shift: 15)
  }

  @Test func `The directed witness defeats half-to-even and half-away-from-zero by one LSB`() {
    #expect(Self.witness(.halfToEven, 0) == 0)
    #expect(Self.witness(.halfToEven, 1) == 2)
    #expect(Self.witness(.halfAwayFromZero, -1) == -1)
    #expect(Self.witness(.halfAwayFromZero, 0) == 1)
  }

  @Test func `The kernel's rounding holds on the directed witness, for all inputs`() {
    let weights: [Int16] = [16384, 16384]
    var previous: Int16?
    for x in Int16.min...Int16.max {
      let input = [x, x]
      let sum = accumulator(weights: weights.span, bias: 16384, input: input.span)
      let output = requantized(sum, shift: 15)
      #expect(Int(output) == min(Int(x) + 1, 32767))
      if let previous { #expect(abs(Int(output) - Int(previous)) <= 1) }
      previous = output
    }
  }

  @Test func `The kernel moves by at most ceil(R·d / 2^f) on random rows, and reaches it`() {
    var random = TestRandom()
    var reached = 0
    for _ in 0..<40_000 {
      let shift = random.integer(0...15)
      let columns = random.integer(1...6)
      let rowSum = random.oneIn(2) ? 1 << shift : random.integer(0...65535)
      let weights = random.row(columns, sum: min(rowSum, 65535))
      let sum = weights.reduce(0) { $0 + Int($1.magnitude) }
      let room = 2_147_483_647 - 32768 * sum - (1 << shift) / 2
      let bias = Int32(random.integer(-min(room, 1 << 24)...min(room, 1 << 24)))
      let deviation = random.oneIn(2) ? random.integer(1...8) : random.integer(1...65535)
      let input = random.input(count: columns)
      let other = input.indices.map { index in
        // Half of them move as far as they can and in the direction that adds up.
        let sign = deviation % 2 == 0 ? Int(weights[index].signum()) : random.integer(-1...1)
        return Int16(clamping: Int(input[index]) + sign * deviation)
      }
      let outputs = [input, other].map { values in
        Int(
          requantized(
            accumulator(weights: weights.span, bias: bias, input: values.span),
            shift: Int32(shift)))
      }
      let moved = zip(input, other).map { abs(Int($0) - Int($1)) }.max() ?? 0
      let bound = (sum * moved + (1 << shift) - 1) >> shift
      #expect(
        abs(outputs[0] - outputs[1]) <= bound, "w \(weights) b \(bias) f \(shift) x \(input); \(random)")
      if abs(outputs[0] - outputs[1]) == bound, bound > 0 { reached += 1 }
    }
    #expect(reached > 1_000, "the bound is attained often; \(random)")
  }
}
