internal import FileAccess

/// The text of a table as UTF-8, whatever encoding its first bytes say, and what else they say.
///
/// - Returns: the bytes, where they begin after a byte-order mark, and what the user shall know of them.
/// - Throws: files that are no text, by their first bytes; broken UTF-16.
/// - Complexity: O(bytes).
func csvText(_ bytes: [UInt8], _ path: String) throws(FileError) -> (
  text: [UInt8], start: Int, note: String?
) {
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (bytes, 3, nil) }
  if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
    return (try utf8(ofUTF16: bytes, path), 0, "UTF-16")
  }
  let others: [(start: [UInt8], what: String)] = [
    (Array("PK\u{3}\u{4}".utf8), "a zip file, as .xlsx and .npz are, not a table in text; save it as .csv"),
    ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel file, not a table in text; save it as .csv"),
    (
      [0x93] + Array("NUMPY".utf8),
      "a numpy array, not a table in text; save x and y with numpy.savez as .npz"
    ),
    (Array("%PDF".utf8), "a PDF file, not a table in text"),
    (Array("PAR1".utf8), "a Parquet file, not a table in text; save it as .csv"),
    (Array("\u{89}HDF".utf8), "an HDF5 file, not a table in text; save it as .csv"),
    (Array("version https://git-lfs".utf8), "a pointer of git-lfs, not the file itself; run git lfs pull"),
  ]
  if let other = others.first(where: { bytes.starts(with: $0.start) }) { throw FileError(path, other.what) }
  let start = String(decoding: bytes.prefix(200), as: UTF8.self).drop(while: \.isWhitespace).lowercased()
  if start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<?xml") {
    throw FileError(path, "a page of HTML or XML, not a table in text; was the download redirected?")
  }
  return (bytes, 0, nil)
}

/// UTF-16 with a byte-order mark as UTF-8.
private func utf8(ofUTF16 bytes: [UInt8], _ path: String) throws(FileError) -> [UInt8] {
  let isBigEndian = bytes[0] == 0xFE
  guard bytes.count % 2 == 0 else { throw FileError(path, "\(bytes.count) bytes, UTF-16 has an even number") }
  func unit(at place: Int) -> UInt32 {
    UInt32(bytes[place + (isBigEndian ? 0 : 1)]) << 8 | UInt32(bytes[place + (isBigEndian ? 1 : 0)])
  }
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count / 2)
  var place = 2
  while place < bytes.count {
    var code = unit(at: place)
    place += 2
    if 0xD800..<0xE000 ~= code {
      let low = place < bytes.count ? unit(at: place) : 0
      guard code < 0xDC00, 0xDC00..<0xE000 ~= low else {
        throw FileError(path, "half a surrogate pair at byte \(place - 2), not UTF-16")
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      place += 2
    }
    switch code {
    case ..<0x80: text.append(UInt8(code))
    case ..<0x800: text += [UInt8(0xC0 | code >> 6), UInt8(0x80 | code & 0x3F)]
    case ..<0x10000:
      text += [UInt8(0xE0 | code >> 12), UInt8(0x80 | code >> 6 & 0x3F), UInt8(0x80 | code & 0x3F)]
    default:
      text += [
        UInt8(0xF0 | code >> 18), UInt8(0x80 | code >> 12 & 0x3F), UInt8(0x80 | code >> 6 & 0x3F),
        UInt8(0x80 | code & 0x3F),
      ]
    }
  }
  return text
}
