// The C library's exp and log differ in their last bit between systems, and even between processors on one
// system. These two use only operations that IEEE 754 rounds in one way, so that the same seed trains the same
// network everywhere. Both are within a few units in the last place, far below what training notices.

/// e^x, 0 where the result would be subnormal and infinite beyond the largest finite value.
///
/// The argument is reduced to `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2`; the Taylor series then ends at `r^13/13!`,
/// which is under 2^-52.
package func exponential(_ x: Double) -> Double {
  if !(x >= -708) { return x.isNaN ? x : 0 }
  if x > 709 { return .infinity }
  let rounding = 0x1.8p52  // adding it leaves no fraction bits: rounds to an integer in one addition
  let n = (x * 0x1.71547652b82fep0 + rounding) - rounding
  // ln 2 in two parts; the first has 21 trailing zero bits, so its product with |n| ≤ 1024 is exact.
  let r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33
  var sum = 1.0 / 6_227_020_800
  sum = sum * r + 1.0 / 479_001_600
  sum = sum * r + 1.0 / 39_916_800
  sum = sum * r + 1.0 / 3_628_800
  sum = sum * r + 1.0 / 362_880
  sum = sum * r + 1.0 / 40_320
  sum = sum * r + 1.0 / 5_040
  sum = sum * r + 1.0 / 720
  sum = sum * r + 1.0 / 120
  sum = sum * r + 1.0 / 24
  sum = sum * r + 1.0 / 6
  sum = sum * r + 0.5
  sum = sum * r + 1
  sum = sum * r + 1
  return sum * Double(bitPattern: UInt64(bitPattern: Int64(n) + 1023) &<< 52)
}

/// The natural logarithm of a positive, finite, normal number; NaN for anything else.
///
/// `x = 2^e·m` with `m` in √½ … √2, and `ln m = 2 artanh s` with `s = (m-1)/(m+1)`, `|s| < 0.172`: the series
/// ends after `s^21/21`, whose successor is under 2^-59.
package func logarithm(_ x: Double) -> Double {
  guard x.isNormal, x > 0 else { return .nan }
  var exponent = Double(x.exponent)
  var significand = x.significand
  if significand > 0x1.6a09e667f3bcdp0 {
    significand /= 2
    exponent += 1
  }
  let s = (significand - 1) / (significand + 1)
  let square = s * s
  var sum = 0.0
  for odd in stride(from: 21.0, through: 1, by: -2) { sum = sum * square + 1 / odd }
  return exponent * 0x1.62e42fefa39efp-1 + 2 * s * sum
}
