internal import Foundation

/// The generator of every random test: SplitMix64, seeded by the environment variable `SUPNORM_TEST_SEED` or by a
/// fixed number, and by the purpose, so that each test has a stream of its own.
///
/// Give it as the comment of an expectation, `#expect(…, "\(random)")`: a failure then prints what brings the same
/// numbers back. Not `SeededGenerator`, which is under test elsewhere.
package struct TestRandom: RandomNumberGenerator, CustomStringConvertible, Sendable {
  private let purpose: String
  private var state: UInt64

  /// The seed of this run, the same for all tests.
  package static let seed: UInt64 =
    ProcessInfo.processInfo.environment["SUPNORM_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_115

  /// Starts the stream of a purpose, usually the name of the test.
  package init(_ purpose: String = #function) {
    self.purpose = purpose
    // FNV-1a, because the standard library's hashes differ from run to run.
    state = purpose.utf8.reduce(Self.seed ^ 0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  package var description: String { "SUPNORM_TEST_SEED=\(Self.seed), stream \(purpose)" }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed &>> 31)
  }

  /// An integer of a range; the bias of the remainder is below 2^-32 for every range used here.
  package mutating func integer(_ range: ClosedRange<Int>) -> Int {
    let width = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int(next() % width)
  }

  /// Whether an event of probability `1 / count` happens.
  package mutating func oneIn(_ count: Int) -> Bool { integer(1...count) == 1 }

  /// A number in `-1 ..< 1`.
  package mutating func signed() -> Double { Double(next() &>> 11) * 0x1p-52 - 1 }

  /// One of the elements.
  package mutating func element<Element>(of elements: [Element]) -> Element {
    elements[integer(0...elements.count - 1)]
  }

  /// An `Int16`: mostly uniform, sometimes an extreme or a value close to zero.
  package mutating func value() -> Int16 {
    switch integer(0...7) {
    case 0: element(of: [.min, .min + 1, .max - 1, .max])
    case 1: Int16(integer(-2...2))
    default: Int16(integer(-32768...32767))
    }
  }

  /// An input of a network: a value of the range for each column, sometimes one of its ends.
  package mutating func input(count: Int, range: ClosedRange<Int> = -32768...32767) -> [Int16] {
    (0..<count).map { _ in
      switch integer(0...7) {
      case 0: Int16(element(of: [range.lowerBound, range.upperBound]))
      case 1: Int16(min(max(integer(-2...2), range.lowerBound), range.upperBound))
      default: Int16(integer(range))
      }
    }
  }
}
