import Embedded
import TestSupport
import Testing

@Suite("Requantization")
struct RequantizationTests {
  @Test(arguments: 0...15)
  func `Every output begins at its own boundary, half an output step below its multiple`(shift: Int) {
    let power = 1 << shift
    var failures: [Int] = []
    for value in -32768...32767 {
      let boundary = value * power - power / 2
      let isRight =
        Int(requantized(Int32(boundary), shift: Int32(shift))) == value
        && Int(requantized(Int32(boundary + power - 1), shift: Int32(shift))) == value
        && Int(requantized(Int32(boundary - 1), shift: Int32(shift))) == max(value - 1, -32768)
      if !isRight { failures.append(value) }
    }
    #expect(failures.isEmpty)
  }

  @Test(arguments: 0...15)
  func `The ends of the accumulator range saturate and the rounding term does not overflow`(shift: Int) {
    let half = Int32((1 << shift) / 2)
    for distance in 0..<Int32(1000) {
      for sum in [Int32.max - half - distance, Int32.min + 1 + half + distance] {
        let expected = Oracle.saturated(Oracle.rounded(Int64(sum), shift: shift))
        #expect(Int64(requantized(sum, shift: Int32(shift))) == expected)
        #expect(expected == (sum > 0 ? 32767 : -32768))
      }
    }
  }

  @Test func `It equals the oracle on random accumulators`() {
    var random = TestRandom()
    for _ in 0..<100_000 {
      let shift = random.integer(0...15)
      let end = (1 << random.integer(1...31)) - 1 - (1 << shift) / 2
      let sum = random.integer(-abs(end)...abs(end))
      #expect(
        Int64(requantized(Int32(sum), shift: Int32(shift)))
          == Oracle.saturated(Oracle.rounded(Int64(sum), shift: shift)), "\(sum) >> \(shift); \(random)")
    }
  }
}
