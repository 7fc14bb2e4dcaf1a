package import Training

extension FloatModel {
  /// The same model with its last layer in a scale that suits 16-bit weights: what another program left free.
  ///
  /// The largest row sum R of the last layer, after the rewriting that bounds the rows before it, is brought to
  /// 1/2 … 1 by a power of two. A regression's target map takes the factor and the bias back, so its numbers stay
  /// the same whatever their unit; a classifier's logits are only scaled up from below 1/16, where rounding would
  /// eat them, all by one factor, which changes no class.
  ///
  /// - Complexity: O(weights)
  package mutating func scaleLastLayer() {
    let last = network.layers.count - 1
    if !targets.isEmpty {
      for row in targets.indices {
        targets[row].offset += Double(network.layers[last].biases[row]) * targets[row].scale
        network.layers[last].biases[row] = 0
      }
    }
    let layer = network.normalized(for: inputMap).layers[last]
    let sums = (0..<layer.rows).map { row in
      layer.weights[row * layer.columns..<(row + 1) * layer.columns].reduce(0.0) { $0 + Double($1.magnitude) }
    }
    let largest = max(sums.max() ?? 0, layer.biases.reduce(0.0) { max($0, Double($1.magnitude)) })
    guard largest > 0, largest.isFinite, !targets.isEmpty || largest < 0x1p-4 else { return }
    // Exact: powers of two, and within the exponents of Float in both steps.
    let exponent = min(max(-largest.exponent - 1, -120), 120)
    let factor = Float(sign: .plus, exponent: exponent, significand: 1)
    let scaled = network.layers[last].weights.map { $0 * factor }
    guard scaled.allSatisfy(\.isFinite), targets.allSatisfy({ ($0.scale / Double(factor)).isFinite }) else {
      return
    }
    network.layers[last].weights = scaled
    network.layers[last].biases = network.layers[last].biases.map { $0 * factor }
    for row in targets.indices { targets[row].scale /= Double(factor) }
  }
}
