extension ReportContent.Curve.Role {
  /// The class that colors the series.
  var className: String {
    switch self {
    case .certified: "certified"
    case .global: "global"
    case .local: "local"
    case .linear: "linear"
    case .exact: "exact"
    case .empirical: "empirical"
    }
  }

  var marker: PlotMarker {
    switch self {
    case .certified: .circle
    case .global: .triangle
    case .local: .square
    case .linear: .wedge
    case .exact: .diamond
    case .empirical: .ring
    }
  }
}

/// Accuracy against the radius: chart and table.
func accuracySection(_ content: ReportContent) -> Markup {
  guard let accuracy = content.accuracy, accuracy.samples > 0 else { return "" }
  let empirical: Markup =
    accuracy.curves.contains { $0.role == .empirical }
    ? " Empirical accuracy is what withstood an attack: it is measured, not proved." : ""
  return """
    <section><h2>Accuracy, and how much of it is proved</h2>
    <p>Certified accuracy at ε counts the test samples whose class is right <em>and</em> proved for every change of \
    up to ε in each input, all inputs at once.\(empirical) Points are measured; the lines between them only guide \
    the eye.\(toleranceNote(content, accuracy))</p>
    <figure>
    <div class='wide'>\(accuracyChart(accuracy, unit: content.unit, isWide: true))</div>
    <div class='narrow'>\(accuracyChart(accuracy, unit: content.unit, isWide: false))</div>
    <figcaption>ε is in mapped units; 1 unit is \(grouped(content.unit)) LSB.</figcaption>
    \(markupDetails("The numbers as a table", accuracyTable(accuracy)))</figure>
    </section>

    """
}

/// Which of the radii the declared tolerances are.
private func toleranceNote(_ content: ReportContent, _ accuracy: ReportContent.Accuracy) -> Markup {
  guard let radius = accuracy.radii.first(where: \.isTolerance), let tolerances = content.tolerances else {
    return ""
  }
  return """
     ε\u{A0}=\u{A0}\(radius.epsilonText) is the declared tolerance: certified there holds for \
    <b>\(tolerances.list(atMost: 4))</b>, all at once.
    """
}

private func accuracyTable(_ accuracy: ReportContent.Accuracy) -> Markup {
  let rows = accuracy.radii.enumerated().map { index, radius in
    [MarkupCell.text(radius.epsilonText), .number(radius.lsb)]
      + accuracy.curves.map { curve in
        guard let count = curve.count(at: index) else { return MarkupCell.number("–") }
        return .number("\(percentText(count, of: accuracy.samples)) (\(grouped(count)))")
      }
  }
  return markupTable(
    caption: "Clean accuracy \(percentText(accuracy.clean, of: accuracy.samples)) "
      + "(\(grouped(accuracy.clean)) of \(grouped(accuracy.samples)))",
    head: [.text("ε"), .number("LSB")] + accuracy.curves.map { .number($0.name) }, rows: rows)
}

extension ReportContent.Curve {
  func count(at index: Int) -> Int? { index < counts.count ? counts[index] : nil }
}

extension ReportContent.Accuracy {
  /// The share of a count, on the axis of the chart.
  fileprivate func percent(_ count: Int) -> Double { Double(count) / Double(samples) * 100 }

  /// The curves that were measured; equal ones are one, under both names, instead of one hiding the other.
  fileprivate var distinctCurves: [ReportContent.Curve] {
    var distinct: [ReportContent.Curve] = []
    for curve in curves where curve.counts.contains(where: { $0 != nil }) {
      if let same = distinct.firstIndex(where: { $0.counts == curve.counts }) {
        distinct[same].name += " = \(curve.name)"
      } else {
        distinct.append(curve)
      }
    }
    return distinct
  }
}

/// Drawn twice, for wide and for narrow windows, since text in a scaled picture would become too small.
private func accuracyChart(_ accuracy: ReportContent.Accuracy, unit: Int, isWide: Bool) -> Markup {
  let curves = accuracy.distinctCurves
  let cleanText = "clean \(percentText(accuracy.clean, of: accuracy.samples))"
  let labelTexts = curves.map { curve in
    let last = curve.counts.compactMap { $0 }.last ?? 0
    return isWide ? "\(curve.name) \(percentText(last, of: accuracy.samples))" : curve.name
  }
  let longest =
    (labelTexts + [cleanText]).map { labelWidth($0, size: isWide ? 13 : 12, isBold: true) }.max() ?? 0
  let largest = accuracy.radii.map(\.epsilon).filter(\.isFinite).max() ?? 0
  let plot = Plot(
    width: isWide ? 920 : 380, height: isWide ? 400 : 330, left: 46,
    right: min(longest + 18, isWide ? 300 : 150),
    top: 44, bottom: 48, x: 0...(largest > 0 ? largest : 1 / Double(max(unit, 1))), y: 0...100)
  let clean = accuracy.percent(accuracy.clean)
  let drawn = zip(curves, labelTexts).compactMap { draw($0, of: accuracy, label: $1, on: plot) }
  let labels =
    [PlotLabel(text: cleanText, x: plot.x.end, y: plot.y(clean), className: "clean")] + drawn.map(\.label)
  // The first curve is the one that is quoted, so it lies on top.
  let body: Markup = """
    \(plot.yAxis(niceTicks(0...100, about: 5), title: "% of \(grouped(accuracy.samples)) test samples"))\
    \(plot.xAxis(radiusTicks(accuracy, unit: unit, plot: plot), names: ["ε", "LSB"]))\
    \(headlineMarks(accuracy, plot: plot))\(plot.level(clean, class: "line clean"))\(drawn.reversed().map(\.line))\(plot.endLabels(labels))
    """
  return plot.svg(
    id: isWide ? "accuracy-wide" : "accuracy-narrow", title: "Accuracy against the radius",
    description: description(of: accuracy), body)
}

/// One curve with its points, and the label at its end; nil where nothing was measured.
private func draw(
  _ curve: ReportContent.Curve, of accuracy: ReportContent.Accuracy, label text: String, on plot: Plot
) -> (line: Markup, label: PlotLabel)? {
  let points: [(radius: ReportContent.Radius, count: Int)] = accuracy.radii.enumerated().compactMap {
    index, radius in
    curve.count(at: index).map { (radius, $0) }
  }
  guard let first = points.first, let last = points.last else { return nil }
  let name = curve.role.className
  let places = points.map { (x: $0.radius.epsilon, y: accuracy.percent($0.count)) }
  // Smaller ones where full ones would run into each other.
  let scale = (plot.x.end - plot.x.start) / Double(points.count) < 16 ? 0.6 : 1
  let leadIn = plot.line(
    [(0, accuracy.percent(accuracy.clean)), (first.radius.epsilon, accuracy.percent(first.count))],
    class: "lead \(name)")
  let markers: [Markup] = points.map { point in
    plot.marker(
      curve.role.marker, at: (point.radius.epsilon, accuracy.percent(point.count)), scale: scale,
      class: "mark \(name)",
      tip: "\(curve.name) at ε = \(point.radius.epsilonText) (\(grouped(point.radius.lsb)) LSB): "
        + percentText(point.count, of: accuracy.samples))
  }
  return (
    "\(leadIn)\(plot.line(places, class: "line \(name)"))\(markers)",
    PlotLabel(
      text: text, x: plot.x(last.radius.epsilon), y: plot.y(accuracy.percent(last.count)), className: name)
  )
}

/// The measured radii, or every second, third or fourth when their labels need it; else round numbers.
private func radiusTicks(_ accuracy: ReportContent.Accuracy, unit: Int, plot: Plot) -> [PlotTick] {
  var ticks = [PlotTick(value: 0, label: "0", secondLabel: "0")]
  for radius in accuracy.radii where radius.epsilon > 0 {
    ticks.append(PlotTick(value: radius.epsilon, label: radius.epsilonText, secondLabel: grouped(radius.lsb)))
  }
  for stride in 1...4 {
    let chosen = ticks.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    let widths = chosen.map { max(labelWidth($0.label), labelWidth($0.secondLabel ?? "")) }
    let fits = chosen.indices.dropFirst().allSatisfy { index in
      plot.x(chosen[index].value) - plot.x(chosen[index - 1].value) > (widths[index] + widths[index - 1]) / 2
        + 8
    }
    if fits { return chosen }
  }
  return lsbTicks(plot, unit: unit)
}

/// Round numbers on the axis of radii, with their LSB.
func lsbTicks(_ plot: Plot, unit: Int) -> [PlotTick] {
  niceTicks(plot.x.domain, about: plot.width > 600 ? 8 : 4).map { tick in
    // ceil(ε·U), but not one more for the last bit of a decimal fraction.
    let lsb = (tick.value * Double(unit) - 1e-6).rounded(.up)
    return PlotTick(value: tick.value, label: tick.label, secondLabel: grouped(Int(min(max(lsb, 0), 1e9))))
  }
}

/// A thin line at each radius that the top of the page quotes.
private func headlineMarks(_ accuracy: ReportContent.Accuracy, plot: Plot) -> [Markup] {
  var free = plot.x.start
  return accuracy.radii.filter { $0.isHeadline && $0.epsilon.isFinite }.map { radius in
    let place = plot.x(radius.epsilon)
    let text =
      radius.isTolerance ? "tolerance" : plot.width > 600 ? "ε = \(radius.epsilonText)" : radius.epsilonText
    let half = labelWidth(text) / 2
    let fits = place - half > free
    if fits { free = place + half + 6 }
    let label: Markup =
      fits ? "<text class='tick' x='\(place)' y='\(plot.y.end - 6)' text-anchor='middle'>\(text)</text>" : ""
    return "<path class='headline' d='M\(place) \(plot.y.end)V\(plot.y.start)'/>\(label)\n"
  }
}

private func description(of accuracy: ReportContent.Accuracy) -> String {
  let curves = accuracy.curves.map { curve in
    let values = zip(accuracy.radii, curve.counts).compactMap { radius, count in
      count.map { "\(percentText($0, of: accuracy.samples)) at \(radius.epsilonText)" }
    }
    return "\(curve.name): \(values.joined(separator: ", "))."
  }
  return (["Clean: \(percentText(accuracy.clean, of: accuracy.samples))."] + curves).joined(separator: " ")
}
