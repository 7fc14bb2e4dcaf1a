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
  func replaceByGradient(_ logits: inout [Float], label: Int) -> Double
}

extension LogitLoss {
  /// Replaces each sample's logits by the gradient of its loss, times `weight`.
  ///
  /// - Returns: the sum of the losses, times `weight`.
  func replaceByGradients(_ logits: inout Matrix, labels: [Int], weight: Float) -> Double {
    precondition(logits.rows == labels.count)
    let columns = logits.columns
    var sample = Array(repeating: Float(0), count: columns)
    var total = 0.0
    for row in 0..<logits.rows {
      for column in 0..<columns { sample[column] = logits.elements[row * columns + column] }
      total += replaceByGradient(&sample, label: labels[row])
      for column in 0..<columns { logits.elements[row * columns + column] = sample[column] * weight }
    }
    return total * Double(weight)
  }
}
