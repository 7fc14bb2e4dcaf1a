internal import Foundation

/// A whole number with its thousands set apart: 54,912.
func grouped(_ value: Int) -> String {
  let digits = String(value.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return value < 0 ? "−" + text : text
}

/// A share of samples in percent, rounded down, its unit never on the next line.
func percentText(_ part: Int, of whole: Int) -> String {
  percentage(part, of: whole).replacing(" ", with: "\u{A0}")
}

/// A fraction in percent, rounded down.
func percentText(_ fraction: Double) -> String {
  guard fraction.isFinite else { return "–" }
  // A tenth of a millionth forgives 0.29 for being stored as a little less.
  return percentText(Int((min(max(fraction, 0), 1) * 1000 + 1e-4).rounded(.down)), of: 1000)
}

/// A real number with four significant digits or so: a measured one to nearest, a bound away from what it bounds.
func realText(_ value: Double, rounded rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> String {
  let place =
    switch value.magnitude {
    case ..<0.01: leadingPlace(value) - 3
    case ..<10: -4
    case ..<100: -2
    case ..<1000: -1
    case ..<1e9: 0
    default: leadingPlace(value) - 5
    }
  return decimal(value, place: place, rounded: rule).replacing("-", with: "−")
}

/// Three significant digits towards zero, without zeros at the end: 0.5, not 0.500.
func shortest(_ value: Double) -> String {
  var text = significant(value)
  guard text.contains("."), !text.contains("e") else { return text }
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}

/// A ratio of counts with three digits, rounded up: a gain is an upper bound.
func gainText(_ numerator: Int, shift: Int) -> String {
  // Exact below 2^53, and no row sum comes near that.
  formatted(Double(numerator) / Double(1 << min(max(shift, 0), 30)), digits: 3, rounded: .up)
}

/// "1 row", "64 rows".
func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count))\u{A0}\(noun)\(count == 1 ? "" : "s")"
}
