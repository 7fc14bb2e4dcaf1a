/// A margin that certifies, for 1-Lipschitz networks: `max_{j≠y} clamp((z_j - z_y + 2ε) / 2ε, 0, 1) + λ·CE(s·z)`.
///
/// A margin of 2ε certifies a 1-Lipschitz network at ε, so the first term counts the samples that are not certified,
/// with a slope where the margin lies between 0 and 2ε. It has none for samples that are wrong; those the cross-entropy
/// of the scaled logits pulls over, with a share λ that falls as training goes on. The scale s is learned.
///
/// Source: Zhang et al., "Boosting the certified robustness of L-infinity distance nets", ICLR 2022.
struct MarginLoss: LogitLoss {
  /// ε in mapped units, positive.
  let epsilon: Float
  /// λ, the share of the cross-entropy.
  let crossEntropyWeight: Float
  /// s, the scale of the logits in it.
  let scale: Float
  /// The class of each sample.
  let labels: [Int]

  /// Adds the derivative with respect to s to `scaleGradient`.
  func replaceByGradient(
    _ logits: inout MutableSpan<Float>, ofSample sample: Int, scaleGradient: inout Float
  ) -> Double {
    let target = labels[sample]
    var rival = target == 0 ? 1 : 0
    for index in logits.indices where index != target && logits[index] > logits[rival] { rival = index }
    let largest = max(logits[target], logits[rival])
    let shortfall = (logits[rival] - logits[target] + 2 * epsilon) / (2 * epsilon)

    let lead = Double(scale * (logits[target] - largest))
    var sum = 0.0
    for index in logits.indices { sum += exponential(Double(scale * (logits[index] - largest))) }
    let crossEntropy = logarithm(sum) - lead
    var scaleSlope: Float = 0
    for index in logits.indices {
      let logit = logits[index] - largest
      let share = Float(exponential(Double(scale * logit)) / sum) - (index == target ? 1 : 0)
      scaleSlope += crossEntropyWeight * share * logit
      logits[index] = crossEntropyWeight * share * scale
    }
    if shortfall > 0, shortfall < 1 {
      logits[rival] += 1 / (2 * epsilon)
      logits[target] -= 1 / (2 * epsilon)
    }
    // Not min(max(…)), which would pass over a NaN and hide a divergence.
    let hinge = shortfall <= 0 ? 0 : shortfall >= 1 ? 1 : shortfall
    scaleGradient += scaleSlope
    return Double(hinge) + Double(crossEntropyWeight) * crossEntropy
  }
}
