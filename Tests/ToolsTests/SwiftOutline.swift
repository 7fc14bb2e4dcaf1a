/// The functions of a Swift text, by its braces.
///
/// Comments and literals are left out first, interpolations included, so that no brace in them counts.
struct SwiftOutline {
  /// One function or initializer with a body.
  struct Function {
    /// The line of its keyword, from 1.
    var start: Int
    /// From there to the line of its last brace.
    var lines: Int
  }

  /// In the order in which they begin, nested ones too.
  private(set) var functions: [Function] = []

  init(_ text: String) {
    var code = Code(bytes: Array(text.utf8))
    code.blankAll()
    let tokens = code.tokens
    for (index, token) in tokens.enumerated() where token.text == "func" || token.text == "init" {
      // A call, not a declaration.
      if index > 0, tokens[index - 1].text == "." { continue }
      guard let last = Self.end(ofFunctionAt: index, tokens) else { continue }
      functions.append(Function(start: token.line, lines: tokens[last].line - token.line + 1))
    }
  }

  /// The last brace of a declaration; nil for one without a body, as protocols have.
  private static func end(ofFunctionAt start: Int, _ tokens: [Token]) -> Int? {
    var (parentheses, braces) = (0, 0)
    for index in tokens.indices[(start + 1)...] {
      switch tokens[index].text {
      case "(": parentheses += 1
      case ")": parentheses -= 1
      case "{" where parentheses == 0: braces += 1
      case "}" where parentheses == 0:
        braces -= 1
        if braces <= 0 { return braces == 0 ? index : nil }
      case ";", "func", "init", "var", "let", "static", "associatedtype", "mutating", "subscript":
        if parentheses == 0, braces == 0, index > start + 1 { return nil }
      default: break
      }
    }
    return nil
  }

  private struct Token {
    var text: String
    var line: Int
  }

  /// The bytes of a text, of which a part becomes spaces.
  private struct Code {
    var bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func starts(with text: String, at place: Int) -> Bool {
      bytes[min(place, bytes.count)...].starts(with: text.utf8)
    }

    private mutating func blank(_ count: Int = 1) {
      for _ in 0..<count where place < bytes.count {
        if bytes[place] != UInt8(ascii: "\n") { bytes[place] = UInt8(ascii: " ") }
        place += 1
      }
    }

    mutating func blankAll() {
      while place < bytes.count { step() }
    }

    /// Goes over one byte of code, or blanks a whole comment or literal.
    private mutating func step() {
      // Nearly all bytes are of no interest.
      guard "/#\"".utf8.contains(bytes[place]) else {
        place += 1
        return
      }
      if starts(with: "//", at: place) {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { blank() }
      } else if starts(with: "/*", at: place) {
        blankComment()
      } else if let marks = literalMarks {
        blankLiteral(marks: marks)
      } else {
        place += 1
      }
    }

    /// Comments nest.
    private mutating func blankComment() {
      var depth = 0
      repeat {
        if starts(with: "/*", at: place) {
          depth += 1
          blank(2)
        } else if starts(with: "*/", at: place) {
          depth -= 1
          blank(2)
        } else {
          blank()
        }
      } while depth > 0 && place < bytes.count
    }

    /// How many `#` stand before a quotation mark here; nil where no literal begins.
    private var literalMarks: Int? {
      let marks = bytes[place...].prefix { $0 == UInt8(ascii: "#") }.count
      return starts(with: "\"", at: place + marks) ? marks : nil
    }

    private mutating func blankLiteral(marks: Int) {
      let hashes = String(repeating: "#", count: marks)
      let quotes = starts(with: "\"\"\"", at: place + marks) ? "\"\"\"" : "\""
      blank(marks + quotes.utf8.count)
      while place < bytes.count {
        guard "\"\\".utf8.contains(bytes[place]) else {
          blank()
          continue
        }
        if starts(with: quotes + hashes, at: place) { return blank(quotes.utf8.count + marks) }
        let isEscape = starts(with: "\\" + hashes, at: place)
        blank(isEscape ? 1 + marks : 1)
        guard isEscape else { continue }
        if starts(with: "(", at: place) { blankInterpolation() } else { blank() }
      }
    }

    private mutating func blankInterpolation() {
      var depth = 0
      repeat {
        if let marks = literalMarks {
          blankLiteral(marks: marks)
        } else {
          depth += bytes[place] == UInt8(ascii: "(") ? 1 : bytes[place] == UInt8(ascii: ")") ? -1 : 0
          blank()
        }
      } while depth > 0 && place < bytes.count
    }

    /// Words and single signs, without spaces.
    var tokens: [Token] {
      var (tokens, word, line): ([Token], [UInt8], Int) = ([], [], 1)
      for byte in bytes + [UInt8(ascii: "\n")] {
        let isLetter =
          byte >= 128 || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 32)
        if isLetter {
          word.append(byte)
          continue
        }
        if !word.isEmpty { tokens.append(Token(text: String(decoding: word, as: UTF8.self), line: line)) }
        word = []
        if byte == UInt8(ascii: "\n") { line += 1 }
        if byte > 32 { tokens.append(Token(text: String(UnicodeScalar(byte)), line: line)) }
      }
      return tokens
    }
  }
}
