extension FloatNetwork {
  /// Takes over the parameters of another network, of whole images where these are cut.
  mutating func take(
    _ start: FloatNetwork, _ augmentation: Augmentation?
  ) throws(TrainingError) {
    guard start.layers.count == layers.count else {
      throw .startMismatch(layer: min(start.layers.count, layers.count))
    }
    for index in layers.indices {
      var layer = start.layers[index]
      if index == 0, let augmentation, augmentation.crop > 0,
        layer.columns == augmentation.width * augmentation.height
      {
        let features = augmentation.features
        layer = FloatLayer(
          rows: layer.rows, columns: features.count,
          weights: (0..<layer.rows).flatMap { row in features.map { layer.weights[row * layer.columns + $0] }
          },
          biases: layer.biases, rowSumBound: nil, kind: layer.kind)
      }
      guard layer.rows == layers[index].rows, layer.columns == layers[index].columns,
        layer.kind == layers[index].kind, residuals.isEmpty
      else { throw .startMismatch(layer: index) }
      layers[index].weights = layer.weights
      layers[index].biases = layer.biases
    }
  }

  /// The network on whole images: cut pixels get weights that change nothing, as each kind has them.
  func readingAll(of augmentation: Augmentation?, range: ClosedRange<Float>) -> FloatNetwork {
    guard let augmentation, augmentation.crop > 0 else { return self }
    let first = layers[0]
    let features = augmentation.features
    let columns = augmentation.width * augmentation.height
    let filler = trainable(0).filler(range: range)
    var weights = Array(repeating: filler, count: first.rows * columns)
    for row in 0..<first.rows {
      for (column, feature) in features.enumerated() {
        weights[row * columns + feature] = first.weights[row * first.columns + column]
      }
    }
    var result = self
    result.layers[0] = FloatLayer(
      rows: first.rows, columns: columns, weights: weights, biases: first.biases,
      rowSumBound: first.rowSumBound, kind: first.kind)
    return result
  }
}
