/// A network's layers as the passes over a batch read them, and as training changes them.
package struct LayerStack: Sendable {
  let layers: [any TrainableLayer]
  let activation: Activation
  var residuals: [ResidualTerm]
  private let convexInputs: [Int]

  /// The layers as carriers of boxes; nil when one of them is none.
  let intervalLayers: [any IntervalLayer]?

  /// Copies a network's parameters.
  ///
  /// - Parameters:
  ///   - intervals: whether boxes will be propagated.
  ///   - gradients: whether gradients will be propagated back.
  ///   - inputGradients: whether they will be, all the way to the inputs.
  ///   - keepsZeros: whether weights of all layers but the last that are zero stay so.
  ///   - projection: how weights are brought back to their bounds.
  package init(
    _ network: FloatNetwork, intervals: Bool = false, gradients: Bool = false, inputGradients: Bool = false,
    keepsZeros: Bool = false, projection: ProjectionMethod = .euclidean
  ) {
    activation = network.activation
    residuals = network.residuals
    convexInputs = network.convexInputs
    let signs = ConvexSigns(network)
    let count = network.layers.count
    layers = network.layers.enumerated().map { index, layer in
      network.trainable(index).init(
        layer,
        at: LayerPlace(
          index: index, count: count, intervals: intervals, gradients: gradients,
          inputGradients: inputGradients, keepsZeros: keepsZeros && index + 1 < count, projection: projection,
          signs: signs))
    }
    let intervalLayers = layers.compactMap { $0 as? any IntervalLayer }
    self.intervalLayers = intervalLayers.count == count ? intervalLayers : nil
  }

  /// The network with its parameters as they are.
  ///
  /// - Complexity: O(parameters).
  package var network: FloatNetwork {
    FloatNetwork(
      layers: layers.map(\.floatLayer), activation: activation, residuals: residuals,
      convexInputs: convexInputs)
  }

  /// Begins a step.
  package func begin(_ settings: StepSettings) {
    for layer in layers { layer.begin(settings) }
  }

  /// Matrices for `capacity` samples at some places of the way: 0 for the inputs, i for the outputs of the i-th layer.
  func buffers(_ places: Range<Int>, capacity: Int) -> [Matrix] {
    let widths = layers.map(\.columns) + [outputCount]
    let isPaired = layers.contains { $0 is any RowLayer }
    return places.map { Matrix(rows: capacity, columns: widths[$0], isPaired: isPaired) }
  }

  /// The outputs of the last layer.
  var outputCount: Int { layers[layers.count - 1].rows }
}
