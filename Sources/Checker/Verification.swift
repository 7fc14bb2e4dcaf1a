public import Claims

/// What an independent re-derivation of a header's claims found.
public struct Verification: Sendable {
  /// One layer as it was measured.
  public struct Layer: Sendable {
    /// The name of the kind, such as `dense`.
    public let kind: String
    /// Outputs.
    public let rows: Int
    /// Inputs.
    public let columns: Int
    /// The weights or entries that are stored.
    public let entries: Int
    /// Those of them that are not zero weights.
    public let nonzeroWeights: Int
    /// The bytes of the parameters on the device, counts and biases included.
    public let parameterBytes: Int
    /// A weight means `w / 2^shift`.
    public let shift: Int
    /// The largest `Σ|w|` of a row, or 1 where a maximum stands in its place.
    public let rowSumMax: Int
    /// What the header declares as its bound.
    public let rowSumBound: Int
    /// `rowSumMax / 2^shift`, exact.
    public let gain: Gain
  }

  /// The layers, first to last.
  public let layers: [Layer]
  /// The bytes of all parameters on the device.
  public var parameterBytes: Int { layers.reduce(0) { $0 + $1.parameterBytes } }
  /// The product of the layer gains and of those of tables; residual inputs reach the last layer unchanged and count beside the product.
  public let lipschitzBound: Gain
  /// What does not hold, one line each; empty for a valid header.
  ///
  /// A line reads `layer 1 row 7: row sum 32771 > 32768`.
  public let problems: [String]
  /// The claims, if every one was re-derived.
  public let verified: VerifiedClaims?

  /// Whether every claim was re-derived.
  public var isValid: Bool { verified != nil }
}

/// Claims of which every one was re-derived.
///
/// Only `verification(of:)` makes them, and nothing changes them afterwards.
public struct VerifiedClaims: Sendable {
  /// What is claimed, and holds.
  public let claims: ModelClaims

  fileprivate init(_ claims: ModelClaims) { self.claims = claims }
}

/// Re-derives every claim of a header in 64- and 128-bit integers with plain loops.
///
/// This module shares nothing with the exporter or with `Embedded`: an error there must not be repeated here.
///
/// - Complexity: O(weights · (golden vectors + outputs)).
public func verification(of claims: ModelClaims) -> Verification {
  var problems = shapeProblems(of: claims)
  for (index, layer) in claims.layers.enumerated() {
    problems += layer.rules.rowProblems(layer, place: "layer \(index)")
    problems += layer.activation.table?.problems(place: "layer \(index)") ?? []
  }
  problems += problemsInFeatures(of: claims)
  problems += problemsInTargets(of: claims)
  // What follows computes with the numbers before it, so those must hold.
  for derive in [
    problemsInRanges, problemsInTolerances, problemsInMonotoneInputs, problemsInConvexity,
    problemsInDerivedNumbers, problemsInGoldenVectors,
  ] where problems.isEmpty {
    problems += derive(claims)
  }
  return Verification(
    layers: claims.layers.map(measured), lipschitzBound: lipschitzBound(of: claims), problems: problems,
    verified: problems.isEmpty ? VerifiedClaims(claims) : nil)
}

private func measured(_ layer: LayerClaims) -> Verification.Layer {
  let rules = layer.rules
  let (entries, nonzero, bytes) = rules.storage(layer)
  let largest = rules.largestRowSum(in: 0..<Int.max)
  return Verification.Layer(
    kind: rules.name, rows: layer.rowCount, columns: layer.columns, entries: entries, nonzeroWeights: nonzero,
    parameterBytes: bytes + 2 * (layer.activation.table?.nodes.count ?? 0), shift: layer.shift,
    rowSumMax: largest, rowSumBound: layer.rowSumBound,
    gain: Gain(rowSum: largest, shift: layer.shift))
}

private func lipschitzBound(of claims: ModelClaims) -> Gain {
  var product = Gain(rowSum: 1, shift: 0)
  var direct = Gain(rowSum: 0, shift: 0)
  for (index, layer) in claims.layers.enumerated() {
    let isLast = index == claims.layers.count - 1
    let first = isLast ? max(max(layer.columns, 0) - claims.residualInputs.count, 0) : Int.max
    product = product * Gain(rowSum: layer.rules.largestRowSum(in: 0..<first), shift: layer.shift)
    if let table = layer.activation.table { product = product * Gain(rowSum: table.gain, shift: table.shift) }
    direct = Gain(rowSum: layer.rules.largestRowSum(in: first..<Int.max), shift: layer.shift)
  }
  return product + direct
}
