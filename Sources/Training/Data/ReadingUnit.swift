/// The grid on which a sensor gives its values: a whole number, `reading = value · base^exponent`, is what a device
/// has.
///
/// Tenths of a degree are `10^1`, values of a format with ten binary places `2^10`, whole numbers `10^0`.
public struct ReadingUnit: Equatable, Sendable, CustomStringConvertible {
  /// 10 or 2.
  public let base: Int

  /// The power of the base that makes readings of values: -9 … 15 of ten, -30 … 60 of two.
  public let exponent: Int

  /// The unit `base^exponent`; nil outside the ranges above.
  ///
  /// Whole numbers are always `10^0`.
  public init?(base: Int, exponent: Int) {
    guard base == 10 && (-9...15).contains(exponent) || base == 2 && (-30...60).contains(exponent) else {
      return nil
    }
    self.base = exponent == 0 ? 10 : base
    self.exponent = exponent
  }

  private init() { (base, exponent) = (10, 0) }

  /// Values that are readings themselves.
  public static let whole = ReadingUnit()

  /// `10^2`.
  public var description: String { "\(base)^\(exponent)" }

  /// Parses what `description` gives; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "^", omittingEmptySubsequences: false)
    guard parts.count == 2, let base = Int(parts[0]), let exponent = Int(parts[1]) else { return nil }
    self.init(base: base, exponent: exponent)
  }

  /// `base^|exponent|`, exact in a `Double`: at most 10^15 or 2^60.
  private var power: Double { (0..<abs(exponent)).reduce(1) { power, _ in power * Double(base) } }

  /// Readings for each unit of the value, exact where the exponent is not negative, else to nearest.
  public var readingsPerUnit: Double { exponent >= 0 ? power : 1 / power }

  /// A value in readings, to nearest in floating point.
  public func scaled(_ value: Double) -> Double { exponent >= 0 ? value * power : value / power }

  /// The value of a number of readings, to nearest in floating point.
  public func value(of readings: Double) -> Double { exponent >= 0 ? readings / power : readings * power }

  /// The reading that a value is, or nil for a value between two of them or beyond 2^53.
  ///
  /// The value need only be the `Double` nearest to `reading / base^exponent`, as it is when a file gave it in
  /// decimals.
  public func reading(of value: Double) -> Int? {
    let reading = scaled(value).rounded()
    guard reading.magnitude <= 0x1p53 else { return nil }
    return self.value(of: reading) == value ? Int(reading) : nil
  }

  /// What a device's readings are: 32 bits.
  public static let range = Int(Int32.min)...Int(Int32.max)

  /// The coarsest grid on which all values lie and are readings of 32 bits: powers of ten first, then of two; nil for
  /// none.
  ///
  /// - Complexity: O(values).
  public static func fitting(_ values: some Sequence<Double>) -> ReadingUnit? {
    var tens: ReadingUnit? = .whole
    var twos: ReadingUnit? = .whole
    var (least, greatest) = (Double.infinity, -Double.infinity)
    for value in values {
      (least, greatest) = (min(least, value), max(greatest, value))
      while let unit = tens, unit.reading(of: value) == nil { tens = unit.finer }
      twos = twos.flatMap { unit in
        let places = value == 0 ? 0 : Int(value.ulp.exponent) + value.significandBitPattern.trailingZeros
        return ReadingUnit(base: 2, exponent: max(unit.exponent, -places))
      }
      if tens == nil && twos == nil { return nil }
    }
    return [tens, twos].compactMap(\.self).first { unit in
      [least, greatest].allSatisfy { unit.holds($0) }
    }
  }

  /// Whether a value lies where readings of 32 bits are.
  public func holds(_ value: Double) -> Bool {
    let reading = scaled(value)
    return reading >= Double(Self.range.lowerBound) && reading <= Double(Self.range.upperBound)
  }

  private var finer: ReadingUnit? { ReadingUnit(base: base, exponent: exponent + 1) }
}

extension UInt64 {
  /// The zero bits behind a significand's last one, at most the 52 of its fraction.
  fileprivate var trailingZeros: Int { Swift.min(trailingZeroBitCount, 52) }
}
