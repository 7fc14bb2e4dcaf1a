/// The head of the page: the guarantee and the key figures.
func reportHeader(_ content: ReportContent) -> Markup {
  let summary: Markup = content.summary.isEmpty ? "" : "<p class='summary'>\(content.summary)</p>\n"
  let range = "\(grouped(content.inputMinimum))…\(grouped(content.inputMaximum))\u{A0}LSB"
  return """
    <header>
    <p class='eyebrow'>SupNorm report</p>
    <h1>\(content.name)</h1>
    \(summary)<p class='shape'><b>\(content.shape)</b> · \(content.activation) · \
    inputs \(range) · 1\u{A0}unit = \(grouped(content.unit))\u{A0}LSB</p>
    \(guarantee(content))\
    \(alerts(content))<dl class='figures'>
    \(keyFigures(content))</dl>
    </header>

    """
}

/// In the exact words that the certificates prove.
private func guarantee(_ content: ReportContent) -> Markup {
  let (promise, end): (Markup, Markup) =
    content.regression == nil
    ? ("Every answer comes with a radius, and with a proof:", "change this answer")
    : ("Every radius comes with a bound, and with a proof:", "move this output by more than <em>bound</em>")
  return """
    <div class='guarantee'><p>\(promise)</p>
    <blockquote>“no change of up to <em>radius</em> LSB in each input, all inputs at once, can \(end)”\
    </blockquote></div>

    """
}

/// What makes the guarantee void, above all figures.
private func alerts(_ content: ReportContent) -> [Markup] {
  var alerts: [Markup] = []
  if content.layers.contains(where: { layer in layer.rowSums.contains { $0 > layer.rowSumBound } }) {
    alerts.append("<p class='alert'>✗ A row sum is above its bound: nothing on this page is certified.</p>\n")
  }
  if content.devices.contains(where: { $0.mismatches > 0 }) {
    alerts.append("<p class='alert'>✗ A device disagrees with the host.</p>\n")
  }
  return alerts
}

private func keyFigures(_ content: ReportContent) -> [Markup] {
  var figures: [Markup] = []
  func add(_ value: String, _ unit: String, _ name: String, _ detail: String = "", class style: String = "") {
    let small: Markup = unit.isEmpty ? "" : "<small>\u{A0}\(unit)</small>"
    let more: Markup = detail.isEmpty ? "" : "<span>\(detail)</span>"
    figures.append("<div class='\(style)'><dt>\(name)\(more)</dt><dd>\(value)\(small)</dd></div>\n")
  }
  func addPercent(_ count: Int, of all: Int, _ name: String, _ detail: String, class style: String = "") {
    // Without its last two characters, space and sign, which are set smaller.
    add(String(percentText(count, of: all).dropLast(2)), "%", name, detail, class: style)
  }
  if let accuracy = content.accuracy, accuracy.samples > 0 {
    add(grouped(accuracy.samples), "", "test samples")
    addPercent(accuracy.clean, of: accuracy.samples, "clean accuracy", "\(grouped(accuracy.clean)) right")
    for index in headlines(accuracy) {
      let radius = accuracy.radii[index]
      guard let count = accuracy.headlineCurve?.count(at: index) else { continue }
      addPercent(
        count, of: accuracy.samples,
        radius.isTolerance
          ? "certified at the tolerance" : "certified at ε\u{A0}=\u{A0}\(radius.epsilonText)",
        radiusDetail(radius, content), class: "certified")
    }
  }
  if let regression = content.regression, regression.samples > 0 {
    add(grouped(regression.samples), "", "test samples")
    add(realText(regression.meanAbsoluteError), "", "mean absolute error", regression.target)
    add(
      String(percentText(regression.explainedVariance).dropLast(2)), "%", "of the variance explained")
    for change in regression.changes where change.radius.isHeadline {
      add(
        changeText(change.anyInput), "",
        change.radius.isTolerance
          ? "change within the tolerance" : "change within ε\u{A0}=\u{A0}\(change.radius.epsilonText)",
        "any input, " + radiusDetail(change.radius, content), class: "certified")
    }
  }
  if !content.layers.isEmpty {
    let bytes = content.layers.map(\.parameterBytes).reduce(0, +)
    let weights = content.layers.map(\.nonzeroWeights).reduce(0, +)
    let noun = content.layers.contains(where: \.rowSums.isEmpty) ? "weights and entries" : "weights"
    add(grouped(bytes), "B", "parameters", "\(grouped(weights)) \(noun)")
  }
  if !content.devices.isEmpty {
    let mismatches = content.devices.map(\.mismatches).reduce(0, +)
    let samples = content.devices.map(\.samples).reduce(0, +)
    add(
      grouped(mismatches), "", mismatches == 1 ? "device mismatch" : "device mismatches",
      "\(counted(content.devices.count, "board")), \(grouped(samples)) runs",
      class: mismatches > 0 ? "bad" : "")
  }
  return figures
}

/// A radius in LSB, or what it holds for when it is that of the tolerances.
private func radiusDetail(_ radius: ReportContent.Radius, _ content: ReportContent) -> String {
  guard radius.isTolerance, let tolerances = content.tolerances else { return "±\(grouped(radius.lsb)) LSB" }
  return "holds for \(tolerances.list(atMost: 2)) together"
}

extension ReportContent.Accuracy {
  /// The curve that is quoted: what any certificate proves.
  var headlineCurve: ReportContent.Curve? {
    curves.first { $0.role == .certified } ?? curves.first { $0.role == .global }
  }
}

/// The radii marked for it; otherwise the least and the middle one.
private func headlines(_ accuracy: ReportContent.Accuracy) -> [Int] {
  let marked = accuracy.radii.indices.filter { accuracy.radii[$0].isHeadline }
  if !marked.isEmpty { return marked }
  let positive = accuracy.radii.indices.filter { accuracy.radii[$0].lsb > 0 }
  guard let first = positive.first else { return [] }
  let middle = positive[positive.count / 2]
  return middle == first ? [first] : [first, middle]
}
