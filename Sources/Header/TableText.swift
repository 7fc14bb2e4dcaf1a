internal import Claims
internal import FileAccess

/// The table of a smooth activation: `N(value)` for each node, its shift and its gain.
extension TableClaims {
  func writeMacros(_ prefix: String, to writer: inout HeaderWriter) {
    writer.line(
      """
      #define \(prefix)_TABLE_SHIFT \(shift) /* a node every 2^\(shift) LSB */
      #define \(prefix)_TABLE_GAIN \(gain) /* no node exceeds the one before it by more */
      """)
    writer.define("\(prefix)_TABLE", "N", nodes.lazy.map { "\($0)" })
  }

  func writeData(_ prefix: String, _ index: Int, to writer: inout HeaderWriter) {
    writer.array("int16_t", writer.shared("layer\(index)_nodes"), ["\(prefix)_TABLE(SUPNORM_VALUE)"])
  }

  func writeProof(_ prefix: String, _ place: String, to writer: inout HeaderWriter) {
    writer.prove(
      "SUPNORM_TABLE_FITS(\(prefix)_TABLE_SHIFT, \(prefix)_TABLE_GAIN)",
      "\(place): too few nodes for the slope of the table")
    writer.prove(
      "SUPNORM_COUNT1(\(prefix)_TABLE) == (65536 >> \(prefix)_TABLE_SHIFT) + 1",
      "\(place): number of table nodes")
    writer.line("#define \(prefix)_TABLE_FALLS(v) >= (v) - \(prefix)_TABLE_GAIN && (v)")
    writer.prove(
      "SUPNORM_NODES_RISE(\(prefix)_TABLE, \(prefix)_TABLE_FALLS, \(prefix)_TABLE_GAIN)",
      "\(place): a node of the table falls, or rises by more than \(prefix)_TABLE_GAIN")
  }

  /// Reads the macros of a layer's table.
  static func read(_ macros: MacroTable, _ prefix: String) throws(FileError) -> TableClaims {
    try TableClaims(
      shift: macros.integer("\(prefix)_TABLE_SHIFT"), gain: macros.integer("\(prefix)_TABLE_GAIN"),
      nodes: macros.integers("\(prefix)_TABLE"))
  }
}
