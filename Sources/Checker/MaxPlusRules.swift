internal import Claims

/// Max-plus layers: `max(s·x + o)` over the entries of a row.
struct MaxPlusRules: LayerRules {
  private let rows: [[MaxPlusClaims.Entry]]
  private let layout: Int
  private let columns: Int

  init(_ claims: MaxPlusClaims, columns: Int) {
    rows = claims.rows
    layout = claims.layout
    self.columns = columns
  }

  var name: String { "maxPlus" }
  var code: (kind: Int, layout: Int) { (2, layout) }
  var workspace: (inference: Int, certificate: Int) { (0, 0) }
  private var hasByteColumns: Bool { layout & 1 == 1 }
  private var hasByteOffsets: Bool { layout & 2 == 2 }

  // MARK: - Claims that nothing is known of

  func shapeProblems(_ layer: LayerClaims, place: String) -> [String] {
    var problems: [String] = []
    for (name, value, expected) in [
      ("number of max-plus rows", rows.count, layer.rowCount), ("shift", layer.shift, 0),
      ("row sum bound", layer.rowSumBound, 1),
    ] where value != expected {
      problems.append("\(place): \(name) \(value), expected \(expected)")
    }
    if !(0...3).contains(layout) { problems.append("\(place): layout \(layout) outside 0…3") }
    if hasByteColumns, columns > 1024 {
      problems.append("\(place): byte columns of \(columns) columns > 1024")
    }
    return problems
  }

  /// Every row has entries that exist, in storage order, with numbers that fit in what stores them.
  func rowProblems(_ layer: LayerClaims, place: String) -> [String] {
    var problems: [String] = []
    for (row, entries) in rows.enumerated() {
      let place = "\(place) row \(row)"
      if entries.isEmpty { problems.append("\(place): no entries") }
      var last = (group: -1, column: -1)
      for entry in entries {
        guard entry.column >= 0, entry.column < columns else {
          problems.append("\(place): column \(entry.column) outside 0…\(max(columns, 0) - 1)")
          continue
        }
        guard entry.sign == 1 || entry.sign == -1 else {
          problems.append("\(place) column \(entry.column): sign \(entry.sign), expected 1 or -1")
          continue
        }
        var range = -32768...32767
        if hasByteOffsets { range = entry.sign == 1 ? -255...0 : 0...255 }
        if !range.contains(entry.offset) {
          problems.append(
            "\(place) column \(entry.column): offset \(entry.offset) outside \(range.lowerBound)…\(range.upperBound)"
          )
        }
        let next = self.place(of: entry)
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

  /// Where an entry of a row stands: its group, then its column.
  private func place(of entry: MaxPlusClaims.Entry) -> (group: Int, column: Int) {
    let block = hasByteColumns ? entry.column / 256 : 0
    return (2 * block + (entry.sign == -1 ? 1 : 0), entry.column)
  }

  /// Two groups of a row, with byte columns two for each block of 256 columns.
  private var groupCount: Int {
    hasByteColumns ? 2 * (columns / 256 + (columns % 256 == 0 ? 0 : 1)) : 2
  }

  func storage(_ layer: LayerClaims) -> (entries: Int, nonzero: Int, bytes: Int) {
    let count = rows.reduce(0) { $0 + $1.count }
    let entryBytes = (hasByteColumns ? 1 : 2) + (hasByteOffsets ? 1 : 2)
    // A column count of any size may be stated, and at most 1024 of them have groups.
    let groups = hasByteColumns && !(0...1024).contains(columns) ? 0 : groupCount
    return (count, count, count * entryBytes + 2 * groups * rows.count)
  }

  /// A maximum moves no further than what it reads.
  func largestRowSum(in columns: Range<Int>) -> Int { columns.lowerBound == 0 ? 1 : 0 }

  /// The nearest class of a distance network wins: its logits may be negated distances.
  func mayEndNetwork(_ activation: IntegerActivation, hasResiduals: Bool) -> Bool {
    !hasResiduals && (activation == .identity || activation == .negate)
  }

  func comparisonCost(columns: Int) -> Int { 1 }

  // MARK: - Rows that hold

  func feed(_ layer: LayerClaims, into string: inout CanonicalString) {
    string.record(17) { string in
      for row in rows {
        var counts = [Int](repeating: 0, count: groupCount)
        for entry in row { counts[place(of: entry).group] += 1 }
        for count in counts { string.feed(count, bytes: 2) }
      }
    }
    string.record(hasByteColumns ? 19 : 18) { string in
      for row in rows {
        for entry in row {
          string.feed(hasByteColumns ? entry.column % 256 : entry.column, bytes: hasByteColumns ? 1 : 2)
        }
      }
    }
    string.record(hasByteOffsets ? 21 : 20) { string in
      for row in rows {
        for entry in row {
          string.feed(
            hasByteOffsets ? -entry.sign * entry.offset : entry.offset, bytes: hasByteOffsets ? 1 : 2)
        }
      }
    }
  }

  func accumulators(_ values: [Int]) -> [Int] { maxima { $0.sign * values[$0.column] + $0.offset } }

  func settled(_ accumulator: Int, shift: Int) -> Int { min(max(accumulator, -32768), 32767) }

  func ends(_ low: [Int], _ high: [Int]) -> (low: [Int], high: [Int]) {
    (
      maxima { ($0.sign == 1 ? low[$0.column] : -high[$0.column]) + $0.offset },
      maxima { ($0.sign == 1 ? high[$0.column] : -low[$0.column]) + $0.offset }
    )
  }

  func exceeds(_ row: Int, _ low: [Int], _ high: [Int], isNegated: Bool) -> Bool {
    let ends = ends(low, high)
    let (bottom, top) = isNegated ? (ends.high.map { -$0 }, ends.low.map { -$0 }) : ends
    return bottom.indices.allSatisfy { $0 == row || bottom[row] > top[$0] }
  }

  func moves(_ columns: [MoveBound], shift: Int) -> [MoveBound] { rowMoves(columns) }

  func rowMoves(_ columns: [MoveBound]) -> [MoveBound] {
    rows.map { row in row.reduce(.none) { .larger($0, columns[$1.column]) } }
  }

  func differenceMoves(_ columns: [MoveBound]) -> [MoveBound] {
    let moves = rowMoves(columns)
    return moves.indices.flatMap { first in moves[(first + 1)...].map { moves[first] + $0 } }
  }

  func wholeSlopes(_ columns: [Int128], shift: Int) -> [Int128] {
    rows.map { row in row.reduce(0) { max($0, columns[$1.column]) } }
  }

  func influence(of column: Int?, _ slopes: [Int128], row: Int) -> (direct: Int128, reach: Int128) {
    // No residual inputs stand against the hidden layers.
    (0, rows[row].reduce(0) { max($0, slopes[$1.column]) })
  }

  /// The largest of a value over the entries of each row.
  private func maxima(_ value: (MaxPlusClaims.Entry) -> Int) -> [Int] {
    rows.map { row in
      var largest = Int.min
      for entry in row { largest = max(largest, value(entry)) }
      return largest
    }
  }
}
