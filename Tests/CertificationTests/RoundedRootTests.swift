import TestSupport
import Testing
import Certification

@Suite("Roots and quotients rounded up")
struct RoundedRootTests {
  /// A bound as an exact pair: significand · 2^exponent with a small exponent.
  private static func scaled(_ bound: UpperBound, by places: Int) -> UInt128? {
    let shift = bound.exponent + places
    return shift >= 0 && shift < 64 ? UInt128(bound.significand) << UInt128(shift) : nil
  }

  @Test func `A root's square is no less than the number, and one unit less would be`() throws {
    var random = TestRandom()
    for index in 0..<3000 {
      let square = index < 200 ? UInt128(index) : UInt128(random.next() >> UInt64(random.integer(0...63)))
      let root = UpperBound(squareRootOf: square)
      let wide = UInt128(root.significand) * UInt128(root.significand)
      #expect(root.exponent <= 0)
      let target = square << UInt128(-2 * root.exponent)
      #expect(wide >= target, "\(square)")
      #expect(
        square == 0 || UInt128(root.significand - 1) * UInt128(root.significand - 1) < target, "\(square)")
      #expect(root.isExact == (wide == target))
      // A square of a square and of what a product left.
      #expect(
        UpperBound(Int(square >> 2))
          <= UpperBound(Int(square >> 2)).squareRoot.multiplied(by: UpperBound(Int(square >> 2)).squareRoot))
    }
  }

  @Test func `Quotients, floors and ceilings agree with whole numbers`() {
    var random = TestRandom()
    for _ in 0..<3000 {
      let (above, below) = (Int(random.next() >> 20), random.integer(1...1 << 20))
      let quotient = UpperBound(above, over: below)
      #expect(quotient.isExact == (above % below == 0))
      #expect(quotient.floor(limit: .max) == above / below, "\(above) \(below)")
      #expect(quotient.ceiling(limit: .max) == (above + below - 1) / below, "\(above) \(below)")
      #expect(quotient.ceiling(limit: 7) == min((above + below - 1) / below, 7))
      let (first, second) = (random.integer(0...1 << 30), random.integer(0...1 << 30))
      let places = random.integer(0...30)
      let pair = (UpperBound(first).shifted(down: places), UpperBound(second).shifted(down: places))
      #expect((pair.0 <= pair.1) == (first <= second))
      #expect((UpperBound(first) <= UpperBound(second).shifted(down: places)) == (first << places <= second))
    }
    #expect(UpperBound(3).shifted(down: 200).ceiling(limit: 9) == 1)
    #expect(UpperBound(3).shifted(down: -200).floor(limit: 9) == 9)
    #expect(
      UpperBound(0).shifted(down: -200) <= UpperBound(1)
        && !(UpperBound(1).shifted(down: -90) <= UpperBound(5)))
    #expect(UpperBound(Float(0.75)).roundedUp == 0.75)
    #expect(
      UpperBound(Float.leastNonzeroMagnitude).roundedUp == 0x1p-149 && UpperBound(Float(3)).roundedUp == 3)
  }

  @Test func `The ball of a perturbation holds every input that it can become`() {
    // Half an LSB for each input that is rounded once, a whole one where the sample is rounded, too.
    let half = Epsilon("0.5")!
    #expect(InputBall(.two, half, unit: 100, inputs: 16, rounding: .none).radius.roundedUp == 50)
    #expect(InputBall(.two, half, unit: 100, inputs: 16, rounding: .perturbed).radius.roundedUp == 52)
    #expect(InputBall(.one, half, unit: 100, inputs: 16, rounding: .perturbed).radius.roundedUp == 58)
    #expect(InputBall(.two, half, unit: 100, inputs: 16, rounding: .both).radius.roundedUp > 54)
    #expect(InputBall(.infinity, half, unit: 101, inputs: 16, rounding: .both).radius.roundedUp == 52)
    var random = TestRandom()
    for _ in 0..<2000 {
      let count = random.integer(1...6)
      let unit = random.integer(1...50)
      let sample = (0..<count).map { _ in random.integer(-20...20) }
      let moved = sample.map { Double($0) / Double(unit) + random.signed() * random.signed() }
      let change = zip(moved, sample).map { $0 - Double($1) / Double(unit) }
      for norm in [BallNorm.one, .two] {
        // The perturbation's own length, a hair more.
        let size = Epsilon("\(Int(norm.estimate(change) * 1e6) + 2)e-6")!
        let ball = InputBall(norm, size, unit: unit, inputs: count, rounding: .perturbed)
        let inputs = moved.map { Int(($0 * Double(unit) + 0.5).rounded(.down)) }
        let length = norm.length(zip(inputs, sample).map { $0 - $1 })
        #expect(length <= ball.radius, "\(sample) \(moved) \(unit); \(random)")
      }
    }
  }
}
