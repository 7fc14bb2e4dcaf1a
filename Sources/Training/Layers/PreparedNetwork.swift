/// A network's parameters in the shape in which the passes over a batch read them.
package struct PreparedNetwork: Sendable {
  /// One dense layer.
  struct Layer: Sendable {
    var weights: Matrix
    /// `|W|`, which carries the radius of a box; nil when no pass needs it.
    var magnitudes: Matrix?
    var biases: [Float]
  }

  var layers: [Layer]
  let activation: Activation
  let residuals: [ResidualTerm]

  /// Copies a network's parameters.
  ///
  /// - Parameter intervals: whether intervals will be propagated, which needs `|W|` too.
  package init(_ network: FloatNetwork, intervals: Bool) {
    activation = network.activation
    residuals = network.residuals
    layers = network.layers.map { layer in
      let magnitudes =
        intervals
        ? Matrix(rows: layer.rows, columns: layer.columns, elements: layer.weights.map(\.magnitude)) : nil
      return Layer(
        weights: Matrix(rows: layer.rows, columns: layer.columns, elements: layer.weights),
        magnitudes: magnitudes, biases: layer.biases)
    }
  }

  /// Inputs of the first layer.
  var inputCount: Int { layers[0].weights.columns }

  /// Outputs of the last layer.
  var outputCount: Int { layers[layers.count - 1].weights.rows }
}

extension Matrix {
  /// Adds the residual terms of a batch of inputs.
  mutating func add(_ residuals: [ResidualTerm], of inputs: Matrix) {
    precondition(inputs.rows == rows)
    for term in residuals {
      for row in 0..<rows {
        let input = inputs.elements[row * inputs.columns + term.input]
        for column in 0..<columns { elements[row * columns + column] += term.weights[column] * input }
      }
    }
  }

  /// Adds one vector to every row.
  mutating func addToRows(_ vector: [Float]) {
    precondition(vector.count == columns)
    for row in 0..<rows {
      for column in 0..<columns {
        elements[row * columns + column] += vector[column]
      }
    }
  }
}
