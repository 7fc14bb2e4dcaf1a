internal import Training

/// What `--tolerance` says of each feature: `temperature=0.5,pressure=2`, `*=1%`.
enum Tolerances {
  /// Parses the option against the features of a data set.
  ///
  /// A value is in the feature's own unit, or with % a share of its range in the data. `*` stands for all features
  /// that are not named.
  /// - Returns: one for each feature, 0 where nothing was said.
  static func parse(_ text: String, for data: Dataset) throws -> [Double] {
    let stated = try NamedValues("--tolerance", text, noun: "number", names: data.featureNames)
    let ranges = data.featureRanges
    let result = try ranges.indices.map { feature in
      let name = data.featureNames.isEmpty ? "\(feature)" : data.featureNames[feature]
      return try stated[feature].map { try number($0, name: name, range: ranges[feature]) } ?? 0
    }
    guard result.contains(where: { $0 > 0 }) else {
      throw CommandError.usage("--tolerance '\(text)': no feature changes in the data")
    }
    return result
  }

  private static func number(_ text: String, name: String, range: ClosedRange<Double>) throws -> Double {
    let isShare = text.hasSuffix("%")
    guard let value = Double(isShare ? String(text.dropLast()) : text), value.isFinite, value > 0 else {
      throw CommandError.usage("--tolerance '\(name)=\(text)': not a positive number")
    }
    let width = range.upperBound - range.lowerBound
    let tolerance = isShare ? value / 100 * width : value
    // A feature that never changes in the data has no range that its tolerance must fit, or to take a share of.
    guard tolerance <= width / 2 || width == 0 else {
      throw CommandError.usage(
        "--tolerance '\(name)=\(text)': more than half of the range, \(significant(width / 2))")
    }
    return tolerance
  }
}
