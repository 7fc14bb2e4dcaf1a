internal import Training

/// `--convex`: `all`, or the names of features.
enum ConvexOption {
  /// The inputs by name, in increasing order; none without the option.
  ///
  /// - Throws: classes in place of a number, an activation that does not go with it, and a feature that is not there or
  ///   named twice.
  static func inputs(_ arguments: Arguments, of data: Dataset) throws(CommandError) -> [Int] {
    guard let text = arguments.string("--convex") else { return [] }
    guard arguments.has("--target") else {
      throw .usage("--convex goes with --target: a class is no convex function")
    }
    if let activation = arguments.string("--activation"), activation != "relu", activation != "identity" {
      throw .usage("--convex does not go with --activation \(activation): relu or identity")
    }
    if text == "all" { return Array(0..<data.featureCount) }
    var result: [Int] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let input = data.featureNames.firstIndex(of: String(name)) else {
        throw .usage("--convex '\(name)': no such feature column")
      }
      guard !result.contains(input) else { throw .usage("--convex '\(name)': the feature is named twice") }
      result.append(input)
    }
    return result.sorted()
  }
}
