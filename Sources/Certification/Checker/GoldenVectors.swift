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

private func rounded(_ accumulator: Int, shift: Int) -> Int {
  // floor((a + 2^(f-1)) / 2^f) by division, then saturation.
  let power = 1 << shift
  let sum = accumulator + power / 2
  let floor = sum >= 0 ? sum / power : -((power - 1 - sum) / power)
  return min(max(floor, -32768), 32767)
}

private func activated(_ values: [Int], _ activation: IntegerActivation) -> [Int] {
  var result = values
  switch activation {
  case .identity: break
  case .relu: result = values.map { $0 < 0 ? 0 : $0 }
  case .abs: result = values.map { min(abs($0), 32767) }
  case .negate: result = values.map { min(-$0, 32767) }
  case .sort: result.sort()
  case .maxMin:
    for index in values.indices where index % 2 == 1 {
      result[index - 1] = max(values[index - 1], values[index])
      result[index] = min(values[index - 1], values[index])
    }
  }
  return result
}

private func plainLogits(_ claims: ModelClaims, _ input: [Int]) -> [Int] {
  var values = input
  for (index, layer) in claims.layers.enumerated() {
    if index == claims.layers.count - 1 { for place in claims.residualInputs { values.append(input[place]) } }
    if layer.kind == .maxPlus {
      values = maxima(layer) { $0.sign * values[$0.column] + $0.offset }
      // Logits neither saturate nor overflow: they lie within ±65536.
      if index == claims.layers.count - 1 { return layer.activation == .negate ? values.map { -$0 } : values }
      values = activated(values.map { min(max($0, -32768), 32767) }, layer.activation)
      continue
    }
    var sums = layer.biases
    for row in layer.rows.indices {
      for entry in layer.rows[row] { sums[row] += entry.weight * values[entry.column] }
    }
    if index == claims.layers.count - 1 { return sums }
    values = activated(sums.map { rounded($0, shift: layer.shift) }, layer.activation)
  }
  return values
}

private func plainRadius(_ claims: ModelClaims, _ logits: [Int], _ best: Int) -> Int {
  var radius = 65535
  guard claims.hasBoundTable else {
    // Each logit of a network of max-plus layers alone moves by at most as much as the inputs do.
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

/// Interval bounds through every layer, and the pairwise rows of the last one.
private func isProvedByIntervals(_ claims: ModelClaims, _ input: [Int], _ best: Int, _ radius: Int) -> Bool {
  let range = (claims.inputMinimum, claims.inputMaximum)
  guard input.allSatisfy({ $0 >= range.0 && $0 <= range.1 }) else { return false }
  var low = input.map { max($0 - radius, range.0) }
  var high = input.map { min($0 + radius, range.1) }
  for layer in claims.layers.dropLast() {
    let (bottom, top) = hiddenEnds(layer, low, high)
    (low, high) = activatedEnds(bottom, top, layer.activation)
  }
  guard let last = claims.layers.last else { return false }
  if last.kind == .maxPlus {
    let ends = maxPlusEnds(last, low, high)
    let (bottom, top) = last.activation == .negate ? (ends.1.map { -$0 }, ends.0.map { -$0 }) : ends
    return bottom.indices.allSatisfy { $0 == best || bottom[best] > top[$0] }
  }
  for place in claims.residualInputs {
    low.append(max(input[place] - radius, range.0))
    high.append(min(input[place] + radius, range.1))
  }
  let own = denseRow(last.rows[best], columns: last.columns)
  for other in last.rows.indices where other != best {
    let row = denseRow(last.rows[other], columns: last.columns)
    var difference = last.biases[best] - last.biases[other]
    for column in 0..<last.columns {
      let weight = own[column] - row[column]
      difference += min(weight * low[column], weight * high[column])
    }
    if difference <= 0 { return false }
  }
  return true
}

/// The least and the greatest outputs of a hidden layer before its activation.
private func hiddenEnds(_ layer: LayerClaims, _ low: [Int], _ high: [Int]) -> ([Int], [Int]) {
  if layer.kind == .maxPlus {
    let ends = maxPlusEnds(layer, low, high)
    return (ends.0.map { min(max($0, -32768), 32767) }, ends.1.map { min(max($0, -32768), 32767) })
  }
  var least = layer.biases
  var greatest = layer.biases
  for row in layer.rows.indices {
    for entry in layer.rows[row] {
      let ends = [entry.weight * low[entry.column], entry.weight * high[entry.column]]
      least[row] += min(ends[0], ends[1])
      greatest[row] += max(ends[0], ends[1])
    }
  }
  return (least.map { rounded($0, shift: layer.shift) }, greatest.map { rounded($0, shift: layer.shift) })
}

/// The least and the greatest value of an activation between two ends.
private func activatedEnds(
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
