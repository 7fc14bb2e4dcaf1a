internal import Claims
package import Integers
internal import Embedded

/// A pass of one point through an integer network and of a margin's gradient back, with all its buffers.
///
/// Forward it is exact and made of the device's own kernels. Backward it treats rounding as the identity
/// (straight-through, Bengio et al. 2013, arXiv 1308.3432): a gradient in floating point only says where to
/// search, and no verdict rests on it.
package final class GradientPass {
  private let network: IntegerNetwork
  private var stages: [GradientStage]
  /// The gradient with respect to the input, after `propagateBack`.
  private(set) var gradient: [Float]

  package init(_ network: IntegerNetwork) {
    self.network = network
    stages = network.layers.map { GradientStage($0) }
    gradient = [Float](repeating: 0, count: network.inputs)
  }

  /// The raw accumulators of the last layer, or their negatives, after `run`.
  var logits: [Int32] { stages[stages.count - 1].logits }

  /// Computes the logits of a point, and keeps what `propagateBack` needs.
  ///
  /// - Complexity: O(weights).
  package func run(_ point: [Int16]) {
    let last = stages.count - 1
    let inputs = network.read(point)
    for index in 0...last {
      var source = index == 0 ? inputs : stages[index - 1].outputs
      if index == last, index > 0 { source = network.lastColumns(hidden: source, inputs: inputs) }
      stages[index].run(source)
      if index < last { stages[index].requantize() }
    }
  }

  /// The entry at which each row of a layer had its maximum in the last run; nil where its rows are no maxima.
  package func winners(ofLayer index: Int) -> [Int]? { stages[index].winners }

  /// What a hidden layer came to in the last run, after its activation.
  package func outputs(ofLayer index: Int) -> [Int16] { stages[index].outputs }

  /// Sets `gradient` to that of `logit_first - logit_second`, or of the first alone, at the point that ran last.
  ///
  /// Where it vanishes altogether, because something saturates or a ReLU is off on every way, it is computed once
  /// more with a little slope in the flat parts.
  /// - Complexity: O(weights).
  func propagateBack(_ first: Int, minus second: Int?) {
    var weights = [Float](repeating: 0, count: network.outputs)
    weights[first] += 1
    if let second { weights[second] -= 1 }
    propagateBack(weights)
  }

  /// Sets `gradient` to that of `Σ weights·logits` in the same way.
  func propagateBack(_ weights: [Float]) {
    propagateBack(weights, flatSlope: 0)
    if gradient.allSatisfy({ $0 == 0 }) { propagateBack(weights, flatSlope: 0.25) }
  }

  private func propagateBack(_ weights: [Float], flatSlope: Float) {
    let last = stages.count - 1
    stages[last].setGradient(weights)
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
  private var content: any GradientRows
  private let shift: Int
  private let activation: IntegerActivation
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
    content = layer.certified.gradientRows
    shift = layer.shift
    activation = layer.activation
    sums = [Int32](repeating: 0, count: layer.rows)
    linear = [Int16](repeating: 0, count: layer.rows)
    outputs = linear
    rowGradients = [Float](repeating: 0, count: layer.rows)
    columnGradients = [Float](repeating: 0, count: layer.columns)
    order = Array(0..<layer.rows)
  }

  var winners: [Int]? { content.winners }

  /// The logits, where the layer is the last one.
  var logits: [Int32] { activation == .negate ? sums.map { -$0 } : sums }

  /// Computes the accumulators.
  mutating func run(_ input: [Int16]) { content.run(input, into: &sums) }

  /// Turns the accumulators into the outputs of a hidden layer.
  mutating func requantize() {
    for row in sums.indices {
      linear[row] = requantized(sums[row], shift: Int32(shift))
      outputs[row] = linear[row]
    }
    activation.apply(to: &outputs)
  }

  mutating func setGradient(_ weights: [Float]) {
    // The logits are the negatives where the last layer says so.
    let sign: Float = activation == .negate ? -1 : 1
    for row in rowGradients.indices { rowGradients[row] = sign * weights[row] }
  }

  /// From the gradient with respect to the sums to that with respect to the columns.
  mutating func propagateToColumns() {
    for column in columnGradients.indices { columnGradients[column] = 0 }
    content.addColumnGradients(of: rowGradients, to: &columnGradients)
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
    case .smooth(let table):
      for row in linear.indices { rowGradients[row] *= table.slope(at: Int(linear[row])) }
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
