internal import Foundation

/// A finite `Double` as the decimal number that it exactly is: `±digits · 10^-places`.
struct ExactDecimal {
  private(set) var isNegative: Bool
  /// Most significant first, without zeros in front; empty for 0.
  private(set) var digits: [UInt8]
  private(set) var places: Int

  /// Converts without rounding.
  ///
  /// - Complexity: at most 1074 places, a few microseconds where the exponent is small.
  init(_ value: Double) {
    isNegative = value < 0
    guard value != 0 else { (digits, places) = ([], 0); return }
    // |value| = m · 2^e with m < 2^53; below the point that is m · 5^-e / 10^-e.
    var exponent = Int(value.exponent) - 52
    var significand = UInt64(value.significand * 0x1p52)
    let zeros = significand.trailingZeroBitCount
    significand >>= UInt64(zeros)
    exponent += zeros
    places = max(-exponent, 0)
    var limbs = [significand % Self.base, significand / Self.base]
    for _ in 0..<exponent.magnitude { Self.multiply(&limbs, by: exponent < 0 ? 5 : 2) }
    let text = limbs.reversed().map { limb in
      let part = String(limb)
      return String(repeating: "0", count: 9 - part.count) + part
    }.joined()
    digits = Array(text.drop { $0 == "0" }.utf8).map { $0 - UInt8(ascii: "0") }
  }

  private static let base: UInt64 = 1_000_000_000

  private static func multiply(_ limbs: inout [UInt64], by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      // Below 10^9 · 5 + 5.
      let product = limbs[index] * factor + carry
      limbs[index] = product % base
      carry = product / base
    }
    if carry > 0 { limbs.append(carry) }
  }

  /// The digits of `|number| / 10^place`, a whole number after rounding; empty for 0.
  func digits(place: Int, rounded rule: FloatingPointRoundingRule) -> [UInt8] {
    let dropped = places + place
    guard dropped > 0 else {
      return digits.isEmpty ? [] : digits + Array(repeating: 0, count: -dropped)
    }
    var kept = Array(digits.dropLast(dropped))
    let rest = digits.suffix(dropped)
    // What is dropped has zeros in front when there are fewer digits than are dropped.
    let isHalf = dropped <= digits.count && (rest.first ?? 0) >= 5
    let isAway =
      switch rule {
      case .up: !isNegative
      case .down: isNegative
      case .awayFromZero: true
      case .towardZero: false
      default: isHalf
      }
    guard isAway, rest.contains(where: { $0 > 0 }) else { return kept }
    var index = kept.count - 1
    while index >= 0, kept[index] == 9 {
      kept[index] = 0
      index -= 1
    }
    if index >= 0 { kept[index] += 1 } else { kept.insert(1, at: 0) }
    return kept
  }
}

/// A number whose last digit stands for `10^place`, as `12.34`, or as `1.234e-12` where that would be mostly zeros.
///
/// Rounding is exact: `.down` never gives a number above `value`, `.up` none below it.
func decimal(
  _ value: Double, place: Int, rounded rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
) -> String {
  guard value.isFinite else { return "\(value)" }
  let number = ExactDecimal(value)
  let digits = number.digits(place: place, rounded: rule)
  guard !digits.isEmpty else {
    return place < 0 && place >= -9 ? "0." + String(repeating: "0", count: -place) : "0"
  }
  let sign = number.isNegative ? "-" : ""
  let text = digits.map { "\($0)" }.joined()
  guard place >= -9, digits.count + place <= 15 else {
    let rest = text.dropFirst()
    return "\(sign)\(text.prefix(1))\(rest.isEmpty ? "" : ".")\(rest)e\(digits.count - 1 + place)"
  }
  guard place < 0 else { return sign + text + String(repeating: "0", count: place) }
  let padded = String(repeating: "0", count: max(1 - place - text.count, 0)) + text
  return "\(sign)\(padded.dropLast(-place)).\(padded.suffix(-place))"
}

/// The place of a number's first digit, `floor(log10 |value|)`; 0 for 0.
func leadingPlace(_ value: Double) -> Int {
  value == 0 || !value.isFinite ? 0 : Int(log10(value.magnitude).rounded(.down))
}

/// A number with a fixed number of digits after the point.
func formatted(
  _ value: Double, digits: Int, rounded rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
) -> String {
  decimal(value, place: value.magnitude < 1e15 ? -digits : leadingPlace(value) - 15, rounded: rule)
}

/// A number with three significant digits, towards zero: what is proved is not rounded up to more.
///
/// What was written with three digits is printed so, though its `Double` may be a hair less: 0.3, not 0.299.
func significant(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return "0" }
  let place = min(leadingPlace(value) - 2, 0)
  let written = decimal(value, place: place, rounded: .awayFromZero)
  return Double(written) == value ? written : decimal(value, place: place, rounded: .towardZero)
}

/// The place of the last digit of an interval's ends: three digits of its width, none that a `Double` has not.
func lastPlace(of bounds: ClosedRange<Double>) -> Int {
  let largest = max(bounds.lowerBound.magnitude, bounds.upperBound.magnitude)
  let width = bounds.upperBound - bounds.lowerBound
  guard width > 0, width.isFinite else { return leadingPlace(largest) - 5 }
  return min(max(leadingPlace(width) - 2, leadingPlace(largest) - 16), 0)
}

/// An interval as text, its lower end rounded down and its upper end up.
func outward(_ bounds: ClosedRange<Double>, between: String = " … ") -> String {
  let place = lastPlace(of: bounds)
  return decimal(bounds.lowerBound, place: place, rounded: .down) + between
    + decimal(bounds.upperBound, place: place, rounded: .up)
}

/// An upper bound with four significant digits, rounded up.
func upward(_ value: Double) -> String {
  value == 0 ? "0" : decimal(value, place: min(leadingPlace(value) - 3, 0), rounded: .up)
}

/// A measured number with five significant digits, whole ones not cut.
func measured(_ value: Double) -> String { decimal(value, place: min(leadingPlace(value) - 4, 0)) }

extension Double {
  /// The product, or where it is not exact its neighbor above (`.up`) or below (`.down`): a bound of the exact one.
  func multiplied(by factor: Double, rounded rule: FloatingPointRoundingRule) -> Double {
    let product = self * factor
    // The exact error of a rounded product is itself a Double, unless it gets too small for one.
    let isTiny = product.magnitude < 0x1p-900 && self != 0 && factor != 0
    let error = (-product).addingProduct(self, factor)
    if rule == .up, error > 0 || isTiny { return product.nextUp }
    if rule == .down, error < 0 || isTiny { return product.nextDown }
    return product
  }

  /// The quotient by a positive number, or where it is not exact its neighbor above or below.
  func divided(by divisor: Double, rounded rule: FloatingPointRoundingRule) -> Double {
    let quotient = self / divisor
    let isTiny = self != 0 && magnitude < 0x1p-900
    let remainder = self.addingProduct(-quotient, divisor)
    if rule == .up, remainder > 0 || isTiny { return quotient.nextUp }
    if rule == .down, remainder < 0 || isTiny { return quotient.nextDown }
    return quotient
  }
}
