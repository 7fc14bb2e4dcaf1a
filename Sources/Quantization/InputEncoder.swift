internal import Claims
internal import Integers
public import Certification
internal import Training

/// How values become the inputs of a deployed network: a whole reading by the device's own integer map, any other value
/// by the real one.
public struct InputEncoder {
  /// One input.
  public struct Encoded: Equatable, Sendable {
    /// What the network reads.
    public var input: Int16
    /// Whether it is exactly what the device makes of the value; the real map may be off by one LSB.
    public var isReading: Bool
    /// Whether the value lies outside the declared range, so that it was clamped.
    public var isClamped: Bool

    /// Creates what stands for a value.
    public init(input: Int16, isReading: Bool, isClamped: Bool) {
      self.input = input
      self.isReading = isReading
      self.isClamped = isClamped
    }
  }

  private let network: CertifiedNetwork
  private let units: [ReadingUnit?]

  /// Takes over the maps of a network; there must be one for all inputs or one for each.
  public init(_ network: CertifiedNetwork) {
    self.network = network
    units = network.features.map { ReadingUnit(base: $0.base, exponent: $0.exponent) }
  }

  /// Whether all inputs share one map.
  public var isShared: Bool { units.count == 1 }

  /// Encodes one value.
  ///
  /// - Parameter value: finite, in the feature's own unit.
  /// - Throws: never for a network with the input maps of a verified header.
  /// - Complexity: O(1).
  public func encoded(_ value: Double, feature: Int) throws -> Encoded {
    let index = units.count == 1 ? 0 : feature
    if let reading = units[index]?.reading(of: value).flatMap({ Int32(exactly: $0) }) {
      let (input, isClamped) = try network.encoded(reading, feature: feature)
      return Encoded(input: input, isReading: true, isClamped: isClamped)
    }
    let map = network.features[index]
    let unit = Double(network.network.unit)
    let exact = (value - map.offset) * map.scale * unit
    let (least, greatest) = (Double(network.network.inputMinimum), Double(network.network.inputMaximum))
    let rounded = (exact + 0.5).rounded(.down)
    return Encoded(
      input: Int16(min(max(rounded, least), greatest)), isReading: false,
      isClamped: rounded < least || rounded > greatest + Double(network.upperSlackLSB))
  }
}
