/// Multi-class hinge: `Σ_{j≠y} max(0, margin - (z_y - z_j))`.
///
/// In a network whose logits are 1-Lipschitz in the sup norm, a margin of 2ε is a certificate at ε; asking for
/// exactly that much keeps training from spending capacity on samples that are certified already.
///
/// Source: Weston and Watkins, ESANN 1999.
package struct HingeLoss: LogitLoss {
  /// The margin asked for, in logit units, positive.
  package var margin: Float

  /// Creates the loss.
  package init(margin: Float) {
    self.margin = margin
  }

  /// Each violated margin pulls its two logits apart with unit strength.
  package func replaceByGradient(_ logits: inout [Float], label: Int) -> Double {
    let labelLogit = logits[label]
    var total = 0.0
    var violations: Float = 0
    for index in logits.indices where index != label {
      let violation = margin - (labelLogit - logits[index])
      logits[index] = violation > 0 ? 1 : 0
      // Written so that a NaN is not lost: it is neither positive nor non-positive.
      if !(violation <= 0) {
        total += Double(violation)
        violations += 1
      }
    }
    logits[label] = -violations
    return total
  }
}
