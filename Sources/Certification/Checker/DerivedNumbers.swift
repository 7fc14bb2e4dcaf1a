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
  let (infer, certify) = (max(parts, 8), max(2 * parts, 8))
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

/// The table of bounds by the rule of `IntegerNetwork.boundTable()`, in 128-bit integers.
///
/// A value's bound is `(a·d + b) / 2^24`. Hidden rows: `a' = ceil(Σ|w|a / 2^f)`,
/// `b' = ceil((Σ|w|b + (2^f - 1)·2^24) / 2^f)`, or a' and `ceil(Σ|w|b / 2^f)` both rounded up to whole multiples of
/// 2^24; whichever is smaller at d = 1024, the whole ones on a tie. Nothing grows beyond 2^62. A max-plus row has the
/// largest a and the largest b of its entries; two rows of a last max-plus layer, or one output, have the sum.
private func derivedBounds(of claims: ModelClaims) -> [BoundClaims] {
  guard claims.hasBoundTable else { return [] }
  let one: Int128 = 1 << 24
  let limit: Int128 = 1 << 62
  var slopes = [Int128](repeating: one, count: claims.inputs)
  var offsets = [Int128](repeating: 0, count: claims.inputs)
  func up(_ value: Int128, _ divisor: Int128) -> Int128 {
    value >= limit ? limit : (value + divisor - 1) / divisor
  }
  /// `Σ|w|·bound` over some columns.
  func combined(_ terms: some Sequence<(column: Int, weight: Int)>) -> (a: Int128, b: Int128) {
    var sum: (a: Int128, b: Int128) = (0, 0)
    for term in terms {
      let weight = Int128(abs(term.weight))
      sum.a = min(sum.a + min(weight * slopes[term.column], limit), limit)
      sum.b = min(sum.b + min(weight * offsets[term.column], limit), limit)
    }
    return sum
  }
  /// The largest coefficients over the entries of each max-plus row.
  func largest(_ layer: LayerClaims) -> [(a: Int128, b: Int128)] {
    layer.entries.map { row in
      (a: row.map { slopes[$0.column] }.max() ?? 0, b: row.map { offsets[$0.column] }.max() ?? 0)
    }
  }
  func stated(_ sum: (a: Int128, b: Int128)) -> BoundClaims {
    BoundClaims(
      slope: Int(min(up(sum.a, one), 4_294_967_295)), offset: Int(min(up(sum.b, one), 4_294_967_295)))
  }
  func atReference(_ bound: (a: Int128, b: Int128)) -> Int128 {
    min(min(bound.a * 1024, limit) + bound.b, limit)
  }
  for layer in claims.layers.dropLast() {
    let power: Int128 = 1 << Int128(layer.shift)
    let bounds =
      layer.kind == .maxPlus
      ? largest(layer)
      : layer.rows.map { row -> (a: Int128, b: Int128) in
        let sum = combined(row.lazy.map { ($0.column, $0.weight) })
        let rounded = (a: up(sum.a, power), b: up(min(sum.b + (power - 1) * one, limit), power))
        let whole = (
          a: min(up(up(sum.a, power), one) * one, limit), b: min(up(up(sum.b, power), one) * one, limit)
        )
        return atReference(rounded) < atReference(whole) ? rounded : whole
      }
    (slopes, offsets) = (bounds.map(\.a), bounds.map(\.b))
    spread(&slopes, layer.activation)
    spread(&offsets, layer.activation)
  }
  for _ in claims.residualInputs {
    slopes.append(one)
    offsets.append(0)
  }
  guard let last = claims.layers.last else { return [] }
  if last.kind == .maxPlus {
    let rows = largest(last)
    if claims.task == .regression { return rows.map { stated($0) } }
    return rows.indices.flatMap { first in
      rows[(first + 1)...].map { second in
        stated((a: min(rows[first].a + second.a, limit), b: min(rows[first].b + second.b, limit)))
      }
    }
  }
  if claims.task == .regression {
    return last.rows.map { row in stated(combined(row.lazy.map { ($0.column, $0.weight) })) }
  }
  let dense = last.rows.map { denseRow($0, columns: last.columns) }
  return dense.indices.flatMap { first in
    dense[(first + 1)...].map { second in
      stated(combined((0..<last.columns).lazy.map { ($0, dense[first][$0] - second[$0]) }))
    }
  }
}

/// The larger of each pair for maxMin, the largest of all for sort.
func spread(_ values: inout [Int128], _ activation: IntegerActivation) {
  if activation == .maxMin {
    var index = 1
    while index < values.count {
      let larger = max(values[index - 1], values[index])
      values[index - 1] = larger
      values[index] = larger
      index += 2
    }
  } else if activation == .sort {
    let largest = values.max() ?? 0
    values = values.map { _ in largest }
  }
}

/// A row with its zeros.
func denseRow(_ entries: [LayerClaims.Entry], columns: Int) -> [Int] {
  var row = [Int](repeating: 0, count: columns)
  for entry in entries { row[entry.column] = entry.weight }
  return row
}
