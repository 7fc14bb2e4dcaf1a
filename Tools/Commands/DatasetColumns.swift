internal import Training

extension Dataset {
  /// The name of a feature, or its number from 1 where the file gave none.
  func columnName(_ feature: Int) -> String {
    featureNames.indices.contains(feature) ? featureNames[feature] : "\(feature + 1)"
  }

  /// The least and the greatest value of all features.
  var wholeRange: ClosedRange<Double> {
    let ranges = featureRanges
    let ends = (ranges.map(\.lowerBound).min() ?? 0, ranges.map(\.upperBound).max() ?? 0)
    return ends.0...ends.1
  }

  /// Whether all values of a feature are whole numbers.
  func isWhole(_ feature: Int) -> Bool {
    (0..<count).allSatisfy {
      value(sample: $0, feature: feature) == value(sample: $0, feature: feature).rounded()
    }
  }
}
