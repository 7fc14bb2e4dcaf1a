/// An input that reaches the outputs beside the layers, `y_j += weights[j] · x_input`, to make them monotone in it.
///
/// With the rows of all layers bounded, the layers together move output j by at most λ for each unit of the input, λ
/// the product of the bounds; a weight of at least λ in magnitude outweighs that. A class c is led by its own weight
/// alone: with hidden rows bounded by 1 the layers move `y_c - y_j` by at most `Σ|w_c - w_j|` of the last layer's rows
/// for each unit.
public struct ResidualTerm: Equatable, Sendable {
  /// The input.
  public var input: Int

  /// Whether the outputs, or the lead of the class, shall never fall when the input grows; otherwise never rise.
  public var isIncreasing: Bool

  /// The class that alone has a weight; nil for every output of a regression.
  public var classIndex: Int?

  /// One for each output, zero for those of other classes.
  public var weights: [Float]

  /// Creates a term.
  public init(input: Int, isIncreasing: Bool, classIndex: Int? = nil, weights: [Float]) {
    precondition(classIndex.map { weights.indices.contains($0) } ?? true)
    self.input = input
    self.isIncreasing = isIncreasing
    self.classIndex = classIndex
    self.weights = weights
  }

  /// The outputs that have a weight.
  var outputs: Range<Int> { classIndex.map { $0..<$0 + 1 } ?? weights.indices }

  /// Moves every weight to the nearest one of the right sign and at least the given magnitude.
  mutating func project(ontoMagnitudesFrom least: Float) {
    for index in outputs {
      weights[index] = isIncreasing ? max(weights[index], least) : min(weights[index], -least)
    }
  }

  /// The gradients of the weights over the samples of some shards.
  ///
  /// `Σ ∂/∂y_j · x_input` at the samples, and through `(w_j - w_y)·c + |w_j - w_y|·r`, what the input's box of center c
  /// and radius r adds to the worst case of `y_j - y_y` for label y.
  func gradients(_ shards: [Shard]) -> [Float] {
    var sums = Array(repeating: Float(0), count: weights.count)
    for pass in shards.compactMap(\.points) {
      let gradients = pass.gradients[pass.gradients.count - 1]
      for row in 0..<gradients.rows {
        let input = unsafe pass.inputs[0].row(row)[input]
        for output in outputs { unsafe sums[output] += gradients.row(row)[output] * input }
      }
    }
    for shard in shards {
      guard let pass = shard.intervals else { continue }
      for (row, label) in shard.labels.enumerated() {
        let (gradients, center, radius) = unsafe (
          pass.worstLogits.row(row), pass.boxes[0].centers.row(row)[input],
          pass.boxes[0].radii.row(row)[input]
        )
        for output in sums.indices {
          let difference = weights[output] - weights[label]
          let sign: Float = difference == 0 ? 0 : difference < 0 ? -1 : 1
          let change = unsafe gradients[output] * (center + sign * radius)
          sums[output] += change
          sums[label] -= change
        }
      }
    }
    for index in sums.indices where !outputs.contains(index) { sums[index] = 0 }
    return sums
  }
}

extension FloatLayer {
  /// How far this layer as the last one can move the lead of a class over another for each unit by which its inputs may
  /// change: the largest `Σ|w_c - w_j|`, in single precision rounded up.
  package func reach(ofLeadOf index: Int) -> Float {
    (0..<rows).filter { $0 != index }.reduce(0) { largest, other in
      let sum = (0..<columns).reduce(0.0) { sum, column in
        sum
          + (Double(weights[index * columns + column]) - Double(weights[other * columns + column])).magnitude
      }
      return max(largest, Float(sum).nextUp)
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
        for column in term.outputs { unsafe self.row(row)[column] += term.weights[column] * input }
      }
    }
  }

  /// Adds what the residual terms can do to the lead of each output over the label's, over the boxes of the inputs.
  func addWorstCase(_ residuals: [ResidualTerm], of boxes: Boxes, labels: [Int]) {
    for term in residuals {
      for (row, label) in labels.enumerated() {
        let (center, radius) = unsafe (boxes.centers.row(row)[term.input], boxes.radii.row(row)[term.input])
        for column in 0..<columns {
          let difference = term.weights[column] - term.weights[label]
          unsafe self.row(row)[column] += difference * center + difference.magnitude * radius
        }
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
