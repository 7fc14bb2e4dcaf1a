/// What stands between two layers: exact in integers and nonexpansive in the sup norm, each of them.
public enum Activation: String, CaseIterable, Sendable {
  case identity
  case relu
  case abs
  /// Each pair `(a, b)` becomes `(max(a, b), min(a, b))`; an odd last element stays.
  case maxMin
}

/// A dense layer `y = W x + b` in floating point.
public struct FloatLayer: Equatable, Sendable {
  /// The length of y.
  public var rows: Int

  /// The length of x.
  public var columns: Int

  /// Row-major, `rows * columns`.
  public var weights: [Float]

  /// b, `rows` of them.
  public var biases: [Float]

  /// The bound on each row's sum of `|w|` that training enforces; nil for a free layer.
  public var rowSumBound: Float?

  /// Creates a layer; the counts must agree.
  public init(rows: Int, columns: Int, weights: [Float], biases: [Float], rowSumBound: Float?) {
    precondition(weights.count == rows * columns && biases.count == rows)
    self.rows = rows
    self.columns = columns
    self.weights = weights
    self.biases = biases
    self.rowSumBound = rowSumBound
  }
}

/// A multi-layer perceptron in floating point: `activation` after every layer but the last.
public struct FloatNetwork: Equatable, Sendable {
  /// The layers, at least one, each as wide as the next one's columns.
  public var layers: [FloatLayer]

  /// What stands between the layers.
  public var activation: Activation

  /// Creates a network; neighboring layers must fit each other.
  public init(layers: [FloatLayer], activation: Activation) {
    precondition(!layers.isEmpty && zip(layers, layers.dropFirst()).allSatisfy { $0.rows == $1.columns })
    self.layers = layers
    self.activation = activation
  }
}
