public import Integers
internal import Certification
public import Training

/// A bound on the bytes of a network's parameters, and what helps to keep it.
public struct FlashBudget: Sendable {
  /// The most bytes that all parameters may take on the device.
  public var bytes: Int
  /// Raw values of samples by which a network of distances shows which of its entries it uses.
  ///
  /// Without them no entry is dropped that could ever matter. Dense layers need none.
  public var samples: [[Double]]

  /// Creates a budget; each sample has as many raw values as the network has inputs.
  public init(bytes: Int, samples: [[Double]] = []) {
    self.bytes = bytes
    self.samples = samples
  }
}

/// What was done to keep a budget.
public enum FlashFit: Equatable, Sendable, CustomStringConvertible {
  /// Nothing: it fits as it is.
  case whole
  /// Hidden weights below so many LSB were dropped.
  case pruned(threshold: Int)
  /// Offsets are bytes.
  case narrowOffsets
  /// Offsets are bytes, and so many entries were dropped, the least used ones.
  case leastUsedDropped(count: Int)

  /// What was done, in words.
  public var description: String {
    switch self {
    case .whole: "fits as it is"
    case .pruned(let threshold): "hidden weights below \(threshold) LSB dropped"
    case .narrowOffsets: "offsets are bytes"
    case .leastUsedDropped(let count): "offsets are bytes, \(count) entries dropped that the data use least"
    }
  }
}

/// The network of a model within a budget, with as little done to it as keeps the budget.
///
/// Dense layers drop hidden weights below a threshold, the smallest that will do. Distances take offsets of one byte
/// where the inputs are gray levels; if that is not enough, they drop the entries that are the maximum of their row for
/// the fewest samples. Both change what the network computes; certificates are made afterwards, of what is left, and
/// hold for it like for any other network.
///
/// - Returns: the integers, the model with the input map they need, and what was done.
/// - Throws: `QuantizationError.overBudget` when that is not enough.
/// - Complexity: O(weights · log weights), and O(samples · entries) where entries are dropped.
public func quantized(
  _ model: FloatModel, within budget: FlashBudget
) throws(QuantizationError) -> (network: IntegerNetwork, model: FloatModel, fit: FlashFit) {
  guard model.network.layers.allSatisfy({ $0.kind == .distance }) else {
    return try prunedNetwork(model, within: budget)
  }
  let whole = try quantized(model)
  if whole.parameterBytes <= budget.bytes { return (whole, model, .whole) }
  var model = model
  var smallest = whole
  if let map = model.inputMap.forNarrowOffsets {
    model.inputMap = map
    smallest = try quantized(model)
    if smallest.parameterBytes <= budget.bytes { return (smallest, model, .narrowOffsets) }
  }
  let inputs = budget.samples.map { values in
    values.indices.map { model.inputMap.encoded(values[$0], feature: $0) }
  }
  let total = smallest.layers.reduce(0) { $0 + $1.storedCount - $1.rows }
  guard !inputs.isEmpty, total > 0 else {
    throw .overBudget(bytes: smallest.parameterBytes, budget: budget.bytes)
  }
  let usage = EntryUsage(of: smallest, inputs: inputs)
  let count = firstIndex(in: 1...total) {
    usage.network(dropping: $0).parameterBytes <= budget.bytes
  }
  guard let count else {
    throw .overBudget(bytes: usage.network(dropping: total).parameterBytes, budget: budget.bytes)
  }
  return (usage.network(dropping: count), model, .leastUsedDropped(count: count))
}

/// A network with dense layers at the smallest threshold that keeps the budget.
private func prunedNetwork(
  _ model: FloatModel, within budget: FlashBudget
) throws(QuantizationError) -> (network: IntegerNetwork, model: FloatModel, fit: FlashFit) {
  let whole = try quantized(model)
  if whole.parameterBytes <= budget.bytes { return (whole, model, .whole) }
  // Beyond this a hidden layer would have no weight left. Below, every threshold fits: rows only get smaller.
  let largest = whole.layers.dropLast().compactMap { layer in
    layer.asWeighted?.weights.reduce(1) { max($0, Int($1.magnitude)) }
  }
  guard let last = largest.min() else { throw .overBudget(bytes: whole.parameterBytes, budget: budget.bytes) }
  let threshold = firstIndex(in: 1...last) {
    (try? quantized(model, prune: $0)).map { $0.parameterBytes <= budget.bytes } ?? false
  }
  guard let threshold else {
    throw .overBudget(bytes: try quantized(model, prune: last).parameterBytes, budget: budget.bytes)
  }
  return (try quantized(model, prune: threshold), model, .pruned(threshold: threshold))
}

/// The first index of a range at which a condition holds that holds for all later ones; nil if for none.
private func firstIndex(in range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int? {
  guard holds(range.upperBound) else { return nil }
  var (low, high) = (range.lowerBound, range.upperBound)
  while low < high {
    let middle = (low + high) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
