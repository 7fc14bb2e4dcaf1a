internal import Claims

/// Checks the numbers that follow from the others: checksums, scratch bytes and the pair table.
///
/// - Precondition: the shapes and rows of the claims hold.
func problemsInDerivedNumbers(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  let checksums = canonicalChecksums(of: claims)
  for (name, claimed, derived) in [
    ("CRC-32", claims.crc32, checksums.all), ("head CRC-32", claims.headCRC32, checksums.head),
  ] where claimed != derived {
    problems.append("\(name) \(hexadecimal(claimed)), the network has \(hexadecimal(derived))")
  }
  var widest = [0, 0]
  for (index, layer) in claims.layers.dropLast().enumerated() {
    // The residual inputs lie behind the outputs of the last hidden layer.
    let width = layer.rowCount + (index == claims.layers.count - 2 ? claims.residualInputs.count : 0)
    widest[index % 2] = max(widest[index % 2], width)
  }
  // Each of the two parts ends at a multiple of 8 bytes, and C has no empty array.
  let parts = widest.reduce(0) { $0 + ($1 + 3) / 4 * 8 }
  // The kernels work behind them.
  func workspace(_ bytes: (any LayerRules) -> Int) -> Int {
    claims.layers.reduce(0) { max($0, ($1.columns * bytes($1.rules) + 7) / 8 * 8) }
  }
  let infer = max(parts + workspace { $0.workspace.inference }, 8)
  let certify = max(2 * parts + workspace { $0.workspace.certificate }, infer)
  if claims.inferScratchBytes != infer {
    problems.append("scratch bytes for inference \(claims.inferScratchBytes), needed \(infer)")
  }
  if claims.scratchBytes != certify {
    problems.append("scratch bytes \(claims.scratchBytes), needed \(certify)")
  }
  let noun = claims.task == .regression ? "output" : "pair"
  for (index, (claimed, derived)) in zip(claims.bounds, derivedBounds(of: claims)).enumerated()
  where claimed != derived {
    problems.append(
      "\(noun) \(index): bound \(claimed.slope)·d + \(claimed.offset), derived \(derived.slope)·d + \(derived.offset)"
    )
  }
  return problems
}

private func hexadecimal(_ value: Int) -> String { "0x" + String(value, radix: 16, uppercase: true) }

/// The table of bounds by the rule that the article "Header format" states, in 128-bit integers.
private func derivedBounds(of claims: ModelClaims) -> [BoundClaims] {
  guard claims.hasBoundTable, let last = claims.layers.last else { return [] }
  var moves = [MoveBound](repeating: .input, count: claims.inputs)
  for layer in claims.layers.dropLast() {
    moves = layer.rules.moves(moves, shift: layer.shift)
    spread(&moves, layer.activation, by: MoveBound.larger)
    if let table = layer.activation.table { moves = moves.map(table.moved) }
  }
  moves += claims.residualInputs.map { _ in .input }
  let rules = last.rules
  let bounds = claims.task == .regression ? rules.rowMoves(moves) : rules.differenceMoves(moves)
  return bounds.map { BoundClaims(slope: $0.stated.slope, offset: $0.stated.offset) }
}

/// The larger of each pair for maxMin, the largest of all for sort.
func spread<Value>(
  _ values: inout [Value], _ activation: IntegerActivation, by larger: (Value, Value) -> Value
) {
  if activation == .maxMin {
    var index = 1
    while index < values.count {
      let value = larger(values[index - 1], values[index])
      values[index - 1] = value
      values[index] = value
      index += 2
    }
  } else if activation == .sort, let first = values.first {
    let largest = values.reduce(first, larger)
    values = values.map { _ in largest }
  }
}
