import Certification
import Claims
import Integers
import TestSupport
import Testing

@Suite("Bounds of tables")
struct TableBoundsTests {
  static let tables = IntegerActivation.allCases.compactMap(\.table)

  /// Ranges within a piece, over a few, over all, and around the places where pre-activations saturate.
  private func ranges(_ random: inout TestRandom) -> [ClosedRange<Int64>] {
    let drawn = (0..<60).map { _ in
      let lower = Int64(random.integer(-33_500...33_000))
      return lower...lower + Int64(random.element(of: [0, 1, 30, 700, 5000]))
    }
    return drawn + [-32_800...32_800, -40_000 ... -32_768, 32_700...32_900, 32_766...32_767, -32_769...0]
  }

  @Test(arguments: tables)
  func `Lines are nowhere above a table's remainder, and nowhere further below than rounding takes`(
    table: TableClaims
  ) {
    var random = TestRandom()
    let function = PiecewiseLinear.table(table)
    for range in ranges(&random) {
      for _ in 0..<4 {
        let coefficient = Int64(random.integer(-1000...1000))
        let slope = random.oneIn(2) ? Int64(random.integer(-1000...1000)) : coefficient / 4
        let bound = function.least(
          coefficient: coefficient, slope: slope, from: range.lowerBound, to: range.upperBound)
        let least = range.map { coefficient * function.value(at: $0) - slope * $0 }.min() ?? 0
        let slack = range.count == 1 ? 0 : abs(coefficient) + 2
        #expect(
          bound.value <= Int128(least) && Int128(least - slack) <= bound.value,
          "\(range) \(coefficient) \(slope); \(random)")
        #expect(range.contains(bound.point), "\(random)")
      }
      let ends = function.range(from: range.lowerBound, to: range.upperBound)
      let values = range.map { function.value(at: $0) }
      #expect(values.min() == ends.lower && values.max() == ends.upper, "\(range); \(random)")
    }
  }

  @Test(arguments: tables)
  func `The bound does not overflow at the limits of its arguments`(table: TableClaims) {
    let (limit, reach): (Int64, Int64) = (1 << 46, 1 << 32)
    for (coefficient, slope) in [(limit, limit), (-limit, limit), (limit, -limit), (-limit, -limit)] {
      let bound = PiecewiseLinear.table(table).least(
        coefficient: coefficient, slope: slope, from: -reach, to: reach)
      for point in [-reach, -32768, 0, 32767, reach] {
        let value = Int128(PiecewiseLinear.table(table).value(at: point))
        #expect(bound.value <= Int128(coefficient) * value - Int128(slope) * Int128(point))
      }
    }
  }

  @Test(arguments: tables)
  func `A cut loses no integer and repeats none`(table: TableClaims) {
    var random = TestRandom()
    for range in ranges(&random) where range.count > 1 {
      guard
        let cut = PiecewiseLinear.table(table).cut(from: range.lowerBound, to: range.upperBound)
      else { continue }
      #expect(cut.below.lowerBound == range.lowerBound && cut.above.upperBound == range.upperBound)
      #expect(cut.below.upperBound + 1 == cut.above.lowerBound, "\(range); \(random)")
    }
  }

  /// Behind a table a deviation is at most `ceil(G·δ / 2^k)`: by every pair of inputs δ apart.
  @Test(arguments: tables, [1, 2, 7, 255, 4096, 40_000])
  func `No two inputs at some distance give outputs further apart than the gain says`(
    table: TableClaims, distance: Int
  ) {
    let values = (-32768...32767).map { table.value(at: $0) }
    let bound = (table.gain * distance + (1 << table.shift) - 1) >> table.shift
    let moves = zip(values, values.dropFirst(distance)).map { $1 - $0 }
    #expect(moves.allSatisfy { (0...bound).contains($0) })
    #expect(bound <= distance)
  }
}
