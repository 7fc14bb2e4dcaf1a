/// The share of samples that are right and proved, or withstand, against the radius.
///
/// Radii are whole numbers, so each curve is a stair: it falls behind the radius of each sample.
func tightnessCurves(_ tightness: ReportContent.Tightness, unit: Int, isWide: Bool) -> Markup {
  let plot = tightnessPlot(
    isWide: isWide, bottom: 48, x: 0...(Double(tightness.largest) / Double(max(unit, 1))), y: 0...100)
  let stair = StairCurve(tightness, unit: unit, end: plot.x.domain.upperBound)
  // Enough places to tell the curves apart by their markers.
  let ticks = lsbTicks(plot, unit: unit)
  let all = tightness.shownSeries
  let curves: [Markup] = all.map { series in
    let name = series.name
    let markers: [Markup] = ticks.dropFirst().map { tick in
      let share = stair.share(series.radii, atLeast: tick.value)
      return plot.marker(
        series.role.marker, at: (tick.value, share), class: "mark \(name)",
        tip: "\(name) at ε = \(tick.label): \(percentText(share / 100))")
    }
    return "\(plot.line(stair.points(series.radii), class: "line \(name)"))\(markers)"
  }
  let undecided = plot.area(
    between: stair.points(tightness.chains.map(\.proved)),
    and: stair.points(tightness.chains.map(\.unrefuted)),
    class: "band exact")
  let words = all.map { series in
    let values = ticks.dropFirst().map { tick in
      "\(percentText(stair.share(series.radii, atLeast: tick.value) / 100)) at \(tick.label)"
    }
    return "\(series.name): \(values.joined(separator: ", "))."
  }
  return plot.svg(
    id: isWide ? "tightness-wide" : "tightness-narrow",
    title: "Proved and measured accuracy against the radius",
    description: words.joined(separator: " "),
    """
    \(plot.yAxis(niceTicks(0...100, about: 5), title: "% of \(grouped(tightness.chains.count)) test samples"))\
    \(plot.xAxis(ticks, names: ["ε", "LSB"]))\(undecided)\(curves)\(plot.legend(all.map { ($0.role.marker, $0.name) }))
    """)
}

/// The radii of each sample above each other, samples in the order of their exact radius.
func tightnessSamples(_ tightness: ReportContent.Tightness, unit: Int, isWide: Bool) -> Markup {
  let scale = Double(max(unit, 1))
  let sorted = tightness.chains.sorted {
    ($0.proved, $0.refuted ?? .max, $0.sample) < ($1.proved, $1.refuted ?? .max, $1.sample)
  }
  // Columns need room; of many samples every second, third … is shown.
  let stride = (sorted.count + (isWide ? 119 : 59)) / (isWide ? 120 : 60)
  let shown = sorted.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
  let top = Double(tightness.largest) / scale
  let plot = tightnessPlot(
    isWide: isWide, bottom: 40, x: 0...Double(shown.count), y: 0...top)
  let width = (plot.x.end - plot.x.start) / Double(max(shown.count, 1))
  let size = min(max(width / 12, 0.4), 1)
  let hasLinear = tightness.visibleLinear != nil
  let columns: [Markup] = shown.enumerated().map { index, chain in
    let x = Double(index) + 0.5
    let radius = { (lsb: Int?) in min(max(Double(lsb ?? .max) / scale, 0), top) }
    let mark = { (role: ReportContent.Curve.Role, lsb: Int?) -> Markup in
      guard let lsb, lsb >= 0 else { return "" }
      return plot.marker(
        role.marker, at: (x, radius(lsb)), scale: size * role.relativeSize, class: "mark \(role.className)")
    }
    let gap: Markup =
      chain.isExact
      ? "" : plot.line([(x, radius(chain.proved)), (x, radius(chain.unrefuted))], class: "gap exact")
    let cross: Markup =
      chain.isCorrect
      ? ""
      : "<text class='cross' x='\(plot.x(x))' y='\(plot.y.start + 13)' text-anchor='middle'>✗</text>"
    return """
      <g><title>\(columnTitle(chain))</title>\(plot.line([(x, 0), (x, radius(chain.empirical))], class: "stem"))\
      \(gap)\(mark(.empirical, chain.empirical))\(hasLinear ? mark(.linear, chain.linear) : "")\
      \(mark(.exact, chain.proved))\(mark(.local, chain.local))\(mark(.global, chain.global))\(cross)</g>

      """
  }
  let every = stride > 1 ? "one in \(stride) of \(grouped(sorted.count))" : "\(grouped(sorted.count))"
  return plot.svg(
    id: isWide ? "tightness-samples-wide" : "tightness-samples-narrow",
    title: "Radii of each sample, by exact radius",
    description: "Samples: \(every). The table below has every radius.",
    """
    \(plot.yAxis(niceTicks(0...top, about: 5), title: "radius ε"))\(columns)\
    <text class='unit' x='\(plot.x.end)' y='\(plot.height - 6)' text-anchor='end'>test samples (\(every)), by exact radius</text>
    \(plot.legend(tightness.shownSeries.map { ($0.role.marker, $0.name) }))
    """)
}

private func columnTitle(_ chain: ReportContent.Chain) -> String {
  let exact =
    chain.isExact
    ? "exact \(grouped(chain.proved))"
    : "proved \(grouped(chain.proved)), not refuted \(chain.unrefuted.map { grouped($0) } ?? "at all")"
  let empirical = chain.empirical.map { grouped($0) } ?? "without end"
  return
    "sample \(chain.sample), \(chain.isCorrect ? "right" : "wrong"), in LSB: global \(grouped(chain.global)), "
    + "local \(grouped(chain.local)), linear \(grouped(chain.linear)), \(exact), empirical \(empirical)"
}

extension ReportContent.Curve.Role {
  /// The tighter a radius, the larger its marker, so that none hides another at the same place.
  fileprivate var relativeSize: Double {
    switch self {
    case .empirical: 1.5
    case .exact: 0.85
    case .linear: 0.75
    case .local: 0.65
    default: 0.9
    }
  }
}

/// The frame that both charts share, with a line for the legend on top.
private func tightnessPlot(
  isWide: Bool, bottom: Double, x: ClosedRange<Double>, y: ClosedRange<Double>
) -> Plot {
  Plot(
    width: isWide ? 920 : 380, height: isWide ? 380 : 320, left: 46, right: 14, top: 48, bottom: bottom, x: x,
    y: y)
}

extension ReportContent.Tightness {
  /// In the order in which they are drawn: each lies on top of the looser ones.
  fileprivate var shownSeries: [Series] {
    var all = series
    if let linear = visibleLinear { all.insert(linear, at: 2) }
    return all
  }
}

/// What remains of the right samples at each radius.
private struct StairCurve {
  let isCorrect: [Bool]
  let unit: Int
  /// Where the curves end, in mapped units.
  let end: Double

  init(_ tightness: ReportContent.Tightness, unit: Int, end: Double) {
    isCorrect = tightness.chains.map(\.isCorrect)
    self.unit = max(unit, 1)
    self.end = end
  }

  /// The corners from radius 0 to the end, in percent.
  func points(_ radii: [Int?]) -> [(x: Double, y: Double)] {
    let right = zip(radii, isCorrect).filter { $0.1 && ($0.0 ?? 0) >= 0 }.map { radius, _ in
      min(radius.map { Double($0) / Double(unit) } ?? end, end)
    }.sorted()
    var points = [(x: 0.0, y: percent(right.count))]
    for (index, radius) in right.enumerated() where radius < end {
      points.append((radius, percent(right.count - index)))
      points.append((radius, percent(right.count - index - 1)))
    }
    return points + [(end, percent(right.count { $0 >= end }))]
  }

  /// What remains at a radius of mapped units, in percent.
  func share(_ radii: [Int?], atLeast epsilon: Double) -> Double {
    percent(
      zip(radii, isCorrect).count { radius, isCorrect in
        isCorrect && Double(radius ?? .max) >= epsilon * Double(unit) - 1e-6
      })
  }

  private func percent(_ count: Int) -> Double {
    isCorrect.isEmpty ? 0 : Double(count) / Double(isCorrect.count) * 100
  }
}
