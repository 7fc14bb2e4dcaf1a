public import FileAccess
public import Training

/// Numbers of each feature: least and greatest value, mean and standard deviation, as far as they are known.
///
/// In a file they stand in a table with a header row: a row for each feature, with its name in the first column and
/// columns `min`, `max`, `mean`, `std`, as pandas' `df.describe().T.to_csv(…)` writes; or turned, a column for each
/// feature and rows `min`, `max` and so on, as `df.describe().to_csv(…)` does. Other columns and rows are passed over.
public struct FeatureStatistics: Equatable, Sendable {
  /// Which of the numbers.
  public enum Quantity: String, CaseIterable, Sendable {
    case minimum = "min"
    case maximum = "max"
    case mean
    case deviation = "std"
  }

  /// The names of the features in order; empty when there are none.
  public var names: [String]

  /// The numbers of each feature.
  public var values: [Quantity: [Double]]

  /// The numbers of a data set's columns; the deviation is that of all values, divided by their count.
  ///
  /// - Complexity: O(values)
  public init(_ data: Dataset) {
    names = data.featureNames
    values = [:]
    let ranges = data.featureRanges
    values[.minimum] = ranges.map(\.lowerBound)
    values[.maximum] = ranges.map(\.upperBound)
    let count = Double(max(data.count, 1))
    let means = (0..<data.featureCount).map { feature in
      (0..<data.count).reduce(0.0) { $0 + data.value(sample: $1, feature: feature) / count }
    }
    values[.mean] = means
    values[.deviation] = (0..<data.featureCount).map { feature in
      (0..<data.count).reduce(0.0) { sum, sample in
        let difference = data.value(sample: sample, feature: feature) - means[feature]
        return sum + difference * difference / count
      }.squareRoot()
    }
  }

  /// Reads a table from a file of at most 16 MiB, separated by commas, semicolons or tabs.
  ///
  /// - Throws: what keeps it from being one, with the line and the cell.
  public init(path: String) throws(FileError) {
    try self.init(bytes: AtomicFile.read(path, limit: 1 << 24), path: path)
  }

  package init(bytes: [UInt8], path: String) throws(FileError) {
    if let kind = FileKind(of: bytes), kind != .text {
      throw FileError(path, kind.insteadOf("a table of features"))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError(path, "not UTF-8 text") }
    let rows = Self.rows(text)
    guard let header = rows.first, rows.count > 1 else { throw FileError(path, Self.form) }
    for row in rows where row.cells.count != header.cells.count {
      throw FileError(
        path, line: row.line, "\(row.cells.count) cells, the first row has \(header.cells.count)")
    }
    (names, values) = ([], [:])
    let isUpright = header.cells.contains { Quantity($0) != nil }
    let columns = header.cells.indices.map { column in rows.map { $0.cells[column] } }
    let lists = isUpright ? columns : rows.map(\.cells)
    let lines = isUpright ? rows.map(\.line) : []
    for (index, list) in lists.enumerated() {
      guard let quantity = Quantity(list[0]) else { continue }
      guard values[quantity] == nil else { throw FileError(path, "\(quantity.rawValue) appears twice") }
      var numbers: [Double] = []
      for (place, cell) in list.enumerated().dropFirst() {
        guard let number = Self.number(cell), number.isFinite else {
          throw FileError(
            path, line: isUpright ? lines[place] : rows[index].line, place: quantity.rawValue,
            "\(quoted(cell)) is not a number")
        }
        numbers.append(number)
      }
      values[quantity] = numbers
    }
    guard !values.isEmpty else { throw FileError(path, Self.form) }
    let first = isUpright ? columns[0] : header.cells
    if Quantity(first[0]) == nil { names = Array(first.dropFirst()) }
    var seen: Set<String> = []
    if let name = names.first(where: { !seen.insert($0).inserted }) {
      throw FileError(path, "feature \(quoted(name)) appears twice")
    }
  }

  /// The same in the order of some names.
  ///
  /// - Throws: a name that is missing.
  package func ordered(by wanted: [String], path: String) throws(FileError) -> FeatureStatistics {
    guard !names.isEmpty, !wanted.isEmpty else { return self }
    let places = Dictionary(zip(names, 0...), uniquingKeysWith: min)
    var order: [Int] = []
    for name in wanted {
      guard let place = places[name] else {
        throw FileError(path, "no feature \(quoted(name)), there are \(listed(names))")
      }
      order.append(place)
    }
    var result = self
    result.names = wanted
    result.values = values.mapValues { numbers in order.map { numbers[$0] } }
    return result
  }

  private static let form =
    "a header row expected with columns min, max, mean or std and a row for each feature, or the same turned"

  private static func rows(_ text: String) -> [(line: Int, cells: [String])] {
    let lines = text.drop { $0 == "\u{FEFF}" }.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let first = lines.first ?? ""
    let separator = ["\t", ";", ","].first { first.contains($0) } ?? ","
    return lines.enumerated().compactMap { index, line in
      line.allSatisfy(\.isWhitespace) ? nil : (index + 1, cells(line, separator))
    }
  }

  /// The cells of a line; between quotes separators are text.
  private static func cells(_ line: Substring, _ separator: Character) -> [String] {
    var result = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        result.append("")
      } else {
        result[result.count - 1].append(character)
      }
    }
    return result.map { cell in
      let start = cell.drop(while: \.isWhitespace)
      return String(start.prefix(start.count - start.reversed().prefix(while: \.isWhitespace).count))
    }
  }

  private static func number(_ cell: String) -> Double? {
    guard cell.utf8.count <= 64 else { return nil }
    return Double(cell) ?? Double(cell.split(separator: ",", maxSplits: 1).joined(separator: "."))
  }
}

extension FeatureStatistics.Quantity {
  /// The quantity that a cell names, by the words that are usual for it.
  fileprivate init?(_ cell: String) {
    switch cell.lowercased() {
    case "min", "minimum", "lo", "low", "lower": self = .minimum
    case "max", "maximum", "hi", "high", "upper": self = .maximum
    case "mean", "means", "average": self = .mean
    case "std", "stdev", "stddev", "sd", "deviation": self = .deviation
    default: return nil
    }
  }
}
