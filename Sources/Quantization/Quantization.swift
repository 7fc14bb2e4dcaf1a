public import Certification
public import Training

/// Turns a float network into integers that keep the bounds: hidden row sums at most `bound · 2^shift`, and
/// `2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1` in every row.
///
/// The network is normalized without changing its function, each layer gets the largest shift at which it fits,
/// every weight and bias is rounded to nearest, hidden weights below `prune` LSB are dropped, and rows whose sum
/// came out above the bound are repaired where rounding had gone up most. A classifier's free last layer that is too
/// large at every shift is divided by the least common factor that makes it fit: classes and certificates compare
/// logits only with each other.
///
/// - Parameters:
///   - model: finite weights.
///   - prune: hidden weights with `|w| < prune` LSB become 0; 0 and 1 drop nothing.
/// - Throws: `QuantizationError` when a layer does not fit.
/// - Postcondition: `IntegerNetwork.init` has proved both inequalities on the integers.
/// - Complexity: O(weights · shifts tried).
public func quantized(_ model: FloatModel, prune: Int = 0) throws(QuantizationError) -> IntegerNetwork {
  try requireMonotone(model.network)
  var network =
    model.network.hasDistances ? model.network : model.network.normalized(for: model.inputMap)
  for (index, layer) in network.layers.enumerated() {
    let isLast = index == network.layers.count - 1
    for (width, bound) in [(layer.columns, 65535), (layer.rows, isLast ? 32767 : 65535)] where width > bound {
      throw .tooWide(layer: index, width: width, bound: bound)
    }
  }
  var layers = try quantizedDistances(&network, map: model.inputMap, unread: model.unreadInputs)
  for (index, layer) in network.layers.enumerated().dropLast() where layer.kind == .dense {
    layers.append(
      try quantized(
        layer, index: index, unit: model.inputMap.unit, prune: prune, bound: Double(layer.rowSumBound ?? 1),
        activation: IntegerActivation(network.activation), residuals: []))
  }
  if network.layers[network.layers.count - 1].kind == .dense {
    layers.append(try quantizedLast(network, unit: model.inputMap.unit, isClassifier: model.targets.isEmpty))
  }
  do {
    return try IntegerNetwork(
      layers: layers, unit: model.inputMap.unit, inputMinimum: model.inputMap.minimumLSB,
      inputMaximum: model.inputMap.maximumLSB, residualInputs: network.residuals.map(\.input),
      task: model.targets.isEmpty ? .classification : .regression)
  } catch {
    // `quantized(_:index:…)` returns only layers that fit.
    preconditionFailure("\(error)")
  }
}

/// The layers of distances as integers; the dense layer after them, if any, is changed to read those.
private func quantizedDistances(
  _ network: inout FloatNetwork, map: InputMap, unread: [Int]
) throws(QuantizationError) -> [IntegerLayer] {
  let distances = network.layers.prefix { $0.kind == .distance }
  guard !distances.isEmpty else { return [] }
  let width = map.maximumLSB - map.minimumLSB
  guard width <= 32767 else { throw .rangeTooWide(width) }
  let next = distances.endIndex
  let (layers, constants) = try maxPlusLayers(
    distances, unit: map.unit, range: map.minimumLSB...map.maximumLSB,
    endsNetwork: next == network.layers.count, unread: unread)
  // Hidden values lack a constant each; the dense layer that reads them gets it back as part of its bias.
  if next < network.layers.count {
    let layer = network.layers[next]
    for row in 0..<layer.rows {
      let missing = (0..<layer.columns).reduce(0.0) { sum, column in
        sum + Double(layer.weights[row * layer.columns + column]) * Double(constants[column])
      }
      network.layers[next].biases[row] += Float(missing / Double(map.unit))
    }
  }
  return layers
}

/// Checks that every residual term outweighs the layers, which in integers takes hidden rows bounded by 1.
///
/// A model from elsewhere might not; made to in integers, it would compute something else.
private func requireMonotone(_ network: FloatNetwork) throws(QuantizationError) {
  let isBounded = network.layers.dropLast().allSatisfy { $0.rowSumBound ?? 2 <= 1 }
  let bound = isBounded ? network.lipschitzBound : nil
  for term in network.residuals {
    for weight in term.weights where weight.magnitude * 1.000_001 < bound ?? .infinity {
      throw .notMonotone(input: term.input, weight: weight, bound: bound)
    }
  }
}

/// The last layer, divided by a common factor where only that makes it fit.
private func quantizedLast(
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
private func quantized(
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
    var result = IntegerLayer(
      rows: layer.rows, columns: layer.columns + residuals.count,
      weights: rows.flatMap { $0.map { Int16($0) } },
      biases: biases.map { Int32($0) }, shift: shift, activation: activation, rowSumBound: rowSumBound,
      isSparse: true)
    // The smaller one is also the faster one: a stored entry costs an index, and below half the columns that is
    // less than the multiplications it saves.
    let sparseBytes = result.parameterBytes
    result.isSparse = false
    result.isSparse = sparseBytes < result.parameterBytes && result.nonzeroCount > 0
    return result
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
/// A residual weight is rounded to nearest, but is never less than the sum of the row's own magnitudes: with hidden
/// rows of sum at most `2^shift` that is what makes the output monotone, in integers.
private func appendResiduals(_ residuals: [ResidualTerm], to rows: [[Int]], shift: Int) -> [[Int]]? {
  var result = rows
  for (index, row) in rows.enumerated() {
    let sum = row.reduce(0) { $0 + abs($1) }
    for term in residuals {
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

extension IntegerActivation {
  /// The integer form of a float activation.
  init(_ activation: Activation) {
    switch activation {
    case .identity: self = .identity
    case .relu: self = .relu
    case .abs: self = .abs
    case .maxMin: self = .maxMin
    }
  }
}
