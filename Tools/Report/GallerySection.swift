/// Test samples with their answers and certified radii.
func gallerySection(_ content: ReportContent) -> Markup {
  let groups = content.gallery.filter { !$0.samples.isEmpty }
  guard !groups.isEmpty else { return "" }
  let largest = groups.flatMap(\.samples).map { max($0.global.lsb, $0.local?.lsb ?? 0) }.max() ?? 0
  let parts: [Markup] = groups.map { group in
    let cards: [Markup] = group.samples.map { card($0, largest: max(largest, 1)) }
    let note: Markup = group.note.isEmpty ? "" : " <span>\(group.note)</span>"
    let isTabular = group.samples.contains { if case .features = $0.input { true } else { false } }
    return """
      <h3>\(group.title)\(note)</h3>
      <ul class='gallery\(isTabular ? " tabular" as Markup : "")'>
      \(cards)</ul>

      """
  }
  return """
    <section><h2>Test samples and their certificates</h2>
    <p>With each: the answer, and how far every input may move at once without changing it, by the \
    <b class='label local'>local</b> and the <b class='label global'>global</b> certificate. A certificate speaks of \
    the answer, right or wrong: a wrong answer can be certified too.</p>
    \(parts)</section>

    """
}

private func card(_ sample: ReportContent.Sample, largest: Int) -> Markup {
  let answer: Markup =
    sample.isCorrect
    ? "<p class='answer'><b>\(sample.predicted)</b> <span>✓ right</span></p>"
    : "<p class='answer bad'><b>\(sample.predicted)</b> <span>✗ wrong, is <b>\(sample.label)</b></span></p>"
  let picture: Markup =
    switch sample.input {
    case .image(let pixels, let width, let height):
      pixelImage(pixels, width: width, height: height, label: sample.label)
    case .features(let features): featureList(features)
    }
  let holds: Markup = sample.holdsFor.map { "\n<p class='holds'>holds for <b>\($0)</b> together</p>" } ?? ""
  return """
    <li\(sample.isCorrect ? "" : " class='wrong'" as Markup)>\(picture)<div>
    \(answer)
    \(radius("local", sample.local, largest: largest))
    \(radius("global", sample.global, largest: largest))\(holds)</div></li>

    """
}

private func radius(_ name: String, _ radius: ReportContent.CertifiedRadius?, largest: Int) -> Markup {
  let share = min(max(Double(radius?.lsb ?? 0) / Double(largest), 0), 1) * 100
  let value: Markup = radius.map { "<b>\(grouped($0.lsb))</b> LSB" } ?? "none"
  let tolerance: Markup = radius?.tolerance.map { "<span class='tolerance'>\($0)</span>" } ?? ""
  return """
    <div class='radius \(name)'><span class='track'><i style='width:\(share)%'></i></span><span class='name'>\(name)</span> \
    <span class='value'>\(value)</span>\(tolerance)</div>
    """
}

/// Pixels as vector shapes: crisp at any size.
///
/// One path a gray level, one rectangle a run of equal pixels.
private func pixelImage(_ pixels: [Double], width: Int, height: Int, label: String) -> Markup {
  guard width > 0, height > 0, pixels.count == width * height else { return "" }
  let levels = 32
  let quantized = pixels.map { $0.isFinite ? Int((min(max($0, 0), 1) * Double(levels)).rounded()) : 0 }
  var runs = [[Markup]](repeating: [], count: levels + 1)
  for row in 0..<height {
    var column = 0
    while column < width {
      let level = quantized[row * width + column]
      let start = column
      while column < width, quantized[row * width + column] == level { column += 1 }
      runs[level].append("M\(start) \(row)h\(column - start)v1h-\(column - start)z")
    }
  }
  let paths: [Markup] = runs.enumerated().dropFirst().filter { !$0.element.isEmpty }.map { level, shapes in
    "<path fill-opacity='\(Double(level) / Double(levels))' d='\(shapes)'/>"
  }
  return """
    <svg class='pixels' viewBox='0 0 \(width) \(height)' role='img' aria-label='test sample of class \(label)' \
    fill='currentColor' shape-rendering='crispEdges'>\(paths)</svg>
    """
}

private func featureList(_ features: [ReportContent.Sample.Feature]) -> Markup {
  let shown = 8
  let rows: [Markup] = features.prefix(shown).map { feature in
    "<tr><th scope='row'>\(feature.name)</th><td>\(feature.value)</td><td>\(feature.tolerance ?? "")</td></tr>"
  }
  let more: Markup =
    features.count > shown
    ? "<tr><th scope='row' colspan='3'>and \(features.count - shown) more</th></tr>" : ""
  let head: Markup =
    "<thead><tr><th scope='col'>feature</th><th scope='col'>value</th><th scope='col'>holds for</th></tr></thead>"
  return "<table class='features'>\(head)<tbody>\(rows)\(more)</tbody></table>"
}
