import Claims
import Certification
import TestSupport
import Testing

@Suite("Piecewise linear functions")
struct PiecewiseLinearTests {
  /// Ranges that begin, end and lie beside every place where some activation bends.
  private func ranges(_ random: inout TestRandom) -> [ClosedRange<Int64>] {
    let places: [Int64] = [-32769, -32768, -32767, 0, 32767, 32768]
    return places.flatMap { place in
      (0..<20).map { _ in
        let lower = place - Int64(random.integer(0...40))
        return lower...max(lower, place + Int64(random.integer(-2...40)))
      }
    } + [-32800...32800, -70_000...70_000, -5...32_780, -32_790...3]
  }

  @Test(arguments: PiecewiseLinear.plain)
  func `The least value of a remainder is the least over every integer of the range`(
    function: PiecewiseLinear
  ) {
    var random = TestRandom("piecewise \(function)")
    var inside = 0
    for range in ranges(&random) {
      for _ in 0..<(range.count > 1000 ? 4 : 12) {
        let coefficient = Int64(random.integer(-1000...1000))
        let slope = random.oneIn(2) ? Int64(random.integer(-1000...1000)) : coefficient / 2
        let least = function.least(
          coefficient: coefficient, slope: slope, from: range.lowerBound, to: range.upperBound)
        let remainders = range.map { coefficient * function.value(at: $0) - slope * $0 }
        #expect(
          remainders.min().map { Int128($0) } == least.value, "\(range) \(coefficient) \(slope); \(random)")
        #expect(range.contains(least.point), "\(random)")
        let atPoint = coefficient * function.value(at: least.point) - slope * least.point
        #expect(Int128(atPoint) == least.value, "\(random)")
        inside += least.point != range.lowerBound && least.point != range.upperBound ? 1 : 0
      }
      let values = range.map { function.value(at: $0) }
      let ends = function.range(from: range.lowerBound, to: range.upperBound)
      #expect(values.min() == ends.lower && values.max() == ends.upper, "\(range); \(random)")
    }
    #expect(inside > 20, "\(inside); \(random)")
  }

  @Test func `The least value is exact at the limits of its arguments`() {
    let limit: Int64 = 1 << 46
    for function in PiecewiseLinear.plain {
      for (coefficient, slope) in [(limit, limit), (-limit, limit), (limit, -limit), (-limit, -limit)] {
        let least = function.least(coefficient: coefficient, slope: slope, from: -(1 << 32), to: 1 << 32)
        let points: [Int64] = [-(1 << 32), -32768, -32767, 0, 32767, 1 << 32]
        let expected = points.map {
          Int128(coefficient) * Int128(function.value(at: $0)) - Int128(slope) * Int128($0)
        }.min()
        #expect(least.value == expected, "\(function) \(coefficient) \(slope)")
      }
    }
  }

  @Test func `The functions are the activations of saturated values`() {
    let pairs: [(PiecewiseLinear, IntegerActivation)] = [
      (.saturation, .identity), (.rectification, .relu), (.magnitude, .abs), (.negation, .negate),
    ]
    for (function, activation) in pairs {
      for value in Int64(-33_000)...33_000 {
        let expected = Oracle.activated([Oracle.saturated(value)], by: activation)[0]
        #expect(function.value(at: value) == expected, "\(function) \(value)")
      }
    }
  }

  @Test(arguments: PiecewiseLinear.plain)
  func `A cut loses no integer, repeats none, and ends after a few`(function: PiecewiseLinear) {
    var random = TestRandom("cut \(function)")
    for range in ranges(&random) {
      var open = [range]
      var straight: [ClosedRange<Int64>] = []
      while let next = open.popLast(), straight.count < 10 {
        guard let cut = function.cut(from: next.lowerBound, to: next.upperBound) else {
          straight.append(next)
          continue
        }
        #expect(
          cut.below.lowerBound == next.lowerBound && cut.above.upperBound == next.upperBound, "\(random)")
        #expect(cut.below.upperBound + 1 == cut.above.lowerBound, "\(next); \(random)")
        open += [cut.below, cut.above]
      }
      #expect(straight.count <= 4 && open.isEmpty, "\(range); \(random)")
      // Where nothing bends, the function is one straight line.
      for part in straight where part.count > 2 {
        let steps = part.dropLast().map { function.value(at: $0 + 1) - function.value(at: $0) }
        #expect(Set(steps).count == 1, "\(part); \(random)")
      }
    }
  }

  @Test func `The lines of ReLU are those of DeepPoly`() {
    let relu = PiecewiseLinear.rectification
    #expect(relu.hullSlope(from: -30, to: 10, isAbove: false) == 0)
    #expect(relu.hullSlope(from: -10, to: 30, isAbove: false) == 1)
    #expect(relu.hullSlope(from: -10, to: 30, isAbove: true) == 0.75)
    #expect(relu.hullSlope(from: 3, to: 30, isAbove: false) == 1)
    #expect(relu.hullSlope(from: -30, to: -3, isAbove: true) == 0)
    #expect(relu.hullSlope(from: 7, to: 7, isAbove: true) == 0)
  }
}
