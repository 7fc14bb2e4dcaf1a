internal import Foundation

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

/// A bound from above with three significant digits, rounded up.
func roundedUp(_ value: Double) -> String {
  value == 0 ? "0" : decimal(value, place: min(leadingPlace(value) - 2, 0), rounded: .up)
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

/// A fraction of samples as a percentage with one digit, rounded down: a figure never claims more than was counted.
func percentage(_ part: Int, of whole: Int) -> String {
  let tenths = whole == 0 ? 0 : part * 1000 / whole
  return "\(tenths / 10).\(tenths % 10) %"
}
