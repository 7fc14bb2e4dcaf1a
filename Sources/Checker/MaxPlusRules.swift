internal import Claims

/// Max-plus layers: `max(s·x + o)` over the entries of a row, stated by their potentials.
struct MaxPlusRules: LayerRules {
  /// An entry as it is computed with.
  private struct Candidate {
    var column: Int
    var sign: Int
    var offset: Int
  }

  private let claims: MaxPlusClaims
  private let columns: Int

  init(_ claims: MaxPlusClaims, columns: Int) {
    self.claims = claims
    self.columns = columns
  }

  var name: String { "maxPlus" }
  var code: (kind: Int, layout: Int) { (2, claims.layout) }
  var inputRange: (low: Int, high: Int) { (claims.inputMinimum, claims.inputMaximum) }
  /// Two numbers for each column, of a byte or of two.
  var workspace: (inference: Int, certificate: Int) { claims.layout == 0 ? (4, 4) : (2, 2) }

  /// The most columns, the widest range and the greatest step that a layout holds.
  private var limits: (columns: Int, width: Int, step: Int)? {
    switch claims.layout {
    case 0: (32767, 65535, 65535)
    case 1: (128, 255, 255)
    case 2: (1024, 255, 31)
    default: nil
    }
  }

  // MARK: - Claims that nothing is known of

  func shapeProblems(_ layer: LayerClaims, place: String) -> [String] {
    var problems: [String] = []
    for (name, value, expected) in [
      ("number of max-plus rows", claims.rows.count, layer.rowCount),
      ("number of bases", claims.bases.count, layer.rowCount), ("shift", layer.shift, 0),
      ("row sum bound", layer.rowSumBound, 1),
    ] where value != expected {
      problems.append("\(place): \(name) \(value), expected \(expected)")
    }
    let range = inputRange
    if range.low < -32768 || range.low > range.high || range.high > 32767 {
      return problems + ["\(place): input range \(range.low)…\(range.high) outside -32768…32767"]
    }
    guard let limits else { return problems + ["\(place): layout \(claims.layout) outside 0…2"] }
    if columns > limits.columns {
      problems.append("\(place): layout \(claims.layout) of \(columns) columns > \(limits.columns)")
    }
    if range.high - range.low > limits.width {
      problems.append(
        "\(place): layout \(claims.layout) of a range of \(range.high - range.low) LSB > \(limits.width)")
    }
    return problems
  }

  /// Entries exist, their numbers fit, and the steps of each row end it for every input.
  func rowProblems(_ layer: LayerClaims, place: String) -> [String] {
    var problems: [String] = []
    for (row, base) in claims.bases.enumerated() where base < -131072 || base > 131072 {
      problems.append("\(place) row \(row): base \(base) outside -131072…131072")
    }
    let range = inputRange
    // Without a layout and a range no row can be judged, and what is wrong with them is said of the shape.
    guard let greatest = limits?.step, (-32768...32767).contains(range.low),
      (-32768...32767).contains(range.high)
    else { return problems }
    for (row, entries) in claims.rows.enumerated() {
      let place = "\(place) row \(row)"
      if entries.count > 65535 { problems.append("\(place): \(entries.count) entries > 65535") }
      var sum = 0
      for (index, entry) in entries.enumerated() {
        if entry.column < 0 || entry.column >= columns {
          problems.append("\(place): column \(entry.column) outside 0…\(max(columns, 0) - 1)")
        }
        if entry.sign != 1, entry.sign != -1 {
          problems.append("\(place) column \(entry.column): sign \(entry.sign), expected 1 or -1")
        }
        let limit = index == 0 ? 0 : greatest
        if entry.step < 0 || entry.step > limit {
          problems.append("\(place) column \(entry.column): step \(entry.step) outside 0…\(limit)")
        }
        sum += entry.step
      }
      let width = max(range.high - range.low, 1)
      if sum < width { problems.append("\(place): steps add up to \(sum) < \(width)") }
    }
    return problems
  }

  func storage(_ layer: LayerClaims) -> (entries: Int, nonzero: Int, bytes: Int) {
    let count = claims.rows.reduce(0) { $0 + $1.count }
    return (count, count, count * (claims.layout == 0 ? 4 : 2) + 6 * claims.rows.count)
  }

  /// A maximum moves no further than what it reads.
  func largestRowSum(in columns: Range<Int>) -> Int { columns.lowerBound == 0 ? 1 : 0 }

  func largestColumnSum(in columns: Range<Int>) -> Int {
    var readers: [Int: Int] = [:]
    for row in claims.rows {
      for column in Set(row.map(\.column)) where columns.contains(column) { readers[column, default: 0] += 1 }
    }
    return readers.values.max() ?? 0
  }

  func weightRows(in columns: Range<Int>) -> [[WeightClaims.Entry]]? { nil }

  /// The nearest class of a distance network wins: its logits may be negated distances.
  func mayEndNetwork(_ activation: IntegerActivation, hasResiduals: Bool) -> Bool {
    !hasResiduals && (activation == .identity || activation == .negate)
  }

  func comparisonCost(columns: Int) -> Int { 1 }

  // MARK: - Rows that hold

  func feed(_ layer: LayerClaims, into string: inout CanonicalString) {
    string.record(17) { string in
      for row in claims.rows { string.feed(row.count, bytes: 2) }
    }
    let (scale, bytes) = claims.layout == 0 ? (65536, 4) : (claims.layout == 1 ? 256 : 2048, 2)
    string.record(claims.layout == 0 ? 23 : 24) { string in
      for entry in claims.rows.joined() {
        string.feed(entry.step * scale + 2 * entry.column + (entry.sign == 1 ? 1 : 0), bytes: bytes)
      }
    }
    string.record(22) { string in
      for base in claims.bases { string.feed(base, bytes: 4) }
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
    claims.rows.map { row in row.reduce(.none) { .larger($0, columns[$1.column]) } }
  }

  func differenceMoves(_ columns: [MoveBound]) -> [MoveBound] {
    let moves = rowMoves(columns)
    return moves.indices.flatMap { first in moves[(first + 1)...].map { moves[first] + $0 } }
  }

  func wholeSlopes(_ columns: [Int128], shift: Int) -> [Int128] {
    claims.rows.map { row in row.reduce(0) { max($0, columns[$1.column]) } }
  }

  func convexRows(_ columns: [ConvexValue]) -> [ConvexValue?] { claims.rows.map { _ in nil } }

  func influence(of column: Int?, _ slopes: [Int128], row: Int, less other: Int?) -> (
    direct: Int128, reach: Int128
  ) {
    // No residual inputs stand against the hidden layers, and nothing is known of two rows at once.
    let rows = [row] + [other].compactMap(\.self)
    return (0, rows.reduce(0) { $0 + claims.rows[$1].reduce(0) { max($0, slopes[$1.column]) } })
  }

  /// The largest of a value over the entries of each row, of inputs within the range.
  private func maxima(_ value: (Candidate) -> Int) -> [Int] {
    claims.rows.indices.map { row in
      var potential = claims.bases[row]
      var largest = Int.min
      for entry in claims.rows[row] {
        potential -= entry.step
        let offset = entry.sign == 1 ? potential - claims.inputMaximum : potential + claims.inputMinimum
        largest = max(largest, value(Candidate(column: entry.column, sign: entry.sign, offset: offset)))
      }
      return largest
    }
  }
}
