internal import FileAccess
internal import Claims
internal import Files
internal import Training

/// The rows of a table that a model shall answer: its inputs in its order, found by its names.
struct PredictRows {
  private let table: CSVTable

  /// Reads the rows and prints what the reader has to say.
  ///
  /// A header is one when it has the names of all inputs; other columns are allowed beside them. Where the model has
  /// names, a row that has not is no header, and is data only where `--no-header` says so or where it has a number twice, as
  /// no header has a name.
  init(_ path: String, for claims: ModelClaims, _ arguments: Arguments) throws {
    var choice = CSVChoice(
      .inputs(claims.inputs), label: arguments.string("--label"),
      features: claims.featureNames.isEmpty ? nil : claims.featureNames)
    if arguments.has("--no-header") { choice.hasHeader = false }
    table = try readCSV(path, choice)
    for note in table.notes { Console.message(note) }
  }

  /// The number of rows.
  var count: Int { table.rowCount }

  /// The values of a row, in the order of the model's inputs.
  subscript(row: Int) -> [Double] {
    (row * table.featureCount..<(row + 1) * table.featureCount).map { table.values[$0] }
  }

  /// An error in a row, whose column is named as the file names it.
  func error(row: Int, input: Int, _ problem: String) -> FileError {
    FileError(
      table.path, line: table.line(ofRow: row),
      (table.hasHeader ? "column '\(table.featureNames[input])'" : "column \(input + 1)") + ": \(problem)")
  }
}
