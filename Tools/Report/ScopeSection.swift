internal import Training

/// What the report proves and what it does not.
func scopeSection(_ content: ReportContent) -> Markup {
  let range = "\(grouped(content.inputMinimum))…\(grouped(content.inputMaximum))"
  let empirical: Markup =
    content.accuracy?.curves.contains { $0.role == .empirical } == true
      || content.tightness?.chains.isEmpty == false
    ? "<li>What is called empirical is what an attack failed to break. Another attack may break more.</li>"
    : ""
  let verified: Markup =
    content.regression == nil && content.training?.points.contains { $0.verifiedAccuracy != nil } == true
    ? "<li>The verified accuracy of the training curve is computed in floating point. It is indicative only.</li>"
    : ""
  let isRegression = content.regression != nil
  let monotone: [Markup] = content.monotone.map {
    "<li>That \($0.statement), whatever the inputs are.</li>\n"
  }
  let (global, local): (Markup, Markup) =
    isRegression
    ? ("bound for <b>any input</b>", "<b>interval</b> of an output")
    : ("<b>global</b> certificate", "<b>local</b> certificate")
  let notRight: Markup =
    isRegression
    ? "That an output is right. A bound says how far it can move within a radius, not how far it is off."
    : "That an answer is right. A certificate says that the answer cannot change within its radius."
  let onData: Markup = isRegression ? "Errors" : "Accuracy"
  let figures: Markup = isRegression ? "measured" : "counts"
  return """
    <section class='scope'><h2>What this does and does not certify</h2>
    <div class='charts two'>
    <div><h3>✓ Proved</h3><ul>
    <li>“Certified” means proved in integer arithmetic on the very numbers that the device runs, rounding and \
    saturation included. No slack term, no sampling, no floating point.</li>
    <li>The \(global) holds for all inputs of 16 bits.</li>
    <li>The \(local) holds for inputs within the declared range, \(range) LSB.</li>
    \(monotone)<li>The row bound also proves that no 32-bit accumulator overflows.</li>
    </ul></div>
    <div><h3>✗ Not claimed</h3><ul>
    <li>\(notRight)</li>
    <li>Anything beyond the radius, or of other changes than up to the radius in each input: rotated pictures, \
    for example.</li>
    <li>\(onData) on other data than the test samples: those figures are \(figures).</li>
    \(verified)\(empirical)
    </ul></div>
    </div></section>

    """
}
