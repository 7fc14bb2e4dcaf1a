/// What an attack on a network in floating point does to its inputs, in mapped units.
///
/// Attacked inputs are not cut to the range of the data.
public enum FloatAttack: Equatable, Sendable {
  /// The ball that an attack stays in.
  public enum Norm: Sendable {
    /// `√Σ δ_i² ≤ radius`.
    case two
    /// `max |δ_i| ≤ radius`.
    case infinity
  }

  /// One draw of normal noise with this standard deviation in each input.
  case noise(Float)

  /// `x ← Π(x + step · sign ∇)`, the gradient of the cross-entropy, Π the projection onto the ball around the sample; what
  /// counts is the last x. One step of the radius is FGSM.
  case gradient(Norm, radius: Float, step: Float, steps: Int)

  /// Attacks the samples in a pass's inputs and computes the outputs.
  func run(_ stack: LayerStack, _ pass: PointPass, labels: [Int], seed: UInt64) {
    let inputs = pass.inputs[0]
    switch self {
    case .noise(let deviation):
      var generator = SeededGenerator(seed: seed)
      for row in 0..<inputs.rows {
        for column in 0..<inputs.columns {
          unsafe inputs.row(row)[column] += deviation * Float(generator.normal())
        }
      }
    case .gradient(let norm, let radius, let step, let steps):
      guard let gradients = pass.inputGradients else { preconditionFailure("made without gradients") }
      let centers = Matrix(rows: inputs.rows, columns: inputs.columns, elements: inputs.elements)
      let loss = CrossEntropyLoss(temperature: 1, labels: labels)
      for _ in 0..<steps {
        pass.runForward(stack)
        loss.setGradients(pass.outputs[stack.layers.count - 1])
        pass.runBackward(stack)
        for row in 0..<inputs.rows {
          inputs.step(row, along: gradients, by: step, around: centers, norm, radius: radius)
        }
      }
    }
    pass.runForward(stack)
  }
}

extension CrossEntropyLoss {
  /// Replaces the outputs of all samples by the gradients of their losses.
  fileprivate func setGradients(_ outputs: Matrix) {
    var losses = Array(repeating: 0.0, count: labels.count)
    var scaleGradient: Float = 0
    replaceByGradients(
      outputs, ofSamples: Array(labels.indices)[...], weight: 1, losses: &losses,
      scaleGradient: &scaleGradient)
  }
}

extension Matrix {
  /// Moves a row by the signs of its gradient, and back into the ball around its center.
  fileprivate func step(
    _ row: Int, along gradients: Matrix, by length: Float, around centers: Matrix, _ norm: FloatAttack.Norm,
    radius: Float
  ) {
    let (point, gradient, center) = unsafe (self.row(row), gradients.row(row), centers.row(row))
    var square: Float = 0
    for column in 0..<columns {
      let sign: Float = unsafe gradient[column] > 0 ? 1 : gradient[column] < 0 ? -1 : 0
      let change = unsafe point[column] + length * sign - center[column]
      square += change * change
      unsafe point[column] = norm == .infinity ? min(max(change, -radius), radius) : change
    }
    let scale = norm == .two && square > radius * radius ? radius / square.squareRoot() : 1
    for column in 0..<columns { unsafe point[column] = center[column] + scale * point[column] }
  }
}
