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

/// Moves increasing positions apart to at least `spacing`, as little as possible in the sum of squares, and into
/// the range as far as they have room there.
func spread(_ positions: [Double], spacing: Double, within range: ClosedRange<Double>) -> [Double] {
  // Less its own share of the spacing, each position need only be no smaller than the one before: the least
  // squares solution pools neighbors in the wrong order at their mean.
  var pools: [(sum: Double, count: Int)] = []
  for (index, position) in positions.enumerated() {
    pools.append((position - Double(index) * spacing, 1))
    while pools.count > 1, let last = pools.last {
      let previous = pools[pools.count - 2]
      guard previous.sum / Double(previous.count) > last.sum / Double(last.count) else { break }
      pools.removeLast()
      pools[pools.count - 1] = (previous.sum + last.sum, previous.count + last.count)
    }
  }
  var places = pools.flatMap { [Double](repeating: $0.sum / Double($0.count), count: $0.count) }
  for index in places.indices {
    places[index] = max(places[index], range.lowerBound) + Double(index) * spacing
  }
  var limit = range.upperBound
  for index in places.indices.reversed() {
    places[index] = min(places[index], limit)
    limit = places[index] - spacing
  }
  return places
}
