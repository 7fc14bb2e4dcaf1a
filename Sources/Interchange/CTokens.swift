/// One token of C text: a name, a number, a string literal or a single punctuation character.
struct CToken: Equatable {
  var text: Substring.UTF8View.SubSequence
  /// Counted from 1.
  var line: Int
  /// Whether it is the first one of its logical line, after continuations were joined.
  var isFirst: Bool
  /// Whether nothing separates it from the token before.
  var isAdjacent: Bool

  var string: String { String(decoding: text, as: UTF8.self) }

  static func == (first: CToken, second: CToken) -> Bool { first.text.elementsEqual(second.text) }
  func matches(_ string: String) -> Bool { text.elementsEqual(string.utf8) }
}

/// Splits C text into tokens; comments and white space vanish, a backslash at the end of a line joins it to the
/// next.
///
/// - Throws: a string literal or comment that does not end, a byte that no token begins with, and what compilers
///   read in two ways (trigraphs, a line comment with a backslash).
/// - Complexity: O(text).
func cTokens(of text: String, path: String) throws(FileError) -> [CToken] {
  let bytes = Substring(text).utf8
  var tokens: [CToken] = []
  var index = bytes.startIndex
  var line = 1
  var isFirst = true
  var isAdjacent = false

  func byte(_ offset: Int) -> UInt8? {
    guard let position = bytes.index(index, offsetBy: offset, limitedBy: bytes.endIndex),
      position < bytes.endIndex
    else { return nil }
    return bytes[position]
  }
  func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
  func append(upTo end: String.UTF8View.Index) {
    tokens.append(CToken(text: bytes[index..<end], line: line, isFirst: isFirst, isAdjacent: isAdjacent))
    index = end
    isFirst = false
    isAdjacent = true
  }

  while index < bytes.endIndex {
    let current = bytes[index]
    switch current {
    case UInt8(ascii: "?") where byte(1) == UInt8(ascii: "?"):
      throw FileError(path, line: line, "a trigraph")
    case UInt8(ascii: "\n"):
      line += 1
      isFirst = true
      isAdjacent = false
      index = bytes.index(after: index)
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      isAdjacent = false
      index = bytes.index(after: index)
    case UInt8(ascii: "\\") where byte(1) == UInt8(ascii: "\n"):
      line += 1
      isAdjacent = false
      index = bytes.index(index, offsetBy: 2)
    case UInt8(ascii: "\\") where byte(1) == UInt8(ascii: "\r") && byte(2) == UInt8(ascii: "\n"):
      line += 1
      isAdjacent = false
      index = bytes.index(index, offsetBy: 3)
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
      let start = line
      index = bytes.index(index, offsetBy: 2)
      while !(byte(0) == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) {
        guard let next = byte(0) else { throw FileError(path, line: start, "a comment that does not end") }
        if next == UInt8(ascii: "\n") { line += 1 }
        if next == UInt8(ascii: "?"), byte(1) == next { throw FileError(path, line: line, "a trigraph") }
        index = bytes.index(after: index)
      }
      isAdjacent = false
      index = bytes.index(index, offsetBy: 2)
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
      isAdjacent = false
      // A continued line comment would swallow the next line for a compiler; refuse the ambiguity.
      while let next = byte(0), next != UInt8(ascii: "\n") {
        if next == UInt8(ascii: "?"), byte(1) == next { throw FileError(path, line: line, "a trigraph") }
        if next == UInt8(ascii: "\\") { throw FileError(path, line: line, "a backslash in a line comment") }
        index = bytes.index(after: index)
      }
    case UInt8(ascii: "\""):
      var end = bytes.index(after: index)
      while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\"") {
        if bytes[end] == UInt8(ascii: "\n") { break }
        if bytes[end] == UInt8(ascii: "\\") { end = bytes.index(after: end) }
        if end < bytes.endIndex { end = bytes.index(after: end) }
      }
      guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "\"") else {
        throw FileError(path, line: line, "a string that does not end")
      }
      append(upTo: bytes.index(after: end))
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      // A preprocessing number, with a decimal point and a signed exponent.
      var end = index
      while end < bytes.endIndex, isName(bytes[end]) || bytes[end] == UInt8(ascii: ".") {
        let isExponent = bytes[end] | 0x20 == UInt8(ascii: "e") && byte(1).map { $0 | 0x20 } != UInt8(ascii: "x")
        end = bytes.index(after: end)
        if isExponent, end < bytes.endIndex,
          bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+")
        {
          end = bytes.index(after: end)
        }
      }
      append(upTo: end)
    case let byte where isName(byte):
      var end = index
      while end < bytes.endIndex, isName(bytes[end]) { end = bytes.index(after: end) }
      append(upTo: end)
    case 0x21...0x7E:
      append(upTo: bytes.index(after: index))
    default:
      throw FileError(path, line: line, "byte \(current) is not part of a header")
    }
  }
  return tokens
}
