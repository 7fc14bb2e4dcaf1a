/// The loss of a regression, summed over the outputs: `Σ (y - t)²` or `Σ |y - t|`.
///
/// Its "label" is the index of the sample, whose targets it looks up.
package struct ErrorLoss: LogitLoss {
  /// Whether errors are squared; otherwise their magnitudes count.
  package var isSquared: Bool

  /// The outputs wanted, in mapped units, sample after sample.
  package var targets: [Float]

  /// Creates the loss.
  package init(isSquared: Bool, targets: [Float]) {
    self.isSquared = isSquared
    self.targets = targets
  }

  /// The gradient is `2 (y - t)` or the sign of `y - t`, 0 at 0.
  package func replaceByGradient(_ outputs: inout MutableSpan<Float>, label sample: Int) -> Double {
    var loss = 0.0
    for index in outputs.indices {
      let error = outputs[index] - targets[sample * outputs.count + index]
      loss += isSquared ? Double(error) * Double(error) : Double(error.magnitude)
      outputs[index] = isSquared ? 2 * error : error > 0 ? 1 : error < 0 ? -1 : 0
    }
    return loss
  }
}
