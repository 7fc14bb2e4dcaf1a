internal import Claims
internal import FileAccess

/// Max-plus layers: `W(column, sign, offset)` for each entry, and the layout bits.
struct MaxPlusText: LayerText {
  private let rows: [[MaxPlusClaims.Entry]]
  private let layout: Int
  private let columns: Int

  init(_ claims: MaxPlusClaims, columns: Int) {
    rows = claims.rows
    layout = claims.layout
    self.columns = columns
  }

  private var hasByteColumns: Bool { layout & 1 != 0 }
  private var hasByteOffsets: Bool { layout & 2 != 0 }
  /// The groups of each row: two, or with byte columns two for each block of at most 1024 columns.
  private var groups: Int { hasByteColumns ? 2 * ((min(max(columns, 1), 1024) + 255) / 256) : 2 }

  var kindName: String { "SUPNORM_MAXPLUS" }

  func writeRows(_ prefix: String, to writer: inout HeaderWriter) {
    writer.line("#define \(prefix)_LAYOUT \(layout)")
    for (row, entries) in rows.enumerated() {
      writer.define("\(prefix)_ROW\(row)", "W", entries.lazy.map { "\($0.column), \($0.sign), \($0.offset)" })
    }
  }

  func writeData(_ prefix: String, _ index: Int, to writer: inout HeaderWriter) {
    func rows(_ macro: String) -> some Sequence<String> {
      self.rows.indices.lazy.map { "\(prefix)_ROW\($0)(\(macro))" }
    }
    writer.array(
      "uint16_t", writer.shared("layer\(index)_row_entries"),
      self.rows.indices.lazy.map { row in
        let name = "\(prefix)_ROW\(row)"
        guard hasByteColumns else { return "SUPNORM_PLUS_ENTRIES(\(name)), SUPNORM_MINUS_ENTRIES(\(name))," }
        return (0..<groups).map { "SUPNORM_GROUP_ENTRIES(\(name), \($0))," }.joined(separator: " ")
      })
    if hasByteColumns {
      writer.array(
        "uint8_t", writer.shared("layer\(index)_byte_columns"), rows("SUPNORM_MAXPLUS_BYTE_COLUMN"))
    } else {
      writer.array(
        "uint16_t", writer.shared("layer\(index)_column_indices"), rows("SUPNORM_MAXPLUS_COLUMN"))
    }
    if hasByteOffsets {
      writer.array(
        "uint8_t", writer.shared("layer\(index)_byte_offsets"), rows("SUPNORM_MAXPLUS_BYTE_OFFSET"))
    } else {
      writer.array("int16_t", writer.shared("layer\(index)_offsets"), rows("SUPNORM_MAXPLUS_OFFSET"))
    }
  }

  func writeProof(_ prefix: String, _ index: Int, _ place: String, to writer: inout HeaderWriter) {
    let counts = writer.shared("layer\(index)_row_entries")
    writer.prove(
      "\(prefix)_SHIFT == 0 && \(prefix)_ROW_SUM_BOUND == 1", "\(place): shift or row sum bound of max-plus")
    writer.prove("SUPNORM_LAYOUT_FITS(\(prefix)_COLUMNS, \(prefix)_LAYOUT)", "\(place): layout does not fit")
    writer.prove(
      "sizeof \(counts) / sizeof \(counts)[0] == \(prefix)_ROWS * SUPNORM_GROUPS(\(prefix)_COLUMNS, \(prefix)_LAYOUT)",
      "\(place): number of rows")
    writer.line(
      "#define \(prefix)_ENTRY_FITS(column, sign, offset) \\\n"
        + "  && SUPNORM_MAXPLUS_FITS(column, sign, offset, \(prefix)_COLUMNS, \(prefix)_LAYOUT)")
    for row in rows.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      writer.prove("SUPNORM_COUNT3(\(name)) > 0", "\(place): no entries")
      writer.prove(
        "SUPNORM_ENTRIES_FIT(\(name), \(prefix)_ENTRY_FITS, \(prefix)_COLUMNS, \(prefix)_LAYOUT)",
        "\(place): a column, sign or offset out of range")
      writer.prove(
        "SUPNORM_\(hasByteColumns ? "BYTE_" : "")ENTRIES_INCREASE(\(name))", "\(place): entries out of order")
    }
  }

  var arrays: (names: [String?], counted: Int?, hasLayout: Bool) {
    (
      [
        hasByteOffsets ? nil : "offsets", nil, nil, hasByteColumns ? nil : "column_indices", "row_entries",
        hasByteColumns ? "byte_columns" : nil, hasByteOffsets ? "byte_offsets" : nil,
      ], hasByteOffsets ? 6 : 0, true
    )
  }

  static func read(
    _ table: MacroTable, _ prefix: String, _ rowCount: Int
  ) throws(FileError) -> LayerClaims.Content {
    var rows: [[MaxPlusClaims.Entry]] = []
    for row in 0..<rowCount {
      rows.append(
        try table.items("\(prefix)_ROW\(row)", arity: 3, range: entryRange) {
          MaxPlusClaims.Entry(column: $0[0], sign: $0[1], offset: $0[2])
        })
    }
    return try .maxPlus(MaxPlusClaims(layout: table.integer("\(prefix)_LAYOUT"), rows: rows))
  }
}
