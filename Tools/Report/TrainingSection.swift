internal import Training

/// How the training went: loss, and accuracies, in two charts instead of two axes.
func trainingSection(_ content: ReportContent) -> Markup {
  guard let training = content.training, !training.points.isEmpty else { return "" }
  let points = training.points.sorted { $0.epoch < $1.epoch }
  let isRegression = content.regression != nil
  let hasVerified = !isRegression && points.contains { $0.verifiedAccuracy != nil }
  let note: Markup =
    hasVerified
    ? """
     Verified accuracy is the share whose class interval bounds prove at the training ε = \(training.epsilonText), \
    in floating point and so only indicative; what counts is the certified accuracy above.
    """ : ""
  let heldOut: Markup =
    points.contains { $0.validation != nil }
    ? " Validation is on samples held out of training; choices were made by them." : ""
  let title: Markup =
    isRegression ? "Explained variance" : hasVerified ? "Accuracy and verified accuracy" : "Accuracy"
  return """
    <section><h2>Training</h2>
    <p>Figures of the float network on the training samples, epoch by epoch.\(heldOut)\(note)</p>
    <figure><div class='charts two'>
    <div><h3>Loss</h3>\(lossChart(points))</div>
    <div><h3>\(title)</h3>\(trainingAccuracyChart(points, isRegression: isRegression))</div>
    </div>
    \(markupDetails("The numbers as a table", trainingTable(points, isRegression: isRegression)))</figure>
    </section>

    """
}

private func trainingPlot(
  _ points: [TrainingPoint], right: Double, top: Double
) -> (plot: Plot, ticks: [PlotTick]) {
  let first = Double(points.first?.epoch ?? 0)
  let last = Double(points.last?.epoch ?? 1)
  let plot = Plot(
    width: 440, height: 260, left: 46, right: right, top: 30, bottom: 42, x: first...max(last, first + 1),
    y: 0...top)
  let (step, _) = niceStep(plot.x.domain.upperBound - first, about: 5)
  // Epochs are whole: no tick between two of them.
  let ticks = niceTicks(plot.x.domain, about: step < 1 ? 1 : 5).filter { $0.value == $0.value.rounded() }
  return (plot, ticks)
}

private func lossChart(_ points: [TrainingPoint]) -> Markup {
  let largest = points.map(\.loss).filter(\.isFinite).max() ?? 0
  let (step, _) = niceStep(largest, about: 4)
  let top = largest > 0 ? (largest / step).rounded(.up) * step : 1
  let (plot, ticks) = trainingPlot(points, right: 88, top: top)
  let places = points.map { (x: Double($0.epoch), y: $0.loss) }
  let last = points.last { $0.loss.isFinite }
  let labels = last.map { last in
    [
      PlotLabel(
        text: realText(last.loss), x: plot.x(Double(last.epoch)), y: plot.y(last.loss), className: "certified"
      )
    ]
  }
  let single: [Markup] =
    places.count == 1
    ? places.map { plot.marker(.circle, at: $0, class: "mark certified", tip: realText($0.y)) } : []
  return plot.svg(
    id: "loss", title: "Training loss by epoch",
    description:
      "From \(realText(points[0].loss)) to \(last.map { realText($0.loss) } ?? "no finite number").",
    """
    \(plot.yAxis(niceTicks(0...top, about: 4), title: "loss"))\(plot.xAxis(ticks, title: "epoch"))\
    \(plot.line(places, class: "line certified"))\(single)\(plot.endLabels(labels ?? []))
    """)
}

private func trainingAccuracyChart(
  _ points: [TrainingPoint], isRegression: Bool
) -> Markup {
  // A regression may explain less than nothing: that is drawn as nothing.
  let clean = points.map { (x: Double($0.epoch), y: max($0.accuracy, isRegression ? 0 : $0.accuracy) * 100) }
  let name = isRegression ? "explained" : "clean"
  let verified = (isRegression ? [] : points).compactMap { point in
    point.verifiedAccuracy.map { (x: Double(point.epoch), y: $0 * 100) }
  }
  func heldOut(_ value: (TrainingPoint) -> Double?) -> [(x: Double, y: Double)] {
    points.compactMap { point in value(point).map { (x: Double(point.epoch), y: max($0, 0) * 100) } }
  }
  let series = [
    (name, clean, "clean", PlotMarker.circle), ("verified", verified, "local", .square),
    ("validation", heldOut(\.validation?.accuracy), "global", .triangle),
    ("its verified", heldOut(\.validation?.verifiedAccuracy), "exact", .diamond),
  ]
  let longest = series.compactMap { name, places, _, _ in
    places.last.map { "\(name) \(percentText($0.y / 100))" }
  }
  let right = 18 + (longest.map { labelWidth($0, isBold: true) }.max() ?? 0)
  let (plot, ticks) = trainingPlot(points, right: right, top: 100)
  var labels: [PlotLabel] = []
  var marks: [Markup] = []
  for (name, places, role, shape) in series {
    guard let last = places.last(where: { $0.y.isFinite }) else { continue }
    labels.append(
      PlotLabel(
        text: "\(name) \(percentText(last.y / 100))", x: plot.x(last.x), y: plot.y(last.y), className: role))
    marks.append(plot.line(places, class: "line \(role)"))
    // Markers show which epochs were measured, as long as there is room between them.
    if places.count <= 12 {
      marks += places.map {
        plot.marker(shape, at: $0, class: "mark \(role)", tip: "\(name) \(percentText($0.y / 100))")
      }
    }
  }
  let words = labels.map(\.text).joined(separator: ", ")
  return plot.svg(
    id: "training-accuracy",
    title: "\(isRegression ? "Explained variance" : "Accuracy") on the training samples by epoch",
    description: "At the end: \(words).",
    """
    \(plot.yAxis(niceTicks(0...100, about: 5), title: isRegression ? "% of the variance" : "% of training samples"))\(plot.xAxis(ticks, title: "epoch"))\
    \(marks)\(plot.endLabels(labels))
    """)
}

private func trainingTable(_ points: [TrainingPoint], isRegression: Bool) -> Markup {
  let isHeldOut = points.contains { $0.validation != nil }
  var head: [MarkupCell] =
    isRegression ? [.number("explained")] : [.number("accuracy"), .number("verified")]
  if isHeldOut { head.append(.number("validation")) }
  if isHeldOut, !isRegression { head.append(.number("its verified")) }
  func cell(_ value: Double?) -> MarkupCell { .number(value.map { percentText($0) } ?? "–") }
  return markupTable(
    caption: "Training, floating point", head: [.number("epoch"), .number("loss")] + head,
    rows: points.map { point in
      var cells: [MarkupCell] = [.number(point.epoch), .number(realText(point.loss)), cell(point.accuracy)]
      if !isRegression { cells.append(cell(point.verifiedAccuracy)) }
      if isHeldOut { cells.append(cell(point.validation?.accuracy)) }
      if isHeldOut, !isRegression { cells.append(cell(point.validation?.verifiedAccuracy)) }
      return cells
    })
}
