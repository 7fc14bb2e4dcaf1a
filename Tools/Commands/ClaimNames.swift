internal import Claims

extension ModelClaims {
  /// The name of an input, or its number.
  func inputName(_ input: Int) -> String {
    featureNames.indices.contains(input) ? featureNames[input] : "input \(input)"
  }

  /// The name of an output of a regression, or its number.
  func targetName(_ output: Int) -> String {
    guard targetNames.indices.contains(output) else { return outputs == 1 ? "output" : "output \(output)" }
    return targetNames[output]
  }
}
