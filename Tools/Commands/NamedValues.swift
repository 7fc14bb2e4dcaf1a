/// What an option says of features by their names: `temperature=0.5,pressure=2`, `*=1%` for all that are not named.
struct NamedValues {
  /// The text for each feature that is named.
  private var named: [Int: String] = [:]
  /// The text of `*`.
  private var rest: String?

  /// Parses an option against the names of features.
  ///
  /// - Parameter noun: what stands behind the sign, for the message.
  init(_ option: String, _ text: String, noun: String, names: [String]) throws(CommandError) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.lastIndex(of: "=") else {
        throw .usage("\(option) '\(part)': not a name, =, and a \(noun)")
      }
      let name = String(part[..<sign])
      let value = String(part[part.index(after: sign)...])
      if name == "*" {
        guard rest == nil else { throw .usage("\(option): '*' is given twice") }
        rest = value
        continue
      }
      guard let feature = names.firstIndex(of: name) else {
        let list = names.prefix(12).joined(separator: ", ")
        throw .usage(
          "\(option) '\(name)': no such feature column, there are \(list.isEmpty ? "no names" : list)")
      }
      guard named.updateValue(value, forKey: feature) == nil else {
        throw .usage("\(option) '\(name)': given twice")
      }
    }
  }

  /// The text for a feature; nil where nothing was said of it.
  subscript(feature: Int) -> String? { named[feature] ?? rest }
}
