// tanh and the logistic function, sixteen values at a time for training, single ones for tables of integers. Only
// operations that IEEE 754 rounds in one way, as in Elementary.swift.

/// `tanh x`, to a few units in the last place; NaN for NaN.
///
/// With `m = e^(-2|x|) - 1` it is `-m / (2 + m)` with the sign of x. Nothing cancels: m has its full precision near 0.
@inline(__always)
package func hyperbolicTangent(_ x: Lanes) -> Lanes {
  let (scale, fraction) = exponentialParts(x.magnitudes * -2)
  let m = (scale - 1) + scale * fraction
  return (-m / (m + 2)).negated(whereNegative: x)
}

/// `1 / (1 + e^-x)`, to a few units in the last place; NaN for NaN.
///
/// With `e = e^-|x|` it is `1 / (1 + e)` where x is not negative and `e / (1 + e)` where it is.
@inline(__always)
package func logistic(_ x: Lanes) -> Lanes {
  let (scale, fraction) = exponentialParts(-x.magnitudes)
  let e = scale + scale * fraction
  return Lanes(repeating: 1).replacing(with: e, where: x .< 0) / (e + 1)
}

/// `tanh x` in double precision, to a few 2^-53.
package func hyperbolicTangent(_ x: Double) -> Double {
  let e = exponential(-2 * x.magnitude)
  let value = (1 - e) / (1 + e)
  return x < 0 ? -value : value
}

/// `1 / (1 + e^-x)` in double precision, to a few 2^-53.
package func logistic(_ x: Double) -> Double {
  let e = exponential(-x.magnitude)
  return (x < 0 ? e : 1) / (1 + e)
}

/// `e^x = scale · (1 + fraction)` for x ≤ 0, the scale a power of two; below -87 as at -87.
///
/// `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2 + 2^-18`; the Taylor series of `e^r - 1` then ends with `r^7/7!`, whose
/// successor is below `2^-27·|r|`.
@inline(__always)
private func exponentialParts(_ x: Lanes) -> (scale: Lanes, fraction: Lanes) {
  let x = x.replacing(with: -87, where: x .< -87)
  // Adding 1.5·2^23 leaves no fraction bits; the low bits of the sum then hold n.
  let shifted = x * 0x1.715476p0 + 0x1.8p23
  let n = shifted - 0x1.8p23
  // ln 2 in two parts; the first has 9 trailing zero bits, so its product with |n| ≤ 126 is exact.
  let r = (x - n * 0x1.62e4p-1) - n * 0x1.7f7d1cp-20
  var sum = r * (1 / 5_040) + (1 / 720)
  sum = sum * r + (1 / 120)
  sum = sum * r + (1 / 24)
  sum = sum * r + (1 / 6)
  sum = sum * r + 0.5
  let scale = Lanes(bitPattern: (shifted.bitPattern &<< 23) &+ 0x3f80_0000)
  return (scale, r + r * r * sum)
}
