/// One token of C text: a name, a number, a string literal or a single punctuation character.
struct CToken: Equatable {
  var text: Substring.UTF8View.SubSequence
  /// Counted from 1.
  var line: Int
  /// Its place in a preprocessing directive, from 0; nil outside of directives.
  ///
  /// Where a directive ends matters: a proof that follows a `#define` on the same logical line is part of the macro
  /// and proves nothing.
  var directivePlace: Int?
  /// Whether white space before it would change what a compiler reads.
  ///
  /// `<=` is not `< =`, and a macro has parameters only when nothing stands between its name and the parenthesis.
  var isGlued: Bool

  var string: String { String(decoding: text, as: UTF8.self) }

  /// Equal but for the line: sequences of equal tokens are the same to a compiler.
  static func == (first: CToken, second: CToken) -> Bool {
    first.text.elementsEqual(second.text) && first.directivePlace == second.directivePlace
      && first.isGlued == second.isGlued
  }
  func matches(_ string: String) -> Bool { text.elementsEqual(string.utf8) }
}

/// Splits C text into tokens; comments and white space vanish, a backslash at the end of a line joins it to the
/// next.
///
/// - Throws: a string literal or comment that does not end, a byte that no token begins with, and what some
///   compilers read in another way (control characters, trigraphs, a backslash in a comment or between two words).
/// - Complexity: O(text).
func cTokens(of text: String, path: String) throws(FileError) -> [CToken] {
  let bytes = Substring(text).utf8
  try refuseControlCharacters(bytes, path: path)
  var tokens: [CToken] = []
  var index = bytes.startIndex
  var line = 1
  // Of the next token: whether its logical line begins with it, and whether it touches the token before.
  var isFirst = true
  var isAdjacent = false
  // Of the token before.
  var place: Int?
  var wasOperator = false

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
    let first = bytes[index]
    place = isFirst ? (first == UInt8(ascii: "#") ? 0 : nil) : place.map { $0 + 1 }
    let isOperator = isOperatorCharacter(first)
    tokens.append(
      CToken(
        text: bytes[index..<end], line: line, directivePlace: place,
        isGlued: isAdjacent && (place == 3 && first == UInt8(ascii: "(") || wasOperator && isOperator)))
    index = end
    isFirst = false
    isAdjacent = true
    wasOperator = isOperator
  }

  /// A backslash joins lines before comments are known, so one in a comment can end it early or late.
  func refuseBackslash() throws(FileError) {
    if byte(0) == UInt8(ascii: "\\") { throw FileError(path, line: line, "a backslash in a comment") }
    if byte(0) == UInt8(ascii: "?"), byte(1) == UInt8(ascii: "?"), byte(2) == UInt8(ascii: "/") {
      throw FileError(path, line: line, "a trigraph")
    }
  }
  /// Joins the next line to this one; without white space a compiler would make one word of two.
  func joinLine(_ length: Int) throws(FileError) {
    index = bytes.index(index, offsetBy: length)
    switch byte(0) {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): break
    default: if isAdjacent { throw FileError(path, line: line, "a continued line without white space") }
    }
    line += 1
    isAdjacent = false
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
      try joinLine(2)
    case UInt8(ascii: "\\") where byte(1) == UInt8(ascii: "\r") && byte(2) == UInt8(ascii: "\n"):
      try joinLine(3)
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
      let start = line
      index = bytes.index(index, offsetBy: 2)
      while !(byte(0) == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) {
        guard let next = byte(0) else { throw FileError(path, line: start, "a comment that does not end") }
        try refuseBackslash()
        if next == UInt8(ascii: "\n") { line += 1 }
        index = bytes.index(after: index)
      }
      isAdjacent = false
      index = bytes.index(index, offsetBy: 2)
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
      isAdjacent = false
      while let next = byte(0), next != UInt8(ascii: "\n") {
        try refuseBackslash()
        index = bytes.index(after: index)
      }
    case UInt8(ascii: "\""):
      var end = bytes.index(after: index)
      while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\"") {
        if bytes[end] == UInt8(ascii: "\\") { end = bytes.index(after: end) }
        if end == bytes.endIndex || bytes[end] == UInt8(ascii: "\n") { break }
        end = bytes.index(after: end)
      }
      guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "\"") else {
        throw FileError(path, line: line, "a string that does not end")
      }
      append(upTo: bytes.index(after: end))
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      // A preprocessing number, with a decimal point and a signed exponent.
      var end = index
      while end < bytes.endIndex, isName(bytes[end]) || bytes[end] == UInt8(ascii: ".") {
        let isExponent =
          bytes[end] | 0x20 == UInt8(ascii: "e") && byte(1).map { $0 | 0x20 } != UInt8(ascii: "x")
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

/// Whether operators of several characters are made of this one.
private func isOperatorCharacter(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "*"),
    UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
    UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "|"):
    true
  default: false
  }
}

/// Control characters are refused in comments too: a carriage return alone ends a line for some compilers.
private func refuseControlCharacters(_ bytes: Substring.UTF8View, path: String) throws(FileError) {
  var line = 1
  var isReturn = false
  for byte in bytes {
    let isControl = byte < 0x20 || byte == 0x7F
    if isReturn && byte != UInt8(ascii: "\n") { throw FileError(path, line: line, "a carriage return alone") }
    isReturn = byte == UInt8(ascii: "\r")
    if byte == UInt8(ascii: "\n") {
      line += 1
    } else if isControl && !isReturn && byte != UInt8(ascii: "\t") {
      throw FileError(path, line: line, "byte \(byte) is not part of a header")
    }
  }
  if isReturn { throw FileError(path, line: line, "a carriage return alone") }
}
