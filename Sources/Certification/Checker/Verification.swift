/// What an independent re-derivation of a header's claims found.
public struct Verification: Sendable {
  /// One layer as it was measured.
  public struct Layer: Sendable {
    /// `dense`, `sparse` or `maxPlus`.
    public var kind: String
    /// Outputs.
    public var rows: Int
    /// Inputs.
    public var columns: Int
    /// The weights or entries that are stored.
    public var entries: Int
    /// The bytes of the parameters on the device, counts and biases included.
    public var parameterBytes: Int
    /// A weight means `w / 2^shift`; 0 in a max-plus layer.
    public var shift: Int
    /// The largest `Σ|w|` of a row; 1 in a max-plus layer.
    public var rowSumMax: Int
    /// What the header declares as its bound.
    public var rowSumBound: Int
    /// `rowSumMax / 2^shift`, exact.
    public var gain: UpperBound
  }

  /// The layers, first to last.
  public var layers: [Layer]
  /// The bytes of all parameters on the device.
  public var parameterBytes: Int { layers.reduce(0) { $0 + $1.parameterBytes } }
  /// The product of the layer gains.
  public var lipschitzBound: UpperBound
  /// What does not hold, one line each; empty for a valid header.
  ///
  /// A line reads `layer 1 row 7: row sum 32771 > 32768`.
  public var problems: [String]

  /// Whether every claim was re-derived.
  public var isValid: Bool { problems.isEmpty }
}

/// Re-derives every claim of a header in 64- and 128-bit integers with plain loops.
///
/// This code and the files beside it share nothing with the exporter or with `Embedded`: an error there must
/// not be repeated here.
///
/// - Complexity: O(weights · (golden vectors + outputs)).
public func verification(of claims: ModelClaims) -> Verification {
  var problems = problemsInShapes(of: claims)
  var layers: [Verification.Layer] = []
  for (index, layer) in claims.layers.enumerated() {
    problems += problemsInRows(of: layer, index: index)
    let largest = layer.kind == .maxPlus ? 1 : layer.rows.map { magnitudeSum($0) }.max() ?? 0
    let gain = UpperBound(numerator: UInt64(clamping: largest), shift: min(max(layer.shift, 0), 63))
    let (entries, bytes) = storage(of: layer)
    layers.append(
      Verification.Layer(
        kind: layer.kind == .maxPlus ? "maxPlus" : layer.kind == .sparse ? "sparse" : "dense",
        rows: layer.rowCount, columns: layer.columns, entries: entries, parameterBytes: bytes,
        shift: layer.shift, rowSumMax: largest, rowSumBound: layer.rowSumBound, gain: gain))
  }
  problems += problemsInFeatures(of: claims)
  problems += problemsInTargets(of: claims)
  // What follows computes with the numbers before it, so those must hold.
  if problems.isEmpty { problems += problemsInTolerances(of: claims) }
  if problems.isEmpty { problems += problemsInMonotoneInputs(of: claims) }
  if problems.isEmpty { problems += problemsInDerivedNumbers(of: claims) }
  if problems.isEmpty { problems += problemsInGoldenVectors(of: claims) }
  return Verification(layers: layers, lipschitzBound: lipschitzBound(of: claims), problems: problems)
}

/// How many weights or entries a layer stores, and in how many bytes.
private func storage(of layer: LayerClaims) -> (entries: Int, bytes: Int) {
  if layer.kind == .maxPlus {
    let count = layer.entries.reduce(0) { $0 + $1.count }
    let entryBytes = (layer.layout & 1 == 1 ? 1 : 2) + (layer.layout & 2 == 2 ? 1 : 2)
    // A column count of any size may be stated, and at most 1024 of them have groups.
    let groups = layer.layout & 1 == 1 && !(0...1024).contains(layer.columns) ? 0 : maxPlusGroupCount(layer)
    return (count, count * entryBytes + 2 * groups * layer.entries.count)
  }
  let count = layer.rows.reduce(0) { $0 + $1.count }
  let rowBytes = layer.kind == .sparse ? 2 * layer.rows.count : 0
  return (count, (layer.kind == .sparse ? 4 : 2) * count + rowBytes + 4 * layer.biases.count)
}

/// The product of the layer gains; residual inputs reach the last layer unchanged and count beside the product.
private func lipschitzBound(of claims: ModelClaims) -> UpperBound {
  var product = UpperBound(numerator: 1, shift: 0)
  var direct = UpperBound(numerator: 0, shift: 0)
  for (index, layer) in claims.layers.enumerated() {
    let shift = min(max(layer.shift, 0), 63)
    let isLast = index == claims.layers.count - 1
    let first = isLast ? max(layer.columns, 0) - claims.residualInputs.count : Int.max
    if layer.kind == .maxPlus {
      // Nonexpansive, and without residual inputs.
      direct = UpperBound(numerator: 0, shift: 0)
      continue
    }
    let through = layer.rows.map { magnitudeSum($0.filter { $0.column < first }) }.max() ?? 0
    let beside = layer.rows.map { magnitudeSum($0.filter { $0.column >= first }) }.max() ?? 0
    product = product.multiplied(by: UpperBound(numerator: UInt64(clamping: through), shift: shift))
    direct = UpperBound(numerator: UInt64(clamping: beside), shift: shift)
  }
  return product.adding(direct)
}

/// `Σ|w|`, saturating: a header may state numbers of any size.
func magnitudeSum(_ entries: [LayerClaims.Entry]) -> Int {
  var sum = 0
  for entry in entries {
    let (value, overflow) = sum.addingReportingOverflow(Int(clamping: entry.weight.magnitude))
    sum = overflow ? Int.max : value
  }
  return sum
}

/// What is wrong with the names of a header, one line each.
///
/// A name is a C string of at most 255 bytes in UTF-8: longer ones make lines that tools cut, a NUL would end it.
///
/// - Parameters:
///   - names: in their order.
///   - kind: `class`, `feature` or `target`, for the lines.
public func problemsInNames(_ names: [String], _ kind: String) -> [String] {
  names.enumerated().compactMap { index, name in
    if name.utf8.count > 255 {
      return "\(kind) name \(index) '\(String(name.prefix(24)))…': \(name.utf8.count) bytes > 255"
    }
    return name.utf8.contains(0) ? "\(kind) name \(index) '\(name)': a NUL within a name" : nil
  }
}

private func problemsInShapes(of claims: ModelClaims) -> [String] {
  var problems: [String] = []
  func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) {
    if !range.contains(value) {
      problems.append("\(name) \(value) outside \(range.lowerBound)…\(range.upperBound)")
    }
  }
  func equal(_ name: String, _ value: Int, _ expected: Int) {
    if value != expected { problems.append("\(name) \(value), expected \(expected)") }
  }
  equal("format version", claims.formatVersion, 4)
  check("unit", claims.unit, 1...32768)
  check("inputs", claims.inputs, 1...65535)
  check("outputs", claims.outputs, 1...32767)
  check("input minimum", claims.inputMinimum, -32768...32767)
  check("input maximum", claims.inputMaximum, -32768...32767)
  if claims.inputMinimum > claims.inputMaximum {
    problems.append("input minimum \(claims.inputMinimum) > input maximum \(claims.inputMaximum)")
  }
  check("layers", claims.layers.count, 1...65535)
  var columns = claims.inputs
  for (index, layer) in claims.layers.enumerated() {
    check("layer \(index): rows", layer.rowCount, 1...65535)
    check("layer \(index): shift", layer.shift, 0...15)
    let isLast = index == claims.layers.count - 1
    // A header may state any number, so the sum is kept from overflowing.
    let direct = isLast ? claims.residualInputs.count : 0
    equal("layer \(index): columns", layer.columns, min(columns, Int.max - direct) + direct)
    columns = layer.rowCount
    if layer.kind == .maxPlus {
      problems += problemsInMaxPlusShape(of: layer, index: index)
      continue
    }
    equal("layer \(index): number of weight rows", layer.rows.count, layer.rowCount)
    equal("layer \(index): number of biases", layer.biases.count, layer.rowCount)
    equal("layer \(index): layout", layer.layout, 0)
    equal("layer \(index): number of max-plus rows", layer.entries.count, 0)
    // A sparse row is a few bytes of a header, but all its columns in memory.
    if (1...65535).contains(layer.rowCount), (1...65535).contains(layer.columns) {
      let size = layer.rowCount * layer.columns
      if size > 1 << 27 {
        problems.append("layer \(index): rows · columns \(size) > \(1 << 27), too large to load")
      }
    }
    if layer.rows.allSatisfy(\.isEmpty) { problems.append("layer \(index): no weights at all") }
  }
  equal("outputs", claims.outputs, columns)
  // The nearest class of a distance network wins: its logits are negated distances.
  if let last = claims.layers.last, last.activation != .identity,
    last.kind != .maxPlus || last.activation != .negate
  {
    problems.append("layer \(claims.layers.count - 1): the last layer has an activation")
  }
  let pairCount = (1...32767).contains(claims.outputs) ? claims.outputs * (claims.outputs - 1) / 2 : 0
  if claims.task == .regression {
    equal("number of output bounds", claims.bounds.count, claims.hasBoundTable ? claims.outputs : 0)
    equal("number of targets", claims.targets.count, claims.outputs)
  } else {
    equal("number of pairs", claims.bounds.count, claims.hasBoundTable ? pairCount : 0)
    equal("number of targets", claims.targets.count, 0)
  }
  if !claims.targetNames.isEmpty {
    equal("number of target names", claims.targetNames.count, claims.targets.count)
  }
  problems += problemsInResidualInputs(of: claims)
  if !claims.classNames.isEmpty { equal("number of class names", claims.classNames.count, claims.outputs) }
  if !claims.featureNames.isEmpty {
    equal("number of feature names", claims.featureNames.count, claims.inputs)
  }
  problems += problemsInNames(claims.classNames, "class")
  problems += problemsInNames(claims.featureNames, "feature")
  problems += problemsInNames(claims.targetNames, "target")
  // Pairs are compared column by column; a header must not keep its checker busy for days.
  // Numbers out of their ranges are problems already, and their product might not fit.
  let width = claims.layers.last?.kind == .maxPlus ? 1 : claims.layers.last?.columns ?? 0
  if (1...32767).contains(claims.outputs), (1...65535).contains(width) {
    let work = claims.outputs * claims.outputs * width
    if work > 1 << 33 {
      problems.append("last layer: outputs² · columns \(work) > \(1 << 33), too large to verify")
    }
  }
  if claims.golden.count < 4 { problems.append("golden vectors \(claims.golden.count) < 4") }
  return problems
}

private func problemsInRows(of layer: LayerClaims, index: Int) -> [String] {
  if layer.kind == .maxPlus { return problemsInEntries(of: layer, index: index) }
  var problems: [String] = []
  let half = layer.shift > 0 && layer.shift <= 15 ? 1 << (layer.shift - 1) : 0
  var largestBias = 0
  for (row, entries) in layer.rows.enumerated() {
    let place = "layer \(index) row \(row)"
    var next = 0
    for entry in entries {
      if entry.weight < -32768 || entry.weight > 32767 {
        problems.append("\(place) column \(entry.column): weight \(entry.weight) outside -32768…32767")
      }
      if entry.column < next {
        problems.append("\(place): column \(entry.column) after column \(next - 1)")
      }
      next = max(next, entry.column < Int.max ? entry.column + 1 : Int.max)
    }
    if next > layer.columns { problems.append("\(place): column \(next - 1) > \(max(layer.columns, 0) - 1)") }
    if layer.kind == .dense, entries.count != layer.columns {
      problems.append("\(place): \(entries.count) weights, expected \(layer.columns)")
    }
    let sum = magnitudeSum(entries)
    if sum > layer.rowSumBound {
      problems.append("\(place): row sum \(sum) > \(layer.rowSumBound)")
    }
    guard row < layer.biases.count else { continue }
    let bias = layer.biases[row]
    guard bias >= Int(Int32.min), bias <= Int(Int32.max) else {
      problems.append("\(place): bias \(bias) outside -2147483648…2147483647")
      continue
    }
    largestBias = max(largestBias, abs(bias))
    let reach = Int128(sum) * 32768 + Int128(abs(bias)) + Int128(half)
    if reach > 2_147_483_647 {
      problems.append("\(place): 2^15·R + |b| + 2^(shift-1) = \(reach) > 2147483647")
    }
  }
  // The header's own compile-time proof is by layer: the bound of all rows with the largest bias.
  let reach = Int128(layer.rowSumBound) * 32768 + Int128(largestBias) + Int128(half)
  if reach > 2_147_483_647 {
    problems.append("layer \(index): 2^15·bound + largest |b| + 2^(shift-1) = \(reach) > 2147483647")
  }
  return problems
}
