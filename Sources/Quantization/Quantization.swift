internal import Claims
public import Integers
internal import Certification
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
  var network = model.network
  var tables: [TableClaims] = []
  if !network.activation.isHomogeneous {
    (network, tables) = network.tabulated(for: model.inputMap)
  } else if !network.hasDistances {
    network = network.normalized(for: model.inputMap)
  }
  for (index, layer) in network.layers.enumerated() {
    let isLast = index == network.layers.count - 1
    for (width, bound) in [(layer.columns, 65535), (layer.rows, isLast ? 32767 : 65535)] where width > bound {
      throw .tooWide(layer: index, width: width, bound: bound)
    }
  }
  var layers = try quantizedDistances(&network, map: model.inputMap, unread: model.unreadInputs)
  for (index, layer) in network.layers.enumerated() {
    switch layer.kind {
    case .distance: continue  // there already: only the first layers are of distances
    case .dense where index < network.layers.count - 1:
      // Rows before a table carry its scale, so that only their sums themselves bound them.
      let isBounded = tables.isEmpty || !network.residuals.isEmpty
      layers.append(
        try quantized(
          layer, index: index, unit: model.inputMap.unit, prune: prune,
          bound: isBounded ? layer.rowSumLimit : nil,
          activation: tables.isEmpty
            ? IntegerActivation(homogeneous: network.activation) : .smooth(tables[index]), residuals: []))
    case .dense:
      let isClassifier = model.targets.isEmpty
      layers.append(try quantizedLast(network, unit: model.inputMap.unit, isClassifier: isClassifier))
    }
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

/// Checks that every residual term outweighs the layers, which in integers takes hidden rows bounded by 1.
///
/// A model from elsewhere might not; made to in integers, it would compute something else.
private func requireMonotone(_ network: FloatNetwork) throws(QuantizationError) {
  let isBounded = network.layers.dropLast().allSatisfy { $0.rowSumBound ?? 2 <= 1 }
  let bound = isBounded ? network.lipschitzBound : nil
  for term in network.residuals {
    guard let index = term.classIndex else {
      for weight in term.weights where weight.magnitude * 1.000_001 < bound ?? .infinity {
        throw .notMonotone(input: term.input, weight: weight, bound: bound)
      }
      continue
    }
    let reach = bound.map { _ in network.layers[network.layers.count - 1].reach(ofLeadOf: index) }
    guard term.weights[index].magnitude * 1.000_001 >= reach ?? .infinity else {
      throw .notMonotone(input: term.input, weight: term.weights[index], bound: reach)
    }
  }
}

extension IntegerActivation {
  /// The integer form of a float activation that needs no table.
  init(homogeneous activation: Activation) {
    switch activation {
    case .identity: self = .identity
    case .relu: self = .relu
    case .abs: self = .abs
    case .maxMin: self = .maxMin
    case .sort: self = .sort
    case .tanh, .sigmoid: preconditionFailure("not homogeneous")
    }
  }
}
