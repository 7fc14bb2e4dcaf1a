internal import Claims

/// What is wrong with the names of a header, one line each.
///
/// A name is a C string of at most 255 bytes in UTF-8: longer ones make lines that tools cut, a NUL would end it.
///
/// - Parameters:
///   - names: in their order.
///   - kind: `class`, `feature` or `target`, for the lines.
public func problemsInNames(_ names: [String], _ kind: String) -> [String] {
  names.enumerated().compactMap { index, name in
    if name.utf8.count > 255 {
      return "\(kind) name \(index) '\(String(name.prefix(24)))…': \(name.utf8.count) bytes > 255"
    }
    return name.utf8.contains(0) ? "\(kind) name \(index) '\(name)': a NUL within a name" : nil
  }
}

/// What is wrong with the counts of a header: everything that later checks index by.
func shapeProblems(of claims: ModelClaims) -> [String] {
  var problems = problemsInHead(of: claims) + problemsInLayers(of: claims) + problemsInCounts(of: claims)
  problems += problemsInResidualInputs(of: claims)
  for (names, kind, count) in [
    (claims.classNames, "class", claims.outputs), (claims.featureNames, "feature", claims.inputs),
    (claims.targetNames, "target", claims.targets.count),
  ] {
    if !names.isEmpty { problems += differs("number of \(kind) names", names.count, count) }
    problems += problemsInNames(names, kind)
  }
  if claims.golden.count < 4 { problems.append("golden vectors \(claims.golden.count) < 4") }
  return problems
}

private func outside(_ name: String, _ value: Int, _ range: ClosedRange<Int>) -> [String] {
  range.contains(value) ? [] : ["\(name) \(value) outside \(range.lowerBound)…\(range.upperBound)"]
}

private func differs(_ name: String, _ value: Int, _ expected: Int) -> [String] {
  value == expected ? [] : ["\(name) \(value), expected \(expected)"]
}

/// The format that this checker checks; said here and not taken from what writes headers.
private let checkedFormat = 6

private func problemsInHead(of claims: ModelClaims) -> [String] {
  var problems = differs("format version", claims.formatVersion, checkedFormat)
  problems += outside("unit", claims.unit, 1...32768)
  problems += outside("inputs", claims.inputs, 1...65535)
  problems += outside("outputs", claims.outputs, 1...32767)
  problems += outside("input minimum", claims.inputMinimum, -32768...32767)
  problems += outside("input maximum", claims.inputMaximum, -32768...32767)
  if claims.inputMinimum > claims.inputMaximum {
    problems.append("input minimum \(claims.inputMinimum) > input maximum \(claims.inputMaximum)")
  }
  return problems + outside("layers", claims.layers.count, 1...65535)
}

/// The layers fit each other, and the last one may be one.
private func problemsInLayers(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  var columns = claims.inputs
  for (index, layer) in claims.layers.enumerated() {
    let place = "layer \(index)"
    problems += outside("\(place): rows", layer.rowCount, 1...65535)
    problems += outside("\(place): shift", layer.shift, 0...15)
    // A header may state any number, so the sum is kept from overflowing.
    let direct = index == claims.layers.count - 1 ? claims.residualInputs.count : 0
    problems += differs("\(place): columns", layer.columns, min(columns, Int.max - direct) + direct)
    columns = layer.rowCount
    problems += layer.rules.shapeProblems(layer, place: place)
  }
  problems += differs("outputs", claims.outputs, columns)
  guard let last = claims.layers.last else { return problems }
  if !last.rules.mayEndNetwork(last.activation, hasResiduals: false) {
    problems.append("layer \(claims.layers.count - 1): the last layer has an activation")
  }
  // Pairs are compared column by column; a header must not keep its checker busy for days.
  // Numbers out of their ranges are problems already, and their product might not fit.
  let width = last.rules.comparisonCost(columns: last.columns)
  if (1...32767).contains(claims.outputs), (1...65535).contains(width) {
    let work = claims.outputs * claims.outputs * width
    if work > 1 << 33 {
      problems.append("last layer: outputs² · columns \(work) > \(1 << 33), too large to verify")
    }
  }
  return problems
}

/// There are as many bounds and targets as the task has outputs for.
private func problemsInCounts(of claims: ModelClaims) -> [String] {
  let isRegression = claims.task == .regression
  let pairs = (1...32767).contains(claims.outputs) ? claims.outputs * (claims.outputs - 1) / 2 : 0
  let bounds = isRegression ? claims.outputs : pairs
  return differs(
    isRegression ? "number of output bounds" : "number of pairs", claims.bounds.count,
    claims.hasBoundTable ? bounds : 0)
    + differs("number of targets", claims.targets.count, isRegression ? claims.outputs : 0)
}
