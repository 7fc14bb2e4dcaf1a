import Embedded
import TestSupport
import Testing

@Suite("Checksum")
struct ChecksumTests {
  static func checksum(_ text: String) -> UInt32 {
    var checksum = Checksum()
    for byte in text.utf8 { checksum.update(UInt32(byte), bytes: 1) }
    return checksum.value
  }

  /// As zlib (crc32() of Python 3) gives them; the first is the check value of the CRC catalog.
  @Test func `Known CRC-32 values`() {
    #expect(Self.checksum("123456789") == 0xCBF4_3926)
    #expect(Self.checksum("") == 0)
    #expect(Self.checksum("a") == 0xE8B7_BE43)
    #expect(Self.checksum("The quick brown fox jumps over the lazy dog") == 0x414F_A339)
  }

  @Test func `Values of several bytes go in with the least significant byte first`() {
    var whole = Checksum()
    whole.update(0x3433_3231, bytes: 4)
    whole.update(0x3635, bytes: 2)
    #expect(whole.value == Self.checksum("123456"))
    var high = Checksum()
    high.update(0xFFFF_FF31, bytes: 1)
    #expect(high.value == Self.checksum("1"))
  }

  @Test func `Zeros count`() {
    var checksum = Checksum()
    checksum.update(0, bytes: 4)
    #expect(checksum.value == 0x2144_DF1C)
  }
}
