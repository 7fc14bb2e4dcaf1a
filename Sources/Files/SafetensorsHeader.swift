internal import FileAccess

/// The JSON header of a safetensors file: the tensors' types, shapes and places, and text metadata.
///
/// It is read for what its form allows and nothing else, so that a hostile one takes no more memory than its own
/// bytes: every name once, no nesting, at most 65,536 tensors and as many metadata keys.
struct SafetensorsHeader {
  /// What the header says of one tensor.
  struct Entry {
    var name: String
    var type: String
    /// As stated, but no more than 9 sizes.
    var shape: [Int]
    /// As stated, but no more than 4.
    var offsets: [Int]
  }

  static let metadataKey = "__metadata__"
  private static let limit = 65536

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  private let bytes: ArraySlice<UInt8>
  private let path: String
  private var position: Int

  /// Reads a header.
  ///
  /// - Complexity: O(bytes), and O(n log n) in the tensors.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws(FileError) {
    self.bytes = bytes
    self.path = path
    position = bytes.startIndex
    guard bytes.first == UInt8(ascii: "{"), !bytes.contains(0) else { throw fail([], "not a JSON object") }
    var seen: Set<String> = []
    try members([]) { scanner, key throws(FileError) in
      guard seen.insert(key).inserted else { throw scanner.fail([], "\(quoted(key)) appears twice") }
      if key == Self.metadataKey { return try scanner.readMetadata() }
      guard scanner.entries.count < Self.limit else {
        throw scanner.fail([], "more than \(Self.limit) tensors")
      }
      scanner.entries.append(try scanner.entry(key))
    }
    skipSpace()
    guard position == bytes.endIndex else { throw fail([], Self.notJSON) }
  }

  private mutating func readMetadata() throws(FileError) {
    let place = [Self.metadataKey]
    try members(place) { scanner, key throws(FileError) in
      guard scanner.peek() == UInt8(ascii: "\"") else {
        throw scanner.fail(place + [key], "not of type String")
      }
      guard scanner.metadata.count < Self.limit else {
        throw scanner.fail(place, "more than \(Self.limit) keys")
      }
      let value = try scanner.string()
      guard scanner.metadata.updateValue(value, forKey: key) == nil else {
        throw scanner.fail(place, "\(quoted(key)) appears twice")
      }
    }
  }

  private mutating func entry(_ name: String) throws(FileError) -> Entry {
    guard peek() == UInt8(ascii: "{") else { throw fail([name], "not of type object") }
    var (type, shape, offsets): (String?, [Int]?, [Int]?)
    try members([name]) { scanner, key throws(FileError) in
      switch key {
      case "dtype" where type == nil:
        guard scanner.peek() == UInt8(ascii: "\"") else {
          throw scanner.fail([name, key], "not of type String")
        }
        type = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.integers([name, key], keeping: 9)
      case "data_offsets" where offsets == nil: offsets = try scanner.integers([name, key], keeping: 4)
      case "dtype", "shape", "data_offsets": throw scanner.fail([name], "\(quoted(key)) appears twice")
      default: throw scanner.fail([name], "key \(quoted(key)) is none of dtype, shape and data_offsets")
      }
    }
    for (key, isMissing) in [
      ("dtype", type == nil), ("shape", shape == nil), ("data_offsets", offsets == nil),
    ]
    where isMissing {
      throw fail([name], "key \(quoted(key)) is missing")
    }
    return Entry(name: name, type: type ?? "", shape: shape ?? [], offsets: offsets ?? [])
  }

  // MARK: JSON

  private static let notJSON = "not JSON of the expected form"

  private func fail(_ keys: [String], _ problem: String) -> FileError {
    FileError(path, place: "header", keys.map { "\(quoted($0)): " }.joined() + problem)
  }

  private mutating func skipSpace() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  /// The next byte that is no space, without taking it.
  private mutating func peek() -> UInt8? {
    skipSpace()
    return position < bytes.endIndex ? bytes[position] : nil
  }

  private mutating func take(_ byte: Character) throws(FileError) {
    guard peek() == byte.asciiValue else { throw fail([], Self.notJSON) }
    position += 1
  }

  /// Calls `read` behind each key of an object; it takes the value.
  private mutating func members(
    _ place: [String], _ read: (inout Self, String) throws(FileError) -> Void
  ) throws(FileError) {
    guard peek() == UInt8(ascii: "{") else { throw fail(place, "not of type object") }
    position += 1
    if peek() == UInt8(ascii: "}") {
      position += 1
      return
    }
    repeat {
      let key = try string()
      try take(":")
      try read(&self, key)
    } while try hasNext(before: "}")
  }

  /// Takes a comma, or the end of a list.
  private mutating func hasNext(before end: Character) throws(FileError) -> Bool {
    if peek() == UInt8(ascii: ",") {
      position += 1
      return true
    }
    try take(end)
    return false
  }

  /// An array of whole numbers, of which the first are kept.
  private mutating func integers(_ place: [String], keeping limit: Int) throws(FileError) -> [Int] {
    guard peek() == UInt8(ascii: "[") else { throw fail(place, "not of type Array<Int>") }
    position += 1
    var result: [Int] = []
    if peek() == UInt8(ascii: "]") {
      position += 1
      return result
    }
    var index = 0
    repeat {
      skipSpace()
      let start = position
      while position < bytes.endIndex, 48...57 ~= bytes[position] || "+-.eE".utf8.contains(bytes[position]),
        position - start < 32
      {
        position += 1
      }
      guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        throw fail(place + ["Index \(index)"], "not of type Int")
      }
      if result.count < limit { result.append(value) }
      index += 1
    } while try hasNext(before: "]")
    return result
  }

  private mutating func string() throws(FileError) -> String {
    try take("\"")
    var text: [UInt8] = []
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
      let byte = bytes[position]
      position += 1
      guard byte >= 0x20 else { throw fail([], Self.notJSON) }
      if byte == UInt8(ascii: "\\") { text += try escaped() } else { text.append(byte) }
    }
    guard position < bytes.endIndex, let result = String(validating: text, as: UTF8.self) else {
      throw fail([], Self.notJSON)
    }
    position += 1
    return result
  }

  /// What stands behind a backslash, in UTF-8.
  private mutating func escaped() throws(FileError) -> [UInt8] {
    guard position < bytes.endIndex else { throw fail([], Self.notJSON) }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): break
    default: throw fail([], Self.notJSON)
    }
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code) {
      try take("\\")
      try take("u")
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw fail([], Self.notJSON) }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(code) else { throw fail([], Self.notJSON) }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws(FileError) -> UInt32 {
    let digits = bytes[position..<min(position + 4, bytes.endIndex)]
    guard digits.count == 4, digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fail([], Self.notJSON) }
    position += 4
    return value
  }
}
