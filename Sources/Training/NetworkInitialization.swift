extension FloatNetwork {
  /// A network of random weights, uniform in ±1/√columns, layer by layer, row by row, and of zero biases.
  ///
  /// Zero, because the projected rows of a ReLU network carry only small values at first, which a random bias
  /// would drown: such units are constant or dead, and it costs a point or two of accuracy.
  ///
  /// - Parameters:
  ///   - inputCount: columns of the first layer.
  ///   - classCount: rows of the last.
  ///   - options: hidden layers, activation and bounds.
  /// - Complexity: O(parameters).
  package static func random(
    inputCount: Int, classCount: Int, options: TrainingOptions, using generator: inout SeededGenerator
  ) -> FloatNetwork {
    let widths = [inputCount] + options.hidden + [classCount]
    var layers: [FloatLayer] = []
    for index in 0..<(widths.count - 1) {
      let (rows, columns) = (widths[index + 1], widths[index])
      let reach = 1 / Double(columns).squareRoot()
      let weights = (0..<rows * columns).map { _ in Float(reach * (2 * generator.uniform() - 1)) }
      layers.append(
        FloatLayer(
          rows: rows, columns: columns, weights: weights, biases: Array(repeating: 0, count: rows),
          rowSumBound: options.bound(ofLayer: index)))
    }
    return FloatNetwork(layers: layers, activation: options.activation)
  }
}
