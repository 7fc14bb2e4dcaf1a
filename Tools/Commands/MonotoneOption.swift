internal import Training

/// `--monotone`: `+mean_radius,-mean_texture` of a regression, `+mean_radius:malignant` of a classifier.
enum MonotoneOption {
  /// The inputs by name, with their directions and classes.
  ///
  /// - Throws: what is not a sign and the name of a feature, with the name of a class where there are classes.
  static func constraints(_ arguments: Arguments, of data: Dataset) throws(CommandError)
    -> [MonotoneConstraint]
  {
    guard let text = arguments.string("--monotone") else { return [] }
    let isRegression = arguments.has("--target")
    var result: [MonotoneConstraint] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.first, sign == "+" || sign == "-" else {
        throw .usage("--monotone '\(part)': not + or - and the name of a feature")
      }
      var name = part.dropFirst()
      var classIndex: Int?
      if !isRegression {
        guard let colon = name.lastIndex(of: ":") else {
          throw .usage("--monotone '\(part)': of classes it takes one, \(sign)FEATURE:CLASS")
        }
        let className = String(name[name.index(after: colon)...])
        guard let index = data.classNames.firstIndex(of: className) else {
          throw .usage("--monotone '\(part)': no such class, there are \(data.classNames.listed)")
        }
        classIndex = index
        name = name[..<colon]
      }
      guard let input = data.featureNames.firstIndex(of: String(name)) else {
        throw .usage("--monotone '\(part)': no such feature column")
      }
      guard !result.contains(where: { $0.input == input }) else {
        throw .usage("--monotone '\(part)': the feature is named twice")
      }
      result.append(MonotoneConstraint(input: input, isIncreasing: sign == "+", classIndex: classIndex))
    }
    return result
  }
}

extension [String] {
  /// The first few of them.
  fileprivate var listed: String {
    prefix(8).joined(separator: ", ") + (count > 8 ? ", … (\(count) in all)" : "")
  }
}
