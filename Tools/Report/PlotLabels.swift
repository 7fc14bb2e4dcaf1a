/// A label at the right end of a series.
struct PlotLabel {
  var text: String
  /// The end of the series, in pixels.
  var x: Double
  var y: Double
  /// The series' class, which colors the label.
  var className: String
}

extension Plot {
  /// Labels to the right of the chart, pushed apart until none covers another, with a thin line to the series
  /// where one had to move.
  func endLabels(_ labels: [PlotLabel], spacing: Double = 16) -> Markup {
    let sorted = labels.enumerated().sorted { ($0.element.y, $0.offset) < ($1.element.y, $1.offset) }.map(
      \.element)
    let places = spread(sorted.map(\.y), spacing: spacing, within: y.end...max(y.end, y.start))
    let texts: [Markup] = zip(sorted, places).map { label, place in
      let left = x.end + 14
      let leader: Markup =
        abs(place - label.y) > 3 || label.x < x.end - 1
        ? "<path class='leader' d='M\(label.x + 6) \(label.y)L\(left - 3) \(place)'/>" : ""
      return
        "\(leader)<text class='label \(label.className)' x='\(left)' y='\(place + 4)'>\(label.text)</text>\n"
    }
    return "\(texts)"
  }
}

/// Moves increasing positions apart to at least `spacing`, downward first and back up from the end of the range.
func spread(_ positions: [Double], spacing: Double, within range: ClosedRange<Double>) -> [Double] {
  var places = positions
  for index in places.indices.dropFirst() { places[index] = max(places[index], places[index - 1] + spacing) }
  var limit = range.upperBound
  for index in places.indices.reversed() {
    places[index] = min(places[index], limit)
    limit = places[index] - spacing
  }
  return places
}
