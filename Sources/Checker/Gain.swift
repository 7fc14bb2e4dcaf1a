/// A bound `digits · 2^exponent` on how much larger changes become: exact in 64 bits, rounded up beyond.
public struct Gain: Equatable, Sendable, CustomStringConvertible {
  private let digits: UInt64
  private let exponent: Int

  /// A row sum over `2^shift`; claims may state numbers of any size, so what no layer has is cut.
  init(rowSum: Int, shift: Int) {
    digits = UInt64(clamping: rowSum)
    exponent = -min(max(shift, 0), 63)
  }

  /// The least number of 64 binary digits that is no less than `wide · 2^exponent`.
  private init(roundingUp wide: UInt128, _ exponent: Int) {
    var dropped = max(0, 64 - wide.leadingZeroBitCount)
    // Rounding up may need one digit more.
    if dropped > 0, Self.ceiling(wide, dropped) > UInt128(UInt64.max) { dropped += 1 }
    digits = UInt64(Self.ceiling(wide, dropped))
    self.exponent = exponent + dropped
  }

  /// `ceil(value / 2^bits)`.
  private static func ceiling(_ value: UInt128, _ bits: Int) -> UInt128 {
    let floor = value >> UInt128(bits)
    return floor << UInt128(bits) == value ? floor : floor + 1
  }

  static func * (first: Gain, second: Gain) -> Gain {
    let (high, low) = first.digits.multipliedFullWidth(by: second.digits)
    return Gain(roundingUp: UInt128(high) << 64 | UInt128(low), first.exponent + second.exponent)
  }

  static func + (first: Gain, second: Gain) -> Gain {
    let (fine, coarse) = first.exponent < second.exponent ? (first, second) : (second, first)
    if coarse.digits == 0 { return fine }
    if fine.digits == 0 { return coarse }
    // The finer number in units of which 128 bits hold both; below one unit it counts as one.
    let lift = min(coarse.exponent - fine.exponent, 63)
    let dropped = min(coarse.exponent - fine.exponent - lift, 127)
    let sum = UInt128(coarse.digits) << UInt128(lift) + ceiling(UInt128(fine.digits), dropped)
    return Gain(roundingUp: sum, coarse.exponent - lift)
  }

  /// The least `Double` that is no less than the bound.
  public var roundedUp: Double {
    let nearest = Double(sign: .plus, exponent: exponent, significand: Double(digits))
    guard nearest.isFinite else { return .infinity }
    return covers(nearest) ? nearest : nearest.nextUp
  }

  /// Whether a number is no less than the bound, compared exactly.
  private func covers(_ value: Double) -> Bool {
    let high = ExactNumber(Int(digits >> 32)).scaled(byPowerOfTwo: 32)
    let bound = high + ExactNumber(Int(digits & 0xFFFF_FFFF))
    return bound.scaled(byPowerOfTwo: exponent) <= ExactNumber(value)
  }

  /// The bound as a fraction, `97/2^15`.
  public var description: String {
    exponent <= 0 ? "\(digits)/2^\(-exponent)" : "\(digits)*2^\(exponent)"
  }
}
