public import Checker
internal import Claims
public import Integers

/// How the length of a change grows through a network: `‖Δlogits‖ ≤ slope·‖Δx‖ + offset` in one norm.
///
/// A hidden layer's accumulators change by at most its norm times what its columns change by. Rounding moves each row by less
/// than `(2^f - 1) / 2^f` LSB more, and no activation lengthens a change: `L' = ‖W‖·L / 2^f + ‖u‖·(2^f - 1) / 2^f`, where
/// `‖u‖` is n^(1/p) for n rows with weights of 1. Saturation and the cutting of inputs are nonexpansive.
public struct NormProduct: Sendable {
  /// One hidden layer.
  struct Step: Sendable {
    /// `‖u·Δoutputs‖ ≤ gain·‖v·Δcolumns‖ + rounding`.
    var gain: UpperBound
    var rounding: UpperBound
    /// u, by which the next layer's columns are measured.
    var weights: [Int]
  }

  /// The norm, of inputs and of logits.
  public let norm: BallNorm
  let steps: [Step]
  /// What the last layer makes of its hidden columns and of the residual inputs behind them, in accumulator units.
  private let last: UpperBound
  private let residual: UpperBound

  /// Accumulator units for each LSB.
  public var slope: UpperBound {
    steps.reduce(UpperBound(1)) { $0.multiplied(by: $1.gain) }.multiplied(by: last).adding(residual)
  }

  /// Accumulator units that rounding adds at most, whatever the change.
  public var offset: UpperBound {
    steps.reduce(UpperBound(0)) { $0.multiplied(by: $1.gain).adding($1.rounding) }.multiplied(by: last)
  }

  /// How far the outputs of each hidden layer change, by its weights, when the inputs change by a length.
  func lengths(from inputs: UpperBound) -> [UpperBound] {
    var length = inputs
    return steps.map { step in
      length = length.multiplied(by: step.gain).adding(step.rounding)
      return length
    }
  }

  /// The product of a network's norms, weights of 1 or such that undo its rewriting, whichever bounds more tightly.
  ///
  /// - Complexity: that of the checker to confirm each layer in ℓ2, O(weights) in the others.
  public init(_ network: IntegerNetwork, _ norm: BallNorm) {
    let plain = NormProduct(
      network, norm, weights: network.layers.dropLast().map { Array(repeating: 1, count: $0.rows) })
    let balanced =
      norm == .infinity ? nil : NormProduct(network, norm, weights: network.balancedWeights(norm))
    // Plain weights always have a bound.
    guard let plain else { preconditionFailure("no bound in plain weights") }
    self = if let balanced, balanced.slope <= plain.slope { balanced } else { plain }
  }

  private init?(_ network: IntegerNetwork, _ norm: BallNorm, weights: [[Int]]) {
    var steps: [Step] = []
    var columns = [Int](repeating: 1, count: network.inputs)
    for (layer, weights) in zip(network.layers, weights) {
      guard let gain = layer.certified.gain(norm, Measure(rows: weights, columns: columns)) else {
        return nil
      }
      let places = layer.shift
      let rounding = norm.length(weights).multiplied(
        by: UpperBound(numerator: (1 << UInt64(places)) - 1, shift: places))
      let step = Step(gain: gain.bound.shifted(down: places), rounding: rounding, weights: weights)
      steps.append(layer.activation.continuing(step, norm))
      columns = weights
    }
    let last = network.last
    guard let gain = last.certified.gain(norm, Measure(rows: last.rows, columns: columns)) else { return nil }
    self.norm = norm
    self.steps = steps
    self.last = gain.bound
    let direct = columns.count..<last.columns
    residual =
      direct.isEmpty
      ? UpperBound(0)
      : last.certified.gain(norm, Measure(rows: last.rows, range: direct))?.bound ?? UpperBound(0)
  }
}

extension IntegerLayer {
  /// The norm of the layer's weights over `2^shift`, exact for sums; in ℓ2 what the checker has confirmed.
  ///
  /// - Complexity: O(weights); in ℓ2 that of `SpectralBound`.
  public func normBound(_ norm: BallNorm) -> (bound: UpperBound, proof: SpectralBound.Proof?) {
    let gain = certified.gain(norm, Measure(rows: rows, range: 0..<columns))
    guard let gain else { preconditionFailure("no bound in plain weights") }
    return (gain.bound.shifted(down: shift), gain.proof)
  }
}

extension IntegerActivation {
  /// The step with the activation behind it: all are 1-Lipschitz in every norm, for weights that are equal where values
  /// change places.
  ///
  /// A table moves a value by at most `ceil(G·δ / 2^k) ≤ (G·δ + 2^k - 1) / 2^k`; with `G = 2^k` by δ itself.
  fileprivate func continuing(_ step: NormProduct.Step, _ norm: BallNorm) -> NormProduct.Step {
    guard let table, table.gain < 1 << table.shift else { return step }
    let gain = UpperBound(numerator: UInt64(table.gain), shift: table.shift)
    let most = UpperBound(numerator: (1 << UInt64(table.shift)) - 1, shift: table.shift)
    let rounding = step.rounding.multiplied(by: gain)
    return NormProduct.Step(
      gain: step.gain.multiplied(by: gain),
      rounding: rounding.adding(norm.length(step.weights).multiplied(by: most)), weights: step.weights)
  }

  /// Makes weights equal where values change places in pairs.
  fileprivate func evened(_ weights: [Double]) -> [Double] {
    guard self == .maxMin else { return weights }
    var result = weights
    for index in stride(from: 0, to: weights.count - 1, by: 2) {
      result[index] = (weights[index] * weights[index + 1]).squareRoot()
      result[index + 1] = result[index]
    }
    return result
  }
}

extension IntegerNetwork {
  /// Weights for the rows of each hidden layer: the root of what reads a row over what it reads, 1 … 128.
  ///
  /// Dividing a row and multiplying its readers by the same number moves the weight along and changes no product.
  fileprivate func balancedWeights(_ norm: BallNorm) -> [[Int]] {
    var columns = [Int](repeating: 1, count: inputs)
    return layers.indices.dropLast().map { index in
      let (layer, next) = (layers[index], layers[index + 1])
      let rows = layer.certified.rowLengths(norm, columns)
      columns = Array(repeating: 1, count: layer.rows)
      guard let rows, let readers = next.certified.columnLengths(norm), layer.activation != .sort else {
        return columns
      }
      let ratios = zip(rows, readers).map { row, reader in
        row > 0 && reader > 0 ? (reader / row).squareRoot() : 0
      }
      let evened = layer.activation.evened(ratios)
      let largest = evened.max() ?? 0
      guard largest > 0 else { return columns }
      columns = evened.map { max(1, Int(($0 / largest * Double(Measure.largestWeight)).rounded())) }
      return columns
    }
  }
}
