public import Certification
public import Foundation

/// A header as it was read: what it claims, and where its code is not the code that such claims have.
public struct HeaderFile: Sendable {
  /// The numbers, not yet verified.
  public var claims: ModelClaims
  /// Where, comments and harmless white space aside, the text differs from `headerText(of: claims)`, one line.
  ///
  /// A header whose arrays or proofs were edited says something else to the compiler than to a reader of its numbers.
  public var deviation: String?

  /// Everything that does not hold, one line each; empty for a valid header.
  public var problems: [String] {
    verification(of: claims).problems + [deviation].compactMap(\.self)
  }
}

/// The most bytes of a header that are read; a network of 65,535 × 1,000 weights stays below.
private let headerLimit = 1 << 29

/// Reads the text of a header.
///
/// The numbers may be anything: `verification(of:)` proves them.
///
/// - Throws: an unreadable file, and text that is not a header of this format: missing or repeated macros, a row
///   that is not made of numbers.
/// - Complexity: O(text).
public func readHeader(_ path: String) throws(FileError) -> HeaderFile {
  let bytes = try AtomicFile.read(path, limit: headerLimit)
  // Text, and what is none and no file of another kind, is told by its first token that does not belong.
  if let kind = FileKind(of: bytes), ![.header, .text, .empty, .program].contains(kind) {
    throw FileError(
      path, kind.insteadOf("a header of supnorm export", (.safetensors, "supnorm export makes one of it")))
  }
  guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError(path, "not UTF-8 text") }
  return try parseHeader(text, path: path)
}

/// Parses the text of a header, see `readHeader(_:)`; `path` is for messages.
public func parseHeader(_ text: String, path: String) throws(FileError) -> HeaderFile {
  let tokens = try cTokens(of: text, path: path)
  let macros = try MacroTable(tokens, path: path)
  let claims = try macros.claims()
  let expected = try cTokens(of: headerText(of: claims), path: path)
  var deviation: String?
  if let index = zip(tokens, expected).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
    let found = quoted(tokens[index].string)
    let format = quoted(expected[index].string)
    deviation =
      found == format
      ? "line \(tokens[index].line): white space before \(found) that changes its meaning"
      : "line \(tokens[index].line): \(found) where the format has \(format)"
  } else if tokens.count != expected.count {
    deviation =
      tokens.count > expected.count
      ? "line \(tokens[expected.count].line): text after the end of the header"
      : "line \(tokens.last?.line ?? 1): the header ends too early"
  }
  return HeaderFile(claims: claims, deviation: deviation)
}

extension CertifiedNetwork {
  /// Reads, verifies and loads a header.
  ///
  /// - Throws: `FileError` for an unreadable header and for the first claim that does not hold.
  public convenience init(header path: String) throws {
    let file = try readHeader(path)
    if let problem = file.problems.first { throw FileError(path, problem) }
    try self.init(verified: file.claims)
  }

  /// Reads, verifies and loads a header, see `init(header:)` for a path.
  public convenience init(header url: URL) throws { try self.init(header: url.path) }

  /// Loads the network of claims that `verification(of:)` found no problem in, with the header's own pair table.
  public convenience init(verified claims: ModelClaims) throws {
    try self.init(
      claims.network(),
      bounds: claims.bounds.map {
        ChangeBound(slope: UInt32(clamping: $0.slope), offset: UInt32(clamping: $0.offset))
      })
  }
}

/// The `#define`s of a header.
private struct MacroTable {
  private struct Macro {
    var parameter: String?
    var body: ArraySlice<CToken>
    var line: Int
  }

  private var macros: [String: Macro] = [:]
  private let path: String
  private var prefix = ""

  init(_ tokens: [CToken], path: String) throws(FileError) {
    self.path = path
    var index = 0
    while index < tokens.count {
      guard tokens[index].directivePlace == 0 else {
        index += 1
        continue
      }
      let end = tokens[(index + 1)...].firstIndex { $0.directivePlace ?? 0 == 0 } ?? tokens.count
      let directive = tokens[index..<end]
      let words = directive.dropFirst()
      if words.first?.matches("ifndef") == true, prefix.isEmpty,
        let guardName = words.dropFirst().first?.string
      {
        guard guardName.hasSuffix("_H") else {
          throw FileError(path, line: tokens[index].line, "not a model header: no include guard NAME_H")
        }
        prefix = String(guardName.dropLast(2))
      } else if words.first?.matches("define") == true {
        try define(words.dropFirst())
      }
      index = end
    }
    guard isValidHeaderName(prefix.lowercased()), prefix == prefix.uppercased() else {
      throw FileError(path, "not a model header: no include guard NAME_H")
    }
  }

  private mutating func define(_ words: ArraySlice<CToken>) throws(FileError) {
    guard let name = words.first else { return }
    var body = words.dropFirst()
    var parameter: String?
    if let open = body.first, open.matches("("), open.isGlued {
      // Rows have one parameter, what is done with an entry of a max-plus row has three.
      guard let close = body.prefix(7).firstIndex(where: { $0.matches(")") }),
        [1, 3].contains(
          body[..<close].dropFirst().split(omittingEmptySubsequences: false) { $0.matches(",") }.count),
        [3, 7].contains(close - body.startIndex + 1)
      else {
        throw FileError(path, line: name.line, "\(quoted(name.string)) does not have one parameter or three")
      }
      parameter = body[(body.startIndex + 1)..<close].map(\.string).joined()
      body = body[(close + 1)...]
    }
    let old = macros.updateValue(
      Macro(parameter: parameter, body: body, line: name.line), forKey: name.string)
    if old != nil { throw FileError(path, line: name.line, "\(quoted(name.string)) is defined twice") }
  }

  // MARK: - Values

  private func macro(_ suffix: String) throws(FileError) -> Macro {
    guard let macro = macros["\(prefix)_\(suffix)"] else { throw FileError(path, "no \(prefix)_\(suffix)") }
    return macro
  }

  private func error(_ suffix: String, _ macro: Macro, _ problem: String) -> FileError {
    FileError(path, line: macro.line, place: "\(prefix)_\(suffix)", problem)
  }

  /// A whole number, decimal or hexadecimal, with a sign and parentheses or without.
  private func integer(_ suffix: String) throws(FileError) -> Int {
    let macro = try macro(suffix)
    var body = macro.body
    if body.first?.matches("(") == true, body.last?.matches(")") == true {
      body = body.dropFirst().dropLast()
    }
    guard macro.parameter == nil, let value = Self.integer(body) else {
      throw error(suffix, macro, "not a whole number")
    }
    return value
  }

  /// A number of things, bounded before anything is allocated for them.
  private func count(_ suffix: String, _ range: ClosedRange<Int>) throws(FileError) -> Int {
    let value = try integer(suffix)
    guard range.contains(value) else {
      throw try error(suffix, macro(suffix), "\(value) outside \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }

  private static func integer(_ tokens: ArraySlice<CToken>) -> Int? {
    let isNegative = tokens.first?.matches("-") == true
    let digits = isNegative ? tokens.dropFirst() : tokens
    guard digits.count == 1, let text = digits.first?.string, text.first?.isNumber == true else { return nil }
    let magnitude = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    // A leading zero would mean octal to the compiler.
    guard let magnitude, text == "0" || text.hasPrefix("0x") || !text.hasPrefix("0") else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  /// The arguments of each item of an X-macro row: `W(a, b) W(c, d)` gives `[[a, b], [c, d]]`.
  private func items(_ suffix: String) throws(FileError) -> [[ArraySlice<CToken>]] {
    let macro = try macro(suffix)
    guard let parameter = macro.parameter else { throw error(suffix, macro, "not an X-macro row") }
    var result: [[ArraySlice<CToken>]] = []
    var rest = macro.body
    while let first = rest.first {
      guard first.matches(parameter), rest.dropFirst().first?.matches("(") == true,
        let close = rest.firstIndex(where: { $0.matches(")") })
      else { throw error(suffix, macro, "not a row of \(parameter)(…)") }
      let arguments = rest[(rest.startIndex + 2)..<close]
      result.append(arguments.split(omittingEmptySubsequences: false) { $0.matches(",") })
      rest = rest[(close + 1)...]
    }
    return result
  }

  /// An X-macro row of whole numbers, `arity` in each item.
  private func integers(_ suffix: String, arity: Int = 1) throws(FileError) -> [[Int]] {
    let items = try items(suffix)
    var result: [[Int]] = []
    result.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let values = item.compactMap(Self.integer)
      guard item.count == arity, values.count == arity else {
        throw try error(
          suffix, macro(suffix), "item \(index) is not \(arity) whole number\(arity == 1 ? "" : "s")")
      }
      result.append(values)
    }
    return result
  }

  /// An X-macro row of numbers with or without a fraction, `arity` in each item.
  private func reals(_ suffix: String, arity: Int = 1) throws(FileError) -> [[Double]] {
    let items = try items(suffix)
    var result: [[Double]] = []
    for (index, item) in items.enumerated() {
      let values = item.compactMap { Double($0.map(\.string).joined()) }
      guard item.count == arity, values.count == arity else {
        throw try error(suffix, macro(suffix), "item \(index) is not \(arity) number\(arity == 1 ? "" : "s")")
      }
      result.append(values)
    }
    return result
  }

  private func strings(_ suffix: String) throws(FileError) -> [String] {
    let items = try items(suffix)
    var result: [String] = []
    for (index, item) in items.enumerated() {
      guard item.count == 1, item[0].count == 1, let text = item[0].first?.string,
        let value = Self.unescaped(text)
      else { throw try error(suffix, macro(suffix), "item \(index) is not a string") }
      result.append(value)
    }
    return result
  }

  /// The text of a string literal with the escapes that the writer uses.
  private static func unescaped(_ literal: String) -> String? {
    guard literal.utf8.count >= 2, literal.hasPrefix("\""), literal.hasSuffix("\"") else { return nil }
    var bytes: [UInt8] = []
    var rest = literal.utf8.dropFirst().dropLast()
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

  // MARK: - Claims

  func claims() throws(FileError) -> ModelClaims {
    // Another version may have other macros, so it is told before any of them is missed.
    if macros["\(prefix)_FORMAT_VERSION"] != nil { _ = try count("FORMAT_VERSION", 3...3) }
    let layerCount = try count("LAYERS", 1...65535)
    let goldenCount = try count("GOLDEN_COUNT", 0...65535)
    var layers: [LayerClaims] = []
    for index in 0..<layerCount { layers.append(try layer(index)) }
    let task = try choice(
      "TASK", ["SUPNORM_CLASSIFICATION": Task.classification, "SUPNORM_REGRESSION": .regression])
    var golden: [GoldenClaims] = []
    for index in 0..<goldenCount { golden.append(try goldenVector(index)) }
    return try ModelClaims(
      name: prefix.lowercased(), formatVersion: integer("FORMAT_VERSION"), unit: integer("UNIT"),
      inputs: integer("INPUTS"), outputs: integer("OUTPUTS"), inputMinimum: integer("INPUT_MIN"),
      inputMaximum: integer("INPUT_MAX"), scratchBytes: integer("SCRATCH_BYTES"),
      inferScratchBytes: integer("INFER_SCRATCH_BYTES"), crc32: integer("CRC32"), layers: layers,
      bounds: bounds(of: layers, task),
      features: features(), featureNames: strings("FEATURE_NAMES"), classNames: strings("CLASS_NAMES"),
      golden: golden, task: task, residualInputs: integers("RESIDUAL_INPUTS").map { $0[0] },
      monotoneInputs: integers("MONOTONE_INPUTS", arity: 2).map {
        MonotoneClaims(input: $0[0], direction: $0[1])
      },
      targets: reals("TARGETS", arity: 2).map { TargetClaims(offset: $0[0], scale: $0[1]) },
      targetNames: strings("TARGET_NAMES"), toleranceLSB: integer("TOLERANCE_LSB"),
      tolerances: reals("TOLERANCES").map { $0[0] })
  }

  private func layer(_ index: Int) throws(FileError) -> LayerClaims {
    let prefix = "LAYER\(index)"
    let kinds = Dictionary(uniqueKeysWithValues: IntegerLayerKind.allCases.map { ($0.headerName, $0) })
    let kind = try choice("\(prefix)_KIND", kinds)
    let activations = Dictionary(uniqueKeysWithValues: IntegerActivation.allCases.map { ($0.headerName, $0) })
    let rowCount = try count("\(prefix)_ROWS", 1...65535)
    let arity = kind == .dense ? 1 : kind == .sparse ? 2 : 3
    var rows: [[LayerClaims.Entry]] = []
    var entries: [[LayerClaims.MaxPlusEntry]] = []
    for row in 0..<rowCount {
      let items = try integers("\(prefix)_ROW\(row)", arity: arity)
      switch kind {
      case .dense:
        rows.append(items.enumerated().map { LayerClaims.Entry(column: $0.offset, weight: $0.element[0]) })
      case .sparse: rows.append(items.map { LayerClaims.Entry(column: $0[0], weight: $0[1]) })
      case .maxPlus:
        entries.append(items.map { LayerClaims.MaxPlusEntry(column: $0[0], sign: $0[1], offset: $0[2]) })
      }
    }
    return try LayerClaims(
      kind: kind, rowCount: rowCount, columns: integer("\(prefix)_COLUMNS"),
      shift: integer("\(prefix)_SHIFT"), activation: choice("\(prefix)_ACTIVATION", activations),
      rowSumBound: integer("\(prefix)_ROW_SUM_BOUND"),
      layout: kind == .maxPlus ? integer("\(prefix)_LAYOUT") : 0, rows: rows,
      biases: kind == .maxPlus ? [] : integers("\(prefix)_BIAS").map { $0[0] }, entries: entries)
  }

  /// The table of bounds, which a network of max-plus layers alone does not have.
  private func bounds(of layers: [LayerClaims], _ task: Task) throws(FileError) -> [BoundClaims] {
    guard layers.contains(where: { $0.kind != .maxPlus }) else { return [] }
    return try integers(task == .regression ? "OUTPUT_BOUNDS" : "PAIRS", arity: 2).map {
      BoundClaims(slope: $0[0], offset: $0[1])
    }
  }

  private func choice<Value>(_ suffix: String, _ values: [String: Value]) throws(FileError) -> Value {
    let macro = try macro(suffix)
    guard macro.parameter == nil, macro.body.count == 1, let name = macro.body.first?.string,
      let value = values[name]
    else { throw error(suffix, macro, "not one of \(values.keys.sorted().joined(separator: ", "))") }
    return value
  }

  private func features() throws(FileError) -> [FeatureClaims] {
    let items = try items("FEATURES")
    var result: [FeatureClaims] = []
    for (index, item) in items.enumerated() {
      let reals = item.map { Double($0.map(\.string).joined()) }
      let integers = item.map(Self.integer)
      guard item.count == 6, let offset = reals[0], let scale = reals[1], let multiplier = integers[2],
        let addend = integers[3], let shift = integers[4], let tolerance = reals[5]
      else { throw try error("FEATURES", macro("FEATURES"), "item \(index) is not an input map") }
      result.append(
        FeatureClaims(
          offset: offset, scale: scale, multiplier: multiplier, addend: addend, shift: shift,
          tolerance: tolerance))
    }
    return result
  }

  private func goldenVector(_ index: Int) throws(FileError) -> GoldenClaims {
    let prefix = "GOLDEN\(index)"
    return try GoldenClaims(
      input: integers("\(prefix)_INPUT").map { $0[0] }, logits: integers("\(prefix)_LOGITS").map { $0[0] },
      classIndex: integer("\(prefix)_CLASS"), radiusLSB: integer("\(prefix)_RADIUS"),
      localRadiusLSB: integer("\(prefix)_LOCAL_RADIUS"))
  }
}
