internal import Claims

/// A word of a sparse layer holds twice a column in 16 bits.
private let largestSparseColumns = 32767

/// Dense and sparse layers: `b + Σ w·x`, exact in 32 bits.
struct WeightRules: LayerRules {
  private let rows: [[WeightClaims.Entry]]
  private let biases: [Int]
  private let columns: Int
  private let isSparse: Bool

  init(_ weights: WeightClaims, columns: Int, isSparse: Bool) {
    rows = weights.rows
    biases = weights.biases
    self.columns = columns
    self.isSparse = isSparse
  }

  var name: String { isSparse ? "sparse" : "dense" }
  var code: (kind: Int, layout: Int) { (isSparse ? 1 : 0, 0) }
  /// A dense layer keeps the pairs of inputs that are not zero; certificates keep both ends of each column.
  var workspace: (inference: Int, certificate: Int) { isSparse ? (0, 4) : (4, 6) }
  var inputRange: (low: Int, high: Int) { (-32768, 32767) }

  // MARK: - Claims that nothing is known of

  func shapeProblems(_ layer: LayerClaims, place: String) -> [String] {
    var problems: [String] = []
    for (name, count) in [("weight rows", rows.count), ("biases", biases.count)] where count != layer.rowCount
    {
      problems.append("\(place): number of \(name) \(count), expected \(layer.rowCount)")
    }
    // A sparse row is a few bytes of a header, but all its columns in memory.
    if (1...65535).contains(layer.rowCount), (1...65535).contains(columns) {
      let size = layer.rowCount * columns
      if size > 1 << 27 {
        problems.append("\(place): rows · columns \(size) > \(1 << 27), too large to load")
      }
    }
    if isSparse, columns > largestSparseColumns {
      problems.append("\(place): columns \(columns) > \(largestSparseColumns), too many for a sparse layer")
    }
    if rows.allSatisfy(\.isEmpty) { problems.append("\(place): no weights at all") }
    return problems
  }

  func rowProblems(_ layer: LayerClaims, place: String) -> [String] {
    var problems: [String] = []
    let half = layer.shift > 0 && layer.shift <= 15 ? 1 << (layer.shift - 1) : 0
    var largestBias = 0
    for (row, entries) in rows.enumerated() {
      let place = "\(place) row \(row)"
      problems += entryProblems(entries, place: place)
      let sum = magnitudeSum(entries)
      if sum > layer.rowSumBound { problems.append("\(place): row sum \(sum) > \(layer.rowSumBound)") }
      guard row < biases.count else { continue }
      let bias = biases[row]
      guard bias >= Int(Int32.min), bias <= Int(Int32.max) else {
        problems.append("\(place): bias \(bias) outside -2147483648…2147483647")
        continue
      }
      largestBias = max(largestBias, abs(bias))
      let reach = Int128(sum) * 32768 + Int128(abs(bias)) + Int128(half)
      if reach > 2_147_483_647 {
        problems.append("\(place): 2^15·R + |b| + 2^(shift-1) = \(reach) > 2147483647")
      }
    }
    // The header's own compile-time proof is by layer: the bound of all rows with the largest bias.
    let reach = Int128(layer.rowSumBound) * 32768 + Int128(largestBias) + Int128(half)
    if reach > 2_147_483_647 {
      problems.append("\(place): 2^15·bound + largest |b| + 2^(shift-1) = \(reach) > 2147483647")
    }
    return problems
  }

  private func entryProblems(_ entries: [WeightClaims.Entry], place: String) -> [String] {
    var problems: [String] = []
    for entry in entries where entry.weight < -32768 || entry.weight > 32767 {
      problems.append("\(place) column \(entry.column): weight \(entry.weight) outside -32768…32767")
    }
    if isSparse {
      problems += signProblems(entries, place: place)
      let start = entries.firstIndex { $0.weight < 0 } ?? entries.count
      problems +=
        orderProblems(entries[..<start], place: place) + orderProblems(entries[start...], place: place)
    } else {
      problems += orderProblems(entries[...], place: place)
      if entries.count != columns {
        problems.append("\(place): \(entries.count) weights, expected \(columns)")
      }
    }
    return problems
  }

  /// Columns increase and exist.
  private func orderProblems(_ entries: ArraySlice<WeightClaims.Entry>, place: String) -> [String] {
    var problems: [String] = []
    var next = 0
    for entry in entries {
      if entry.column < next {
        problems.append("\(place): column \(entry.column) after column \(next - 1)")
      }
      next = max(next, entry.column < Int.max ? entry.column + 1 : Int.max)
    }
    if next > columns { problems.append("\(place): column \(next - 1) > \(max(columns, 0) - 1)") }
    return problems
  }

  /// A sparse row stores no zero, its weights above zero first, and each column once.
  private func signProblems(_ entries: [WeightClaims.Entry], place: String) -> [String] {
    var problems: [String] = []
    var wasNegative = false
    for entry in entries {
      if entry.weight == 0 { problems.append("\(place) column \(entry.column): weight 0 is stored") }
      if entry.weight > 0, wasNegative {
        problems.append("\(place) column \(entry.column): weight \(entry.weight) behind one below 0")
      }
      wasNegative = wasNegative || entry.weight < 0
    }
    let positive = Set(entries.lazy.filter { $0.weight > 0 }.map(\.column))
    for entry in entries where entry.weight < 0 && positive.contains(entry.column) {
      problems.append("\(place): column \(entry.column) twice")
    }
    return problems
  }

  func storage(_ layer: LayerClaims) -> (entries: Int, nonzero: Int, bytes: Int) {
    let count = rows.reduce(0) { $0 + $1.count }
    let nonzero = rows.reduce(0) { $0 + $1.count { $0.weight != 0 } }
    return (count, nonzero, (isSparse ? 4 : 2) * count + (isSparse ? 4 * rows.count : 0) + 4 * biases.count)
  }

  func largestRowSum(in columns: Range<Int>) -> Int {
    rows.map { row in magnitudeSum(row.lazy.filter { columns.contains($0.column) }) }.max() ?? 0
  }

  func largestColumnSum(in columns: Range<Int>) -> Int {
    var sums: [Int: Int] = [:]
    for entry in rows.joined() where columns.contains(entry.column) {
      sums[entry.column, default: 0] += Int(entry.weight.magnitude)
    }
    return sums.values.max() ?? 0
  }

  func weightRows(in columns: Range<Int>) -> [[WeightClaims.Entry]]? {
    rows.map { row in row.filter { columns.contains($0.column) } }
  }

  /// `Σ|w|`, saturating: a header may state numbers of any size.
  private func magnitudeSum(_ entries: some Sequence<WeightClaims.Entry>) -> Int {
    var sum = 0
    for entry in entries {
      let (value, overflow) = sum.addingReportingOverflow(Int(clamping: entry.weight.magnitude))
      sum = overflow ? Int.max : value
    }
    return sum
  }

  func mayEndNetwork(_ activation: IntegerActivation, hasResiduals: Bool) -> Bool { activation == .identity }

  func comparisonCost(columns: Int) -> Int { columns }

  // MARK: - Rows that hold

  func feed(_ layer: LayerClaims, into string: inout CanonicalString) {
    if isSparse {
      string.record(17) { string in
        for row in rows {
          string.feed(row.count { $0.weight > 0 }, bytes: 2)
          string.feed(row.count { $0.weight < 0 }, bytes: 2)
        }
      }
      string.record(23) { string in
        for row in rows {
          for entry in row {
            string.feed(2 * entry.column, bytes: 2)
            string.feed(entry.weight, bytes: 2)
          }
        }
      }
    } else {
      string.record(20) { string in
        for row in rows { for entry in row { string.feed(entry.weight, bytes: 2) } }
      }
    }
    string.record(22) { string in for bias in biases { string.feed(bias, bytes: 4) } }
  }

  func accumulators(_ values: [Int]) -> [Int] {
    var sums = biases
    for row in rows.indices {
      for entry in rows[row] { sums[row] += entry.weight * values[entry.column] }
    }
    return sums
  }

  func settled(_ accumulator: Int, shift: Int) -> Int {
    // floor((a + 2^(f-1)) / 2^f) by division, then saturation.
    let power = 1 << shift
    let sum = accumulator + power / 2
    let floor = sum >= 0 ? sum / power : -((power - 1 - sum) / power)
    return min(max(floor, -32768), 32767)
  }

  func ends(_ low: [Int], _ high: [Int]) -> (low: [Int], high: [Int]) {
    var least = biases
    var greatest = biases
    for row in rows.indices {
      for entry in rows[row] {
        let ends = [entry.weight * low[entry.column], entry.weight * high[entry.column]]
        least[row] += min(ends[0], ends[1])
        greatest[row] += max(ends[0], ends[1])
      }
    }
    return (least, greatest)
  }

  func exceeds(_ row: Int, _ low: [Int], _ high: [Int], isNegated: Bool) -> Bool {
    let own = withZeros(rows[row])
    for other in rows.indices where other != row {
      let weights = withZeros(rows[other])
      var difference = biases[row] - biases[other]
      for column in 0..<columns {
        let weight = own[column] - weights[column]
        difference += min(weight * low[column], weight * high[column])
      }
      if difference <= 0 { return false }
    }
    return true
  }

  func moves(_ columns: [MoveBound], shift: Int) -> [MoveBound] {
    rowMoves(columns).map { $0.requantized(shift: shift) }
  }

  func rowMoves(_ columns: [MoveBound]) -> [MoveBound] {
    rows.map { row in .combination(row.lazy.map { ($0.column, $0.weight) }, of: columns) }
  }

  func differenceMoves(_ columns: [MoveBound]) -> [MoveBound] {
    let dense = rows.map(withZeros)
    return dense.indices.flatMap { first in
      dense[(first + 1)...].map { second in
        .combination(
          columns.indices.lazy.map { column in (column, dense[first][column] - second[column]) }, of: columns)
      }
    }
  }

  func wholeSlopes(_ columns: [Int128], shift: Int) -> [Int128] {
    let power: Int128 = 1 << Int128(shift)
    return rows.map { row in
      let sum = row.reduce(Int128(0)) { $0 + Int128(abs($1.weight)) * columns[$1.column] }
      return min((sum + power - 1) / power, 1 << 62)
    }
  }

  func convexRows(_ columns: [ConvexValue]) -> [ConvexValue?] {
    rows.map { row in
      var result = ConvexValue(kind: .fixed, error: 0)
      for entry in row where entry.weight != 0 {
        switch columns[entry.column].kind {
        case .fixed: continue
        case .linear: if result.kind == .fixed { result.kind = .linear }
        case .convex:
          guard entry.weight > 0 else { return nil }
          result.kind = .convex
        }
        result.error += Int128(abs(entry.weight)) * columns[entry.column].error
      }
      return result
    }
  }

  func influence(of column: Int?, _ slopes: [Int128], row: Int, less other: Int?) -> (
    direct: Int128, reach: Int128
  ) {
    var weights = withZeros(rows[row])
    if let other { for entry in rows[other] { weights[entry.column] -= entry.weight } }
    let reach = slopes.indices.reduce(Int128(0)) { $0 + Int128(abs(weights[$1])) * slopes[$1] }
    return (column.map { Int128(weights[$0]) } ?? 0, reach)
  }

  private func withZeros(_ entries: [WeightClaims.Entry]) -> [Int] {
    var row = [Int](repeating: 0, count: columns)
    for entry in entries { row[entry.column] = entry.weight }
    return row
  }
}
