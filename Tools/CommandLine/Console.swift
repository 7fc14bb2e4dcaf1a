internal import Foundation

/// Standard output for results, standard error for everything else.
enum Console {
  /// Whether messages go to a person rather than to a file or pipe.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Prints a result line.
  static func print(_ text: String) { write(text + "\n", to: FileHandle.standardOutput) }

  /// Prints a message line to standard error.
  static func message(_ text: String) { write(text + "\n", to: FileHandle.standardError) }

  static func write(_ text: String, to handle: FileHandle) {
    // A closed pipe must not end a run with a signal or a crash: what was asked for is done anyway.
    try? handle.write(contentsOf: Data(text.utf8))
  }

  /// Prints one JSON object with sorted keys, so that equal results are equal bytes.
  static func printJSON(_ value: some Encodable) throws {
    print(try json(value))
  }

  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// A number with a fixed number of digits after the point.
func formatted(_ value: Double, digits: Int) -> String {
  let power = pow(10, Double(digits))
  guard value.magnitude * power < 0x1p63 else { return "\(value)" }
  let scaled = Int((value.magnitude * power).rounded())
  let sign = value < 0 && scaled != 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(scaled)" }
  let fraction = String(scaled % Int(power))
  return "\(sign)\(scaled / Int(power)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

/// A number with three significant digits, towards zero: what is proved is not rounded up to more.
func significant(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return "0" }
  let digits = max(0, 2 - Int(log10(value.magnitude).rounded(.down)))
  let power = pow(10, Double(min(digits, 9)))
  // A hair more first, so that 0.3 does not become 0.299.
  let cut = (value.magnitude * power * (1 + 1e-12)).rounded(.down) / power
  return formatted(value < 0 ? -cut : cut, digits: min(digits, 9))
}

/// A fraction of samples as a percentage with one digit, rounded down: a figure never claims more than was counted.
func percentage(_ part: Int, of whole: Int) -> String {
  let tenths = whole == 0 ? 0 : part * 1000 / whole
  return "\(tenths / 10).\(tenths % 10) %"
}

/// A table in plain text; the first column is flush left, the others flush right.
func table(_ rows: [[String]]) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return column == 0 ? cell + padding : padding + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
