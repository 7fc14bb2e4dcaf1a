/// HTML or SVG text in which only literals are trusted.
///
/// Every interpolated string is escaped, so no name from a file can become an element.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(2 * literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ string: String) {
      for scalar in string.unicodeScalars {
        switch scalar {
        case "&": text += "&amp;"
        case "<": text += "&lt;"
        case ">": text += "&gt;"
        case "\"": text += "&quot;"
        case "'": text += "&#39;"
        case "\t", "\n", " "..."\u{7E}", "\u{A0}"..."\u{FFFD}", "\u{10000}"...:
          text.unicodeScalars.append(scalar)
        // What XML does not allow, even escaped.
        default: text += "\u{FFFD}"
        }
      }
    }

    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }

    /// A coordinate, to a hundredth: finer differences cannot be seen.
    mutating func appendInterpolation(_ coordinate: Double) {
      let hundredths = coordinate.isFinite ? Int((min(max(coordinate, -1e6), 1e6) * 100).rounded()) : 0
      let magnitude = abs(hundredths)
      text += hundredths < 0 ? "-" : ""
      text += "\(magnitude / 100)"
      guard magnitude % 100 != 0 else { return }
      text += magnitude % 10 == 0 ? ".\(magnitude % 100 / 10)" : ".\(magnitude / 10 % 10)\(magnitude % 10)"
    }

    mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

    mutating func appendInterpolation(_ markups: [Markup]) {
      for markup in markups { text += markup.text }
    }
  }
}

/// One cell of a table.
struct MarkupCell {
  var markup: Markup
  /// Flush right, with digits of equal width.
  var isNumber = false
  var isWarning = false

  static func text(_ text: String) -> MarkupCell { MarkupCell(markup: "\(text)") }
  static func number(_ text: String) -> MarkupCell { MarkupCell(markup: "\(text)", isNumber: true) }
  /// A count, or a dash where it was not measured.
  static func number(_ value: Int?) -> MarkupCell { number(value.map { grouped($0) } ?? "–") }
}

/// A table whose first column names the row; wide tables scroll by themselves.
func markupTable(caption: String, head: [MarkupCell], rows: [[MarkupCell]]) -> Markup {
  func cells(_ cells: [MarkupCell], isHead: Bool) -> [Markup] {
    cells.enumerated().map { column, cell in
      let kind: Markup = cell.isWarning ? " class='n bad'" : cell.isNumber ? " class='n'" : ""
      if isHead { return "<th scope='col'\(kind)>\(cell.markup)</th>" }
      return column == 0
        ? "<th scope='row'\(kind)>\(cell.markup)</th>" : "<td\(kind)>\(cell.markup)</td>"
    }
  }
  let body: [Markup] = rows.map { "<tr>\(cells($0, isHead: false))</tr>\n" }
  let top: Markup = head.isEmpty ? "" : "<thead><tr>\(cells(head, isHead: true))</tr></thead>\n"
  return """
    <div class='scroll' tabindex='0' role='region' aria-label='\(caption)'>
    <table><caption>\(caption)</caption>
    \(top)<tbody>
    \(body)</tbody></table></div>

    """
}

/// The numbers behind a chart, folded away.
func markupDetails(_ summary: String, _ content: Markup) -> Markup {
  "<details><summary>\(summary)</summary>\n\(content)</details>\n"
}
