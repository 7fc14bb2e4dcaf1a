/// CRC-32 as in IEEE 802.3, gzip and PNG (reflected polynomial 0xEDB88320), over little-endian bytes.
///
/// Bit by bit and without a table: it runs once at start-up, and the table would cost 1 KB of flash.
package struct Checksum {
  private var register: UInt32 = 0xFFFF_FFFF

  /// Starts a checksum.
  package init() {}

  /// The checksum of all bytes so far.
  package var value: UInt32 { ~register }

  /// Adds bytes of memory.
  /// - Complexity: eight steps for each byte.
  @unsafe package mutating func update(_ bytes: UnsafeRawPointer, count: Int) {
    for index in 0..<count {
      unsafe update(UInt32(bytes.load(fromByteOffset: index, as: UInt8.self)), bytes: 1)
    }
  }

  /// Adds the low `count` bytes of a value, the least significant first, whatever the machine's own order.
  /// - Complexity: eight steps for each byte.
  @inline(never)
  package mutating func update(_ value: UInt32, bytes count: Int) {
    var rest = value
    for _ in 0..<count {
      register ^= rest & 0xFF
      for _ in 0..<8 {
        register = (register &>> 1) ^ (register & 1 == 1 ? 0xEDB8_8320 : 0)
      }
      rest &>>= 8
    }
  }
}
