/// A network's parameters in the shape in which the passes over a batch read them, and in which training changes
/// them.
package struct PreparedNetwork {
  /// One dense layer.
  struct Layer {
    let weights: Panels
    /// `|W|`, which carries the radius of a box; nil when no pass needs it.
    let magnitudes: Panels?
    /// Wᵀ, which carries gradients back; nil when no pass needs it.
    let transposed: Panels?
    /// One column.
    let biases: Panels

    /// `|W|ᵀ`, for both of these reasons.
    let transposedMagnitudes: Panels?

    /// Copies a layer's parameters.
    init(_ layer: FloatLayer, magnitudes: Bool, transposed: Bool) {
      weights = Panels(rows: layer.rows, columns: layer.columns, elements: layer.weights)
      biases = Panels(rows: layer.rows, columns: 1, elements: layer.biases)
      self.magnitudes = magnitudes ? Panels(rows: layer.rows, columns: layer.columns) : nil
      self.transposed = transposed ? Panels(rows: layer.columns, columns: layer.rows) : nil
      transposedMagnitudes = magnitudes && transposed ? Panels(rows: layer.columns, columns: layer.rows) : nil
      for index in 0..<weights.count { deriveFromWeights(panel: index) }
    }

    /// Makes what is derived from a panel of the weights agree with it.
    func deriveFromWeights(panel index: Int) {
      if let magnitudes {
        let (source, target) = unsafe (weights.panel(index), magnitudes.panel(index))
        for column in 0..<weights.columns { unsafe target[column] = unsafe source[column].magnitudes }
      }
      if let transposed { weights.transpose(panel: index, into: transposed) }
      if let transposedMagnitudes { magnitudes?.transpose(panel: index, into: transposedMagnitudes) }
    }
  }

  let layers: [Layer]
  let activation: Activation
  var residuals: [ResidualTerm]

  /// Copies a network's parameters.
  ///
  /// - Parameters:
  ///   - intervals: whether intervals will be propagated.
  ///   - gradients: whether gradients will be propagated back.
  package init(_ network: FloatNetwork, intervals: Bool, gradients: Bool = false) {
    activation = network.activation
    residuals = network.residuals
    layers = network.layers.enumerated().map { index, layer in
      Layer(layer, magnitudes: intervals, transposed: gradients && index > 0)
    }
  }
}

extension Matrix {
  /// Adds the residual terms of a batch of inputs.
  func add(_ residuals: [ResidualTerm], of inputs: Matrix) {
    precondition(inputs.rows == rows)
    for term in residuals {
      for row in 0..<rows {
        let input = unsafe inputs.row(row)[term.input]
        for column in 0..<columns { unsafe self.row(row)[column] += term.weights[column] * input }
      }
    }
  }
}
