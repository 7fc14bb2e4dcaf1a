extension FloatNetwork {
  /// A network of random parameters: weights and biases uniform in ±1/√columns, layer by layer, row by row.
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
      func draw(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(reach * (2 * generator.uniform() - 1)) }
      }
      layers.append(
        FloatLayer(
          rows: rows, columns: columns, weights: draw(rows * columns), biases: draw(rows),
          rowSumBound: options.bound(ofLayer: index)))
    }
    return FloatNetwork(layers: layers, activation: options.activation)
  }
}
