/// The input map of one feature: in real numbers for hosts, in integers for raw readings.
///
/// A reading is a whole number, `reading = value · base^exponent`. For values that are readings the integer map is the
/// map; a feature without one has base 0 and zeros.
public struct FeatureClaims: Equatable, Sendable {
  /// `mapped = (value - offset) · scale`; an input is `floor(mapped · unit + 1/2)`, clamped.
  public package(set) var offset: Double
  /// Mapped units for each unit of the feature.
  public package(set) var scale: Double
  /// 10 or 2; 0 for a feature that has no readings.
  public package(set) var base: Int
  /// The power of the base that makes readings of values.
  public package(set) var exponent: Int
  /// `((reading - origin) · multiplier + addend) >> shift`, clamped.
  public package(set) var origin: Int
  /// 1 … 2^31 - 1; 0 for a feature that has no readings.
  public package(set) var multiplier: Int
  /// Holds the rounding term too.
  public package(set) var addend: Int
  /// The places dropped at the end, 0 … 31.
  public package(set) var shift: Int
  /// How far the feature may move, in its own unit, for each LSB of a certified radius: at most
  /// `1 / (scale · unit)`.
  public package(set) var tolerance: Double

  /// Creates claims.
  public init(
    offset: Double, scale: Double, base: Int = 10, exponent: Int = 0, origin: Int = 0, multiplier: Int,
    addend: Int, shift: Int, tolerance: Double
  ) {
    self.offset = offset
    self.scale = scale
    self.base = base
    self.exponent = exponent
    self.origin = origin
    self.multiplier = multiplier
    self.addend = addend
    self.shift = shift
    self.tolerance = tolerance
  }

  /// Creates the claims of a feature that has no readings.
  public init(hostOnlyOffset offset: Double, scale: Double, tolerance: Double) {
    self.init(
      offset: offset, scale: scale, base: 0, multiplier: 0, addend: 0, shift: 0, tolerance: tolerance)
  }

  /// Whether the device can encode the feature.
  public var hasReadings: Bool { base != 0 }
}
