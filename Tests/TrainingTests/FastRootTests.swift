import Foundation
import Testing
import Training

/// Against the C library in double precision, whose own error is nothing beside the bounds.
@Suite("Fast roots")
struct FastRootTests {
  /// 2^12 steps in every octave from 1 to 2^24, the ends and the point between the two reductions included.
  private static func forEachArgument(_ body: (SIMD4<Float>) -> Void) {
    for first in stride(from: Float(1).bitPattern, to: Float(0x1p24).bitPattern, by: 8192) {
      body(SIMD4((0..<4).map { Float(bitPattern: first + 2048 * $0) }))
    }
    body(SIMD4(1, 0x1p24, 1.4142135, Float(1.4142135).nextUp))
    body(SIMD4(Float(1).nextUp, Float(0x1p24).nextDown, Float(2).nextDown, 2))
  }

  @Test func `the logarithm keeps its bound`() {
    var worst = 0.0
    Self.forEachArgument { s in
      let result = binaryLogarithm(s)
      for lane in 0..<4 { worst = max(worst, abs(Double(result[lane]) - log2(Double(s[lane])))) }
    }
    #expect(worst < 1.2e-6, "\(worst)")
    #expect(worst > 0.6e-6, "the bound is loose: \(worst)")
    #expect(binaryLogarithm(SIMD4(1, 2, 0x1p10, 0x1p24)) == SIMD4(0, 1, 10, 24))
  }

  @Test func `the exponential keeps its bound`() {
    var worst = 0.0
    func check(_ y: SIMD4<Float>) {
      let result = binaryExponential(y)
      for lane in 0..<4 { worst = max(worst, abs(Double(result[lane]) / exp2(Double(y[lane])) - 1)) }
    }
    for step in 0..<60_000 { check(Float(step) * 4e-4 + SIMD4(0, 1e-4, 2e-4, 3e-4)) }
    check(SIMD4(Float(1).nextDown, Float(24).nextDown, 0, 24))
    #expect(worst < 8.7e-6, "\(worst)")
    #expect(worst > 8.3e-6, "the bound is loose: \(worst)")
    #expect(binaryExponential(SIMD4(0, 1, 10, 24)) == SIMD4(1, 2, 0x1p10, 0x1p24))
  }

  @Test(arguments: [0, 0x1p-20, 0.001, 0.1, 1 / 3, 0.5, 0.9, 1] as [Float])
  func `the root keeps its bound`(exponent: Float) {
    var worst = 0.0
    Self.forEachArgument { s in
      let result = power(s, exponent)
      for lane in 0..<4 {
        worst = max(worst, abs(Double(result[lane]) / pow(Double(s[lane]), Double(exponent)) - 1))
      }
    }
    #expect(worst < 1.1e-5, "\(worst)")
  }
}
