internal import Certification
internal import Training

extension FloatLayer {
  /// The layer's norm in real numbers, rounded up; a distance moves no further than its largest column.
  func normBound(_ norm: BallNorm) -> UpperBound {
    switch kind {
    case .dense: matrixBound(norm, of: weights, columns: columns)
    case .distance: matrixBound(norm, of: Array(repeating: 1, count: rows), columns: 1)
    }
  }
}

extension FloatNetwork {
  /// The product of the layers' norms, and that of the residual weights beside it; activations lengthen nothing.
  func normBound(_ norm: BallNorm) -> UpperBound {
    let product = layers.reduce(UpperBound(numerator: 1, shift: 0)) { $0.multiplied(by: $1.normBound(norm)) }
    guard !residuals.isEmpty else { return product }
    let rows = layers[layers.count - 1].rows
    let weights = (0..<rows).flatMap { row in residuals.map { $0.weights[row] } }
    return product.adding(matrixBound(norm, of: weights, columns: residuals.count))
  }

  /// The largest quotient `‖Δlogits‖ / ‖Δx‖` over pairs of inputs, in floating point: uncertified.
  func largestQuotient(_ norm: BallNorm, of pairs: [QuotientPair], unit: Int) -> Double? {
    pairs.map { pair in
      let inputs = [pair.first, pair.second].map { input in input.map { Float($0) / Float(unit) } }
      let outputs = inputs.map { logits(of: $0) }
      return norm.estimate(zip(outputs[1], outputs[0]).map { Double($0) - Double($1) })
        / norm.estimate(zip(inputs[1], inputs[0]).map { Double($0) - Double($1) })
    }.max()
  }
}
