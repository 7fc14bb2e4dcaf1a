/// A loss of one sample's logits: the common shape of all objectives.
///
/// The same losses serve two ends of a network. On logits they ask for accuracy, and with a margin for a global
/// certificate; on the worst-case logits of an input box (`IntervalPass`), which are upper bounds of every
/// `z_j - z_y` with 0 at the label, they ask for a local one.
package protocol LogitLoss: Sendable {
  /// Replaces one sample's logits by the gradient of its loss.
  ///
  /// - Parameters:
  ///   - logits: at least one; on return the partial derivatives.
  ///   - label: an index into `logits`.
  /// - Returns: the loss.
  func replaceByGradient(_ logits: inout MutableSpan<Float>, label: Int) -> Double
}

extension LogitLoss {
  /// Replaces each sample's logits by the gradient of its loss, times `weight`, and adds the losses, times `weight`.
  func replaceByGradients(_ logits: Matrix, labels: [Int], weight: Float, losses: inout [Double]) {
    precondition(logits.rows == labels.count && logits.rows == losses.count)
    for row in 0..<logits.rows {
      let buffer = unsafe UnsafeMutableBufferPointer(start: logits.row(row), count: logits.columns)
      var sample = unsafe buffer.mutableSpan
      losses[row] += replaceByGradient(&sample, label: labels[row]) * Double(weight)
      for column in sample.indices { sample[column] *= weight }
    }
  }
}
