internal import Certification

/// What the macros of a header claim.
extension MacroTable {
  func claims() throws(FileError) -> ModelClaims {
    // Another version may have other macros, so it is told before any of them is missed.
    if try find("FORMAT_VERSION") != nil { _ = try count("FORMAT_VERSION", 3...3) }
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
      golden: golden, task: task, residualInputs: integers("RESIDUAL_INPUTS"),
      monotoneInputs: items("MONOTONE_INPUTS", arity: 2) {
        MonotoneClaims(input: $0[0], direction: $0[1])
      },
      targets: reals("TARGETS", arity: 2) { TargetClaims(offset: $0[0], scale: $0[1]) },
      targetNames: strings("TARGET_NAMES"), toleranceLSB: integer("TOLERANCE_LSB"),
      tolerances: reals("TOLERANCES", arity: 1) { $0[0] })
  }

  // MARK: - Parts

  private func layer(_ index: Int) throws(FileError) -> LayerClaims {
    let prefix = "LAYER\(index)"
    let kinds = Dictionary(uniqueKeysWithValues: IntegerLayerKind.allCases.map { ($0.headerName, $0) })
    let kind = try choice("\(prefix)_KIND", kinds)
    let activations = Dictionary(uniqueKeysWithValues: IntegerActivation.allCases.map { ($0.headerName, $0) })
    let rowCount = try count("\(prefix)_ROWS", 1...65535)
    var rows: [[LayerClaims.Entry]] = []
    var entries: [[LayerClaims.MaxPlusEntry]] = []
    for row in 0..<rowCount {
      let name = "\(prefix)_ROW\(row)"
      switch kind {
      case .dense:
        var column = -1
        rows.append(
          try items(name, arity: 1, range: entryRange) {
            column += 1
            return LayerClaims.Entry(column: column, weight: $0[0])
          })
      case .sparse:
        rows.append(
          try items(name, arity: 2, range: entryRange) { LayerClaims.Entry(column: $0[0], weight: $0[1]) })
      case .maxPlus:
        entries.append(
          try items(name, arity: 3, range: entryRange) {
            LayerClaims.MaxPlusEntry(column: $0[0], sign: $0[1], offset: $0[2])
          })
      }
    }
    return try LayerClaims(
      kind: kind, rowCount: rowCount, columns: integer("\(prefix)_COLUMNS"),
      shift: integer("\(prefix)_SHIFT"), activation: choice("\(prefix)_ACTIVATION", activations),
      rowSumBound: integer("\(prefix)_ROW_SUM_BOUND"),
      layout: kind == .maxPlus ? integer("\(prefix)_LAYOUT") : 0, rows: rows,
      biases: kind == .maxPlus ? [] : integers("\(prefix)_BIAS"), entries: entries)
  }

  /// The table of bounds, which a network of max-plus layers alone does not have.
  private func bounds(of layers: [LayerClaims], _ task: Task) throws(FileError) -> [BoundClaims] {
    guard layers.contains(where: { $0.kind != .maxPlus }) else { return [] }
    return try items(task == .regression ? "OUTPUT_BOUNDS" : "PAIRS", arity: 2) {
      BoundClaims(slope: $0[0], offset: $0[1])
    }
  }

  private func features() throws(FileError) -> [FeatureClaims] {
    var result: [FeatureClaims] = []
    try forEachItem("FEATURES", count: { result.reserveCapacity($0) }) { item, index throws(FileError) in
      let arguments = arguments(of: item)
      let reals = arguments.map(real)
      let integers = arguments.map(integer)
      guard arguments.count == 6, let offset = reals[0], let scale = reals[1], let multiplier = integers[2],
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
      input: integers("\(prefix)_INPUT"), logits: integers("\(prefix)_LOGITS"),
      classIndex: integer("\(prefix)_CLASS"), radiusLSB: integer("\(prefix)_RADIUS"),
      localRadiusLSB: integer("\(prefix)_LOCAL_RADIUS"))
  }

  // MARK: - Values

  private func macro(_ suffix: String) throws(FileError) -> Macro {
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
  private func integer(_ suffix: String) throws(FileError) -> Int {
    let macro = try macro(suffix)
    var body = try value(macro)[...]
    if let first = body.first, let last = body.last, text.isEqual(first, "("), text.isEqual(last, ")") {
      body = body.dropFirst().dropLast()
    }
    guard let value = integer(body) else { throw error(suffix, macro, "not a whole number") }
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

  private func choice<Value>(_ suffix: String, _ values: [String: Value]) throws(FileError) -> Value {
    let macro = try macro(suffix)
    let body = try value(macro)
    guard body.count == 1, let value = values[text.string(body[0])] else {
      throw error(suffix, macro, "not one of \(values.keys.sorted().joined(separator: ", "))")
    }
    return value
  }

  /// A whole number of one token, or of two with a sign.
  private func integer(_ tokens: ArraySlice<CToken>) -> Int? {
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

  private func real(_ tokens: ArraySlice<CToken>) -> Double? { Double(tokens.map(text.string).joined()) }

  // MARK: - Rows

  /// Calls `body` with the tokens of each item's arguments and its number: `a, b` of `W(a, b)`.
  ///
  /// - Parameter count: gets the greatest number of items there can be.
  private func forEachItem(
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

  private func arguments(of item: [CToken]) -> [ArraySlice<CToken>] {
    item.split(omittingEmptySubsequences: false) { text.isEqual($0, ",") }
  }

  /// An X-macro row of whole numbers in a range, `arity` in each item.
  private func items<Element>(
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

  private func integers(_ suffix: String) throws(FileError) -> [Int] {
    try items(suffix, arity: 1) { $0[0] }
  }

  /// An X-macro row of numbers with or without a fraction, `arity` in each item.
  private func reals<Element>(
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

  private func strings(_ suffix: String) throws(FileError) -> [String] {
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

/// What the entries of a layer can be in claims; beyond it nothing can be stated.
private let entryRange = Int(Int32.min)...Int(Int32.max)

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
