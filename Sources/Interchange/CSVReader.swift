public import Training

/// The numbers of a CSV file, and the text of its label column.
public struct CSVTable: Sendable {
  /// The file, as the user named it.
  public var path: String

  /// The names of the feature columns; empty when the file has no header.
  public var featureNames: [String]

  /// Features of one row.
  public var featureCount: Int

  /// The features, row after row, all finite.
  public var values: [Double]

  /// The label of each row as it stands in the file; nil when there is no label column.
  public var labels: [String]?

  /// The line on which each row begins, counted from 1.
  public var lines: [Int]

  /// The name of the label column.
  var labelName = ""

  /// The number of rows.
  public var rowCount: Int { lines.count }

  /// The labeled samples, classes numbered.
  ///
  /// With `classNames` each label must be one of them. Without, labels that are all integers in 0 ... 65535 are
  /// the class numbers themselves; any other labels are numbered in sorted order.
  /// A table without labels gives samples of class 0.
  public func dataset(classNames: [String]? = nil, maxClass: Int = 65535) throws(FileError) -> Dataset {
    var numbers = [Int](repeating: 0, count: rowCount)
    var names = classNames ?? []
    if let labels {
      let integers = labels.compactMap { UInt16($0) }.map(Int.init)
      if classNames == nil && integers.count == labels.count {
        numbers = integers
        names = (0...(integers.max() ?? 0)).map(String.init)
      } else {
        if classNames == nil { names = Set(labels).sorted() }
        let indices = Dictionary(zip(names, 0...), uniquingKeysWith: min)
        for (row, label) in labels.enumerated() {
          // 07 is class 7 where class 7 is written 7.
          guard let number = indices[label] ?? UInt16(label).flatMap({ indices[String($0)] }) else {
            throw labelError(row, "label \(quoted(label)) out of range, the classes are \(listed(names))")
          }
          numbers[row] = number
        }
      }
      if let row = numbers.firstIndex(where: { $0 > maxClass }) {
        throw labelError(row, "label \(quoted(labels[row])) is class \(numbers[row]), at most \(maxClass)")
      }
    }
    let bytes = values.compactMap { UInt8(exactly: $0) }
    return Dataset(
      values: bytes.count == values.count ? .bytes(bytes) : .reals(values), labels: numbers,
      featureCount: featureCount, featureNames: featureNames, classNames: names, imageSize: imageSize)
  }

  /// The image that features named `p00`, `p01` … (row, column) are the pixels of.
  private var imageSize: (width: Int, height: Int)? {
    let side = Int(Double(featureCount).squareRoot())
    guard side > 1, side * side == featureCount, featureNames.count == featureCount else { return nil }
    let fits = featureNames.indices.allSatisfy { featureNames[$0] == "p\($0 / side)\($0 % side)" }
    return fits ? (side, side) : nil
  }

  private func labelError(_ row: Int, _ problem: String) -> FileError {
    FileError(path, line: lines[row], place: "column \(quoted(labelName))", problem)
  }
}

/// Reads a comma-separated file: a header row, numbers, and a label column named `label` that holds anything.
///
/// Cells may be quoted, lines may end in CR LF, blank lines are skipped. With `requireLabels` the label column must
/// be there. Without, it may be missing, and so may the header: then a first row of nothing but numbers is data.
public func readCSV(
  _ path: String, label: String? = "label", requireLabels: Bool = true
) throws(FileError) -> CSVTable {
  try CSVTable(AtomicFile.read(path, limit: 1 << 28), path, label: label, requireLabels: requireLabels)
}

extension CSVTable {
  package init(
    _ bytes: [UInt8], _ path: String, label: String?, requireLabels: Bool
  ) throws(FileError) {
    var scanner = CSVScanner(bytes, path)
    guard let first = try scanner.nextRow() else { throw FileError(path, "empty file") }
    self.init(path: path, featureNames: [], featureCount: first.cells.count, values: [], lines: [])

    var names: [String]?
    var labelColumn: Int?
    if requireLabels || first.cells.contains(where: { scanner.number($0) == nil }) {
      let header = first.cells.map(scanner.text)
      for (column, name) in header.enumerated() where name.isEmpty {
        throw FileError(path, line: first.line, "column \(column + 1) has no name")
      }
      var seen = Set<String>()
      for name in header where !seen.insert(name).inserted {
        throw FileError(path, line: first.line, "column \(quoted(name)) appears twice")
      }
      labelColumn = label.flatMap { header.firstIndex(of: $0) }
      if requireLabels, labelColumn == nil {
        let wanted = quoted(label ?? "")
        throw FileError(path, line: first.line, "no label column \(wanted), there are \(listed(header))")
      }
      names = header
      featureNames = header
      if let labelColumn {
        labelName = featureNames.remove(at: labelColumn)
        featureCount -= 1
        labels = []
      }
    }
    guard (1...65535).contains(featureCount) else {
      throw FileError(path, line: first.line, "\(featureCount) feature columns, 1 to 65535 are read")
    }

    var next = names == nil ? first : try scanner.nextRow()
    while let row = next {
      guard row.cells.count == first.cells.count else {
        throw FileError(
          path, line: row.line, "\(row.cells.count) cells, the first row has \(first.cells.count)")
      }
      for (column, cell) in row.cells.enumerated() {
        func fail(_ problem: String) -> FileError {
          let place = names.map { quoted($0[column]) } ?? String(column + 1)
          return FileError(path, line: row.line, place: "column \(place)", problem)
        }
        if cell.range.isEmpty { throw fail("missing value") }
        if column == labelColumn {
          labels?.append(scanner.text(cell))
          continue
        }
        guard let value = scanner.number(cell) else {
          throw fail("\(quoted(scanner.text(cell))) is not a number")
        }
        guard value.isFinite else { throw fail("\(scanner.text(cell)) is not finite") }
        values.append(value)
      }
      lines.append(row.line)
      next = try scanner.nextRow()
    }
    if lines.isEmpty { throw FileError(path, "no rows below the header") }
  }
}

/// Cuts the bytes of a CSV file into rows of cells.
private struct CSVScanner {
  struct Cell {
    var range: Range<Int>
    var hasDoubledQuotes = false
  }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var line = 1

  private static let (tab, lineFeed, carriageReturn) = (UInt8(9), UInt8(10), UInt8(13))
  private static let (space, quote, comma) = (UInt8(32), UInt8(34), UInt8(44))

  init(_ bytes: [UInt8], _ path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // what some spreadsheets put first
  }

  /// The next row that is not blank, and its line.
  mutating func nextRow() throws(FileError) -> (cells: [Cell], line: Int)? {
    while position < bytes.count {
      let start = line
      var cells = [try nextCell()]
      while position < bytes.count, bytes[position] == Self.comma {
        position += 1
        cells.append(try nextCell())
        if cells.count > 65536 { throw FileError(path, line: start, "more than 65536 cells") }
      }
      endLine()
      if cells.count > 1 || !cells[0].range.isEmpty { return (cells, start) }
    }
    return nil
  }

  /// A cell up to the comma or line end that follows it.
  private mutating func nextCell() throws(FileError) -> Cell {
    skipBlanks()
    guard position < bytes.count, bytes[position] == Self.quote else {
      let start = position
      while position < bytes.count, !endsCell(bytes[position]) {
        if bytes[position] == 0 { throw FileError(path, line: line, "a zero byte, not a text file") }
        position += 1
      }
      var end = position
      while end > start, isBlank(bytes[end - 1]) { end -= 1 }
      return Cell(range: start..<end)
    }
    let opening = line
    position += 1
    var cell = Cell(range: position..<position)
    while true {
      guard position < bytes.count else { throw FileError(path, line: opening, "a quote is not closed") }
      let byte = bytes[position]
      if byte == Self.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == Self.quote else { break }
        cell.hasDoubledQuotes = true
        position += 1
      }
      if byte == Self.lineFeed { line += 1 }
      position += 1
    }
    cell.range = cell.range.lowerBound..<position
    position += 1
    skipBlanks()
    guard position == bytes.count || endsCell(bytes[position]) else {
      throw FileError(path, line: line, "text after a closing quote")
    }
    return cell
  }

  private mutating func skipBlanks() {
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
  }

  private mutating func endLine() {
    guard position < bytes.count else { return }
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Self.lineFeed
    position += isPair ? 2 : 1
    line += 1
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == Self.space || byte == Self.tab }

  private func endsCell(_ byte: UInt8) -> Bool {
    byte == Self.comma || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  /// The text of a cell, doubled quotes made single.
  func text(_ cell: Cell) -> String {
    var content = Array(bytes[cell.range])
    if cell.hasDoubledQuotes {
      var isSecond = false
      content.removeAll { byte in
        isSecond = byte == Self.quote && !isSecond
        return byte == Self.quote && !isSecond
      }
    }
    return String(decoding: content, as: UTF8.self)
  }

  /// The number in a cell, which may be infinite or not a number; nil when the text is something else.
  func number(_ cell: Cell) -> Double? {
    let content = bytes[cell.range]
    // The bound keeps the conversion of a hostile cell from taking long; no number needs as much.
    guard (1...1000).contains(content.count) else { return nil }
    if content.count <= 15, content.allSatisfy({ 48...57 ~= $0 }) {
      return Double(content.reduce(0) { $0 * 10 + Int($1 - 48) })
    }
    let text = String(decoding: content, as: UTF8.self)
    let isDecimal = content.allSatisfy { 48...57 ~= $0 || "+-.eE".utf8.contains($0) }
    let isWord = ["nan", "inf", "infinity"].contains(text.lowercased().drop { $0 == "+" || $0 == "-" })
    return isDecimal || isWord ? Double(text) : nil
  }
}
