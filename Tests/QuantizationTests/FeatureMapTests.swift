import Checker
import Integers
import Claims
import Certification
import Quantization
import TestSupport
import Testing
import Training

@Suite("Integer input maps")
struct FeatureMapTests {
  static func features(_ map: InputMap) throws -> [FeatureClaims] { try map.featureClaims() }

  /// `supnorm_encode` in 128 bits.
  static func encoded(_ reading: Int, _ feature: FeatureClaims, _ map: InputMap) -> Int {
    let product = Int128(reading - feature.origin) * Int128(feature.multiplier) + Int128(feature.addend)
    return Int(min(max(product >> Int128(feature.shift), Int128(map.minimumLSB)), Int128(map.maximumLSB)))
  }

  /// A network that reads one input and does nothing, with the maps of a header.
  static func deployed(_ map: InputMap) throws -> CertifiedNetwork {
    let layer = IntegerLayer(
      rows: 1, columns: 1, weights: [1], biases: [0], shift: 0, activation: .identity, rowSumBound: 1,
      isSparse: false)
    return try CertifiedNetwork(
      IntegerNetwork(
        layers: [layer], unit: map.unit, inputMinimum: map.minimumLSB, inputMaximum: map.maximumLSB),
      features: map.featureClaims())
  }

  /// A table of one column.
  static func column(_ values: [Double]) -> InputMap {
    InputMap.fitted(
      to: Dataset(
        values: .reals(values), labels: Array(repeating: 0, count: values.count), featureCount: 1,
        classNames: ["a"]))
  }

  @Test func `Maps of whole steps are exact: bytes 128, digits 2047`() throws {
    let bytes = InputMap(offsets: [0], scales: [1.0 / 255], unit: 32640, minimumLSB: 0, maximumLSB: 32640)
    let digits = InputMap(offsets: [0], scales: [1.0 / 16], unit: 32752, minimumLSB: 0, maximumLSB: 32752)
    for (map, step, largest) in [(bytes, 128, 255), (digits, 2047, 16)] {
      let feature = try #require(try Self.features(map).first)
      #expect(feature.multiplier == step && feature.addend == 0 && feature.shift == 0 && feature.origin == 0)
      #expect(feature.tolerance <= 1 / Double(step) && feature.tolerance > 0.999_999 / Double(step))
      for reading in 0...largest {
        #expect(Self.encoded(reading, feature, map) == step * reading)
        #expect(Int(map.encoded(Double(reading), feature: 0)) == step * reading)
      }
    }
  }

  /// Columns of whole numbers up to 65,535 apart, wherever they lie: 1 step, 2 steps, odd and even counts, 16 bits.
  @Test(arguments: [1, 2, 3, 7, 254, 255, 4095, 32767, 32768, 65534, 65535])
  func `A column of whole numbers gets whole LSB for each step`(steps: Int) throws {
    for start in [0, -steps, -7, 1_700_000_000, -2_147_483_648, 2_147_483_647 - steps] {
      let map = Self.column([Double(start), Double(start + steps)])
      let feature = try #require(try Self.features(map).first)
      #expect(feature.shift == 0 && feature.base == 10 && feature.exponent == 0)
      let ends = [start, start + steps].map { Self.encoded($0, feature, map) }
      #expect(ends[1] - ends[0] == steps * feature.multiplier, "nothing is clamped")
      #expect(feature.multiplier * steps > (steps == 1 ? 65533 : 65535 - 2 * steps), "the range is used")
      for reading in stride(from: start, through: start + steps, by: max(steps / 50, 1)) {
        #expect(Self.encoded(reading, feature, map) == Int(map.encoded(Double(reading), feature: 0)))
      }
    }
  }

  @Test func `Maps of fractional steps with a power of two are exact as well, halves rounded up`() throws {
    // A quarter LSB a reading: 16-bit readings over a quarter of the range.
    let quarter = InputMap(offsets: [0], scales: [0.25], unit: 1, minimumLSB: -32768, maximumLSB: 32767)
    let feature = try Self.features(quarter)[0]
    #expect(feature.multiplier == 1 && feature.shift == 2 && feature.addend == 2)
    for reading in -140_000...140_000 {
      #expect(Self.encoded(reading, feature, quarter) == Int(quarter.encoded(Double(reading), feature: 0)))
    }
  }

  /// One column: its grid, where its range begins and how wide it is, in steps of the grid.
  struct Column: CustomStringConvertible {
    var unit: ReadingUnit
    var start: Int
    var steps: Int
    var description: String { "\(steps) steps of \(unit) from \(start)" }
  }

  /// Ranges from 1e-6 to 2^31 wide, on grids of ten and two, offsets near and far, both signs.
  static func columns(_ random: inout TestRandom) -> [Column] {
    var columns: [Column] = []
    for (base, exponents) in [(10, -3...12), (2, -5...30)] {
      // Whole numbers have one unit, 10^0.
      for exponent in exponents where base == 10 || exponent != 0 {
        guard let unit = ReadingUnit(base: base, exponent: exponent) else { continue }
        for bits in [2, 8, 12, 17, 21, 24, 28, 31] {
          let steps = random.integer(1 << (bits - 1)...(1 << bits) - 1)
          let width = unit.value(of: Double(steps))
          guard width >= 1e-6, width <= 0x1p31 else { continue }
          let room = (1 << 31) - 1 - steps
          let starts = [0, -steps / 2, -steps, room, -room, random.integer(-room...room)]
          columns += starts.map { Column(unit: unit, start: $0, steps: steps) }
        }
      }
    }
    return columns
  }

  /// The claim is proved by the checker; here it is looked at reading by reading, beside the device's own answer.
  @Test func `Every map is within half an LSB before rounding, and the device's is the integer one`() throws {
    var random = TestRandom()
    var (largest, count) = (0.0, 0)
    for column in Self.columns(&random) {
      let values = [column.start, column.start + column.steps].map { column.unit.value(of: Double($0)) }
      var map = Self.column(values)
      map.readings = [column.unit]
      let feature = try #require(try Self.features(map).first, "\(column); \(random)")
      #expect(
        inputMapProblem(of: feature, unit: map.unit, range: map.minimumLSB...map.maximumLSB) == nil,
        "\(column); \(random)")
      let device = try Self.deployed(map)
      let half = feature.shift > 0 ? 1 << (feature.shift - 1) : 0
      for _ in 0..<8 {
        let reading = column.start + random.integer(0...column.steps)
        let product = Int128(reading - feature.origin) * Int128(feature.multiplier)
        let integer =
          Double(product + Int128(feature.addend) - Int128(half)) / Double(1 << feature.shift)
        let real = map.mapped(column.unit.value(of: Double(reading)), feature: 0) * Double(map.unit)
        // Doubles of this size are off by far less than a thousandth of an LSB, but for offsets far away.
        let slack = 1e-3 + abs(real) * 1e-12 + 4 * values[0].ulp * map.scales[0] * Double(map.unit)
        #expect(abs(integer - real) <= 0.5 + slack, "\(column): reading \(reading); \(random)")
        largest = max(largest, abs(integer - real))
        let encoded = try device.encoded(Int32(reading), feature: 0)
        #expect(Int(encoded.input) == Self.encoded(reading, feature, map), "\(column); \(random)")
        count += 1
      }
      for end in [column.start, column.start + column.steps]
      where !(try device.encoded(Int32(end), feature: 0)).isClamped {
        count += 1
      }
    }
    #expect(count > 10_000 && largest > 0.05, "\(count) \(largest); \(random)")
  }

  @Test func `Host and device encode whole readings alike, whatever the range`() throws {
    var random = TestRandom()
    for column in Self.columns(&random) {
      let values = [column.start, column.start + column.steps].map { column.unit.value(of: Double($0)) }
      var map = Self.column(values)
      map.readings = [column.unit]
      let device = try Self.deployed(map)
      let encoder = InputEncoder(device)
      for _ in 0..<4 {
        let reading = random.integer(-(1 << 31)...(1 << 31) - 1)
        let encoded = try encoder.encoded(column.unit.value(of: Double(reading)), feature: 0)
        #expect(encoded.isReading, "\(column): \(reading); \(random)")
        #expect(
          encoded.input == (try device.encoded(Int32(reading), feature: 0)).input, "\(column); \(random)")
        let isOutside = reading < column.start - column.steps || reading > column.start + 2 * column.steps
        #expect(!isOutside || encoded.isClamped, "\(column): \(reading); \(random)")
      }
      for end in values { #expect(try !encoder.encoded(end, feature: 0).isClamped, "\(column); \(random)") }
    }
  }

  @Test func `Values between two readings take the real map, and are said to be inexact`() throws {
    let encoder = InputEncoder(try Self.deployed(Self.column([0, 10, 20])))
    #expect(try encoder.encoded(10, feature: 0) == .init(input: 0, isReading: true, isClamped: false))
    #expect(try encoder.encoded(10.5, feature: 0) == .init(input: 1638, isReading: false, isClamped: false))
    #expect(
      try encoder.encoded(1e9 + 0.5, feature: 0) == .init(input: 32767, isReading: false, isClamped: true))
    #expect(try encoder.encoded(21, feature: 0) == .init(input: 32767, isReading: true, isClamped: true))
  }

  /// `radius · tolerance` is what a certificate promises in the user's unit, so it must hold for the map as it runs.
  @Test func `A reading that moves by the tolerance of a radius moves the input by at most that radius`()
    throws
  {
    var random = TestRandom()
    for _ in 0..<300 {
      let scale = Double(random.integer(1...1_000_000)) / 32768 / 1000
      let map = InputMap(offsets: [0], scales: [scale], unit: 32768, minimumLSB: -32768, maximumLSB: 32767)
      let feature = try #require(try Self.features(map).first)
      for _ in 0..<50 {
        let step = random.integer(1...60_000)
        let radius = Int((Double(step) / feature.tolerance).rounded(.up))
        let start = random.integer(-60_000...60_000)
        let moved = Self.encoded(start + step, feature, map) - Self.encoded(start, feature, map)
        #expect(moved <= radius, "\(feature); \(random)")
      }
    }
  }

  @Test func `Each feature has its own map`() throws {
    let map = InputMap(
      offsets: [0, 10, -3], scales: [1, 0.5, 1.0 / 3], readings: [.whole, .whole, nil], unit: 300,
      minimumLSB: -32768, maximumLSB: 32767)
    let features = try Self.features(map)
    #expect(features.map(\.multiplier) == [300, 150, 0])
    #expect(features.map(\.origin) == [0, 10, 0])
    #expect(features.map(\.hasReadings) == [true, true, false])
    for (feature, step) in zip(features, [300.0, 150, 100]) { #expect(feature.tolerance <= 1 / step) }
  }

  /// 16-bit readings a thousandth apart: 0.2 are 200 steps of 3 LSB, exactly.
  @Test func `The radius of tolerances is the formula's`() throws {
    let layer = FloatLayer(
      rows: 2, columns: 2, weights: [0.25, 0, 0, 0.25], biases: [0, 0], rowSumBound: nil)
    var map = InputMap(
      offsets: [10, 0], scales: [3000.0 / 32768, 1.0 / 32768], readings: [ReadingUnit("10^3"), nil],
      unit: 32768,
      minimumLSB: -32768, maximumLSB: 32767)
    func radius(_ tolerances: [Double]) throws -> Int {
      let model = FloatModel(
        network: FloatNetwork(layers: [layer], activation: .relu), inputMap: map, tolerances: tolerances)
      let claims = try ModelClaims(deploying: model, name: "m")
      #expect(verification(of: claims).problems == [])
      return claims.toleranceLSB
    }
    #expect(try radius([0.2, 0]) == 600)
    #expect(try radius([0.2005, 0]) == 602)
    #expect(try radius([0.2, 599.5]) == 600)
    #expect(try radius([0.2, 1000]) == 1001)
    map.scales[0] = 0.01 / 32768
    // A hundredth of an LSB each: 250 steps are 2.5 LSB.
    map.readings[0] = .whole
    #expect(try radius([250, 0]) == 3)
    #expect(try radius([300, 0]) == 3)
    #expect(try radius([301, 0]) == 4)
  }
}
