internal import Claims
internal import Integers
internal import Training

/// The last layer, divided by a common factor where only that makes it fit.
func quantizedLast(
  _ network: FloatNetwork, unit: Int, isClassifier: Bool
) throws(QuantizationError) -> IntegerLayer {
  let index = network.layers.count - 1
  let layer = network.layers[index]
  func attempt(_ layer: FloatLayer) throws(QuantizationError) -> IntegerLayer {
    try quantized(
      layer, index: index, unit: unit, prune: 0, bound: layer.rowSumBound.map(Double.init),
      activation: .identity, residuals: network.residuals)
  }
  do throws(QuantizationError) {
    return try attempt(layer)
  } catch {
    guard isClassifier, layer.rowSumBound == nil, network.residuals.isEmpty else { throw error }
    // What fits at shift 0 but for rounding, which is then given ever more room.
    let sums = (0..<layer.rows).map { layer.rowSum($0) }
    let largestBias = layer.biases.reduce(0.0) { max($0, Double($1.magnitude)) } * Double(unit)
    let largestWeight = layer.weights.reduce(0.0) { max($0, Double($1.magnitude)) }
    let factor = max(
      ((sums.max() ?? 0) * 32768 + largestBias) / Double(Int32.max), largestWeight / 32768, 1)
    guard factor.isFinite else { throw error }
    for room in [1, 1.001, 1.01, 1.1, 2] {
      var divided = layer
      divided.divideRows(by: Array(repeating: factor * room, count: layer.rows))
      if let result = try? attempt(divided) { return result }
    }
    throw error
  }
}

/// The layer at the largest shift at which it is admissible.
func quantized(
  _ layer: FloatLayer, index: Int, unit: Int, prune: Int, bound: Double?, activation: IntegerActivation,
  residuals: [ResidualTerm]
) throws(QuantizationError) -> IntegerLayer {
  for shift in stride(from: 15, through: 0, by: -1) {
    // A model file may state any positive bound; 2^47 is far beyond the admissible ones and fits in Int.
    let limit = bound.map { Int(min(($0 * Double(1 << shift)).rounded(.down), 0x1p47)) }
    guard let hiddenRows = roundedRows(layer, shift: shift, limit: limit, prune: prune),
      let rows = appendResiduals(residuals, to: hiddenRows, shift: shift),
      let biases = roundedBiases(layer, shift: shift, unit: unit)
    else { continue }
    let largestSum = rows.map { $0.reduce(0) { $0 + abs($1) } }.max() ?? 0
    let rowSumBound = residuals.isEmpty ? limit ?? largestSum : largestSum
    let largestBias = biases.map { abs($0) }.max() ?? 0
    // The layer as a whole, as the header's compile-time proof has it: the bound with the largest bias.
    let (scaled, overflow) = rowSumBound.multipliedReportingOverflow(by: 32768)
    guard !overflow, scaled <= Int(Int32.max),
      scaled + largestBias + (1 << shift) / 2 <= Int(Int32.max)
    else { continue }
    return .weighted(
      WeightedLayer(
        rows: layer.rows, columns: layer.columns + residuals.count,
        weights: rows.flatMap { $0.map { Int16($0) } }, biases: biases.map { Int32($0) }, shift: shift,
        activation: activation, rowSumBound: rowSumBound))
  }
  throw .layerTooLarge(layer: index, rowSum: (0..<layer.rows).map { layer.rowSum($0) }.max() ?? 0)
}

/// Each row's weights as integers within `Int16` and within the limit on their sum, or nil when one does not fit.
private func roundedRows(_ layer: FloatLayer, shift: Int, limit: Int?, prune: Int) -> [[Int]]? {
  var rows: [[Int]] = []
  for row in 0..<layer.rows {
    let exact = layer.weights[row * layer.columns..<(row + 1) * layer.columns].map {
      Double($0) * Double(1 << shift)
    }
    // A weight of exactly one unit, 32768 at shift 15, may lose one LSB to fit; a larger one needs a smaller shift.
    guard exact.allSatisfy({ $0.magnitude <= 32768 }) else { return nil }
    var integers = exact.map { value in
      let rounded = min(max(Int(value.rounded()), -32767), 32767)
      return abs(rounded) < prune ? 0 : rounded
    }
    if let limit { repair(&integers, exact: exact, limit: limit) }
    rows.append(integers)
  }
  return rows
}

/// Each row with the weights of the residual inputs behind it, or nil when one does not fit in `Int16`.
///
/// A residual weight is rounded to nearest, but is never less than the sum of the row's own magnitudes, or of a class
/// that of its row's differences from any other: with hidden rows of sum at most `2^shift`, of which no LSB of an input
/// moves an output by more than one, that is what makes the output or the lead monotone, in integers.
private func appendResiduals(_ residuals: [ResidualTerm], to rows: [[Int]], shift: Int) -> [[Int]]? {
  var result = rows
  for (index, row) in rows.enumerated() {
    for term in residuals {
      guard term.classIndex ?? index == index else {
        result[index].append(0)
        continue
      }
      let sum =
        term.classIndex == nil
        ? row.reduce(0) { $0 + abs($1) }
        : rows.reduce(0) { largest, other in
          max(largest, zip(row, other).reduce(0) { $0 + abs($1.0 - $1.1) })
        }
      let exact = Double(term.weights[index].magnitude) * Double(1 << shift)
      guard exact <= 32767, sum <= 32767 else { return nil }
      let magnitude = max(Int(exact.rounded()), sum)
      result[index].append(term.isIncreasing ? magnitude : -magnitude)
    }
  }
  return result
}

/// Brings `Σ|w|` down to the limit, one LSB at a time, each time at the weight where that costs the least: where
/// the integer exceeds the exact value the most.
private func repair(_ integers: inout [Int], exact: [Double], limit: Int) {
  var excess = integers.reduce(0) { $0 + abs($1) } - limit
  while excess > 0 {
    let order = integers.indices.filter { integers[$0] != 0 }.sorted { first, second in
      let surplus = (
        Double(abs(integers[first])) - exact[first].magnitude,
        Double(abs(integers[second])) - exact[second].magnitude
      )
      return surplus.0 != surplus.1 ? surplus.0 > surplus.1 : first < second
    }
    for index in order.prefix(excess) {
      integers[index] -= integers[index].signum()
      excess -= 1
    }
  }
}

/// The biases in accumulator units, `b · unit · 2^shift`, or nil when one does not fit in `Int32`.
private func roundedBiases(_ layer: FloatLayer, shift: Int, unit: Int) -> [Int]? {
  var biases: [Int] = []
  for bias in layer.biases {
    let exact = (Double(bias) * Double(unit) * Double(1 << shift)).rounded()
    guard exact.magnitude <= Double(Int32.max) else { return nil }
    biases.append(Int(exact))
  }
  return biases
}
