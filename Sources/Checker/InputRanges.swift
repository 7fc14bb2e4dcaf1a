internal import Claims

/// Every layer that cuts its inputs to a range leaves them as they are: the first one's range is the declared one, every
/// other's holds all that the layers before it give, by intervals over every input that those can read.
///
/// - Precondition: the shapes and rows of the claims hold.
func problemsInRanges(of claims: ModelClaims) -> [String] {
  guard let first = claims.layers.first?.rules.inputRange else { return [] }
  var problems: [String] = []
  if first != (-32768, 32767), first != (claims.inputMinimum, claims.inputMaximum) {
    problems.append(
      "layer 0: input range \(first.low)…\(first.high), declared \(claims.inputMinimum)…\(claims.inputMaximum)"
    )
  }
  var low = [Int](repeating: first.low, count: claims.inputs)
  var high = [Int](repeating: first.high, count: claims.inputs)
  for (index, (layer, next)) in zip(claims.layers, claims.layers.dropFirst()).enumerated() {
    let rules = layer.rules
    let ends = rules.ends(low, high)
    (low, high) = activatedEnds(
      ends.low.map { rules.settled($0, shift: layer.shift) },
      ends.high.map { rules.settled($0, shift: layer.shift) }, layer.activation)
    if index == claims.layers.count - 2 {
      low += claims.residualInputs.map { _ in first.low }
      high += claims.residualInputs.map { _ in first.high }
    }
    let range = next.rules.inputRange
    for column in low.indices where low[column] < range.low || high[column] > range.high {
      problems.append(
        "layer \(index + 1): input range \(range.low)…\(range.high), input \(column) lies in \(low[column])…\(high[column])"
      )
      break
    }
  }
  return problems
}
