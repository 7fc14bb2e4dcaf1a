import Foundation
import Testing
import Training

@Suite("Elementary functions")
struct ElementaryTests {
  @Test func `exponential agrees with the library`() {
    for step in -70_000...70_000 {
      let x = Double(step) / 100
      #expect(abs(exponential(x) / exp(x) - 1) < 1e-15)
    }
    #expect(exponential(0) == 1)
    #expect(exponential(-.infinity) == 0)
    #expect(exponential(-709) == 0)
    #expect(exponential(.infinity) == .infinity)
    #expect(exponential(.nan).isNaN)
  }

  @Test func `logarithm agrees with the library`() {
    for step in 1...100_000 {
      let x = Double(step) * Double(step) / 5000
      #expect(abs(logarithm(x) - log(x)) <= 1e-15 * max(1, abs(log(x))))
    }
    #expect(logarithm(1) == 0)
    #expect(logarithm(0).isNaN)
    #expect(logarithm(-1).isNaN)
    #expect(logarithm(.infinity).isNaN)
  }
}
