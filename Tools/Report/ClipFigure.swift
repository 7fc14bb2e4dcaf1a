/// The picture of the regression: points, function, and the networks' curves.
struct ClipFigure {
  var regression: ClipRegression

  /// A file of its own, with its colors.
  var svg: String {
    let curves = regression.curves
    let all = regression.points.map(\.y) + curves.flatMap(\.values)
    let reach = (all.map(\.magnitude).max() ?? 1).rounded(.up)
    let plot = Plot(
      width: 720, height: 360, left: 44, right: 150, top: 30, bottom: 34, x: ClipRegression.domain,
      y: -reach...reach)
    func line(_ values: [Double], _ name: String) -> Markup {
      plot.line(zip(regression.grid, values).map { (x: $0, y: $1) }, class: name)
    }
    let names = curves.map { $0.lambda == 0 ? "no penalty" : "λ = \($0.lambda)" }
    let truth = regression.grid.map(ClipRegression.function)
    let lines: [Markup] = curves.enumerated().map { line($0.element.values, "curve c\($0.offset)") }
    let dots: [Markup] = regression.points.map { plot.marker(.circle, at: $0, scale: 0.6, class: "dot") }
    let labels = zip(curves.indices, curves).map { index, curve in
      PlotLabel(
        text: names[index], x: plot.x.end, y: plot.y(curve.values[curve.values.count - 1]),
        className: "l\(index)")
    }
    let truthLabel = PlotLabel(
      text: "the function", x: plot.x.end, y: plot.y(truth[truth.count - 1]), className: "l4")
    let body: Markup = """
      <rect width='720' height='360' fill='#fff'/>
      \(plot.yAxis(niceTicks(plot.y.domain, about: 5), title: "y"))\
      \(plot.xAxis(niceTicks(plot.x.domain, about: 6), title: "x"))\
      \(dots)\(line(truth, "curve truth"))\(lines)\(plot.endLabels(labels + [truthLabel]))
      """
    return plot.svg(
      id: "clip", title: "Regression with and without CLIP",
      description: "Networks for a hundred noisy points, of which none lie between -1 and 0.5",
      "<style>\(Self.style)</style>\(body)"
    ).text.replacing("<svg ", with: "<svg xmlns='http://www.w3.org/2000/svg' width='720' height='360' ")
  }

  private static let style: Markup = """
    text{font:13px Helvetica,Arial,sans-serif;fill:#222}.grid{stroke:#ddd}.base,.leader{stroke:#888;fill:none}\
    .curve{fill:none;stroke-width:2}.truth{stroke:#888;stroke-dasharray:5 4}.dot{fill:#888;fill-opacity:.55}\
    .c0{stroke:#b3261e}.c1{stroke:#7a5cb8}.c2{stroke:#1f78b4}.c3{stroke:#1b7f3b}\
    .l0{fill:#b3261e}.l1{fill:#7a5cb8}.l2{fill:#1f78b4}.l3{fill:#1b7f3b}.l4{fill:#666}
    """
}
