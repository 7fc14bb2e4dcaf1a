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

  @Test func `tanh and sigmoid agree with the library to a few last places, near 0 too`() {
    let ulp = 0x1p-23
    for step in -200_000...200_000 {
      let x = Float(step) * abs(Float(step)) * 0x1p-29
      let wide = Double(x)
      let (tangent, sigmoid) = (hyperbolicTangent(Lanes(repeating: x)), logistic(Lanes(repeating: x)))
      #expect(abs(Double(tangent[3]) - tanh(wide)) <= 2 * ulp * abs(tanh(wide)), "\(x)")
      #expect(abs(Double(sigmoid[15]) * (1 + exp(-wide)) - 1) <= 2 * ulp, "\(x)")
    }
  }

  @Test func `tanh and sigmoid end where they end`() {
    for (x, tangent, sigmoid) in [(0, 0, 0.5), (100, 1, 1), (.infinity, 1, 1)] as [(Float, Float, Float)] {
      #expect(hyperbolicTangent(Lanes(repeating: x)) == Lanes(repeating: tangent))
      #expect(hyperbolicTangent(Lanes(repeating: -x)) == Lanes(repeating: -tangent))
      #expect(logistic(Lanes(repeating: x)) == Lanes(repeating: sigmoid))
    }
    #expect(logistic(Lanes(repeating: -.infinity))[0] < 1e-37)
    #expect(hyperbolicTangent(Lanes(repeating: .nan))[0].isNaN && logistic(Lanes(repeating: .nan))[0].isNaN)
  }

  @Test func `tanh and sigmoid agree with the library in double precision`() {
    for step in -50_000...50_000 {
      let x = Double(step) / 1000
      #expect(abs(hyperbolicTangent(x) - tanh(x)) < 1e-15)
      #expect(abs(logistic(x) * (1 + exp(-x)) - 1) < 1e-15)
    }
  }
}
