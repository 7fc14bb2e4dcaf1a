internal import Claims

/// What is known of a value on the way through a network, as a function of the inputs in which it shall be convex while
/// the others stay.
struct ConvexValue {
  enum Kind {
    /// It does not change.
    case fixed
    /// A sum of multiples, but for its error.
    case linear
    /// Convex, but for its error.
    case convex
  }

  var kind: Kind
  /// How far it may lie from what it would be without rounding, in 2^-32 of half an LSB, rounded up.
  var error: Int128

  /// A number of more than half an LSB's bits says nothing: 2^46 half LSB.
  static let largestError: Int128 = 1 << 78
}

/// The stated bounds are those that follow from signs, intervals and shifts.
///
/// Of inputs x and x' that differ in convex inputs alone and lie within the declared range, as their middle m does,
/// `y(m) ≤ (y(x) + y(x')) / 2 + bound` for every output y, in accumulator units.
/// - Precondition: the shapes and rows of the claims hold.
func problemsInConvexity(of claims: ModelClaims) -> [String] {
  guard !claims.convexInputs.isEmpty else {
    return claims.convexityBounds.isEmpty ? [] : ["bounds of convexity without convex inputs"]
  }
  guard claims.task == .regression else { return ["convex inputs of a classifier"] }
  var next = 0
  for input in claims.convexInputs {
    guard input >= next, input < claims.inputs else {
      return ["convex input \(input) after \(next - 1), of \(claims.inputs) inputs"]
    }
    next = input + 1
  }
  guard let last = claims.layers.last else { return [] }
  var low = [Int](repeating: claims.inputMinimum, count: claims.inputs)
  var high = [Int](repeating: claims.inputMaximum, count: claims.inputs)
  let inputs = (0..<claims.inputs).map { input in
    ConvexValue(kind: claims.convexInputs.contains(input) ? .linear : .fixed, error: 0)
  }
  var values = inputs
  for (index, layer) in claims.layers.dropLast().enumerated() {
    let place = "convexity, layer \(index)"
    guard layer.activation == .relu || layer.activation == .identity else {
      return ["\(place): activation \(layer.activation)"]
    }
    let rows = layer.rules.convexRows(values)
    let ends = layer.rules.ends(low, high)
    values = []
    for (unit, row) in rows.enumerated() {
      guard let row else {
        return ["\(place) unit \(unit): a weight below 0 of what is convex, or a maximum"]
      }
      if row.kind != .fixed, let end = saturatedEnd(ends.low[unit], ends.high[unit], layer) {
        return ["\(place) unit \(unit): accumulator \(end) saturates within the declared range"]
      }
      let power: Int128 = 1 << Int128(layer.shift)
      let error = (layer.shift > 0 ? 1 << 32 : 0) + (row.error + power - 1) / power
      guard error <= ConvexValue.largestError else {
        return ["\(place) unit \(unit): no bound of its rounding"]
      }
      values.append(
        row.kind == .fixed ? row : ConvexValue(kind: .convex, error: error))
    }
    (low, high) = activatedEnds(
      ends.low.map { layer.rules.settled($0, shift: layer.shift) },
      ends.high.map { layer.rules.settled($0, shift: layer.shift) }, layer.activation)
  }
  values += claims.residualInputs.map { inputs[$0] }
  var bounds: [Int] = []
  for (output, row) in last.rules.convexRows(values).enumerated() {
    guard let row else {
      return ["convexity, output \(output): a weight below 0 of what is convex, or a maximum"]
    }
    bounds.append(Int(clamping: (row.error + (1 << 32) - 1) >> 32))
  }
  return bounds == claims.convexityBounds
    ? [] : ["bounds of convexity \(claims.convexityBounds), derived \(bounds)"]
}

/// The end of a unit's accumulators that rounds to a value beyond `Int16`, nil for none; below 0 ReLU ends in 0 anyway.
private func saturatedEnd(_ low: Int, _ high: Int, _ layer: LayerClaims) -> Int? {
  let half = (1 << layer.shift) / 2
  if high + half >= 32768 << layer.shift { return high }
  return layer.activation == .identity && low + half < -32768 << layer.shift ? low : nil
}
