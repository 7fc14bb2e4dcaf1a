// What the checker knows of max-plus layers: their shapes, rows and storage, and the maxima that they compute.

func problemsInMaxPlusShape(of layer: LayerClaims, index: Int) -> [String] {
  var problems: [String] = []
  func equal(_ name: String, _ value: Int, _ expected: Int) {
    if value != expected { problems.append("layer \(index): \(name) \(value), expected \(expected)") }
  }
  equal("number of max-plus rows", layer.entries.count, layer.rowCount)
  equal("number of weight rows", layer.rows.count, 0)
  equal("number of biases", layer.biases.count, 0)
  equal("shift", layer.shift, 0)
  equal("row sum bound", layer.rowSumBound, 1)
  if !(0...3).contains(layer.layout) {
    problems.append("layer \(index): layout \(layer.layout) outside 0…3")
  }
  if layer.layout & 1 == 1, layer.columns > 1024 {
    problems.append("layer \(index): byte columns of \(layer.columns) columns > 1024")
  }
  return problems
}

/// Every max-plus row has entries that exist, in storage order, with numbers that fit in what stores them.
func problemsInEntries(of layer: LayerClaims, index: Int) -> [String] {
  var problems: [String] = []
  for (row, entries) in layer.entries.enumerated() {
    let place = "layer \(index) row \(row)"
    if entries.isEmpty { problems.append("\(place): no entries") }
    var last = (group: -1, column: -1)
    for entry in entries {
      guard entry.column >= 0, entry.column < layer.columns else {
        problems.append("\(place): column \(entry.column) outside 0…\(max(layer.columns, 0) - 1)")
        continue
      }
      guard entry.sign == 1 || entry.sign == -1 else {
        problems.append("\(place) column \(entry.column): sign \(entry.sign), expected 1 or -1")
        continue
      }
      var range = -32768...32767
      if layer.layout & 2 == 2 { range = entry.sign == 1 ? -255...0 : 0...255 }
      if !range.contains(entry.offset) {
        problems.append(
          "\(place) column \(entry.column): offset \(entry.offset) outside \(range.lowerBound)…\(range.upperBound)"
        )
      }
      let next = maxPlusPlace(entry, layer.layout)
      if next <= last {
        problems.append(
          "\(place): column \(entry.column) of sign \(entry.sign) after column \(last.column) of sign \(last.group % 2 == 0 ? 1 : -1)"
        )
      }
      last = next
    }
  }
  return problems
}

/// Where an entry of a max-plus row stands: its group, then its column.
func maxPlusPlace(_ entry: LayerClaims.MaxPlusEntry, _ layout: Int) -> (group: Int, column: Int) {
  let block = layout & 1 == 1 ? entry.column / 256 : 0
  return (2 * block + (entry.sign == -1 ? 1 : 0), entry.column)
}

/// Two groups of a max-plus row, with byte columns two for each block of 256 columns.
func maxPlusGroupCount(_ layer: LayerClaims) -> Int {
  guard layer.layout & 1 == 1 else { return 2 }
  return 2 * (layer.columns / 256 + (layer.columns % 256 == 0 ? 0 : 1))
}

/// The largest of a value over the entries of each max-plus row.
func maxima(_ layer: LayerClaims, _ value: (LayerClaims.MaxPlusEntry) -> Int) -> [Int] {
  layer.entries.map { row in
    var largest = Int.min
    for entry in row { largest = max(largest, value(entry)) }
    return largest
  }
}

/// The largest of the entries' low ends and of their high ends, for each max-plus row.
func maxPlusEnds(_ layer: LayerClaims, _ low: [Int], _ high: [Int]) -> ([Int], [Int]) {
  (
    maxima(layer) { ($0.sign == 1 ? low[$0.column] : -high[$0.column]) + $0.offset },
    maxima(layer) { ($0.sign == 1 ? high[$0.column] : -low[$0.column]) + $0.offset }
  )
}
