public import FileAccess
public import Training

/// The chosen columns of a table: numbers, and labels as they are written.
public struct CSVTable: Sendable {
  /// The file, as the user named it.
  public var path: String

  /// The names of the features; their columns' numbers when the file has no header.
  public var featureNames: [String]

  /// Features of one row.
  public var featureCount: Int { featureNames.count }

  /// The features, row after row, all finite.
  public var values: Dataset.Values

  /// The number of rows.
  public var rowCount: Int

  /// What a regression shall find, a number for each row; empty for others.
  public var targets: [Double] = []

  /// The different labels as they are written, in the order in which they occur.
  public var labelTexts: [String] = []

  /// The label of each row, an index into `labelTexts`; empty when no label column was asked for.
  public var labels: [UInt16] = []

  /// What was found out or left out, a line each, for the user to see.
  public var notes: [String] = []

  /// Whether the file has a line of names above its rows.
  public var hasHeader: Bool

  var labelName = ""
  var targetName = ""
  var mark = DecimalMark.point
  var summary: CSVSummary?
  private var breaks: [(row: Int, line: Int)] = []

  /// The line on which a row begins, counted from 1.
  ///
  /// - Returns: nil in a file with thousands of blank lines, where only the first places are remembered.
  public func line(ofRow row: Int) -> Int? {
    guard row < rowCount, let last = breaks.last(where: { $0.row <= row }) else { return nil }
    return last.line < 0 ? nil : last.line + row - last.row
  }

  /// Remembers where the lines of rows do not follow each other.
  fileprivate mutating func note(line: Int, ofRow row: Int) {
    if let last = breaks.last, last.line < 0 || last.line + row - last.row == line { return }
    breaks.append((row, breaks.count < 4096 ? line : -1))
  }
}

/// Reads a table: `.csv`, `.tsv` and the like, plain or compressed with gzip.
///
/// Separators are `,`, `;`, a tab or spaces, as the first rows tell or as Excel's first line `sep=;` says; decimals have a
/// point, or a comma where the separator is another. Cells may be quoted, lines end in LF, CR LF or CR, blank lines are
/// skipped, UTF-8 and UTF-16 with a byte-order mark are read.
///
/// - Complexity: O(bytes), read twice; memory at most the bytes and what the values take in the smallest of their types.
public func readCSV(_ path: String, _ choice: CSVChoice = CSVChoice()) throws(FileError) -> CSVTable {
  let limit = 1 << 30
  let isCompressed = path.lowercased().hasSuffix(".gz")
  let bytes = try isCompressed ? GzipFile.read(path, limit: limit) : AtomicFile.read(path, limit: limit)
  if !isCompressed, bytes.starts(with: [0x1F, 0x8B]) {
    throw FileError(path, "compressed with gzip, so its name should end in .gz")
  }
  return try CSVTable(bytes, path, choice)
}

extension CSVTable {
  package init(_ bytes: [UInt8], _ path: String, _ choice: CSVChoice) throws(FileError) {
    let (text, start, encoding) = try csvText(bytes, path)
    let dialect = try CSVDialect(text, from: start, path)
    let (pass, body, line) = try Self.layout(text, path, dialect, choice)
    let columns = pass.columns
    var survey = CSVSurvey()
    try pass.run(body, &survey, survey: true)
    self.init(
      path: path, featureNames: columns.featureNames, values: .bytes([]), rowCount: survey.rows,
      hasHeader: columns.hasHeader)
    if survey.rows == 0 {
      let dropped = survey.dropped > 0 ? ": all \(survey.dropped) have a missing value" : ""
      throw FileError(path, "no rows\(columns.skipsFirst ? " below the header" : "")\(dropped)")
    }
    let all = survey.rows + survey.dropped
    if let summary = columns.summary, summary.rows != all {
      throw FileError(path, line: line, "the first line speaks of \(summary.rows) rows, there are \(all)")
    }
    summary = columns.summary
    mark = survey.mark ?? .point
    labelName = columns.name(of: .label)
    targetName = columns.name(of: .target)
    labelTexts = survey.labelTexts
    survey.builder = Dataset.Values.Builder(survey.values.kind, count: survey.rows * featureCount)
    if columns.roles.contains(.label) { survey.labels.reserveCapacity(survey.rows) }
    if columns.roles.contains(.target) { survey.targets.reserveCapacity(survey.rows) }
    try pass.run(body, &survey, survey: false) { row, line in self.note(line: line, ofRow: row) }
    (values, labels, targets) = (survey.builder.values, survey.labels, survey.targets)
    if let encoding { notes.append(encoding) }
    if dialect.separator != .comma {
      notes.append("separated by \(dialect.separator.name)\(mark == .comma ? ", decimal commas" : "")")
    }
    notes += columns.notes
    if survey.dropped > 0 {
      notes.append("\(survey.dropped) of \(all) rows left out, which have a missing value")
    }
    notes = notes.map { "\(path): \($0)" }
  }

  /// What the first row says: which columns are read, where the rows begin, and its own line.
  private static func layout(
    _ text: [UInt8], _ path: String, _ dialect: CSVDialect, _ choice: CSVChoice
  ) throws(FileError) -> (pass: CSVPass, body: CSVScanner, line: Int) {
    let begin = CSVScanner(text, path, dialect.separator, at: dialect.start, line: dialect.firstLine)
    var scanner = begin
    var first: [CSVScanner.Cell] = []
    guard let line = try scanner.nextRow(into: &first) else { throw FileError(path, "empty file") }
    let second = scanner
    var cells: [CSVScanner.Cell] = []
    // What is wrong with the second row is said when it is read.
    let nextWidth = ((try? scanner.nextRow(into: &cells)) ?? nil).map { _ in cells.count }
    let columns = try CSVFirstRow(
      path: path, line: line, cells: first.map(begin.text),
      areNumbers: first.map { !begin.isMissing($0) && begin.isNumber($0) },
      areMissing: first.map(begin.isMissing), nextWidth: nextWidth
    ).columns(for: choice)
    guard (1...65535).contains(columns.featureNames.count) else {
      throw FileError(path, line: line, "\(columns.featureNames.count) feature columns, 1 to 65535 are read")
    }
    // A header has as many cells as a row; the line of scikit-learn's files need not.
    let width = columns.summary == nil ? first.count : columns.names.count
    return (
      CSVPass(path: path, columns: columns, choice: choice, width: width),
      columns.skipsFirst ? second : begin,
      line
    )
  }
}

extension CSVScanner {
  /// Whether a cell is a number in either way to write one.
  func isNumber(_ cell: Cell) -> Bool {
    csvNumber(bytes[cell.range]) != nil || separator != .comma && csvNumber(bytes[cell.range], .comma) != nil
  }
}

/// What is gathered from the rows: first their number and types, then the values.
private struct CSVSurvey {
  var rows = 0, dropped = 0
  var values = Dataset.Values.Survey()
  /// How fractions are set off, once one has been seen.
  var mark: DecimalMark?
  var labelTexts: [String] = []
  var labelNumbers: [String: UInt16] = [:]
  var labels: [UInt16] = []
  var targets: [Double] = []
  var builder = Dataset.Values.Builder(.bytes, count: 0)
}

/// One reading of all rows.
private struct CSVPass {
  var path: String
  var columns: CSVColumns
  var choice: CSVChoice
  var width: Int

  /// A header has no more classes.
  static let classLimit = 32767

  /// Reads all rows, to count or to keep them.
  ///
  /// - Parameter keep: called with the number and the line of each row that is kept.
  func run(
    _ start: CSVScanner, _ survey: inout CSVSurvey, survey isSurvey: Bool,
    keep: (Int, Int) -> Void = { _, _ in }
  ) throws(FileError) {
    var scanner = start
    var cells: [CSVScanner.Cell] = []
    var values = [Double](repeating: 0, count: columns.featureNames.count)
    var row = 0
    while let line = try scanner.nextRow(into: &cells) {
      guard cells.count == width else {
        // As R's write.table does it.
        let hint =
          row == 0 && columns.hasHeader && cells.count == width + 1
          ? "; names of rows need a name above them" : ""
        throw FileError(path, line: line, "\(cells.count) cells, the first row has \(width)\(hint)")
      }
      var (target, label) = (0.0, UInt16(0))
      var labelColumn: Int?
      var isDropped = false
      for (column, cell) in cells.enumerated() where columns.roles[column] != .skipped {
        if columns.roles[column] == .empty {
          if cell.range.isEmpty { continue }
          throw FileError(
            path, line: line, "column \(column + 1) has no name; --features says which columns are read")
        }
        if scanner.isMissing(cell) {
          guard choice.dropsMissing else { throw missing(scanner.text(cell), column, line) }
          isDropped = true
          continue
        }
        if columns.roles[column] == .label {
          labelColumn = column
          continue
        }
        let value = try number(cell, scanner, column, line, &survey)
        if case .feature(let order) = columns.roles[column] { values[order] = value } else { target = value }
      }
      if isDropped {
        if isSurvey { survey.dropped += 1 }
        continue
      }
      // The label of a row that is left out makes no class.
      if let labelColumn { label = try self.label(cells[labelColumn], scanner, labelColumn, line, &survey) }
      if isSurvey {
        survey.rows += 1
        for value in values { survey.values.add(value) }
      } else {
        keep(row, line)
        for value in values { survey.builder.append(value) }
        if columns.roles.contains(.label) { survey.labels.append(label) }
        if columns.roles.contains(.target) { survey.targets.append(target) }
      }
      row += 1
    }
  }

  private func fail(_ problem: String, _ column: Int, _ line: Int) -> FileError {
    FileError(path, line: line, place: "column \(quoted(columns.names[column]))", problem)
  }

  private func missing(_ text: String, _ column: Int, _ line: Int) -> FileError {
    let value = text.isEmpty ? "" : " \(quoted(text))"
    if case .inputs = choice.purpose {
      return fail("missing value\(value), every row needs all inputs", column, line)
    }
    return fail("missing value\(value); --missing drop leaves out such rows", column, line)
  }

  /// The number in a cell.
  private func number(
    _ cell: CSVScanner.Cell, _ scanner: CSVScanner, _ column: Int, _ line: Int, _ survey: inout CSVSurvey
  ) throws(FileError) -> Double {
    let content = scanner.bytes[cell.range]
    if survey.mark == nil, scanner.separator != .comma {
      survey.mark = content.contains(44) ? .comma : content.contains(46) ? .point : nil
    }
    guard let value = csvNumber(content, survey.mark ?? .point) else {
      let text = quoted(scanner.text(cell))
      if scanner.separator != .comma, scanner.isNumber(cell) {
        let other = survey.mark == .comma ? "comma" : "point"
        throw fail("\(text) is not a number with a decimal \(other), as the ones before it are", column, line)
      }
      if case .inputs = choice.purpose { throw fail("\(text) is not a number", column, line) }
      throw fail("\(text) is not a number; --features says which columns are read", column, line)
    }
    guard value.isFinite else { throw fail("\(scanner.text(cell)) is not finite", column, line) }
    return value
  }

  /// The number of the text in a label's cell.
  private func label(
    _ cell: CSVScanner.Cell, _ scanner: CSVScanner, _ column: Int, _ line: Int, _ survey: inout CSVSurvey
  ) throws(FileError) -> UInt16 {
    guard let text = scanner.validText(cell) else {
      throw fail("\(quoted(scanner.text(cell))) is not UTF-8; save the file as UTF-8", column, line)
    }
    if let number = survey.labelNumbers[text] { return number }
    guard text.utf8.count <= 255 else {
      throw fail("label \(quoted(text)) of \(text.utf8.count) bytes, at most 255", column, line)
    }
    guard survey.labelTexts.count < Self.classLimit else {
      throw fail(
        "more than \(Self.classLimit) different labels; --target finds a number instead of a class", column,
        line)
    }
    let number = UInt16(survey.labelTexts.count)
    survey.labelTexts.append(text)
    survey.labelNumbers[text] = number
    return number
  }
}
