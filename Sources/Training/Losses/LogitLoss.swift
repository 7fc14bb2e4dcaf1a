/// A loss of one sample's outputs, which knows what is wanted of each sample: the common shape of all objectives.
///
/// The same losses serve two ends of a network. On logits they ask for accuracy, and with a margin for a global
/// certificate; on the worst-case logits of an input box (`IntervalPass`), which are upper bounds of every
/// `z_j - z_y` with 0 at the label, they ask for a local one.
package protocol LogitLoss: Sendable {
  /// Replaces one sample's outputs by the gradient of its loss.
  ///
  /// - Parameters:
  ///   - outputs: at least one; on return the partial derivatives.
  ///   - sample: its index among all.
  ///   - scaleGradient: to it is added the derivative with respect to the scale of the logits, where one is learned.
  /// - Returns: the loss.
  func replaceByGradient(
    _ outputs: inout MutableSpan<Float>, ofSample sample: Int, scaleGradient: inout Float
  ) -> Double
}

extension LogitLoss {
  /// Replaces the outputs of some samples by the gradients of their losses, times `weight`, and adds the losses, times
  /// `weight`.
  func replaceByGradients(
    _ outputs: Matrix, ofSamples samples: ArraySlice<Int>, weight: Float, losses: inout [Double],
    scaleGradient: inout Float
  ) {
    precondition(outputs.rows == samples.count && outputs.rows == losses.count)
    for (row, sample) in samples.enumerated() {
      let buffer = unsafe UnsafeMutableBufferPointer(start: outputs.row(row), count: outputs.columns)
      var values = unsafe buffer.mutableSpan
      losses[row] +=
        replaceByGradient(&values, ofSample: sample, scaleGradient: &scaleGradient) * Double(weight)
      for column in values.indices { values[column] *= weight }
    }
  }
}
