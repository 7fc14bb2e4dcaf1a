/// A multi-layer perceptron in floating point: `activation` after every layer but the last.
///
/// Where the last layer is one of distances the logits are the negated distances, so that the nearest class wins.
public struct FloatNetwork: Equatable, Sendable {
  /// The layers, at least one, each as wide as the next one's columns.
  public var layers: [FloatLayer]

  /// What stands between the layers.
  public var activation: Activation

  /// Inputs that reach the outputs directly, in order of the inputs; empty in most networks.
  public var residuals: [ResidualTerm]

  /// The inputs in which every output is convex, whatever the others are, as the signs of the weights have it; increasing,
  /// empty in most networks.
  public var convexInputs: [Int]

  /// Creates a network; neighboring layers must fit each other.
  public init(
    layers: [FloatLayer], activation: Activation, residuals: [ResidualTerm] = [], convexInputs: [Int] = []
  ) {
    precondition(!layers.isEmpty && zip(layers, layers.dropFirst()).allSatisfy { $0.rows == $1.columns })
    self.layers = layers
    self.activation = activation
    self.residuals = residuals
    self.convexInputs = convexInputs
    precondition(residuals.allSatisfy { $0.weights.count == layers[layers.count - 1].rows })
    precondition(zip(residuals, residuals.dropFirst()).allSatisfy { $0.input < $1.input })
  }

  /// λ: how far the layers alone can move an output for each unit of one input; nil when a layer is free.
  public var lipschitzBound: Float? {
    layers.indices.reduce(1) { product, index in
      product.flatMap { product in trainable(index).gain(of: layers[index]).map { product * $0 } }
    }
  }

  /// Whether a layer is one of distances; all but the last one then are.
  public var hasDistances: Bool { layers.contains { $0.kind == .distance } }
}
