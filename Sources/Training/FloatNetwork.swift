/// What stands between two layers: exact in integers and nonexpansive in the sup norm, each of them.
public enum Activation: String, CaseIterable, Sendable {
  case identity
  case relu
  case abs
  /// Each pair `(a, b)` becomes `(max(a, b), min(a, b))`; an odd last element stays.
  case maxMin
}

/// What a layer computes of its inputs.
public enum LayerKind: String, CaseIterable, Sendable {
  /// `y_r = Σ_c w_rc · x_c + b_r`.
  case dense
  /// `y_r = max_c |x_c - w_rc| + b_r`: the ℓ∞ distance to a prototype.
  case distance
}

/// A layer in floating point.
public struct FloatLayer: Equatable, Sendable {
  /// What it computes.
  public var kind: LayerKind

  /// The length of y.
  public var rows: Int

  /// The length of x.
  public var columns: Int

  /// Row-major, `rows * columns`.
  public var weights: [Float]

  /// b, `rows` of them.
  public var biases: [Float]

  /// The bound on each row's sum of `|w|` that training enforces; nil for a free layer, and for distances, which move
  /// no farther than their inputs whatever the weights.
  public var rowSumBound: Float?

  /// Creates a layer; the counts must agree.
  public init(
    rows: Int, columns: Int, weights: [Float], biases: [Float], rowSumBound: Float?, kind: LayerKind = .dense
  ) {
    precondition(weights.count == rows * columns && biases.count == rows)
    precondition(kind == .dense || rowSumBound == nil)
    self.kind = kind
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.rowSumBound = rowSumBound
  }
}

/// An input that reaches the outputs beside the layers, `y_j += weights[j] · x_input`, to make them monotone in it.
///
/// With the rows of all layers bounded, the layers together move output j by at most λ for each unit of the input, λ
/// the product of the bounds; a weight of at least λ in magnitude outweighs that.
public struct ResidualTerm: Equatable, Sendable {
  /// The input.
  public var input: Int

  /// Whether the outputs shall never fall when the input grows; otherwise they shall never rise.
  public var isIncreasing: Bool

  /// One for each output.
  public var weights: [Float]

  /// Creates a term.
  public init(input: Int, isIncreasing: Bool, weights: [Float]) {
    self.input = input
    self.isIncreasing = isIncreasing
    self.weights = weights
  }

  /// Moves every weight to the nearest one of the right sign and at least the given magnitude.
  mutating func project(ontoMagnitudesFrom least: Float) {
    for index in weights.indices {
      weights[index] = isIncreasing ? max(weights[index], least) : min(weights[index], -least)
    }
  }
}

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

  /// Creates a network; neighboring layers must fit each other.
  public init(layers: [FloatLayer], activation: Activation, residuals: [ResidualTerm] = []) {
    precondition(!layers.isEmpty && zip(layers, layers.dropFirst()).allSatisfy { $0.rows == $1.columns })
    self.layers = layers
    self.activation = activation
    self.residuals = residuals
    precondition(residuals.allSatisfy { $0.weights.count == layers[layers.count - 1].rows })
    precondition(zip(residuals, residuals.dropFirst()).allSatisfy { $0.input < $1.input })
  }

  /// λ: how far the layers alone can move an output for each unit of one input; nil when a layer is free.
  public var lipschitzBound: Float? {
    layers.reduce(1) { product, layer in
      layer.kind == .distance
        ? product : product.flatMap { product in layer.rowSumBound.map { product * $0 } }
    }
  }

  /// Whether a layer is one of distances; all but the last one then are.
  public var hasDistances: Bool { layers.contains { $0.kind == .distance } }
}
