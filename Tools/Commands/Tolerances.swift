internal import Training

/// What `--tolerance` says of each feature: `temperature=0.5,pressure=2`, `*=1%`.
enum Tolerances {
  /// Parses the option against the features of a data set.
  ///
  /// A value is in the feature's own unit, or with % a share of its range in the data. `*` stands for all features
  /// that are not named.
  /// - Returns: one for each feature, 0 where nothing was said.
  static func parse(_ text: String, for data: Dataset) throws -> [Double] {
    var tolerances: [Double?] = Array(repeating: nil, count: data.featureCount)
    var rest: String?
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.lastIndex(of: "=") else {
        throw CommandError.usage("--tolerance '\(part)': not a name, =, and a number")
      }
      let name = String(part[..<sign])
      let value = String(part[part.index(after: sign)...])
      if name == "*" {
        guard rest == nil else { throw CommandError.usage("--tolerance: '*' is given twice") }
        rest = value
        continue
      }
      guard let feature = data.featureNames.firstIndex(of: name) else {
        let names = data.featureNames.prefix(12).joined(separator: ", ")
        throw CommandError.usage(
          "--tolerance '\(name)': no such feature column, there are \(names.isEmpty ? "no names" : names)")
      }
      guard tolerances[feature] == nil else { throw CommandError.usage("--tolerance '\(name)': given twice") }
      tolerances[feature] = try number(value, feature: feature, name: name, data)
    }
    guard let rest else { return tolerances.map { $0 ?? 0 } }
    return try tolerances.enumerated().map { feature, tolerance in
      let name = data.featureNames.isEmpty ? "\(feature)" : data.featureNames[feature]
      return try tolerance ?? number(rest, feature: feature, name: name, data)
    }
  }

  private static func number(_ text: String, feature: Int, name: String, _ data: Dataset) throws -> Double {
    let isShare = text.hasSuffix("%")
    guard let value = Double(isShare ? String(text.dropLast()) : text), value.isFinite, value > 0 else {
      throw CommandError.usage("--tolerance '\(name)=\(text)': not a positive number")
    }
    let range = data.featureRanges[feature]
    let width = range.upperBound - range.lowerBound
    let tolerance = isShare ? value / 100 * width : value
    guard tolerance <= width / 2 else {
      throw CommandError.usage(
        "--tolerance '\(name)=\(text)': more than half of the range, \(significant(width / 2))")
    }
    // A feature that never changes in the data has no range to measure by.
    return width > 0 ? tolerance : value
  }
}
