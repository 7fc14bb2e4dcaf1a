import Claims
import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

@Suite("Encoding")
struct EncodingTests {
  /// A network that does nothing but carry an input map and a range.
  static func device(_ features: [supnorm_feature], inputs: Int = 1, range: ClosedRange<Int>) throws
    -> CNetwork
  {
    let layer = IntegerLayer(
      rows: 1, columns: inputs, weights: Array(repeating: 1, count: inputs), biases: [0], shift: 0,
      activation: .identity, rowSumBound: inputs, isSparse: false)
    let network = try IntegerNetwork(
      layers: [layer], unit: 32768, inputMinimum: range.lowerBound, inputMaximum: range.upperBound)
    return CNetwork(network, features: features)
  }

  static func feature(
    _ multiplier: Int32, _ addend: Int32, _ shift: Int32, origin: Int32 = 0
  ) -> supnorm_feature {
    supnorm_feature(origin: origin, multiplier: multiplier, addend: addend, shift: shift)
  }

  static let extremes: [Int32] = [
    .min, .min + 1, -65536, -32769, -32768, -1, 0, 1, 255, 32767, 32768, 65535, .max - 1, .max,
  ]

  @Test func `Bytes map onto exact multiples`() throws {
    let device = try Self.device([Self.feature(128, 0, 0)], range: 0...32640)
    for byte in 0...255 { #expect(device.encode(Int32(byte)) == Int16(128 * byte)) }
    #expect(device.encode(-1) == 0)
    #expect(device.encode(256) == 32640)
    #expect(device.encode(.max) == 32640)
    #expect(device.encode(.min) == 0)
  }

  @Test func `It equals arithmetic in 128 bits for every combination of extremes`() throws {
    for multiplier in Self.extremes where multiplier > 0 {
      for addend in Self.extremes {
        for origin: Int32 in [.min, -40_000, 0, 1, .max] {
          for shift: Int32 in [0, 1, 8, 15, 16, 31] {
            let range = shift == 1 ? 0...32640 : shift == 8 ? -5...5 : -32768...32767
            let device = try Self.device(
              [Self.feature(multiplier, addend, shift, origin: origin)], range: range)
            var previous = Int16.min
            for reading in Self.extremes {
              let product = (Int128(reading) - Int128(origin)) * Int128(multiplier) + Int128(addend)
              let value = product >> Int128(shift)
              let expected = min(max(value, Int128(range.lowerBound)), Int128(range.upperBound))
              let encoded = device.encode(reading)
              #expect(
                encoded == Int16(expected),
                "((\(reading) - \(origin))·\(multiplier) + \(addend)) >> \(shift) in \(range)")
              #expect(previous <= Int16(expected), "it never decreases")
              previous = encoded ?? .max
            }
          }
        }
      }
    }
  }

  @Test func `Readings at most t apart are at most ceil(t · multiplier / 2^shift) LSB apart, and some are`()
    throws
  {
    var random = TestRandom()
    var reached = 0
    for _ in 0..<2_000 {
      let shift = random.integer(0...31)
      let multiplier = random.integer(1...(1 << random.integer(0...min(shift + 8, 30))))
      let origin = random.integer(-(1 << 31)...(1 << 31) - 1)
      let addend = random.integer(-(1 << 28)...1 << 28)
      let device = try Self.device(
        [Self.feature(Int32(multiplier), Int32(addend), Int32(shift), origin: Int32(origin))],
        range: -32768...32767)
      let reading = min(max(origin + random.integer(-1_000...1_000), -(1 << 31)), (1 << 31) - 101)
      let step = random.integer(0...100)
      let first = device.encode(Int32(reading)).map { Int($0) } ?? 0
      let second = device.encode(Int32(reading + step)).map { Int($0) } ?? 0
      let bound = (step * multiplier + (1 << shift) - 1) >> shift
      #expect(second >= first && second - first <= bound, "\(random)")
      reached += bound > 0 && second - first == bound ? 1 : 0
    }
    #expect(reached > 100, "\(random)")
  }

  @Test func `One map serves all inputs, or each input has its own`() throws {
    let shared = try Self.device([Self.feature(2, 0, 0)], inputs: 3, range: -100...100)
    for index: UInt32 in 0...2 { #expect(shared.encode(7, feature: index) == 14) }
    let own = try Self.device((1...3).map { Self.feature($0, 0, 0) }, inputs: 3, range: -100...100)
    for index: UInt32 in 0...2 { #expect(own.encode(7, feature: index) == Int16(7 * (index + 1))) }
    for device in [shared, own] {
      #expect(device.encode(7, feature: 3) == nil)
      #expect(device.encode(7, feature: .max) == nil)
    }
  }

  /// The status of encoding, and what is left where the result goes.
  static func outcome(_ features: [supnorm_feature]) throws -> (status: Int32, encoded: Int16) {
    let device = try Self.device(features, inputs: 3, range: -100...100)
    var encoded: Int16 = 77
    return unsafe (CSupNorm.supnorm_encode(device.model, 0, 1, &encoded), encoded)
  }

  @Test func `Missing and malformed maps are refused and nothing is written`() throws {
    let maps: [[supnorm_feature]] = [
      [], [Self.feature(-1, 0, 0)], [Self.feature(1, 0, -1)], [Self.feature(1, 0, 32)],
      [Self.feature(0, 1, 0)], [Self.feature(0, 0, 1)], [Self.feature(0, 0, 0, origin: 1)],
      [Self.feature(1, 0, 0), Self.feature(1, 0, 0)],
    ]
    for features in maps { #expect(try Self.outcome(features) == (SUPNORM_ERROR_MALFORMED, 77)) }
  }

  @Test func `A feature without readings says that a host must encode it`() throws {
    #expect(try Self.outcome([Self.feature(0, 0, 0)]) == (SUPNORM_ERROR_READING, 77))
  }
}
