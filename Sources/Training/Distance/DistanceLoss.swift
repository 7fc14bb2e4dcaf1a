/// What a network of distances is trained on: `max_{j≠y} clamp((z_j - z_y + 2ε) / 2ε, 0, 1) + λ·CE(s·z)`.
///
/// A margin of 2ε certifies a 1-Lipschitz network at ε, so the first term counts the samples that are not certified, with
/// a slope where the margin lies between 0 and 2ε. It has none for samples that are wrong; those the cross-entropy of the
/// scaled logits pulls over, with a share λ that falls as training goes on. The scale s is learned.
///
/// Source: Zhang et al., "Boosting the certified robustness of L-infinity distance nets", ICLR 2022.
struct DistanceLoss: Sendable {
  /// ε in mapped units, positive.
  var epsilon: Float
  /// λ, the share of the cross-entropy.
  var crossEntropyWeight: Float
  /// s, the scale of the logits in it.
  var scale: Float

  /// Replaces one sample's logits by the gradient of its loss.
  ///
  /// - Returns: the loss, and its derivative with respect to s.
  func replaceByGradient(
    _ logits: inout ArraySlice<Float>, label: Int
  ) -> (loss: Double, scaleGradient: Float) {
    let target = logits.startIndex + label
    var rival = target == logits.startIndex ? target + 1 : logits.startIndex
    for index in logits.indices where index != target && logits[index] > logits[rival] { rival = index }
    let largest = max(logits[target], logits[rival])
    let shortfall = (logits[rival] - logits[target] + 2 * epsilon) / (2 * epsilon)

    let lead = Double(scale * (logits[target] - largest))
    var sum = 0.0
    for index in logits.indices { sum += exponential(Double(scale * (logits[index] - largest))) }
    let crossEntropy = logarithm(sum) - lead
    var scaleGradient: Float = 0
    for index in logits.indices {
      let logit = logits[index] - largest
      let share = Float(exponential(Double(scale * logit)) / sum) - (index == target ? 1 : 0)
      scaleGradient += crossEntropyWeight * share * logit
      logits[index] = crossEntropyWeight * share * scale
    }
    if shortfall > 0, shortfall < 1 {
      logits[rival] += 1 / (2 * epsilon)
      logits[target] -= 1 / (2 * epsilon)
    }
    // Not min(max(…)), which would pass over a NaN and hide a divergence.
    let hinge = shortfall <= 0 ? 0 : shortfall >= 1 ? 1 : shortfall
    return (Double(hinge) + Double(crossEntropyWeight) * crossEntropy, scaleGradient)
  }
}
