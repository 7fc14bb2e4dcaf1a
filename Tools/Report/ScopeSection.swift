/// What the report proves and what it does not.
func scopeSection(_ content: ReportContent) -> Markup {
  let range = "\(grouped(content.inputMinimum))…\(grouped(content.inputMaximum))"
  let empirical: Markup =
    content.accuracy?.curves.contains { $0.role == .empirical } == true
    ? "<li>Empirical accuracy is what an attack failed to break. Another attack may break more.</li>" : ""
  let verified: Markup =
    content.training?.points.contains { $0.verifiedAccuracy != nil } == true
    ? "<li>The verified accuracy of the training curve is computed in floating point. It is indicative only.</li>"
    : ""
  return """
    <section class='scope'><h2>What this does and does not certify</h2>
    <div class='charts two'>
    <div><h3>✓ Proved</h3><ul>
    <li>“Certified” means proved in integer arithmetic on the very numbers that the device runs, rounding and \
    saturation included. No slack term, no sampling, no floating point.</li>
    <li>The <b>global</b> certificate holds for all inputs of 16 bits.</li>
    <li>The <b>local</b> certificate holds for inputs within the declared range, \(range) LSB.</li>
    <li>The row bound also proves that no 32-bit accumulator overflows.</li>
    </ul></div>
    <div><h3>✗ Not claimed</h3><ul>
    <li>That an answer is right. A certificate says that the answer cannot change within its radius.</li>
    <li>Anything beyond the radius, or of other changes than up to the radius in each input: rotated pictures, \
    for example.</li>
    <li>Accuracy on other data than the test samples: those figures are counts.</li>
    \(verified)\(empirical)
    </ul></div>
    </div></section>

    """
}
