import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page as an XML parser sees it.
struct ReportDocument {
  struct Element {
    var name: String
    var attributes: [String: String]
    /// The text of the element and all within it.
    var text = ""
    /// The nearest `id` around the element, its own included.
    var region: String
  }

  private(set) var elements: [Element] = []
  /// All that a reader can see or hear: texts and attributes.
  private(set) var words = ""

  /// The error names the line of the page.
  struct NotWellFormed: Error {
    var message: String
  }

  init(_ page: String) throws {
    let parser = XMLParser(data: Data(page.utf8))
    let collector = Collector()
    parser.delegate = collector
    guard parser.parse() else {
      let reason = parser.parserError.map { "\($0)" } ?? "unknown"
      throw NotWellFormed(message: "line \(parser.lineNumber) column \(parser.columnNumber): \(reason)")
    }
    elements = collector.elements
    words = collector.words
  }

  /// The elements of that name, in the order of their start tags.
  func all(_ name: String, class className: String? = nil, in region: String? = nil) -> [Element] {
    elements.filter { element in
      let classes = element.attributes["class"].map { $0.split(separator: " ").map(String.init) } ?? []
      return element.name == name && (region.map { $0 == element.region } ?? true)
        && (className.map { classes.contains($0) } ?? true)
    }
  }

  private final class Collector: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    var words = ""
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      // The labels of a picture name it as "ID-t ID-d".
      let own = attributes["aria-labelledby"]?.split(separator: " ").first.map { String($0.dropLast(2)) }
      let region = own ?? open.last.map { elements[$0].region } ?? ""
      elements.append(Element(name: elementName, attributes: attributes, region: region))
      open.append(elements.count - 1)
      for value in attributes.values { words += "\n" + value }
    }

    func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
      open.removeLast()
      words += "\n"
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      for index in open { elements[index].text += string }
      words += string
    }
  }
}
