internal import Embedded

/// A pass of one point through an integer network and of a margin's gradient back, with all its buffers.
///
/// Forward it is exact and made of the device's own kernels. Backward it treats rounding as the identity
/// (straight-through, Bengio et al. 2013, arXiv 1308.3432): a gradient in floating point only says where to
/// search, and no verdict rests on it.
final class GradientPass {
  private let network: IntegerNetwork
  private var stages: [GradientStage]
  /// The gradient with respect to the input, after `propagateBack`.
  private(set) var gradient: [Float]

  init(_ network: IntegerNetwork) {
    self.network = network
    stages = network.layers.map { GradientStage($0) }
    gradient = [Float](repeating: 0, count: network.inputs)
  }

  /// The raw accumulators of the last layer, or their negatives, after `run`.
  var logits: [Int32] { stages[stages.count - 1].logits }

  /// Computes the logits of a point, and keeps what `propagateBack` needs.
  ///
  /// - Complexity: O(weights).
  func run(_ point: [Int16]) {
    let last = stages.count - 1
    for index in 0...last {
      var source = index == 0 ? point : stages[index - 1].outputs
      if index == last, index > 0 { source = network.lastColumns(hidden: source, inputs: point) }
      stages[index].run(source.span)
      if index < last { stages[index].requantize() }
    }
  }

  /// Sets `gradient` to that of `logit_first - logit_second` at the point that ran last.
  ///
  /// Where it vanishes altogether, because something saturates or a ReLU is off on every way, it is computed once
  /// more with a little slope in the flat parts.
  /// - Complexity: O(weights).
  func propagateBack(_ first: Int, minus second: Int) {
    propagateBack(first, minus: second, flatSlope: 0)
    if gradient.allSatisfy({ $0 == 0 }) { propagateBack(first, minus: second, flatSlope: 0.25) }
  }

  private func propagateBack(_ first: Int, minus second: Int, flatSlope: Float) {
    let last = stages.count - 1
    stages[last].setMarginGradient(first, minus: second)
    for index in stride(from: last, through: 0, by: -1) {
      stages[index].propagateToColumns()
      guard index > 0 else { break }
      let columns = stages[index].columnGradients
      stages[index - 1].propagateThroughActivation(columns, flatSlope: flatSlope)
    }
    let first = stages[0].columnGradients
    for index in gradient.indices { gradient[index] = first[index] }
    // In a residual network the last layer reads some inputs once more.
    let hidden = stages[last].columnGradients.count - network.residualInputs.count
    for (index, input) in network.residualInputs.enumerated() {
      gradient[input] += stages[last].columnGradients[hidden + index]
    }
  }
}

/// One layer of a pass.
private struct GradientStage {
  /// The weights, or the signs of a max-plus layer's entries.
  private let weights: [Int16]
  /// The offset of each entry of a max-plus layer, otherwise empty.
  private let offsets: [Int32]
  /// The column of each weight or entry, empty for a dense layer.
  private let columns: [UInt16]
  /// Where each row starts, and the end of the last.
  private let starts: [Int]
  /// 0 for each row of a max-plus layer.
  private let biases: [Int32]
  private let shift: Int
  private let activation: IntegerActivation
  /// The entry at which each row of a max-plus layer has its maximum, the first on a tie.
  private var winners: [Int]
  /// The accumulators.
  private(set) var sums: [Int32]
  /// The requantized sums, before the activation.
  private var linear: [Int16]
  private(set) var outputs: [Int16]
  private var rowGradients: [Float]
  private(set) var columnGradients: [Float]
  /// The place of each sorted value before sorting.
  private var order: [Int]

  init(_ layer: IntegerLayer) {
    let counts: [Int]
    switch layer.kind {
    case .dense, .sparse:
      weights = layer.storedWeights
      offsets = []
      columns = layer.storedColumns
      counts =
        layer.isSparse
        ? layer.storedCounts.map { Int($0) } : Array(repeating: layer.columns, count: layer.rows)
      biases = layer.biases
    case .maxPlus:
      let entries = layer.entries.joined()
      weights = entries.map { $0.isNegated ? -1 : 1 }
      offsets = entries.map { Int32($0.offset) }
      columns = entries.map { UInt16($0.column) }
      counts = layer.entries.map(\.count)
      biases = [Int32](repeating: 0, count: layer.rows)
    }
    starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    winners = Array(starts.dropLast())
    shift = layer.shift
    activation = layer.activation
    sums = [Int32](repeating: 0, count: layer.rows)
    linear = [Int16](repeating: 0, count: layer.rows)
    outputs = linear
    rowGradients = [Float](repeating: 0, count: layer.rows)
    columnGradients = [Float](repeating: 0, count: layer.columns)
    order = Array(0..<layer.rows)
  }

  /// The logits, where the layer is the last one.
  var logits: [Int32] { activation == .negate ? sums.map { -$0 } : sums }

  /// Computes the accumulators: sums with the device's row kernel, maxima in a loop that remembers where they are.
  mutating func run(_ input: Span<Int16>) {
    if !offsets.isEmpty { return findMaxima(input) }
    let (weights, columns) = (weights, columns)
    for row in biases.indices {
      let range = starts[row]..<starts[row + 1]
      sums[row] = accumulator(
        weights: weights.span.extracting(range),
        columns: columns.span.extracting(columns.isEmpty ? 0..<0 : range), bias: biases[row], input: input)
    }
  }

  private mutating func findMaxima(_ input: Span<Int16>) {
    for row in sums.indices {
      var best = (value: Int32.min, entry: starts[row])
      for entry in starts[row]..<starts[row + 1] {
        let value = Int32(weights[entry]) * Int32(input[Int(columns[entry])]) + offsets[entry]
        if value > best.value { best = (value, entry) }
      }
      sums[row] = best.value
      winners[row] = best.entry
    }
  }

  /// Turns the accumulators into the outputs of a hidden layer.
  mutating func requantize() {
    for row in biases.indices {
      linear[row] = requantized(sums[row], shift: Int32(shift))
      outputs[row] = linear[row]
    }
    let kind = activation.constant
    var span = outputs.mutableSpan
    applyActivation(kind, to: &span)
  }

  mutating func setMarginGradient(_ first: Int, minus second: Int) {
    for row in rowGradients.indices { rowGradients[row] = 0 }
    // Only a last max-plus layer has another activation than the identity.
    let sign: Float = activation == .negate ? -1 : 1
    rowGradients[first] += sign
    rowGradients[second] -= sign
  }

  /// From the gradient with respect to the sums to that with respect to the columns; a maximum moves with the entry
  /// that is largest.
  mutating func propagateToColumns() {
    for column in columnGradients.indices { columnGradients[column] = 0 }
    let (weights, columns, starts, rowGradients) = (weights, columns, starts, rowGradients)
    let (winners, isMaxPlus) = (winners, !offsets.isEmpty)
    var results = columnGradients.mutableSpan
    if isMaxPlus {
      for row in rowGradients.indices {
        results[Int(columns[winners[row]])] += rowGradients[row] * Float(weights[winners[row]])
      }
      return
    }
    for row in rowGradients.indices where rowGradients[row] != 0 {
      let scale = rowGradients[row]
      let range = starts[row]..<starts[row + 1]
      let rowWeights = weights.span.extracting(range)
      if columns.isEmpty {
        for index in rowWeights.indices { results[index] += scale * Float(rowWeights[index]) }
      } else {
        for index in rowWeights.indices {
          results[Int(columns[range.lowerBound + index])] += scale * Float(rowWeights[index])
        }
      }
    }
  }

  /// From the gradient with respect to the outputs to that with respect to the sums.
  mutating func propagateThroughActivation(_ gradients: [Float], flatSlope: Float) {
    let unit = 1 / Float(1 << shift)
    for row in rowGradients.indices { rowGradients[row] = gradients[row] * unit }
    switch activation {
    case .identity: break
    case .relu:
      for row in linear.indices where linear[row] <= 0 { rowGradients[row] *= flatSlope }
    case .abs:
      for row in linear.indices where linear[row] < 0 { rowGradients[row] = -rowGradients[row] }
    case .negate:
      for row in linear.indices { rowGradients[row] = -rowGradients[row] }
    case .maxMin:
      for row in stride(from: 0, to: linear.count - 1, by: 2) where linear[row] < linear[row + 1] {
        rowGradients.swapAt(row, row + 1)
      }
    case .sort:
      let values = linear
      order.sort { (values[$0], $0) < (values[$1], $1) }
      for (place, row) in order.enumerated() { rowGradients[row] = gradients[place] * unit }
    }
    // Beyond Int16 the output stands still.
    for row in linear.indices where linear[row] == .max || linear[row] == .min {
      rowGradients[row] *= flatSlope
    }
  }
}
