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
