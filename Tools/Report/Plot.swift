/// A Cartesian chart in SVG: scales, axes and the few marks that the report needs.
///
/// Marks carry class names only; colors are the style sheet's, so that they follow dark mode.
struct Plot {
  var width: Double
  var height: Double
  var x: PlotScale
  var y: PlotScale

  init(
    width: Double, height: Double, left: Double, right: Double, top: Double, bottom: Double,
    x: ClosedRange<Double>, y: ClosedRange<Double>
  ) {
    self.width = width
    self.height = height
    self.x = PlotScale(domain: x, start: left, end: width - right)
    self.y = PlotScale(domain: y, start: height - bottom, end: top)
  }

  /// The whole picture.
  ///
  /// What it shows is told in words too, for those who cannot see it.
  func svg(id: String, title: String, description: String, _ body: Markup) -> Markup {
    """
    <svg class='plot' viewBox='0 0 \(width) \(height)' role='img' aria-labelledby='\(id)-t \(id)-d'>
    <title id='\(id)-t'>\(title)</title><desc id='\(id)-d'>\(description)</desc>
    \(body)</svg>

    """
  }

  /// Horizontal gridlines with their labels, and the unit above the axis.
  func yAxis(_ ticks: [PlotTick], title: String) -> Markup {
    let lines: [Markup] = ticks.map { tick in
      """
      <path class='\(tick.value == y.domain.lowerBound ? "base" : "grid")' d='M\(x.start) \(y(tick.value))H\(x.end)'/>
      <text class='tick' x='\(x.start - 7)' y='\(y(tick.value) + 4)' text-anchor='end'>\(tick.label)</text>

      """
    }
    return "\(lines)<text class='unit' x='2' y='13'>\(title)</text>\n"
  }

  /// Tick marks with one or two rows of labels; the rows' names stand in the left margin.
  func xAxis(_ ticks: [PlotTick], names: [String] = [], title: String = "") -> Markup {
    let marks: [Markup] = ticks.map { tick in
      let second: Markup =
        tick.secondLabel.map { label in
          "<text class='tick' x='\(x(tick.value))' y='\(y.start + 35)' text-anchor='middle'>\(label)</text>"
        } ?? ""
      return """
        <path class='base' d='M\(x(tick.value)) \(y.start)v4'/>
        <text class='tick' x='\(x(tick.value))' y='\(y.start + 18)' text-anchor='middle'>\(tick.label)</text>\(second)

        """
    }
    let rows: [Markup] = names.enumerated().map { row, name in
      "<text class='unit' x='2' y='\(y.start + 18 + 17 * Double(row))'>\(name)</text>\n"
    }
    let bottom: Markup =
      title.isEmpty
      ? ""
      : """
      <text class='unit' x='\(x.end)' y='\(height - 4)' text-anchor='end'>\(title)</text>

      """
    return "\(marks)\(rows)\(bottom)"
  }

  /// Straight lines from point to point; points that are no numbers are left out.
  func line(_ points: [(x: Double, y: Double)], class name: String) -> Markup {
    let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = finite.first, finite.count > 1 else { return "" }
    let rest: [Markup] = finite.dropFirst().map { "L\(x($0.x)) \(y($0.y))" }
    return "<path class='\(name)' d='M\(x(first.x)) \(y(first.y))\(rest)'/>\n"
  }

  /// A horizontal line across the chart.
  func level(_ value: Double, class name: String) -> Markup {
    "<path class='\(name)' d='M\(x.start) \(y(value))H\(x.end)'/>\n"
  }

  /// The surface between two lines that begin and end at the same places; empty where they are one.
  func area(
    between lower: [(x: Double, y: Double)], and upper: [(x: Double, y: Double)], class name: String
  ) -> Markup {
    guard let first = lower.first, !lower.elementsEqual(upper, by: ==) else { return "" }
    let corners: [Markup] = (lower.dropFirst() + upper.reversed()).map { "L\(x($0.x)) \(y($0.y))" }
    return "<path class='\(name)' d='M\(x(first.x)) \(y(first.y))\(corners)z'/>\n"
  }

  /// The series' names with their markers, in a row above the chart.
  func legend(_ entries: [(marker: PlotMarker, name: String)]) -> Markup {
    let isWide = width > 600
    var left = x.start + 6
    let items: [Markup] = entries.map { entry in
      defer { left += labelWidth(entry.name, size: isWide ? 13 : 12, isBold: true) + (isWide ? 28 : 18) }
      return """
        <path class='mark \(entry.name)' transform='translate(\(left) \(y.end - 16))' d='\(entry.marker.path)'/>\
        <text class='label \(entry.name)' x='\(left + 8)' y='\(y.end - 12)'>\(entry.name)</text>

        """
    }
    return "\(items)"
  }

  /// A marker with a tooltip; the shape tells the series apart without color.
  func marker(
    _ shape: PlotMarker, at point: (x: Double, y: Double), scale: Double = 1, class name: String,
    tip: String? = nil
  ) -> Markup {
    guard point.x.isFinite, point.y.isFinite else { return "" }
    let size: Markup = scale == 1 ? "" : " scale(\(scale))"
    guard let tip else {
      return
        "<path class='\(name)' transform='translate(\(x(point.x)) \(y(point.y)))\(size)' d='\(shape.path)'/>"
    }
    return """
      <path class='\(name)' transform='translate(\(x(point.x)) \(y(point.y)))\(size)' d='\(shape.path)'>\
      <title>\(tip)</title></path>

      """
  }

  /// Bars side by side over the whole width, as one path: a layer may have hundreds of rows.
  func bars(_ values: [Double], where isShown: (Double) -> Bool, class name: String) -> Markup {
    let step = (x.end - x.start) / Double(max(values.count, 1))
    let gap = step >= 3 ? min(step * 0.25, 3) : 0
    let shapes: [Markup] = values.enumerated().filter { isShown($0.element) }.map { index, value in
      let left = x.start + Double(index) * step + gap / 2
      return "M\(left) \(y.start)V\(y(value))H\(left + step - gap)V\(y.start)z"
    }
    return shapes.isEmpty ? "" : "<path class='\(name)' d='\(shapes)'/>\n"
  }
}

/// Marker shapes, centered on the origin.
enum PlotMarker {
  case circle, square, triangle, wedge, diamond, ring

  var path: Markup {
    switch self {
    case .circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"
    case .square: "M-3.5-3.5h7v7h-7z"
    case .triangle: "M0-5L4.6 3.4H-4.6z"
    case .wedge: "M0 5L4.6-3.4H-4.6z"
    case .diamond: "M0-5L5 0L0 5L-5 0z"
    // Two circles of opposite sense: hollow in any color.
    case .ring: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0zM-2.7 0a2.7 2.7 0 1 1 5.4 0a2.7 2.7 0 1 1-5.4 0z"
    }
  }
}
