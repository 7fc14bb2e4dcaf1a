import Certification
import Testing

@Suite("Epsilon")
struct EpsilonTests {
  static func fraction(_ text: String) -> [Int]? {
    Epsilon(text).map { [$0.numerator, $0.denominator] }
  }

  @Test func `Decimal numbers and fractions are kept exactly`() {
    #expect(Self.fraction("0.1") == [1, 10])
    #expect(Self.fraction("0.05") == [5, 100])
    #expect(Self.fraction("0") == [0, 1])
    #expect(Self.fraction("3") == [3, 1])
    #expect(Self.fraction(".5") == [5, 10])
    #expect(Self.fraction("1.") == [1, 1])
    #expect(Self.fraction("1/16") == [1, 16])
    #expect(Self.fraction("2/16") == [2, 16])
    #expect(Self.fraction("0/7") == [0, 7])
    #expect(Self.fraction("1e-2") == [1, 100])
    #expect(Self.fraction("1E-2") == [1, 100])
    #expect(Self.fraction("2.5e-3") == [25, 10_000])
    #expect(Self.fraction("2.5e1") == [25, 1])
    #expect(Self.fraction("25e1") == [250, 1])
    #expect(Self.fraction("0.000000001") == [1, 1_000_000_000])
    #expect(Self.fraction("2147483647") == [2_147_483_647, 1])
    #expect(Self.fraction("1/2147483647") == [1, 2_147_483_647])
    #expect(Epsilon("0.10")?.description == "0.10")
    #expect(Epsilon("1/8")?.value == 0.125)
  }

  @Test(arguments: [
    "", " ", ".", "-0.1", "+0.1", "0,1", "1/0", "0/0", "1/", "/2", "1/2/3", "1/-2", "-1/2", "0.1/2", "1e",
    "e3",
    "1e2e3", "1.2.3", "1e-", "1e0.5", " 0.1", "0.1 ", "1 /2", "nan", "inf", "0x10", "1_000", "٣", "1e10",
    "1e-10",
    "0.0000000001", "2147483648", "1/2147483648", "99999999999999999999", "3e9", "1e99999999999999999999",
    "½", "5́",
  ])
  func `Anything else is refused`(text: String) {
    #expect(Self.fraction(text) == nil)
  }

  @Test func `The deviation is rounded up and exact numbers stay exact`() {
    #expect(Epsilon("0.1")?.deviation(unit: 32640) == 3264)
    #expect(Epsilon("0.1")?.deviation(unit: 32768) == 3277)
    #expect(Epsilon("0.05")?.deviation(unit: 32640) == 1632)
    #expect(Epsilon("1/16")?.deviation(unit: 32752) == 2047)
    #expect(Epsilon("2/16")?.deviation(unit: 32752) == 4094)
    #expect(Epsilon("1e-2")?.deviation(unit: 32768) == 328)
    #expect(Epsilon("0")?.deviation(unit: 32768) == 0)
    #expect(Epsilon("0.000000001")?.deviation(unit: 1) == 1)
    #expect(Epsilon("1")?.deviation(unit: 32640) == 32640)
    #expect(Epsilon("2147483647")?.deviation(unit: 32768) == 2_147_483_647 * 32768)
  }

  /// 0.3·10 in floating point is not 3, and neither is the rounded-up product of most of these.
  @Test func `All hundredths of all units equal the exact ceiling`() {
    for hundredths in 0...300 {
      let fraction = hundredths % 100
      let text = "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
      for unit in [1, 2, 7, 100, 255, 32640, 32752, 32767, 32768] {
        var expected = 0
        while expected * 100 < hundredths * unit {
          expected += max((hundredths * unit - expected * 100) / 100, 1)
        }
        #expect(Epsilon(text)?.deviation(unit: unit) == expected, "\(text) · \(unit)")
      }
    }
  }
}
