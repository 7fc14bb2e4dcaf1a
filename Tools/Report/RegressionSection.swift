/// How close a regression comes to its targets, and how far its outputs can move: a section for each output.
func regressionSection(_ content: ReportContent) -> Markup {
  let outputs = [content.regression].compactMap(\.self) + content.otherRegressions
  let sections: [Markup] = outputs.enumerated().filter { $0.element.samples > 0 }.map { index, regression in
    regressionSection(content, regression, suffix: index == 0 ? "" : "-\(index)", isOnly: outputs.count == 1)
  }
  return "\(sections)"
}

/// - Parameter suffix: tells the pictures of several outputs apart.
private func regressionSection(
  _ content: ReportContent, _ regression: ReportContent.Regression, suffix: String, isOnly: Bool
) -> Markup {
  let title: Markup =
    isOnly ? "Output, and how far it can move" : "\(regression.target), and how far it can move"
  let radius = regression.pointRadius
  let place: Markup =
    radius.isTolerance ? "the declared tolerances" : "ε\u{A0}=\u{A0}\(radius.epsilonText)"
  let monotone: [Markup] = content.monotone.map { "<li>\($0.statement): <b>proved</b></li>\n" }
  let monotony: Markup =
    monotone.isEmpty || !suffix.isEmpty
    ? "" : "<h3>Monotone inputs</h3>\n<ul class='statements'>\n\(monotone)</ul>\n"
  return """
    <section><h2>\(title)</h2>
    <p>Each point is a test sample; on the diagonal the output is the target. The bar through it is <em>proved</em>: \
    no change within \(place) (±\(grouped(radius.lsb)) LSB) of the inputs, all at once and within the declared range, \
    moves the output beyond it. Points are measured. The bound for <b class='label global'>any input</b> speaks of all \
    pairs of inputs that are so close, the <b class='label local'>local</b> ones of these samples.</p>
    <figure><div class='charts two'>
    <div><h3>Output against target</h3>\(scatterChart(regression, suffix: suffix))</div>
    <div><h3>Change of the output against the radius</h3>\(changeChart(regression, unit: content.unit, suffix: suffix))</div>
    </div>
    \(markupDetails("The numbers as a table", changeTable(regression)))</figure>
    \(errorTable(regression))\(monotony)</section>

    """
}

private func scatterChart(_ regression: ReportContent.Regression, suffix: String) -> Markup {
  let points = regression.points.filter { isDrawable($0.target) && isDrawable($0.output) }
  let values = points.flatMap { point in
    [point.target, point.output, point.bounds?.lowerBound, point.bounds?.upperBound].compactMap { $0 }
  }.filter(isDrawable)
  let (least, greatest) = (values.min() ?? 0, values.max() ?? 1)
  let margin = greatest > least ? (greatest - least) * 0.04 : max(least.magnitude, 1)
  let range = (least - margin)...(greatest + margin)
  let plot = Plot(
    width: 440, height: 380, left: 56, right: 12, top: 30, bottom: 42, x: range, y: range)
  let bars: [Markup] = points.compactMap { point in
    point.bounds.map { "M\(plot.x(point.target)) \(plot.y($0.lowerBound))V\(plot.y($0.upperBound))" }
  }
  let marks: [Markup] = points.map { point in
    let bounds = point.bounds.map { ", within \(outward($0, between: "…").replacing("-", with: "−"))" }
    return plot.marker(
      .circle, at: (point.target, point.output), scale: 0.55, class: "mark certified",
      tip: "target \(realText(point.target)), output \(realText(point.output))\(bounds ?? "")")
  }
  let ticks = niceTicks(range, about: 5)
  return plot.svg(
    id: "scatter\(suffix)", title: "Output against target",
    description:
      "\(points.count) test samples; mean absolute error \(realText(regression.meanAbsoluteError)).",
    """
    \(plot.yAxis(ticks, title: "output: \(regression.target)"))\(plot.xAxis(ticks, title: "target"))\
    \(plot.line([(range.lowerBound, range.lowerBound), (range.upperBound, range.upperBound)], class: "gain"))\
    \(bars.isEmpty ? "" : "<path class='interval local' d='\(bars)'/>\n" as Markup)\(marks)
    """)
}

/// Whether a chart can hold it together with others.
private func isDrawable(_ value: Double) -> Bool { value.magnitude < 1e300 }

private func changeChart(_ regression: ReportContent.Regression, unit: Int, suffix: String) -> Markup {
  let changes = regression.changes
  let largest =
    changes.flatMap { [$0.anyInput ?? 0, $0.largestLocal, $0.meanLocal] }.filter(isDrawable).max() ?? 0
  let end = changes.map(\.radius.epsilon).filter(\.isFinite).max() ?? 0
  let plot = Plot(
    width: 440, height: 380, left: 56, right: 104, top: 30, bottom: 58,
    x: 0...(end > 0 ? end : 1 / Double(max(unit, 1))), y: 0...(largest > 0 ? largest * 1.04 : 1))
  let series: [(name: String, role: ReportContent.Curve.Role, values: [Double?])] = [
    ("any input", .global, changes.map(\.anyInput)),
    ("largest", .local, changes.map { $0.largestLocal }),
    ("mean", .certified, changes.map { $0.meanLocal }),
  ]
  var labels: [PlotLabel] = []
  let lines: [Markup] = series.map { series in
    let places = zip(changes, series.values).compactMap { change, value in
      value.map { (change: change, y: $0) }
    }.filter { isDrawable($0.y) && $0.change.radius.epsilon.isFinite }
    guard let last = places.last else { return "" }
    labels.append(
      PlotLabel(
        text: series.name, x: plot.x(last.change.radius.epsilon), y: plot.y(last.y),
        className: series.role.className))
    let markers: [Markup] = places.map { place in
      plot.marker(
        series.role.marker, at: (place.change.radius.epsilon, place.y), scale: 0.7,
        class: "mark \(series.role.className)",
        tip:
          "\(series.name) at ε = \(place.change.radius.epsilonText) (\(grouped(place.change.radius.lsb)) LSB): "
          + "±\(realText(place.y, rounded: .up))")
    }
    let name = series.role.className
    return "\(plot.line(places.map { ($0.change.radius.epsilon, $0.y) }, class: "line \(name)"))\(markers)"
  }
  let headlines: [Markup] = changes.filter { $0.radius.isHeadline && $0.radius.epsilon.isFinite }.map {
    "<path class='headline' d='M\(plot.x($0.radius.epsilon)) \(plot.y.end)V\(plot.y.start)'/>\n"
  }
  let words = changes.map { change in
    "at ε = \(change.radius.epsilonText) \(changeText(change.anyInput)) for any input"
  }
  return plot.svg(
    id: "change\(suffix)", title: "Change of the output against the radius",
    description: words.joined(separator: ", ") + ".",
    """
    \(plot.yAxis(niceTicks(plot.y.domain, about: 5), title: "± \(regression.target)"))\
    \(plot.xAxis(lsbTicks(plot, unit: unit), names: ["ε", "LSB"]))\(headlines)\(lines)\(plot.endLabels(labels))
    """)
}

/// A bound with its sign, rounded up.
func changeText(_ change: Double?) -> String {
  change.map { "±" + realText($0, rounded: .up) } ?? "no bound"
}

private func changeTable(_ regression: ReportContent.Regression) -> Markup {
  markupTable(
    caption: "Proved change of \(regression.target), rounded up",
    head: [
      .text("ε"), .number("LSB"), .number("for any input"),
      .number("largest of \(counted(regression.points.count, "sample"))"), .number("their mean"),
    ],
    rows: regression.changes.map { change in
      [
        .text(change.radius.epsilonText), .number(change.radius.lsb), .number(changeText(change.anyInput)),
        .number(changeText(change.largestLocal)), .number(changeText(change.meanLocal)),
      ]
    })
}

private func errorTable(_ regression: ReportContent.Regression) -> Markup {
  var rows: [[MarkupCell]] = []
  if let float = regression.floatMeanAbsoluteError {
    rows.append([.text("mean absolute error of the float network"), .number(realText(float))])
  }
  rows.append([
    .text("mean absolute error of the integer network, as the device runs it"),
    .number(realText(regression.meanAbsoluteError)),
  ])
  rows.append([
    .text("part of the variance it explains"), .number(percentText(regression.explainedVariance)),
  ])
  return markupTable(
    caption: "\(regression.target) on \(counted(regression.samples, "test sample"))", head: [], rows: rows)
}
