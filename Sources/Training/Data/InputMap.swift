/// How raw feature values become mapped network inputs: `x = (value - offset) * scale`, per feature.
///
/// One mapped unit is `unit` LSB on the device, so an input is stored as
/// `q = clamp(floor(x * unit + 1/2))` within `minimumLSB ... maximumLSB`.
public struct InputMap: Equatable, Sendable {
  /// Raw value that maps to zero; one element, shared by all features, or one for each feature.
  public var offsets: [Double]

  /// Mapped units for each raw unit, positive; as many elements as `offsets`.
  public var scales: [Double]

  /// The whole numbers that a device reads, as many elements as `offsets`; nil where it has none, and only a host can
  /// encode.
  public var readings: [ReadingUnit?]

  /// LSB that make one mapped unit, from 1 to 32768.
  public var unit: Int

  /// The lower end of the declared input range in LSB, within `Int16`.
  public var minimumLSB: Int

  /// The upper end of the declared input range in LSB, within `Int16`.
  public var maximumLSB: Int

  /// Creates a map; the arrays have one element or one for each feature, and values are readings unless told.
  public init(
    offsets: [Double], scales: [Double], readings: [ReadingUnit?]? = nil, unit: Int, minimumLSB: Int,
    maximumLSB: Int
  ) {
    let readings = readings ?? Array(repeating: .whole, count: offsets.count)
    precondition(!offsets.isEmpty && offsets.count == scales.count && offsets.count == readings.count)
    self.offsets = offsets
    self.scales = scales
    self.readings = readings
    self.unit = unit
    self.minimumLSB = minimumLSB
    self.maximumLSB = maximumLSB
  }

  /// The mapped value of one raw value, not clamped and not rounded.
  public func mapped(_ value: Double, feature: Int) -> Double {
    let index = offsets.count == 1 ? 0 : feature
    return (value - offsets[index]) * scales[index]
  }

  /// The LSB value of one raw value in real numbers: rounded half up and clamped to the declared range.
  ///
  /// Networks are trained on it. What a device makes of a reading is its integer map, at most one LSB away.
  public func encoded(_ value: Double, feature: Int) -> Int16 {
    let rounded = (mapped(value, feature: feature) * Double(unit) + 0.5).rounded(.down)
    return Int16(min(max(rounded, Double(minimumLSB)), Double(maximumLSB)))
  }

  /// The map at half the resolution when its range is wider than 32,767 LSB.
  ///
  /// Distances need it: their offsets span as much as the range of what they read, and have 16 bits.
  public var narrowed: InputMap { maximumLSB - minimumLSB > 32767 ? halved : self }

  /// The map at half the resolution, or a third where gray levels are worth three LSB, and so on: a gray level of a
  /// whole number of LSB keeps one.
  package var halved: InputMap {
    let levels = scales.count == 1 && minimumLSB == 0 ? Int((1 / scales[0]).rounded()) : 1
    let step = unit % max(levels, 1) == 0 && unit > levels ? levels : 1
    var map = self
    map.unit = max(step * (unit / step / 2), 1)
    map.minimumLSB = minimumLSB / 2
    map.maximumLSB = minimumLSB == 0 ? map.unit * (maximumLSB / unit) : (maximumLSB - 1) / 2
    return map
  }

  /// The map at so coarse a resolution that the declared range is 0 … 255 LSB at most, so that the offsets of distances
  /// are bytes; nil unless all inputs share one map of whole numbers from 0 to 255.
  ///
  /// One step of gray levels 0 … m is worth `floor(255 / m)` LSB.
  public var forNarrowOffsets: InputMap? {
    guard scales.count == 1, offsets[0] == 0, minimumLSB == 0 else { return nil }
    let largest = (1 / scales[0]).rounded()
    guard (1...255).contains(largest), 1 / largest == scales[0], maximumLSB == unit else { return nil }
    var map = self
    map.unit = Int(largest) * (255 / Int(largest))
    map.maximumLSB = map.unit
    return map
  }
}
