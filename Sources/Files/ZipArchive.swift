internal import FileAccess
import Foundation

/// The members of a `.zip` file, stored or deflated, as `numpy.savez` and `savez_compressed` write them.
///
/// Only the directory at the end is believed, and it only as far as bytes are there. No encryption, no parts, nothing
/// above 4 GiB. Source: PKWARE, APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
struct ZipArchive {
  /// One member, still compressed.
  struct Member {
    var name: String
    /// 0 stored, 8 deflated.
    var method: Int
    var checksum: UInt32
    var size: Int
    /// Where its compressed bytes lie.
    var content: Range<Int>
  }

  let path: String
  private let bytes: [UInt8]
  private(set) var members: [Member] = []

  /// Reads the directory.
  ///
  /// - Complexity: O(members).
  init(_ bytes: [UInt8], path: String) throws(FileError) {
    self.path = path
    self.bytes = bytes
    // The end record has 22 bytes and a comment of up to 65535; the last signature that fits is it.
    let last = bytes.count - 22
    let first = max(0, last - 65535)
    guard last >= 0,
      let end = (first...last).last(where: {
        isSignature(0x0605_4B50, at: $0) && $0 + 22 + word(at: $0 + 20) == bytes.count
      })
    else { throw FileError(path, "not a zip file, as .npz is: no directory at its end") }
    let count = word(at: end + 10)
    var place = long(at: end + 16)
    guard word(at: end + 4) == 0, word(at: end + 8) == count, place <= end else {
      throw FileError(path, "a zip file in parts or above 4 GiB")
    }
    for index in 0..<count {
      func fail(_ problem: String) -> FileError { FileError(path, place: "member \(index)", problem) }
      guard place + 46 <= end, isSignature(0x0201_4B50, at: place) else { throw fail("no directory entry") }
      let nameLength = word(at: place + 28)
      let next = place + 46 + nameLength + word(at: place + 30) + word(at: place + 32)
      let local = long(at: place + 42)
      let compressed = long(at: place + 20)
      guard next <= end, local + 30 <= bytes.count, isSignature(0x0403_4B50, at: local) else {
        throw fail("a place outside the file")
      }
      let start = local + 30 + word(at: local + 26) + word(at: local + 28)
      guard start + compressed <= bytes.count else {
        throw fail("\(compressed) bytes at \(start), the file ends at \(bytes.count)")
      }
      guard word(at: place + 8) & 1 == 0 else { throw fail("encrypted") }
      members.append(
        Member(
          name: String(decoding: bytes[place + 46..<place + 46 + nameLength], as: UTF8.self),
          method: word(at: place + 10), checksum: UInt32(long(at: place + 16)), size: long(at: place + 24),
          content: start..<start + compressed))
      place = next
    }
  }

  /// The bytes of a member of at most `limit` bytes in plain form.
  ///
  /// - Parameters:
  ///   - isChecked: whether stored bytes are held to their checksum, as deflated ones always are.
  ///   - inflate: turns a gzip file of a stated size into plain bytes.
  func content(
    _ member: Member, limit: Int, isChecked: Bool, inflate: ([UInt8], Int) throws(FileError) -> [UInt8]
  ) throws(FileError) -> ArraySlice<UInt8> {
    func fail(_ problem: String) -> FileError { FileError(path, place: member.name, problem) }
    guard member.size <= limit else { throw fail("\(member.size) bytes, at most \(limit) are read") }
    var result = bytes[member.content]
    switch member.method {
    case 0:
      guard result.count == member.size else { break }
      let checksum = isChecked ? crc32(of: result) : member.checksum
      guard checksum == member.checksum else {
        throw fail("damaged: checksum \(checksum), the directory says \(member.checksum)")
      }
    case 8:
      let most = GzipFile.largestSize(ofDeflated: result.count)
      guard member.size <= most else {
        throw fail("\(member.size) bytes, \(result.count) deflated ones make at most \(most)")
      }
      // A gzip file is a header, the same deflated bytes, their checksum and their size.
      let trailer = [member.checksum, UInt32(member.size)].flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      }
      result = try inflate([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + result + trailer, member.size)[...]
    default: throw fail("compression method \(member.method), only stored and deflated members are read")
    }
    guard result.count == member.size else {
      throw fail("\(result.count) bytes, the directory says \(member.size)")
    }
    return result
  }

  private func isSignature(_ signature: Int, at place: Int) -> Bool { long(at: place) == signature }

  private func word(at place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }

  private func long(at place: Int) -> Int { word(at: place) | word(at: place + 2) << 16 }
}

/// CRC-32 as in IEEE 802.3, zip and gzip, a byte at a time.
///
/// - Complexity: O(bytes).
package func crc32(of bytes: ArraySlice<UInt8>) -> UInt32 {
  let table = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~bytes.reduce(0xFFFF_FFFF) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
}
