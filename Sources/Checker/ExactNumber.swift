/// A number `±magnitude · 2^exponent` of any size, so that sums and products of floating-point numbers and integers
/// are exact.
struct ExactNumber {
  /// 32 bits each, the lowest first, none of them zero at the end.
  private var magnitude: [UInt32]
  private var exponent: Int
  private var isNegative: Bool

  /// An integer.
  init(_ value: Int) {
    magnitude = [UInt32(truncatingIfNeeded: value.magnitude), UInt32(value.magnitude >> 32)]
    exponent = 0
    isNegative = value < 0
    trim()
  }

  /// A finite number.
  init(_ value: Double) {
    // Every finite number is a whole number of the least positive one.
    let digits = value == 0 ? 0 : value.magnitude.significandDigits
    magnitude = [UInt32(truncatingIfNeeded: digits), UInt32(digits >> 32)]
    exponent = value == 0 ? 0 : Int(value.magnitude.ulp.exponent)
    isNegative = value < 0
    trim()
  }

  /// A power of 2 or 10 that is not below 1.
  static func power(of base: Int, _ exponent: Int) -> ExactNumber {
    (0..<exponent).reduce(ExactNumber(1)) { product, _ in product * ExactNumber(base) }
  }

  /// The number times a power of two.
  func scaled(byPowerOfTwo power: Int) -> ExactNumber {
    var result = self
    result.exponent += power
    return result
  }

  static prefix func - (number: ExactNumber) -> ExactNumber {
    var result = number
    result.isNegative.toggle()
    return result
  }

  static func * (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    var result = ExactNumber(0)
    result.magnitude = [UInt32](repeating: 0, count: left.magnitude.count + right.magnitude.count)
    for (index, digit) in left.magnitude.enumerated() {
      var carry: UInt64 = 0
      for (other, factor) in right.magnitude.enumerated() {
        // At most (2^32 - 1)^2 + 2 · (2^32 - 1) = 2^64 - 1.
        carry += UInt64(digit) * UInt64(factor) + UInt64(result.magnitude[index + other])
        result.magnitude[index + other] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      result.magnitude[index + right.magnitude.count] = UInt32(carry)
    }
    result.exponent = left.exponent + right.exponent
    result.isNegative = left.isNegative != right.isNegative
    result.trim()
    return result
  }

  static func + (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    let exponent = min(left.exponent, right.exponent)
    let (first, second) = (left.digits(at: exponent), right.digits(at: exponent))
    var result = ExactNumber(0)
    result.exponent = exponent
    if left.isNegative == right.isNegative {
      result.magnitude = sum(first, second)
      result.isNegative = left.isNegative
    } else {
      let isSmaller = isLess(first, second)
      result.magnitude = isSmaller ? difference(second, first) : difference(first, second)
      result.isNegative = isSmaller ? right.isNegative : left.isNegative
    }
    result.trim()
    return result
  }

  static func - (left: ExactNumber, right: ExactNumber) -> ExactNumber { left + -right }

  static func <= (left: ExactNumber, right: ExactNumber) -> Bool {
    let rest = left - right
    return rest.isNegative || rest.magnitude.isEmpty
  }

  /// The number without its sign.
  var absolute: ExactNumber { isNegative ? -self : self }

  private mutating func trim() { while magnitude.last == 0 { magnitude.removeLast() } }

  /// The magnitude with a lower exponent.
  private func digits(at lower: Int) -> [UInt32] {
    guard !magnitude.isEmpty else { return [] }
    let (words, bits) = (exponent - lower).quotientAndRemainder(dividingBy: 32)
    var result = [UInt32](repeating: 0, count: words)
    var carry: UInt64 = 0
    for digit in magnitude {
      carry |= UInt64(digit) << UInt64(bits)
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return carry == 0 ? result : result + [UInt32(carry)]
  }

  private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(left.count, right.count) {
      carry += index < left.count ? UInt64(left[index]) : 0
      carry += index < right.count ? UInt64(right[index]) : 0
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return result + [UInt32(carry)]
  }

  /// The first number is not less than the second one.
  private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var borrow: Int64 = 0
    return left.indices.map { index in
      let digit = Int64(left[index]) - (index < right.count ? Int64(right[index]) : 0) - borrow
      borrow = digit < 0 ? 1 : 0
      return UInt32(truncatingIfNeeded: digit)
    }
  }

  private static func isLess(_ left: [UInt32], _ right: [UInt32]) -> Bool {
    for index in (0..<max(left.count, right.count)).reversed() {
      let (first, second) = (
        index < left.count ? left[index] : 0, index < right.count ? right[index] : 0
      )
      if first != second { return first < second }
    }
    return false
  }
}

extension Double {
  /// The digits of a positive number in units of its last place.
  fileprivate var significandDigits: UInt64 {
    isSubnormal ? significandBitPattern : significandBitPattern | 1 << 52
  }
}
