internal import FileAccess

/// What macros say: numbers, names and the rows of both.
extension MacroTable {
  func macro(_ suffix: String) throws(FileError) -> Macro {
    guard let macro = try find(suffix) else { throw FileError(path, "no \(prefix)_\(suffix)") }
    return macro
  }

  /// The body of a macro without parameters, empty when it has parameters or more tokens than any value.
  private func value(_ macro: Macro) throws(FileError) -> [CToken] {
    guard case .none = macro.parameters else { return [] }
    var macro = macro
    var tokens: [CToken] = []
    while let token = try macro.next() {
      if tokens.count == 4 { return [] }
      tokens.append(token)
    }
    return tokens
  }

  /// A whole number, decimal or hexadecimal, with a sign and parentheses or without.
  func integer(_ suffix: String) throws(FileError) -> Int {
    let macro = try macro(suffix)
    var body = try value(macro)[...]
    if let first = body.first, let last = body.last, text.isEqual(first, "("), text.isEqual(last, ")") {
      body = body.dropFirst().dropLast()
    }
    guard let value = integer(body) else { throw error(suffix, macro, "not a whole number") }
    return value
  }

  /// A number of things, bounded before anything is allocated for them.
  func count(_ suffix: String, _ range: ClosedRange<Int>) throws(FileError) -> Int {
    let value = try integer(suffix)
    guard range.contains(value) else {
      throw try error(suffix, macro(suffix), "\(value) outside \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }

  func choice<Value>(_ suffix: String, _ values: [String: Value]) throws(FileError) -> Value {
    let macro = try macro(suffix)
    let body = try value(macro)
    guard body.count == 1, let value = values[text.string(body[0])] else {
      throw error(suffix, macro, "not one of \(values.keys.sorted().joined(separator: ", "))")
    }
    return value
  }

  /// A whole number of one token, or of two with a sign.
  func integer(_ tokens: ArraySlice<CToken>) -> Int? {
    guard let first = tokens.first, let last = tokens.last else { return nil }
    let isNegative = text.isEqual(first, "-")
    guard tokens.count == (isNegative ? 2 : 1) else { return nil }
    let bytes = text.bytes
    var index = last.range.lowerBound
    let end = last.range.upperBound
    let isZero = bytes[index] == UInt8(ascii: "0")
    let isHexadecimal = isZero && end - index > 2 && bytes[index + 1] == UInt8(ascii: "x")
    if isHexadecimal { index += 2 }
    // A leading zero would mean octal to the compiler.
    if isZero && !isHexadecimal && end - index > 1 { return nil }
    var magnitude = 0
    while index < end {
      guard let digit = digit(bytes[index], isHexadecimal: isHexadecimal) else { return nil }
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: isHexadecimal ? 16 : 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      magnitude = sum
      index += 1
    }
    return isNegative ? -magnitude : magnitude
  }

  private func digit(_ byte: UInt8, isHexadecimal: Bool) -> Int? {
    if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") { return Int(byte) - 48 }
    let letter = byte | 0x20
    guard isHexadecimal, letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "f") else { return nil }
    return Int(letter) - 87
  }

  func real(_ tokens: ArraySlice<CToken>) -> Double? { Double(tokens.map(text.string).joined()) }

  // MARK: - Rows

  /// Calls `body` with the tokens of each item's arguments and its number: `a, b` of `W(a, b)`.
  ///
  /// - Parameter count: gets the greatest number of items there can be.
  func forEachItem(
    _ suffix: String, count: (Int) -> Void, _ body: ([CToken], Int) throws(FileError) -> Void
  ) throws(FileError) {
    var macro = try macro(suffix)
    let whole = macro
    guard case .row(let parameter) = macro.parameters else {
      throw error(suffix, macro, "not an X-macro row")
    }
    count(itemLimit(macro))
    var item: [CToken] = []
    var index = 0
    while let first = try macro.next() {
      guard text.hasEqualText(first, to: parameter, of: text), let open = try macro.next(),
        text.isEqual(open, "(")
      else { throw error(suffix, whole, "not a row of \(text.string(parameter))(…)") }
      item.removeAll(keepingCapacity: true)
      while true {
        guard let token = try macro.next() else {
          throw error(suffix, whole, "not a row of \(text.string(parameter))(…)")
        }
        if text.isEqual(token, ")") { break }
        // No item of the format has as many tokens; a longer one stays a wrong one.
        if item.count < 64 { item.append(token) }
      }
      try body(item, index)
      index += 1
    }
  }

  func arguments(of item: [CToken]) -> [ArraySlice<CToken>] {
    item.split(omittingEmptySubsequences: false) { text.isEqual($0, ",") }
  }

  /// An X-macro row of whole numbers in a range, `arity` in each item.
  func items<Element>(
    _ suffix: String, arity: Int, range: ClosedRange<Int> = Int.min...Int.max, _ make: ([Int]) -> Element
  ) throws(FileError) -> [Element] {
    var result: [Element] = []
    var values: [Int] = []
    try forEachItem(suffix, count: { result.reserveCapacity($0) }) { item, index throws(FileError) in
      values.removeAll(keepingCapacity: true)
      var isValid = true
      var start = 0
      var end = 0
      while end <= item.count {
        if end == item.count || text.isEqual(item[end], ",") {
          let value = integer(item[start..<end])
          if value == nil { isValid = false }
          values.append(value ?? 0)
          start = end + 1
        }
        end += 1
      }
      guard isValid, values.count == arity else {
        let noun = "whole number\(arity == 1 ? "" : "s")"
        throw try error(suffix, macro(suffix), "item \(index) is not \(arity) \(noun)")
      }
      if let value = values.first(where: { $0 < range.lowerBound || $0 > range.upperBound }) {
        throw try error(
          suffix, macro(suffix), "item \(index): \(value) outside \(range.lowerBound)…\(range.upperBound)")
      }
      result.append(make(values))
    }
    return result
  }

  func integers(_ suffix: String) throws(FileError) -> [Int] {
    try items(suffix, arity: 1) { $0[0] }
  }

  /// An X-macro row of numbers with or without a fraction, `arity` in each item.
  func reals<Element>(
    _ suffix: String, arity: Int, _ make: ([Double]) -> Element
  ) throws(FileError) -> [Element] {
    var result: [Element] = []
    try forEachItem(suffix, count: { result.reserveCapacity($0) }) { item, index throws(FileError) in
      let arguments = arguments(of: item)
      let values = arguments.compactMap(real)
      guard arguments.count == arity, values.count == arity else {
        throw try error(suffix, macro(suffix), "item \(index) is not \(arity) number\(arity == 1 ? "" : "s")")
      }
      result.append(make(values))
    }
    return result
  }

  func strings(_ suffix: String) throws(FileError) -> [String] {
    var result: [String] = []
    try forEachItem(suffix, count: { result.reserveCapacity($0) }) { item, index throws(FileError) in
      guard item.count == 1, let value = unescaped(text.bytes[item[0].range]) else {
        throw try error(suffix, macro(suffix), "item \(index) is not a string")
      }
      result.append(value)
    }
    return result
  }
}

/// The text of a string literal with the escapes that the writer uses.
private func unescaped(_ literal: ArraySlice<UInt8>) -> String? {
  guard literal.count >= 2, literal.first == UInt8(ascii: "\""), literal.last == UInt8(ascii: "\"") else {
    return nil
  }
  var bytes: [UInt8] = []
  var rest = literal.dropFirst().dropLast()
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      bytes.append(byte)
      continue
    }
    if let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8), rest.count >= 3 {
      bytes.append(code)
      rest = rest.dropFirst(3)
    } else if let escaped = rest.popFirst() {
      bytes.append(escaped)
    } else {
      return nil
    }
  }
  return String(validating: bytes, as: UTF8.self)
}
