internal import FileAccess

/// The `#define`s of a header, by name.
///
/// Of each only the place of its name is kept, in a table of open addresses; what it says is read again from the text
/// when it is asked for. A hostile header of nothing but macros takes no more memory than another.
struct MacroTable {
  /// What a macro's name stands before.
  enum Parameters {
    case none
    /// The parameter of an X-macro row.
    case row(CToken)
    /// What is done with an entry of two or three numbers.
    case several
  }

  /// One macro, and the tokens of its body that were not read yet.
  struct Macro {
    var parameters: Parameters
    /// Where its name stands in the text.
    var start: Int
    fileprivate var tokens: CTokens

    /// The next token of the body.
    mutating func next() throws(FileError) -> CToken? {
      guard let token = try tokens.next(), token.isWithinDirective else { return nil }
      return token
    }
  }

  let path: String
  /// What the names of all macros begin with.
  private(set) var prefix = ""
  /// The tokens of the whole text, for what tokens say.
  let text: CTokens
  private var slots = [UInt32](repeating: .max, count: 64)
  private var count = 0

  /// Finds the macros of a text.
  ///
  /// - Throws: what is not a token, a macro that is defined twice or has more than three parameters, and text that does not begin
  ///   as a model's header does.
  init(_ bytes: [UInt8], path: String) throws(FileError) {
    self.path = path
    text = CTokens(bytes, path: path)
    var tokens = text
    var next = try tokens.next()
    while let token = next {
      next = try tokens.next()
      guard token.directivePlace == 0, let word = next, word.isWithinDirective else { continue }
      if text.isEqual(word, text: "ifndef"), prefix.isEmpty {
        next = try tokens.next()
        guard let name = next, name.isWithinDirective else { continue }
        let guardName = text.string(name)
        guard guardName.hasSuffix("_H") else {
          throw FileError(path, line: token.line, "not a model header: no include guard NAME_H")
        }
        prefix = String(guardName.dropLast(2))
      } else if text.isEqual(word, text: "define") {
        next = try tokens.next()
        if let name = next, name.isWithinDirective { try define(name) }
      }
    }
    guard isValidHeaderName(prefix.lowercased()), prefix == prefix.uppercased() else {
      throw FileError(path, "not a model header: no include guard NAME_H")
    }
  }

  /// The macro `PREFIX_suffix`, nil when the header has none.
  func find(_ suffix: String) throws(FileError) -> Macro? {
    let start = slots[slot(of: "\(prefix)_\(suffix)".utf8)]
    return start == .max ? nil : try macro(at: Int(start))
  }

  /// An error in a macro.
  func error(_ suffix: String, _ macro: Macro, _ problem: String) -> FileError {
    FileError(path, line: line(at: macro.start), place: "\(prefix)_\(suffix)", problem)
  }

  /// How many items the body of a macro can have at most, to be told before they are read.
  func itemLimit(_ macro: Macro) -> Int {
    var items = 0
    var index = macro.start
    let bytes = text.bytes
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: ")") { items += 1 }
      if bytes[index] == UInt8(ascii: "\n") {
        let last = bytes[index - 1] == UInt8(ascii: "\r") ? index - 2 : index - 1
        if bytes[last] != UInt8(ascii: "\\") { break }
      }
      index += 1
    }
    // An item has four bytes at least; comments may hold parentheses too.
    return min(items, (index - macro.start) / 4)
  }

  // MARK: - Table

  private mutating func define(_ name: CToken) throws(FileError) {
    // What is no word is no macro's name; the comparison with the format refuses it.
    guard let first = text.bytes[name.range].first, isName(first) else { return }
    let slot = slot(of: text.bytes[name.range])
    guard slots[slot] == .max else {
      throw FileError(path, line: name.line, "\(quoted(text.string(name))) is defined twice")
    }
    _ = try macro(at: name.range.lowerBound)
    slots[slot] = UInt32(name.range.lowerBound)
    count += 1
    if count > slots.count / 2 { grow() }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt32](repeating: .max, count: 2 * old.count)
    for start in old where start != .max { slots[slot(of: name(at: Int(start)))] = start }
  }

  /// Where a name stands in the table, or would.
  private func slot(of name: some Collection<UInt8>) -> Int {
    // Seeded anew in each process: no header can be made of names that meet.
    var hasher = Hasher()
    for byte in name { hasher.combine(byte) }
    var slot = hasher.finalize() & (slots.count - 1)
    while slots[slot] != .max, !self.name(at: Int(slots[slot])).elementsEqual(name) {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private func name(at start: Int) -> ArraySlice<UInt8> { text.bytes[start...].prefix(while: isName) }

  private func line(at start: Int) -> Int { 1 + text.bytes[..<start].count { $0 == UInt8(ascii: "\n") } }

  /// Reads a macro up to its body.
  private func macro(at start: Int) throws(FileError) -> Macro {
    var tokens = CTokens(text.bytes, path: path, at: start, directivePlace: 2)
    let name = try tokens.next()
    var macro = Macro(parameters: .none, start: start, tokens: tokens)
    guard let open = try macro.next(), open.isGlued, text.isEqual(open, "(") else {
      macro.tokens = tokens
      return macro
    }
    // Rows have one parameter, what is done with an entry has as many as it has numbers.
    var inside: [CToken] = []
    while let token = try macro.next(), !text.isEqual(token, ")"), inside.count < 6 { inside.append(token) }
    let isComma = inside.map { text.isEqual($0, ",") }
    switch isComma {
    case [false]: macro.parameters = .row(inside[0])
    case [false, true, false], [false, true, false, true, false]: macro.parameters = .several
    default:
      let name = name.map { quoted(text.string($0)) } ?? ""
      throw FileError(path, line: line(at: start), "\(name) does not have one to three parameters")
    }
    return macro
  }
}

extension CToken {
  /// Whether it stands in a directive, behind its `#`.
  fileprivate var isWithinDirective: Bool { directivePlace ?? 0 > 0 }
}
