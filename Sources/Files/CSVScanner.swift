internal import FileAccess

/// What stands between the cells of a row.
enum CSVSeparator: UInt8, CaseIterable {
  // In the order in which they are preferred when nothing else speaks for one.
  case comma = 44
  case semicolon = 59
  case tab = 9
  /// Any number of spaces and tabs.
  case blanks = 32

  /// The separator in words.
  var name: String {
    switch self {
    case .comma: "','"
    case .semicolon: "';'"
    case .tab: "a tab"
    case .blanks: "spaces"
    }
  }
}

/// Cuts the bytes of a table into rows of cells.
struct CSVScanner {
  struct Cell {
    var range: Range<Int>
    var hasDoubledQuotes = false
  }

  /// The most cells of a row: the features that a header can hold, and a label.
  static let cellLimit = 65536

  let bytes: [UInt8]
  let path: String
  let separator: CSVSeparator
  private var position: Int
  private var line: Int
  /// Whether a byte ends a cell, or the reading of it.
  private let stops: [Bool]

  private static let (tab, lineFeed, carriageReturn) = (UInt8(9), UInt8(10), UInt8(13))
  private static let (space, quote) = (UInt8(32), UInt8(34))

  /// Begins at a place that is the beginning of a line.
  init(_ bytes: [UInt8], _ path: String, _ separator: CSVSeparator, at position: Int = 0, line: Int = 1) {
    self.bytes = bytes
    self.path = path
    self.separator = separator
    self.position = position
    self.line = line
    var stops = [Bool](repeating: false, count: 256)
    for byte in [0, Self.lineFeed, Self.carriageReturn, separator.rawValue] { stops[Int(byte)] = true }
    if separator == .blanks { stops[Int(Self.tab)] = true }
    self.stops = stops
  }

  /// Reads the next row that is not blank into `cells`.
  ///
  /// - Returns: the line on which it begins; nil at the end.
  mutating func nextRow(into cells: inout [Cell]) throws(FileError) -> Int? {
    while position < bytes.count {
      let start = line
      cells.removeAll(keepingCapacity: true)
      repeat {
        cells.append(try nextCell())
        if cells.count > Self.cellLimit {
          throw FileError(path, line: start, "more than \(Self.cellLimit) cells")
        }
      } while skipSeparator()
      endLine()
      if cells.count > 1 || !cells[0].range.isEmpty { return start }
    }
    return nil
  }

  /// A cell up to the separator or line end that follows it.
  private mutating func nextCell() throws(FileError) -> Cell {
    skipBlanks()
    guard position < bytes.count, bytes[position] == Self.quote else {
      let start = position
      while position < bytes.count, !stops[Int(bytes[position])] { position += 1 }
      if position < bytes.count, bytes[position] == 0 {
        throw FileError(path, line: line, "a zero byte, not a text file")
      }
      var end = position
      while end > start, bytes[end - 1] == Self.space || bytes[end - 1] == Self.tab { end -= 1 }
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
      let isPair = position + 1 < bytes.count && bytes[position + 1] == Self.lineFeed
      if byte == Self.lineFeed || byte == Self.carriageReturn && !isPair { line += 1 }
      position += 1
    }
    cell.range = cell.range.lowerBound..<position
    position += 1
    if separator != .blanks { skipBlanks() }
    guard position == bytes.count || bytes[position] != 0 && stops[Int(bytes[position])] else {
      throw FileError(path, line: line, "text after a closing quote")
    }
    return cell
  }

  /// Steps over a separator, if there is one and a cell after it.
  private mutating func skipSeparator() -> Bool {
    if separator == .blanks {
      skipBlanks()
      return position < bytes.count && !endsLine(bytes[position])
    }
    guard position < bytes.count, bytes[position] == separator.rawValue else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] <= Self.space, isBlank(bytes[position]) { position += 1 }
  }

  private mutating func endLine() {
    guard position < bytes.count else { return }
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Self.lineFeed
    position += isPair ? 2 : 1
    line += 1
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == Self.space || byte == Self.tab && separator != .tab
  }

  private func endsLine(_ byte: UInt8) -> Bool { byte == Self.lineFeed || byte == Self.carriageReturn }

  /// The text of a cell, doubled quotes made single and bytes that are no UTF-8 replaced.
  func text(_ cell: Cell) -> String { String(decoding: content(cell), as: UTF8.self) }

  /// The text of a cell; nil when it is not UTF-8, where two texts could become the same.
  func validText(_ cell: Cell) -> String? { String(validating: content(cell), as: UTF8.self) }

  private func content(_ cell: Cell) -> [UInt8] {
    var content = Array(bytes[cell.range])
    if cell.hasDoubledQuotes {
      var isSecond = false
      content.removeAll { byte in
        isSecond = byte == Self.quote && !isSecond
        return byte == Self.quote && !isSecond
      }
    }
    return content
  }

  /// Whether a cell says that there is no value: nothing, NA, N/A, NaN, null or ?, or Excel's #N/A and R's <NA>.
  func isMissing(_ cell: Cell) -> Bool {
    guard cell.range.count <= 4 else { return false }
    if cell.range.isEmpty { return true }
    let first = bytes[cell.range.lowerBound]
    guard [35, 60, 63].contains(first) || first | 32 == 110 else { return false }
    return ["?", "na", "n/a", "nan", "null", "#n/a", "<na>"].contains(text(cell).lowercased())
  }
}
