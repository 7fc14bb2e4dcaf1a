internal import Claims
internal import FileAccess

/// Dense and sparse layers: `W(weight)` for every column, or `W(column, weight)`; `B(bias)`.
struct WeightText: LayerText {
  private let weights: WeightClaims
  private let isSparse: Bool

  init(_ weights: WeightClaims, isSparse: Bool) {
    self.weights = weights
    self.isSparse = isSparse
  }

  var kindName: String { isSparse ? "SUPNORM_SPARSE" : "SUPNORM_DENSE" }

  func writeRows(_ prefix: String, to writer: inout HeaderWriter) {
    for (row, entries) in weights.rows.enumerated() {
      writer.define(
        "\(prefix)_ROW\(row)", "W",
        entries.lazy.map { isSparse ? "\($0.column), \($0.weight)" : "\($0.weight)" })
    }
    writer.define("\(prefix)_BIAS", "B", weights.biases.lazy.map { "\($0)" })
  }

  func writeData(_ prefix: String, _ index: Int, to writer: inout HeaderWriter) {
    func rows(_ macro: String) -> some Sequence<String> {
      weights.rows.indices.lazy.map { "\(prefix)_ROW\($0)(\(macro))" }
    }
    if isSparse {
      writer.array(
        "uint16_t", writer.shared("layer\(index)_row_entries"),
        weights.rows.indices.lazy.map { row in
          let name = "\(prefix)_ROW\(row)"
          return "SUPNORM_POSITIVE_WEIGHTS(\(name)), SUPNORM_NEGATIVE_WEIGHTS(\(name)),"
        })
      writer.array("uint32_t", writer.shared("layer\(index)_words"), rows("SUPNORM_WEIGHT_WORD"))
    } else {
      writer.array("int16_t", writer.shared("layer\(index)_weights"), rows("SUPNORM_VALUE"))
    }
    writer.array("int32_t", writer.shared("layer\(index)_biases"), ["\(prefix)_BIAS(SUPNORM_VALUE)"])
  }

  func writeProof(_ prefix: String, _ index: Int, _ place: String, to writer: inout HeaderWriter) {
    writer.prove("\(prefix)_SHIFT >= 0 && \(prefix)_SHIFT <= 15", "\(place): shift out of range")
    writer.prove("SUPNORM_COUNT1(\(prefix)_BIAS) == \(prefix)_ROWS", "\(place): number of biases")
    writer.line(
      "#define \(prefix)_BIAS_FITS(b) && SUPNORM_BIAS_FITS(b, \(prefix)_ROW_SUM_BOUND, \(prefix)_SHIFT)")
    writer.prove(
      "SUPNORM_BIASES_FIT(\(prefix)_BIAS, \(prefix)_BIAS_FITS, \(prefix)_ROW_SUM_BOUND, \(prefix)_SHIFT)",
      "\(place): an accumulator could overflow")
    if isSparse {
      writer.line(
        "#define \(prefix)_NEXT(column, weight) \\\n"
          + "  < SUPNORM_WEIGHT_PLACE(column, weight, \(prefix)_COLUMNS) && \\\n"
          + "  SUPNORM_WEIGHT_PLACE(column, weight, \(prefix)_COLUMNS)")
    }
    for row in weights.rows.indices {
      let name = "\(prefix)_ROW\(row)"
      let place = "\(place) row \(row)"
      if isSparse {
        writer.prove(
          "SUPNORM_WEIGHTS_INCREASE(\(name), \(prefix)_NEXT, \(prefix)_COLUMNS)",
          "\(place): weights out of order or range")
      } else {
        writer.prove("SUPNORM_COUNT1(\(name)) == \(prefix)_COLUMNS", "\(place): number of weights")
      }
      writer.prove(
        "SUPNORM_SUM\(isSparse ? 2 : 1)(\(name)) <= \(prefix)_ROW_SUM_BOUND",
        "\(place): row sum exceeds \(prefix)_ROW_SUM_BOUND")
    }
  }

  var arrays: LayerArrays {
    isSparse
      ? LayerArrays(names: [nil, "biases", "words", "row_entries", nil], counted: 2)
      : LayerArrays(names: ["weights", "biases", nil, nil, nil], counted: 0)
  }

  static func readDense(
    _ table: MacroTable, _ prefix: String, _ rowCount: Int
  ) throws(FileError) -> LayerClaims.Content {
    try .dense(
      read(table, prefix, rowCount) { row throws(FileError) in
        var column = -1
        return try table.items(row, arity: 1, range: entryRange) {
          column += 1
          return WeightClaims.Entry(column: column, weight: $0[0])
        }
      })
  }

  static func readSparse(
    _ table: MacroTable, _ prefix: String, _ rowCount: Int
  ) throws(FileError) -> LayerClaims.Content {
    try .sparse(
      read(table, prefix, rowCount) { row throws(FileError) in
        try table.items(row, arity: 2, range: entryRange) {
          WeightClaims.Entry(column: $0[0], weight: $0[1])
        }
      })
  }

  private static func read(
    _ table: MacroTable, _ prefix: String, _ rowCount: Int,
    _ row: (String) throws(FileError) -> [WeightClaims.Entry]
  ) throws(FileError) -> WeightClaims {
    var rows: [[WeightClaims.Entry]] = []
    for index in 0..<rowCount { rows.append(try row("\(prefix)_ROW\(index)")) }
    return WeightClaims(rows: rows, biases: try table.integers("\(prefix)_BIAS"))
  }
}
