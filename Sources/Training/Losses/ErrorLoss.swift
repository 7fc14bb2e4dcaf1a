/// The loss of a regression, summed over the outputs: `Σ (y - t)²` or `Σ |y - t|`.
struct ErrorLoss: LogitLoss {
  /// Whether errors are squared; otherwise their magnitudes count.
  let isSquared: Bool

  /// The outputs wanted, in mapped units, sample after sample.
  let targets: [Float]

  /// The gradient is `2 (y - t)` or the sign of `y - t`, 0 at 0.
  func replaceByGradient(
    _ outputs: inout MutableSpan<Float>, ofSample sample: Int, scaleGradient: inout Float
  ) -> Double {
    var loss = 0.0
    for index in outputs.indices {
      let error = outputs[index] - targets[sample * outputs.count + index]
      loss += isSquared ? Double(error) * Double(error) : Double(error.magnitude)
      outputs[index] = isSquared ? 2 * error : error > 0 ? 1 : error < 0 ? -1 : 0
    }
    return loss
  }
}
