internal import Claims
internal import FileAccess

/// Max-plus layers: `W(column, sign, step)` for each entry, `B(base)` for each row, the range of inputs, the layout.
struct MaxPlusText: LayerText {
  private let claims: MaxPlusClaims

  init(_ claims: MaxPlusClaims) { self.claims = claims }

  var kindName: String { "SUPNORM_MAXPLUS" }

  /// What the rows expand to: the type, the macro and the name of the array.
  private var storage: (type: String, macro: String, name: String) {
    switch claims.layout {
    case 0: ("uint32_t", "SUPNORM_MAXPLUS_WORD", "words")
    case 1: ("uint16_t", "SUPNORM_MAXPLUS_BYTES", "halfwords")
    default: ("uint16_t", "SUPNORM_MAXPLUS_HALFWORD", "halfwords")
    }
  }

  func writeRows(_ prefix: String, to writer: inout HeaderWriter) {
    writer.line(
      """
      #define \(prefix)_LAYOUT \(claims.layout)
      #define \(prefix)_INPUT_MIN \(writer.parenthesized(claims.inputMinimum))
      #define \(prefix)_INPUT_MAX \(writer.parenthesized(claims.inputMaximum))
      """)
    for (row, entries) in claims.rows.enumerated() {
      writer.define("\(prefix)_ROW\(row)", "W", entries.lazy.map { "\($0.column), \($0.sign), \($0.step)" })
    }
    writer.define("\(prefix)_BASES", "B", claims.bases.lazy.map { "\($0)" })
  }

  func writeData(_ prefix: String, _ index: Int, to writer: inout HeaderWriter) {
    writer.array(
      "uint16_t", writer.shared("layer\(index)_row_entries"),
      claims.rows.indices.lazy.map { "SUPNORM_COUNT3(\(prefix)_ROW\($0))," })
    writer.array(
      storage.type, writer.shared("layer\(index)_\(storage.name)"),
      claims.rows.indices.lazy.map { "\(prefix)_ROW\($0)(\(storage.macro))" })
    writer.array("int32_t", writer.shared("layer\(index)_bases"), ["\(prefix)_BASES(SUPNORM_VALUE)"])
  }

  func writeProof(_ prefix: String, _ index: Int, _ place: String, to writer: inout HeaderWriter) {
    let range = "\(prefix)_INPUT_MIN, \(prefix)_INPUT_MAX"
    writer.prove(
      "\(prefix)_SHIFT == 0 && \(prefix)_ROW_SUM_BOUND == 1", "\(place): shift or row sum bound of max-plus")
    writer.prove(
      "SUPNORM_LAYOUT_FITS(\(prefix)_COLUMNS, \(range), \(prefix)_LAYOUT)", "\(place): layout does not fit")
    if index == 0 {
      let declared = "\(writer.upper)_INPUT"
      writer.prove(
        "\(prefix)_INPUT_MIN == \(declared)_MIN && \(prefix)_INPUT_MAX == \(declared)_MAX",
        "\(place): not the declared input range")
    }
    writer.prove(
      "SUPNORM_COUNT1(\(prefix)_BASES) == \(prefix)_ROWS && SUPNORM_BASES_FIT(\(prefix)_BASES)",
      "\(place): number or size of the bases")
    writer.line(
      "#define \(prefix)_ENTRY_FITS(column, sign, step) \\\n"
        + "  && SUPNORM_MAXPLUS_FITS(column, sign, step, \(prefix)_COLUMNS, \(prefix)_LAYOUT)")
    for row in claims.rows.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      writer.prove("SUPNORM_COUNT3(\(name)) <= 65535", "\(place): number of entries")
      writer.prove(
        "SUPNORM_ENTRIES_FIT(\(name), \(prefix)_ENTRY_FITS, \(prefix)_COLUMNS, \(prefix)_LAYOUT)",
        "\(place): a column, sign or step out of range")
      writer.prove("SUPNORM_STEPS_FIT(\(name), \(range))", "\(place): steps that do not span the range")
    }
  }

  var arrays: LayerArrays {
    let isWords = storage.name == "words"
    return LayerArrays(
      names: [nil, "bases", isWords ? "words" : nil, "row_entries", isWords ? nil : "halfwords"],
      counted: isWords ? 2 : 4, hasLayout: true, hasRange: true)
  }

  static func read(
    _ table: MacroTable, _ prefix: String, _ rowCount: Int
  ) throws(FileError) -> LayerClaims.Content {
    var rows: [[MaxPlusClaims.Entry]] = []
    for row in 0..<rowCount {
      rows.append(
        try table.items("\(prefix)_ROW\(row)", arity: 3, range: entryRange) {
          MaxPlusClaims.Entry(column: $0[0], sign: $0[1], step: $0[2])
        })
    }
    return try .maxPlus(
      MaxPlusClaims(
        layout: table.integer("\(prefix)_LAYOUT"), inputMinimum: table.integer("\(prefix)_INPUT_MIN"),
        inputMaximum: table.integer("\(prefix)_INPUT_MAX"), bases: table.integers("\(prefix)_BASES"),
        rows: rows))
  }
}
