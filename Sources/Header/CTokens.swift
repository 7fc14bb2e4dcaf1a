internal import FileAccess

/// One token of C text: a name, a number, a string literal or a single punctuation character.
struct CToken {
  /// Its bytes in the text.
  var range: Range<Int>
  /// Counted from 1 where the tokens began.
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
}

/// Splits C text into tokens, one at a time; comments and white space vanish, a backslash at the end of a line joins
/// it to the next.
///
/// Nothing is stored but the place in the text: a token takes no memory, however many there are.
///
/// - Complexity: O(text) for all tokens.
struct CTokens {
  /// The text.
  private(set) var bytes: [UInt8]
  private let path: String
  private var index: Int
  private var line = 1
  // Of the next token: whether its logical line begins with it, and whether it touches the token before.
  private var isFirst = true
  private var isAdjacent = false
  // Of the token before.
  private var place: Int?
  private var wasOperator = false

  /// Begins at the start of a text; `path` is for messages.
  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    index = 0
  }

  /// Begins within a directive: at the token of this place.
  init(_ bytes: [UInt8], path: String, at index: Int, directivePlace: Int) {
    self.bytes = bytes
    self.path = path
    self.index = index
    isFirst = false
    place = directivePlace - 1
  }

  /// Goes on with another piece of the text, of which the last one ended with a line.
  mutating func append(_ piece: String) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: piece.utf8)
    index = 0
  }

  /// The next token, nil at the end.
  ///
  /// - Throws: a string literal or comment that does not end, a byte that no token begins with, and what some
  ///   compilers read in another way (trigraphs, a backslash in a comment or between two words).
  mutating func next() throws(FileError) -> CToken? {
    while try skipSpace() {}
    guard index < bytes.count else { return nil }
    let first = bytes[index]
    if isDigit(first) { return token(upTo: endOfNumber()) }
    if isName(first) {
      var end = index + 1
      while end < bytes.count, isName(bytes[end]) { end += 1 }
      return token(upTo: end)
    }
    if first == UInt8(ascii: "\"") { return token(upTo: try endOfString()) }
    if first == UInt8(ascii: "?"), byte(1) == UInt8(ascii: "?") {
      throw FileError(path, line: line, "a trigraph")
    }
    guard first > 0x20, first < 0x7F else {
      throw FileError(path, line: line, "byte \(first) is not part of a header")
    }
    return token(upTo: index + 1)
  }

  // MARK: - Text of tokens

  // Loops and bytes instead of sequences: millions of tokens are compared in debug builds too.

  /// Whether the token is this one character.
  func isEqual(_ token: CToken, _ character: Unicode.Scalar) -> Bool {
    token.range.count == 1 && bytes[token.range.lowerBound] == UInt8(ascii: character)
  }

  /// Whether the token is this text.
  func isEqual(_ token: CToken, text: String) -> Bool { bytes[token.range].elementsEqual(text.utf8) }

  /// Whether a compiler reads the same: sequences of such tokens are the same but for their lines.
  func isEqual(_ token: CToken, to other: CToken, of others: CTokens) -> Bool {
    hasEqualText(token, to: other, of: others) && token.directivePlace == other.directivePlace
      && token.isGlued == other.isGlued
  }

  func hasEqualText(_ token: CToken, to other: CToken, of others: CTokens) -> Bool {
    let count = token.range.upperBound - token.range.lowerBound
    guard other.range.upperBound - other.range.lowerBound == count else { return false }
    var offset = 0
    while offset < count {
      if bytes[token.range.lowerBound + offset] != others.bytes[other.range.lowerBound + offset] {
        return false
      }
      offset += 1
    }
    return true
  }

  func string(_ token: CToken) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

  // MARK: - Between tokens

  private func byte(_ offset: Int) -> UInt8? {
    index + offset < bytes.endIndex ? bytes[index + offset] : nil
  }

  /// Skips one character of white space, one join of lines or one comment; false before a token and at the end.
  private mutating func skipSpace() throws(FileError) -> Bool {
    guard index < bytes.count else { return false }
    let first = bytes[index]
    if first > UInt8(ascii: "/") && first != UInt8(ascii: "\\") { return false }
    switch first {
    case UInt8(ascii: "\n"):
      line += 1
      isFirst = true
      isAdjacent = false
      index += 1
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      isAdjacent = false
      index += 1
    case UInt8(ascii: "\\") where byte(1) == UInt8(ascii: "\n"):
      try joinLine(2)
    case UInt8(ascii: "\\") where byte(1) == UInt8(ascii: "\r") && byte(2) == UInt8(ascii: "\n"):
      try joinLine(3)
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): try skipComment()
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"): try skipLineComment()
    default: return false
    }
    return true
  }

  /// Joins the next line to this one; without white space a compiler would make one word of two.
  private mutating func joinLine(_ length: Int) throws(FileError) {
    index += length
    switch byte(0) {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): break
    default: if isAdjacent { throw FileError(path, line: line, "a continued line without white space") }
    }
    line += 1
    isAdjacent = false
  }

  private mutating func skipComment() throws(FileError) {
    let start = line
    index += 2
    while !(byte(0) == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/")) {
      guard let next = byte(0) else { throw FileError(path, line: start, "a comment that does not end") }
      try refuseBackslash()
      if next == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
    isAdjacent = false
    index += 2
  }

  private mutating func skipLineComment() throws(FileError) {
    isAdjacent = false
    while let next = byte(0), next != UInt8(ascii: "\n") {
      try refuseBackslash()
      index += 1
    }
  }

  /// A backslash joins lines before comments are known, so one in a comment can end it early or late.
  private func refuseBackslash() throws(FileError) {
    if byte(0) == UInt8(ascii: "\\") { throw FileError(path, line: line, "a backslash in a comment") }
    if byte(0) == UInt8(ascii: "?"), byte(1) == UInt8(ascii: "?"), byte(2) == UInt8(ascii: "/") {
      throw FileError(path, line: line, "a trigraph")
    }
  }

  // MARK: - Tokens

  private mutating func token(upTo end: Int) -> CToken {
    let first = bytes[index]
    if isFirst {
      place = first == UInt8(ascii: "#") ? 0 : nil
    } else if let last = place {
      place = last + 1
    }
    let isOperator = isOperatorCharacter(first)
    let isGlued = isAdjacent && (place == 3 && first == UInt8(ascii: "(") || wasOperator && isOperator)
    let token = CToken(range: index..<end, line: line, directivePlace: place, isGlued: isGlued)
    index = end
    isFirst = false
    isAdjacent = true
    wasOperator = isOperator
    return token
  }

  private func endOfString() throws(FileError) -> Int {
    var end = index + 1
    while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\"") {
      if bytes[end] == UInt8(ascii: "\\") { end += 1 }
      if end == bytes.endIndex || bytes[end] == UInt8(ascii: "\n") { break }
      end += 1
    }
    guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "\"") else {
      throw FileError(path, line: line, "a string that does not end")
    }
    return end + 1
  }

  /// A preprocessing number, with a decimal point and a signed exponent.
  private func endOfNumber() -> Int {
    let isHexadecimal = index + 1 < bytes.count && bytes[index + 1] | 0x20 == UInt8(ascii: "x")
    var end = index
    while end < bytes.count, isName(bytes[end]) || bytes[end] == UInt8(ascii: ".") {
      let isExponent = bytes[end] | 0x20 == UInt8(ascii: "e") && !isHexadecimal
      end += 1
      if isExponent, end < bytes.endIndex,
        bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+")
      {
        end += 1
      }
    }
    return end
  }
}

// Comparisons, not ranges: they are fast in debug builds too.

private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Whether words and numbers are made of this byte.
func isName(_ byte: UInt8) -> Bool {
  let letter = byte | 0x20
  if letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") { return true }
  return isDigit(byte) || byte == UInt8(ascii: "_")
}

/// Whether operators of several characters are made of this one.
private func isOperatorCharacter(_ byte: UInt8) -> Bool {
  if isName(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ",") {
    return false
  }
  switch byte {
  case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "*"),
    UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
    UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "|"):
    return true
  default: return false
  }
}

/// Control characters are refused in comments too: a carriage return alone ends a line for some compilers.
func refuseControlCharacters(_ bytes: [UInt8], path: String) throws(FileError) {
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
