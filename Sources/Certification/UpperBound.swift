internal import Claims
public import Integers

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

  /// The number `numerator / 2^shift`, which stands for what is no greater.
  init(numerator: UInt64, shift: Int, isExact: Bool) {
    self.init(numerator: numerator, shift: shift)
    self.isExact = isExact
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

  /// The sum, rounded up when it does not fit.
  public func adding(_ other: UpperBound) -> UpperBound {
    let (low, high) = exponent <= other.exponent ? (self, other) : (other, self)
    guard high.significand > 0 else { return low }
    guard low.significand > 0 else { return high }
    // Places that do not fit into 128 bits cannot be shown: the lower number counts as one unit of what can.
    let distance = high.exponent - low.exponent
    let lift = min(distance, 63)
    var result = UpperBound(numerator: 0, shift: -(high.exponent - lift))
    let drop = distance - lift
    let isWhole = drop < 64 && low.significand & ((1 << UInt64(drop)) - 1) == 0
    let lowPart = drop < 64 ? low.significand >> UInt64(drop) : 0
    var sum = UInt128(high.significand) << UInt128(lift) + UInt128(lowPart) + (isWhole ? 0 : 1)
    result.isExact = isExact && other.isExact && isWhole
    while sum > UInt128(UInt64.max) {
      result.isExact = result.isExact && sum & 1 == 0
      sum = (sum + 1) >> 1
      result.exponent += 1
    }
    result.significand = UInt64(sum)
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
  public var gain: UpperBound { gain(ofColumns: 0..<columns) }

  /// The same over some of the columns alone.
  func gain(ofColumns range: Range<Int>) -> UpperBound {
    UpperBound(numerator: UInt64(certified.largestRowSum(ofColumns: range)), shift: shift)
  }
}

extension IntegerNetwork {
  /// The product of the layer gains and of those of tables: no logit changes by more than this many times `2^shift` of the last layer
  /// accumulator units for one LSB, up to the rounding that `deviations(within:)` accounts for exactly.
  ///
  /// Residual inputs reach the last layer unchanged: with them the bound is the product, with the last layer's gain
  /// over its hidden columns alone, plus its gain over the residual ones.
  public var lipschitzBound: UpperBound {
    let hidden = layers.dropLast().reduce(UpperBound(numerator: 1, shift: 0)) { product, layer in
      let product = product.multiplied(by: layer.gain)
      guard let table = layer.activation.table else { return product }
      return product.multiplied(by: UpperBound(numerator: UInt64(table.gain), shift: table.shift))
    }
    let direct = last.columns - residualInputs.count
    let through = hidden.multiplied(by: last.gain(ofColumns: 0..<direct))
    guard !residualInputs.isEmpty else { return through }
    return through.adding(last.gain(ofColumns: direct..<last.columns))
  }
}
