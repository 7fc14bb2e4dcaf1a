/// What is wrong with a file, in one line: `path:line: place: problem`, the last part with value and bound.
///
/// Parts that come from a file may hold anything; `description` escapes what would break the line.
public struct FileError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file, as the user named it.
  public var path: String

  /// The line, counted from 1, in files that have lines.
  public var line: Int?

  /// The place within the file or line: a tensor, a column, a layer.
  public var place: String?

  /// What is wrong there: the value and the bound it breaks.
  public var problem: String

  /// Creates an error.
  public init(_ path: String, line: Int? = nil, place: String? = nil, _ problem: String) {
    self.path = path
    self.line = line
    self.place = place
    self.problem = problem
  }

  /// The one line that the user sees.
  public var description: String {
    let location = line.map { "\(path):\($0)" } ?? path
    let message = [location, place.map { shortened($0) }, shortened(problem)].compactMap(\.self)
      .joined(separator: ": ")
    var escaped = String.UnicodeScalarView()
    for scalar in message.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator:
        escaped.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}

/// The text, cut when a hostile or broken file makes it long.
private func shortened(_ text: String, to count: Int = 600) -> String {
  let scalars = text.unicodeScalars
  let head = scalars.prefix(count)
  return head.endIndex == scalars.endIndex ? text : "\(String(String.UnicodeScalarView(head)))…"
}

/// The text between single quotes, cut to a length that leaves room for the rest of the line.
package func quoted(_ text: String) -> String { "'\(shortened(text, to: 40))'" }

/// The first names of a list and how many there are in all, for messages that say what there is.
package func listed(_ names: [String]) -> String {
  let head = names.prefix(12).map(quoted).joined(separator: ", ")
  return names.count <= 12 ? head : "\(head), … (\(names.count) in all)"
}
