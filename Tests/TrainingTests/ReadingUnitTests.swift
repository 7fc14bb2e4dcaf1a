import Testing
import Training

@Suite("Reading units")
struct ReadingUnitTests {
  static let grids: [([Double], String)] = [
    ([1, 2, 300], "10^0"), ([17.99, 20.5, -3], "10^2"), ([0.001184], "10^6"), ([0.5, 0.25], "10^2"),
    // Ten binary places have ten decimal ones, too many for 32 bits beside 900.
    ([900 + 1.0 / 1024, 3.0 / 1024], "2^10"), ([0, -0.0], "10^0"), ([1e-9, 2.5e-9], "10^10"),
    ([1_700_000_073, 1_700_000_030], "10^0"), ([2_147_483_647], "10^0"),
  ]

  @Test(arguments: grids)
  func `The coarsest grid of the values is found, tens first`(values: [Double], unit: String) {
    #expect(ReadingUnit.fitting(values)?.description == unit)
  }

  static let irregular: [[Double]] = [
    [2_147_483_648], [1.3173925266505402e-06, 5.672989448620509e-10], [1e12], [.pi, 2.718281828459045],
    [1e-16, 1], [30000.000001],
  ]

  @Test(arguments: irregular)
  func `Values of no grid of 32 bits have no readings`(values: [Double]) {
    #expect(ReadingUnit.fitting(values) == nil)
  }

  @Test func `Every decimal number of up to nine digits reads back to the whole number it was written as`()
    throws
  {
    for exponent in 0...9 {
      let unit = try #require(ReadingUnit(base: 10, exponent: exponent))
      var reading = 1
      while reading < 2_000_000_000 {
        let text = "\(reading)e-\(exponent)"
        let value = try #require(Double(text))
        #expect(unit.reading(of: value) == reading && unit.reading(of: -value) == -reading, "\(text)")
        #expect(unit.reading(of: value.nextUp) == nil)
        reading = reading * 3 + 1
      }
    }
  }

  @Test func `A unit parses back from its description, and nothing else does`() {
    for (base, exponents) in [(10, -9...15), (2, -30...60)] {
      for exponent in exponents {
        let unit = ReadingUnit(base: base, exponent: exponent)
        #expect(unit != nil && ReadingUnit(unit?.description ?? "") == unit)
      }
    }
    for text in ["10^16", "10^-10", "2^61", "3^1", "10^", "^2", "10", "10^2^3", "ten^2", ""] {
      #expect(ReadingUnit(text) == nil, "\(text)")
    }
  }
}
