internal import Claims

/// Runs the golden vectors in plain 64-bit integers and compares every number.
///
/// - Precondition: the shapes, rows and pairs of the claims hold.
func problemsInGoldenVectors(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  for (index, golden) in claims.golden.enumerated() {
    let place = "golden vector \(index)"
    guard golden.input.count == claims.inputs, golden.logits.count == claims.outputs else {
      problems.append(
        "\(place): \(golden.input.count) inputs and \(golden.logits.count) logits, expected \(claims.inputs) and \(claims.outputs)"
      )
      continue
    }
    guard golden.input.allSatisfy({ $0 >= -32768 && $0 <= 32767 }) else {
      problems.append("\(place): an input outside -32768…32767")
      continue
    }
    let logits = plainLogits(claims, golden.input)
    for (output, (claimed, computed)) in zip(golden.logits, logits).enumerated() where claimed != computed {
      problems.append("\(place): logit \(output) is \(claimed), computed \(computed)")
    }
    if claims.task == .regression {
      // No class, no radii: the header states -1, 0 and -1.
      if golden.classIndex != -1 || golden.radiusLSB != 0 || golden.localRadiusLSB != -1 {
        problems.append("\(place): a regression has no class and no radius")
      }
      continue
    }
    var best = 0
    for output in logits.indices where logits[output] > logits[best] { best = output }
    if golden.classIndex != best {
      problems.append("\(place): class \(golden.classIndex), computed \(best)")
    }
    let radius = plainRadius(claims, logits, best)
    if golden.radiusLSB != radius {
      problems.append("\(place): radius \(golden.radiusLSB) LSB, computed \(radius)")
    }
    let local = golden.localRadiusLSB
    guard local >= -1, local <= 65535 else {
      problems.append("\(place): local radius \(local) outside -1…65535")
      continue
    }
    if local >= 0, !isProvedByIntervals(claims, golden.input, best, local) {
      problems.append("\(place): local radius \(local) LSB is not certified")
    }
    if local < 65535, isProvedByIntervals(claims, golden.input, best, local + 1) {
      problems.append("\(place): local radius \(local) LSB, but \(local + 1) is certified too")
    }
  }
  return problems
}

private func activated(_ values: [Int], _ activation: IntegerActivation) -> [Int] {
  var result = values
  switch activation {
  case .identity: break
  case .relu: result = values.map { $0 < 0 ? 0 : $0 }
  case .abs: result = values.map { min(abs($0), 32767) }
  case .negate: result = values.map { min(-$0, 32767) }
  case .sort: result.sort()
  case .smooth(let table): result = values.map(table.interpolated)
  case .maxMin:
    for index in values.indices where index % 2 == 1 {
      result[index - 1] = max(values[index - 1], values[index])
      result[index] = min(values[index - 1], values[index])
    }
  }
  return result
}

private func plainLogits(_ claims: ModelClaims, _ input: [Int]) -> [Int] {
  // A first layer that cuts its inputs cuts the residual ones, too; no later layer has anything to cut.
  let range = claims.layers.first?.rules.inputRange ?? (low: 0, high: 0)
  let input = input.map { min(max($0, range.low), range.high) }
  var values = input
  for layer in claims.layers.dropLast() {
    let rules = layer.rules
    values = activated(
      rules.accumulators(values).map { rules.settled($0, shift: layer.shift) }, layer.activation)
  }
  values += claims.residualInputs.map { input[$0] }
  guard let last = claims.layers.last else { return [] }
  // Logits neither round nor saturate.
  let logits = last.rules.accumulators(values)
  return last.activation == .negate ? logits.map { -$0 } : logits
}

private func plainRadius(_ claims: ModelClaims, _ logits: [Int], _ best: Int) -> Int {
  var radius = 65535
  guard claims.hasBoundTable else {
    // Each logit moves by at most as much as the inputs do.
    for other in logits.indices where other != best {
      radius = min(radius, (logits[best] - logits[other] - 1) / 2)
    }
    return max(radius, 0)
  }
  var pair = 0
  for first in logits.indices {
    for second in logits.indices where second > first {
      if first == best || second == best {
        let room = abs(logits[first] - logits[second]) - 1 - claims.bounds[pair].offset
        let slope = claims.bounds[pair].slope
        radius = room < 0 ? 0 : slope == 0 ? radius : min(radius, room / slope)
      }
      pair += 1
    }
  }
  return max(radius, 0)
}

/// Interval bounds through every layer, and the rows of the last one against each other.
private func isProvedByIntervals(_ claims: ModelClaims, _ input: [Int], _ best: Int, _ radius: Int) -> Bool {
  let range = (claims.inputMinimum, claims.inputMaximum)
  guard input.allSatisfy({ $0 >= range.0 && $0 <= range.1 }), let last = claims.layers.last else {
    return false
  }
  let box = input.map { (low: max($0 - radius, range.0), high: min($0 + radius, range.1)) }
  var (low, high) = (box.map(\.low), box.map(\.high))
  for layer in claims.layers.dropLast() {
    let rules = layer.rules
    let ends = rules.ends(low, high)
    (low, high) = activatedEnds(
      ends.low.map { rules.settled($0, shift: layer.shift) },
      ends.high.map { rules.settled($0, shift: layer.shift) }, layer.activation)
  }
  low += claims.residualInputs.map { box[$0].low }
  high += claims.residualInputs.map { box[$0].high }
  return last.rules.exceeds(best, low, high, isNegated: last.activation == .negate)
}

/// The least and the greatest value of an activation between two ends.
func activatedEnds(
  _ bottom: [Int], _ top: [Int], _ activation: IntegerActivation
) -> ([Int], [Int]) {
  switch activation {
  case .abs:
    (
      zip(bottom, top).map { $0 <= 0 && $1 >= 0 ? 0 : min(min(abs($0), abs($1)), 32767) },
      zip(bottom, top).map { min(max(abs($0), abs($1)), 32767) }
    )
  case .negate:
    (top.map { min(-$0, 32767) }, bottom.map { min(-$0, 32767) })
  default:
    (activated(bottom, activation), activated(top, activation))
  }
}
