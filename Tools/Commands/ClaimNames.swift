internal import Claims

extension ModelClaims {
  /// The name of an input, or its number.
  func inputName(_ input: Int) -> String {
    featureNames.indices.contains(input) ? featureNames[input] : "input \(input)"
  }

  /// The name of a class, or its number.
  func className(_ index: Int) -> String {
    classNames.indices.contains(index) ? classNames[index] : "\(index)"
  }

  /// A monotone input as a sentence without its full stop.
  func sentence(_ statement: MonotoneClaims) -> String {
    let (input, isRising) = (inputName(statement.input), statement.direction == 1)
    guard statement.classIndex >= 0 else {
      return "no output \(isRising ? "falls" : "rises") when \(input) grows"
    }
    return "an answer \(className(statement.classIndex)) stays when \(input) \(isRising ? "grows" : "falls")"
  }

  /// The convex inputs of a regression and how convex its outputs are, as one line.
  func convexity(within bound: String) -> String {
    "convex in \(convexInputs.map(inputName).joined(separator: ", ")): "
      + "in the middle of two inputs at most \(bound) above their mean"
  }

  /// The name of an output of a regression, or its number.
  func targetName(_ output: Int) -> String {
    guard targetNames.indices.contains(output) else { return outputs == 1 ? "output" : "output \(output)" }
    return targetNames[output]
  }
}
