/// An upper bound `significand · 2^exponent`, exact while 64 bits suffice and rounded up beyond.
public struct UpperBound: Equatable, Sendable, CustomStringConvertible {
  /// All of the digits.
  public private(set) var significand: UInt64
  /// The power of two they count.
  public private(set) var exponent: Int
  /// Whether no rounding has happened.
  public private(set) var isExact = true

  /// The exact number `numerator / 2^shift`.
  public init(numerator: UInt64, shift: Int) {
    significand = numerator
    exponent = -shift
  }

  /// The product, rounded up when it does not fit.
  public func multiplied(by other: UpperBound) -> UpperBound {
    var product = UInt128(significand) * UInt128(other.significand)
    var result = self
    result.exponent += other.exponent
    result.isExact = isExact && other.isExact
    while product > UInt128(UInt64.max) {
      result.isExact = result.isExact && product & 1 == 0
      product = (product + 1) >> 1
      result.exponent += 1
    }
    result.significand = UInt64(product)
    return result
  }

  /// The least `Double` that is no less than the bound.
  public var roundedUp: Double {
    // Double(significand) rounds to nearest; step up when that fell short of the integer.
    var value = Double(significand)
    if value < 0x1p64, UInt64(value) < significand { value = value.nextUp }
    // Scaling is exact but below the normal range, where many layers lead; undoing it shows what got lost.
    let scaled = Double(sign: .plus, exponent: exponent, significand: value)
    return Double(sign: .plus, exponent: -exponent, significand: scaled) < value ? scaled.nextUp : scaled
  }

  /// The bound as a fraction, `97/2^15`.
  public var description: String {
    exponent <= 0 ? "\(significand)/2^\(-exponent)" : "\(significand)*2^\(exponent)"
  }
}

extension IntegerLayer {
  /// The layer's gain `R_max / 2^shift`, its Lipschitz bound in the sup norm up to rounding; exact.
  public var gain: UpperBound {
    UpperBound(numerator: UInt64(rowSums.max() ?? 0), shift: shift)
  }
}

extension IntegerNetwork {
  /// The product of the layer gains: no logit changes by more than this many times `2^shift` of the last layer
  /// accumulator units for one LSB, up to the rounding that `deviations(within:)` accounts for exactly.
  public var lipschitzBound: UpperBound {
    layers.reduce(UpperBound(numerator: 1, shift: 0)) { $0.multiplied(by: $1.gain) }
  }
}
