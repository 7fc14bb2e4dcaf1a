extension Augmentation {
  /// The features that are left after cutting.
  private var selection: FeatureSelection {
    let isCut = (0..<width * height).filter { pixel in
      !(crop..<height - crop).contains(pixel / width) || !(crop..<width - crop).contains(pixel % width)
    }
    return FeatureSelection(dropping: isCut, of: width * height)
  }

  /// The network of cut images that does what another one does of whole ones, where that is one.
  fileprivate func cut(_ network: FloatNetwork) -> FloatNetwork {
    network.layers[0].columns == width * height ? selection.applied(to: network) : network
  }

  /// The network of whole images that does what another one does of cut ones.
  ///
  /// - Parameter range: the range of the pixels.
  func restored(_ network: FloatNetwork, range: ClosedRange<Float>) -> FloatNetwork {
    selection.restored(network, filler: network.trainable(0).filler(range: range))
  }
}

extension FloatNetwork {
  /// Takes over the parameters of another network, of whole images where these are cut.
  mutating func take(_ start: FloatNetwork, _ augmentation: Augmentation?) throws(TrainingError) {
    let start = augmentation?.cut(start) ?? start
    guard start.layers.count == layers.count else {
      throw .startMismatch(layer: min(start.layers.count, layers.count))
    }
    for (index, layer) in start.layers.enumerated() {
      guard layer.rows == layers[index].rows, layer.columns == layers[index].columns,
        layer.kind == layers[index].kind, residuals.isEmpty
      else { throw .startMismatch(layer: index) }
      layers[index].weights = layer.weights
      layers[index].biases = layer.biases
    }
  }
}
