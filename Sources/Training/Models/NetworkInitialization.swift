extension FloatNetwork {
  /// A network of random weights and zero biases, layer by layer, row by row, as each kind begins.
  ///
  /// - Parameters:
  ///   - inputCount: columns of the first layer.
  ///   - classCount: rows of the last: classes, or the outputs of a regression.
  ///   - options: kind, hidden layers, activation and bounds.
  /// - Complexity: O(parameters).
  package static func random(
    inputCount: Int, classCount: Int, options: TrainingOptions, using generator: inout SeededGenerator
  ) -> FloatNetwork {
    let widths = [inputCount] + options.hidden + [classCount]
    let kinds = options.kind.layerKinds(count: widths.count - 1)
    let layers = kinds.enumerated().map { index, kind in
      kind.trainable(behind: kinds[0]).random(
        rows: widths[index + 1], columns: widths[index], at: LayerPlace(index: index, count: kinds.count),
        options, using: &generator)
    }
    let residuals = options.monotone.map { constraint in
      ResidualTerm(
        input: constraint.input, isIncreasing: constraint.isIncreasing, classIndex: constraint.classIndex,
        weights: Array(repeating: 0, count: classCount))
    }
    var network = FloatNetwork(
      layers: layers, activation: options.kind.hasDistances ? .identity : options.activation,
      residuals: residuals.sorted { $0.input < $1.input }, convexInputs: options.convex.inputs)
    network.turnWeightsConvex()
    return network
  }
}
