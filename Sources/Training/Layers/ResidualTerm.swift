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

  /// The gradients of the weights, `Σ ∂/∂y_j · x_input` over the samples of some passes.
  func gradients(_ passes: [PointPass]) -> [Float] {
    var sums = Array(repeating: Float(0), count: weights.count)
    for pass in passes {
      let outputs = pass.gradients[pass.gradients.count - 1]
      for row in 0..<outputs.rows {
        let input = unsafe pass.inputs[0].row(row)[input]
        for output in sums.indices { unsafe sums[output] += outputs.row(row)[output] * input }
      }
    }
    return sums
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

  /// Adds the gradients that reach the inputs through the residual terms, given those of the outputs.
  func addGradients(through residuals: [ResidualTerm], of outputs: Matrix) {
    for term in residuals {
      for row in 0..<rows {
        for column in 0..<outputs.columns {
          unsafe self.row(row)[term.input] += term.weights[column] * outputs.row(row)[column]
        }
      }
    }
  }
}
