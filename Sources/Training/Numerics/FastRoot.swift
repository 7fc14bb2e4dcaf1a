// Roots of sums of powers, four at a time and in single precision. Only operations that IEEE 754 rounds in one way, as
// in Elementary.swift; u = 2^-24 is half a last place of 1.

/// `s^e` for s in 1 … 2^24 and e in 0 … 1, to a relative 1.1e-5.
///
/// The product `e·log2 s` is off by e times the error of `binaryLogarithm`, 1.2e-6, and by a rounding of 2^-20 below
/// 24: 2.2e-6 together, which in the power becomes `ln 2 · 2.2e-6 < 1.6e-6`. `binaryExponential` adds 8.7e-6.
package func power(_ s: SIMD4<Float>, _ e: Float) -> SIMD4<Float> {
  binaryExponential(binaryLogarithm(s) * e)
}

/// `log2 s` for s in 1 … 2^24, to an absolute 1.2e-6.
///
/// `s = 2^n·m` with m in √½ … √2 and `log2 m = 2/ln 2 · artanh t`, `t = (m-1)/(m+1)`, `|t| ≤ 0.1716`. The series ends
/// with t^7; what follows is at most `2.8854 · t^9/9 / (1 - t²) < 4.3e-8`. `m - 1` is exact, and the roundings of
/// `m + 1`, the quotient, the square, the sum and its product are below 8u of at most ½, 2.4e-7; the last sum, with n,
/// is rounded by at most 2^-20 below 24.
package func binaryLogarithm(_ s: SIMD4<Float>) -> SIMD4<Float> {
  let bits = unsafe unsafeBitCast(s, to: SIMD4<Int32>.self)
  var exponent = (bits &>> 23) &- 127
  var m = unsafe unsafeBitCast((bits & 0x7F_FFFF) | 0x3F80_0000, to: SIMD4<Float>.self)
  let isLarge = m .> 1.4142135
  m = m.replacing(with: m * 0.5, where: isLarge)
  exponent = exponent.replacing(with: exponent &+ 1, where: isLarge)
  let t = (m - 1) / (m + 1)
  let t2 = t * t
  let sum: SIMD4<Float> = 2.885390082 + t2 * (0.961796694 + t2 * (0.577078016 + t2 * 0.412198583))
  return SIMD4<Float>(exponent) + t * sum
}

/// `2^y` for y in 0 … 24, to a relative 8.7e-6.
///
/// The fraction f of y is exact; the Taylor series of `2^f` ends with `(f ln 2)^6/720`, and what follows is at most
/// `Σ_{n≥7} (ln 2)^n/n! < 1.68e-5` at f = 1, where the power is 2: a relative 8.4e-6. Rounding adds at
/// most 4u = 2.4e-7.
package func binaryExponential(_ y: SIMD4<Float>) -> SIMD4<Float> {
  let whole = y.rounded(.down)
  let f = y - whole
  var power: SIMD4<Float> = f * 0.000154035 + 0.001333356
  power = power * f + 0.009618129
  power = power * f + 0.055504109
  power = power * f + 0.240226507
  power = power * f + 0.693147181
  power = power * f + 1
  let scale = unsafe unsafeBitCast((SIMD4<Int32>(whole) &+ 127) &<< 23, to: SIMD4<Float>.self)
  return power * scale
}
