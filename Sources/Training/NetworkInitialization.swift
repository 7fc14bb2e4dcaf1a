extension FloatNetwork {
  /// A network of random weights, uniform in ±1/√columns, layer by layer, row by row, and of zero biases.
  ///
  /// Biases are zero because the projected rows carry only small values at first, which random biases would
  /// drown: such units start constant or dead, and certified accuracy ends one or two points lower. For the same
  /// reason the inner layers of a ReLU network start with weights of one sign, in 0 … 1/√columns: sums of what
  /// ReLU lets through stay positive, so every unit starts alive (measured: up to half a point).
  ///
  /// - Parameters:
  ///   - inputCount: columns of the first layer.
  ///   - classCount: rows of the last: classes, or the outputs of a regression.
  ///   - options: hidden layers, activation and bounds.
  /// - Complexity: O(parameters).
  package static func random(
    inputCount: Int, classCount: Int, options: TrainingOptions, using generator: inout SeededGenerator
  ) -> FloatNetwork {
    let widths = [inputCount] + options.hidden + [classCount]
    if options.kind != .dense {
      return randomDistances(widths: widths, kind: options.kind, using: &generator)
    }
    var layers: [FloatLayer] = []
    for index in 0..<(widths.count - 1) {
      let (rows, columns) = (widths[index + 1], widths[index])
      let reach = 1 / Double(columns).squareRoot()
      let isInner = index > 0 && index < options.hidden.count
      let weights = (0..<rows * columns).map { _ in
        let draw = generator.uniform()
        return Float(reach * (isInner && options.activation == .relu ? draw : 2 * draw - 1))
      }
      layers.append(
        FloatLayer(
          rows: rows, columns: columns, weights: weights, biases: Array(repeating: 0, count: rows),
          rowSumBound: options.bound(ofLayer: index)))
    }
    let residuals = options.monotone.map { constraint in
      ResidualTerm(
        input: constraint.input, isIncreasing: constraint.isIncreasing,
        weights: Array(repeating: 0, count: classCount))
    }
    return FloatNetwork(
      layers: layers, activation: options.activation, residuals: residuals.sorted { $0.input < $1.input })
  }

  /// A network of distances to random prototypes, normal with standard deviation 0.25 in the first layer and 1 in the
  /// others, where square ones have -1 on the diagonal: each neuron starts by passing on the one before it.
  ///
  /// Source of the diagonal: Zhang et al., "Towards certifying L-infinity robustness using neural networks with
  /// L-inf-dist neurons", ICML 2021.
  private static func randomDistances(
    widths: [Int], kind: NetworkKind, using generator: inout SeededGenerator
  ) -> FloatNetwork {
    let layers = (0..<widths.count - 1).map { index in
      let (rows, columns) = (widths[index + 1], widths[index])
      let isDense = kind == .hybrid && index == widths.count - 2
      var weights = (0..<rows * columns).map { _ in
        Float(generator.normal() * (isDense ? 0.1 : index == 0 ? 0.25 : 1))
      }
      if rows == columns, !isDense {
        for row in 0..<rows { weights[row * columns + row] = -1 }
      }
      return FloatLayer(
        rows: rows, columns: columns, weights: weights, biases: Array(repeating: 0, count: rows),
        rowSumBound: isDense ? 1 : nil, kind: isDense ? .dense : .distance)
    }
    return FloatNetwork(layers: layers, activation: .identity)
  }
}
