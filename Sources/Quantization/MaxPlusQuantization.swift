internal import Claims
internal import Integers
internal import Certification
public import Training

// An ℓ∞ distance in integers, `max_c |x_c - w_c| + b`, is a maximum of two entries for each column, `x_c - w_c + b` and
// `w_c - x_c + b`. Over the declared input range an entry runs from a least to a greatest value. Let L be the largest
// of the least values: the row never falls below L, since the entry that L belongs to does not. So an entry whose
// greatest value is at most L can be dropped, and no output changes on any input of the range: this is the exact pruning
// that leaves a tenth of the entries or less. The row's own range is then [L, H], H the largest of the greatest values.
// It is the range of an input of the next layer, and so on.
//
// A constant that is taken off a hidden row and added back where the next layer reads it changes nothing either. With L
// taken off, every hidden value lies in 0 … H - L. Entries that are left then satisfy, with columns in 0 … h:
// `x + o`: -h < o ≤ 0 … and `o - x`: 0 < o ≤ h, for whatever exceeds 0 and does not exceed h. With h ≤ 255 a
// potential and a value are one byte each, exactly.

extension InputMap {
  /// The map with so much coarser a unit, by a power of two, that every offset of a network of distances fits in 16 bits.
  ///
  /// Hidden layers always fit; the logits may be farther apart. Whole numbers of LSB for each gray level stay whole.
  ///
  /// - Returns: the map itself for a network without distances.
  /// - Complexity: O(weights) for each unit tried.
  public func coarsened(toFitOffsetsOf network: FloatNetwork) -> InputMap {
    let distances = network.layers.prefix { $0.kind == .distance }
    var map = narrowed
    while !distances.isEmpty, map.unit > 255 {
      let layers = try? maxPlusLayers(
        distances, unit: map.unit, range: map.minimumLSB...map.maximumLSB,
        endsNetwork: distances.count == network.layers.count)
      if layers != nil { return map }
      map = map.halved
    }
    return distances.isEmpty ? self : map
  }
}

/// Values of one column of a layer, in LSB.
private struct ColumnRange {
  var low: Int
  var high: Int
}

/// An entry `sign·x_column + offset` before anything is known of the size of its offset.
private struct WideEntry: Equatable {
  var column: Int
  var sign: Int
  var offset: Int
}

/// One row in integers: its entries, and the range of its values.
private struct QuantizedRow {
  var entries: [WideEntry]
  var range: ColumnRange
}

/// The layers of distances at the start of a network as max-plus layers, and what the layers after them must add to
/// their inputs.
///
/// - Parameters:
///   - layers: distances.
///   - unit: LSB that make one unit of the weights.
///   - range: the declared input range in LSB, no wider than 32,767.
///   - endsNetwork: whether the last of the layers gives the logits.
///   - unread: inputs that never change, of which no entry is made: their distance is zero, and a row has others.
/// - Returns: the layers with hidden values of 0 and more, and the constants taken off the last one's rows (zeros if it
///   ends the network, where one constant for all is taken off).
/// - Complexity: O(weights).
private func maxPlusLayers(
  _ layers: ArraySlice<FloatLayer>, unit: Int, range: ClosedRange<Int>, endsNetwork: Bool, unread: [Int] = []
) throws(QuantizationError) -> (layers: [IntegerLayer], constants: [Int]) {
  var columns = Array(
    repeating: ColumnRange(low: range.lowerBound, high: range.upperBound), count: layers.first?.columns ?? 0)
  // What was taken off the rows before, and has to be added to the values read.
  var constants = Array(repeating: 0, count: columns.count)
  var result: [IntegerLayer] = []
  for (index, layer) in zip(layers.indices, layers) {
    guard layer.columns <= MaxPlusLayer.maximumColumns else {
      throw .tooWide(layer: index, width: layer.columns, bound: MaxPlusLayer.maximumColumns)
    }
    var rows = (0..<layer.rows).map { row in
      quantizedRow(
        layer, row: row, unit: unit, columns: columns, constants: constants,
        unread: index == layers.startIndex ? unread : [])
    }
    let isLast = endsNetwork && index == layers.endIndex - 1
    let common = isLast ? commonConstant(of: rows) : 0
    constants = rows.map { isLast ? common : $0.range.low }
    for row in rows.indices { rows[row].subtract(constants[row]) }
    for (row, quantized) in rows.enumerated() {
      for entry in quantized.entries where !(-32768...32767).contains(entry.offset) {
        throw .offsetTooLarge(layer: index, row: row, offset: entry.offset)
      }
    }
    result.append(
      .maximum(
        MaxPlusLayer(
          columns: layer.columns,
          entries: rows.map { row in
            row.entries.map { MaxPlusEntry(column: $0.column, sign: $0.sign, offset: $0.offset) }
          }, activation: isLast ? .negate : .identity,
          range: (columns.map(\.low).min() ?? 0)...(columns.map(\.high).max() ?? 0))))
    columns = rows.map(\.range)
  }
  return (result, constants)
}

/// The layers of distances as integers; the dense layer after them, if any, is changed to read those.
func quantizedDistances(
  _ network: inout FloatNetwork, map: InputMap, unread: [Int]
) throws(QuantizationError) -> [IntegerLayer] {
  let distances = network.layers.prefix { $0.kind == .distance }
  guard !distances.isEmpty else { return [] }
  let width = map.maximumLSB - map.minimumLSB
  guard width <= 32767 else { throw .rangeTooWide(width) }
  let next = distances.endIndex
  let (layers, constants) = try maxPlusLayers(
    distances, unit: map.unit, range: map.minimumLSB...map.maximumLSB,
    endsNetwork: next == network.layers.count, unread: unread)
  // Hidden values lack a constant each; the dense layer that reads them gets it back as part of its bias.
  if next < network.layers.count {
    let layer = network.layers[next]
    for row in 0..<layer.rows {
      let missing = (0..<layer.columns).reduce(0.0) { sum, column in
        sum + Double(layer.weights[row * layer.columns + column]) * Double(constants[column])
      }
      network.layers[next].biases[row] += Float(missing / Double(map.unit))
    }
  }
  return layers
}

/// What is taken off all logits: the least value of any, or what puts the offsets into the middle of 16 bits where they
/// would not fit otherwise.
private func commonConstant(of rows: [QuantizedRow]) -> Int {
  let offsets = rows.flatMap { $0.entries.map(\.offset) }
  let (least, greatest) = (offsets.min() ?? 0, offsets.max() ?? 0)
  let low = rows.map(\.range.low).min() ?? 0
  return (greatest - 32767...max(least + 32768, greatest - 32767)).contains(low)
    ? low : (least + greatest) / 2
}

/// The entries of one row that can reach its maximum, with offsets rounded to nearest, and the row's range.
private func quantizedRow(
  _ layer: FloatLayer, row: Int, unit: Int, columns: [ColumnRange], constants: [Int], unread: [Int]
) -> QuantizedRow {
  let read = (0..<layer.columns).filter { !unread.contains($0) }
  let bias = Double(layer.biases[row]) * Double(unit)
  let center = { (column: Int) in
    Double(layer.weights[row * layer.columns + column]) * Double(unit) - Double(constants[column])
  }
  var range = ColumnRange(low: .min, high: .min)
  // The first entry whose least value is L, and whether it moves at all.
  var supports = WideEntry(column: 0, sign: 1, offset: 0)
  forEachEntry(read, bias: bias, center: center) { entry in
    let ends = entry.range(over: columns[entry.column])
    if ends.low > range.low {
      range.low = ends.low
      supports = entry
    }
    range.high = max(range.high, ends.high)
  }
  var entries: [WideEntry] = []
  forEachEntry(read, bias: bias, center: center) { entry in
    if entry == supports || entry.range(over: columns[entry.column]).high > range.low {
      entries.append(entry)
    }
  }
  return QuantizedRow(entries: entries, range: range)
}

/// Both entries of each column, `x - w + b` and `w - x + b`.
private func forEachEntry(
  _ columns: [Int], bias: Double, center: (Int) -> Double, _ body: (WideEntry) -> Void
) {
  for column in columns {
    let center = center(column)
    body(WideEntry(column: column, sign: 1, offset: roundedOffset(bias - center)))
    body(WideEntry(column: column, sign: -1, offset: roundedOffset(bias + center)))
  }
}

/// To the nearest integer; beyond ±2^40, where no entry of a range of 16 bits can stay, to that.
private func roundedOffset(_ offset: Double) -> Int { Int(max(min(offset.rounded(), 0x1p40), -0x1p40)) }

extension WideEntry {
  /// The least and the greatest value over a column's range.
  fileprivate func range(over column: ColumnRange) -> ColumnRange {
    sign < 0
      ? ColumnRange(low: offset - column.high, high: offset - column.low)
      : ColumnRange(low: offset + column.low, high: offset + column.high)
  }
}

extension QuantizedRow {
  /// Takes a constant off every value.
  fileprivate mutating func subtract(_ constant: Int) {
    for index in entries.indices { entries[index].offset -= constant }
    range.low -= constant
    range.high -= constant
  }
}
