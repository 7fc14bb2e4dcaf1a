internal import FileAccess

/// How the rows of a table are cut: found out once, from its first rows.
struct CSVDialect {
  var separator = CSVSeparator.comma
  /// Where the rows begin, after Excel's line `sep=;`.
  var start = 0
  var firstLine = 1

  /// The rows that are looked at, and the most bytes of them.
  private static let (rowLimit, byteLimit) = (32, 1 << 18)

  /// Looks at the first rows.
  ///
  /// A separator fits when it cuts all these rows into the same number of cells, at least two; the first row, which
  /// may speak of the file, must not. Of several the one wins that makes the largest share of cells numbers, then the one
  /// that makes more cells, then the order of `CSVSeparator`. When none fits, it is the first that the first row has.
  init(_ bytes: [UInt8], from start: Int, _ path: String) throws(FileError) {
    self.start = start
    let line = bytes[start...].prefix { $0 != 10 && $0 != 13 }
    let said = String(decoding: line.prefix(8), as: UTF8.self).lowercased().filter { $0 != "\"" }
    if said.hasPrefix("sep="), line.count <= 7 {
      guard said.utf8.count == 5, let separator = CSVSeparator(rawValue: said.utf8.last ?? 0) else {
        throw FileError(path, line: 1, "\(quoted(said)): the separators are ',', ';', tab and space")
      }
      self.separator = separator
      self.start = line.endIndex
      if line.endIndex < bytes.count { self.start += bytes[line.endIndex...].starts(with: [13, 10]) ? 2 : 1 }
      firstLine = 2
      return
    }
    let sample = Self.sample(of: bytes, from: start)
    var best: (share: Double, cells: Int)?
    for candidate in CSVSeparator.allCases {
      guard let fit = Self.fit(candidate, to: sample, path) else { continue }
      if let best, (best.share, best.cells) >= (fit.share, fit.cells) { continue }
      best = fit
      separator = candidate
    }
    if best == nil, let first = CSVSeparator.allCases.first(where: { Self.firstCells($0, sample, path) > 1 })
    {
      separator = first == .blanks ? .comma : first
    }
  }

  /// The beginning of the file, up to a line end.
  private static func sample(of bytes: [UInt8], from start: Int) -> [UInt8] {
    guard bytes.count - start > byteLimit else { return Array(bytes[start...]) }
    let sample = bytes[start..<start + byteLimit]
    return Array(sample[..<(sample.lastIndex { $0 == 10 || $0 == 13 } ?? sample.endIndex)])
  }

  private static func firstCells(_ separator: CSVSeparator, _ bytes: [UInt8], _ path: String) -> Int {
    var scanner = CSVScanner(bytes, path, separator)
    var cells: [CSVScanner.Cell] = []
    return (try? scanner.nextRow(into: &cells)) == nil ? 0 : cells.count
  }

  /// The share of cells that are numbers or missing, and the cells of a row; nil for a separator that does not fit.
  private static func fit(
    _ separator: CSVSeparator, to bytes: [UInt8], _ path: String
  ) -> (share: Double, cells: Int)? {
    var scanner = CSVScanner(bytes, path, separator)
    var cells: [CSVScanner.Cell] = []
    var counts: [Int] = []
    var (numbers, all) = (0, 0)
    do throws(FileError) {
      while counts.count < rowLimit, try scanner.nextRow(into: &cells) != nil {
        counts.append(cells.count)
        all += cells.count
        numbers += cells.count { cell in
          scanner.isMissing(cell) || csvNumber(bytes[cell.range]) != nil
            || separator != .comma && csvNumber(bytes[cell.range], .comma) != nil
        }
      }
    } catch {
      return nil
    }
    // scikit-learn's first line may have another number of cells than all others, and R's has no name for its names of rows.
    let width = counts.last ?? 0
    let isEven = counts.dropFirst().allSatisfy { $0 == width }
    let isSummary = separator == .comma && counts.count > 2 && counts[0] > 2
    guard width > 1, isEven, counts[0] == width || counts[0] > 1 && counts[0] + 1 == width || isSummary else {
      return nil
    }
    return (Double(numbers) / Double(all), width)
  }
}
