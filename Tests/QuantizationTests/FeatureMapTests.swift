import Certification
import Quantization
import TestSupport
import Testing
import Training

@Suite("Integer input maps")
struct FeatureMapTests {
  static func features(_ map: InputMap) throws -> [FeatureClaims] {
    let layer = FloatLayer(
      rows: 1, columns: map.offsets.count, weights: Array(repeating: 0.25, count: map.offsets.count),
      biases: [0],
      rowSumBound: nil)
    let model = FloatModel(network: FloatNetwork(layers: [layer], activation: .relu), inputMap: map)
    return try ModelClaims(deploying: model, name: "m").features
  }

  /// `supnorm_encode` in 64 bits.
  static func encoded(_ reading: Int, _ feature: FeatureClaims, _ map: InputMap) -> Int {
    min(max((reading * feature.multiplier + feature.addend) >> feature.shift, map.minimumLSB), map.maximumLSB)
  }

  @Test func `Maps of whole steps are exact: bytes 128, digits 2047`() throws {
    let bytes = InputMap(offsets: [0], scales: [1.0 / 255], unit: 32640, minimumLSB: 0, maximumLSB: 32640)
    let digits = InputMap(offsets: [0], scales: [1.0 / 16], unit: 32752, minimumLSB: 0, maximumLSB: 32752)
    for (map, step, largest) in [(bytes, 128, 255), (digits, 2047, 16)] {
      let feature = try #require(try Self.features(map).first)
      #expect(feature.multiplier == step && feature.addend == 0 && feature.shift == 0)
      #expect(feature.tolerance <= 1 / Double(step) && feature.tolerance > 0.999_999 / Double(step))
      for reading in 0...largest {
        #expect(Self.encoded(reading, feature, map) == step * reading)
        #expect(Int(map.encoded(Double(reading), feature: 0)) == step * reading)
      }
    }
  }

  @Test func `Maps of fractional steps with a power of two are exact as well, halves rounded up`() throws {
    // A quarter LSB a reading: 16-bit readings over a quarter of the range.
    let map = InputMap(offsets: [7], scales: [1], unit: 1, minimumLSB: -32768, maximumLSB: 32767)
    #expect(try Self.features(map)[0].shift == 0)
    let quarter = InputMap(offsets: [0], scales: [0.25], unit: 1, minimumLSB: -32768, maximumLSB: 32767)
    let feature = try Self.features(quarter)[0]
    #expect(feature.multiplier == 1 && feature.shift == 2 && feature.addend == 2)
    for reading in -140_000...140_000 {
      #expect(Self.encoded(reading, feature, quarter) == Int(quarter.encoded(Double(reading), feature: 0)))
    }
  }

  /// The largest difference of the two maps over all readings of the input range.
  static func largestError(span: Double, middle: Double) throws -> Int {
    let map = InputMap(
      offsets: [middle], scales: [2 / span], unit: 32768, minimumLSB: -32768, maximumLSB: 32767)
    let feature = try #require(try features(map).first)
    return (Int(middle - span / 2) - 3...Int(middle + span / 2) + 3).reduce(0) { worst, reading in
      max(worst, abs(encoded(reading, feature, map) - Int(map.encoded(Double(reading), feature: 0))))
    }
  }

  /// Up to 16 bits over the whole input range: the map moves by at least one LSB a reading.
  ///
  /// At shift 14 the multiplier is off by up to 2^-15, which 2^15 readings to either side make one LSB.
  @Test func `Every other map of readings around zero is within one LSB of the real one`() throws {
    var random = TestRandom()
    var inexact = 0
    for _ in 0..<60 {
      let span = Double(random.integer(100...65535)) + random.signed()
      let worst = try Self.largestError(span: span, middle: random.signed())
      #expect(worst <= 1, "span \(span): off by \(worst); \(random)")
      inexact += worst
    }
    #expect(inexact > 0, "the bound is reached; \(random)")
  }

  /// The multiplier's rounding error counts once for each unit of the reading; an addend made from the exact slope
  /// instead of the multiplier leaves the whole of it at the range, wherever that lies.
  @Test func `Readings far from zero are within one LSB as well`() throws {
    let worst = try Self.largestError(span: 3868.7723490931476, middle: -27196.356094969413)
    #expect(worst <= 1)
  }

  /// `radius · tolerance` is what a certificate promises in the user's unit, so it must hold for the map as it runs.
  @Test func `A reading that moves by the tolerance of a radius moves the input by at most that radius`()
    throws
  {
    // A slope of 16384.6 / 2^14 becomes the multiplier 16385, which is above it: the tolerance must allow for that.
    let scale = 16384.6 / 16384 / 32768
    let map = InputMap(offsets: [0], scales: [scale], unit: 32768, minimumLSB: -32768, maximumLSB: 32767)
    let feature = try #require(try Self.features(map).first)
    #expect(feature.multiplier == 16385 && feature.shift == 14)
    var excess = 0
    for step in stride(from: 1, through: 60_000, by: 7) {
      let radius = Int((Double(step) / feature.tolerance).rounded(.up))
      for start in [-30_000, -29_999, -15_000, -1, 0, 1] where start + step < 32_000 {
        let moved = Self.encoded(start + step, feature, map) - Self.encoded(start, feature, map)
        excess = max(excess, moved - radius)
      }
    }
    #expect(excess <= 0)
  }

  @Test func `Each feature has its own map`() throws {
    let map = InputMap(
      offsets: [0, 10, -3], scales: [1, 0.5, 1.0 / 3], unit: 300, minimumLSB: -32768, maximumLSB: 32767)
    let features = try Self.features(map)
    #expect(features.map(\.multiplier) == [300, 150, 100])
    #expect(features.map(\.addend) == [0, -1500, 300])
    #expect(features.map(\.shift) == [0, 0, 0])
    for (feature, step) in zip(features, [300.0, 150, 100]) { #expect(feature.tolerance <= 1 / step) }
  }
}
