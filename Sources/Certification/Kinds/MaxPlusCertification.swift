internal import Checker
internal import Claims
internal import Integers

extension MaxPlusLayer: CertifiedLayer {
  /// The largest δ of the row's entries.
  func rowDeviations<Value: Deviation>(_ columns: [Value]) -> [Value] {
    entries.indices.map { rowDeviation($0, columns) }
  }

  private func rowDeviation<Value: Deviation>(_ row: Int, _ columns: [Value]) -> Value {
    entries[row].reduce(.none) { .larger($0, columns[$1.column]) }
  }

  /// A maximum is not rounded.
  func outputDeviations<Value: Deviation>(_ columns: [Value]) -> [Value] { rowDeviations(columns) }

  /// `δ_j + δ_k`.
  func differenceDeviation<Value: Deviation>(_ first: Int, _ second: Int, _ columns: [Value]) -> Value {
    rowDeviation(first, columns) + rowDeviation(second, columns)
  }

  func largestRowSum(ofColumns range: Range<Int>) -> Int { 1 }

  /// A row moves no further than one of its columns, so that the powers of all rows add up to at most those of the columns
  /// times the number of rows that read one; column weights, 1 and more, only help.
  func gain(_ norm: BallNorm, _ measure: Measure) -> Gain? {
    guard measure.rows.allSatisfy({ $0 == 1 }) else { return nil }
    let bound = IntegerLayer.maximum(self).claims.sumBound(columns: measure.range)
    switch norm {
    case .one: return Gain(UpperBound(bound.square))
    case .two: return Gain(bound)
    case .infinity: return Gain(UpperBound(1))
    }
  }

  func rowLengths(_ norm: BallNorm, _ columns: [Int]) -> [Double]? { nil }
  func columnLengths(_ norm: BallNorm) -> [Double]? { nil }

  /// The largest change is no longer than all of them.
  func dualNorm(_ norm: BallNorm, ofRow row: Int, minus other: Int?, _ measure: Measure) -> UpperBound {
    UpperBound(other == nil ? 1 : 2)
  }

  /// It reads no column that stands for itself.
  func weights(ofColumn column: Int) -> [Int] { entries.map { _ in 0 } }

  var prover: any ProverLayer { MaxPlusProver(self) }
  var gradientRows: any GradientRows { MaxPlusGradient(self) }
}

/// The entries of a layer; a functional cannot be carried back through a maximum: it ends behind the layer, whose
/// outputs are bounded by their intervals only.
private struct MaxPlusProver: ProverLayer {
  let columns: Int
  let activation: IntegerActivation
  private let entries: [[MaxPlusEntry]]

  init(_ layer: MaxPlusLayer) {
    columns = layer.columns
    activation = layer.activation
    entries = layer.entries
  }

  var rows: Int { entries.count }

  func rounded(_ accumulator: Int64) -> Int64 { accumulator }

  /// - Complexity: O(entries).
  func preactivations(over bounds: IntegerBounds) -> IntegerBounds {
    var result = IntegerBounds(count: rows)
    for row in entries.indices {
      let ends = maximum(ofRow: row, over: bounds)
      result.lower[row] = ends.lower
      result.upper[row] = ends.upper
    }
    return result
  }

  /// The least and the greatest maximum of a row over a box, both attained.
  private func maximum(ofRow row: Int, over bounds: IntegerBounds) -> (lower: Int64, upper: Int64) {
    var (least, greatest) = (Int64.min, Int64.min)
    for entry in entries[row] {
      let (sign, offset) = (Int64(entry.sign), Int64(entry.offset))
      let ends = (bounds.lower[entry.column], bounds.upper[entry.column])
      least = max(least, sign &* (sign > 0 ? ends.0 : ends.1) &+ offset)
      greatest = max(greatest, sign &* (sign > 0 ? ends.1 : ends.0) &+ offset)
    }
    return (least, greatest)
  }

  func functional(ofRow row: Int, sign: Int64) -> LinearFunctional? { nil }

  /// A number that holds within the bounds, as a functional of nothing.
  func margin(_ first: Int, _ second: Int, over values: IntegerBounds) -> LinearFunctional {
    let (own, other) = (maximum(ofRow: first, over: values), maximum(ofRow: second, over: values))
    let least = activation == .negate ? other.lower - own.upper : own.lower - other.upper
    return LinearFunctional(
      coefficients: [Int64](repeating: 0, count: columns), residual: [],
      constant: Int128(least) << Int128(LinearFunctional.fractionBits))
  }

  func substituted(
    _ multipliers: [Int64], residual: [Int64], constant: Int128, over values: IntegerBounds
  ) -> LinearFunctional? { nil }

  func estimates(at values: [Double], multipliers: [Int64]) -> [Double] {
    entries.map { row in
      row.reduce(-Double.infinity) { max($0, Double($1.sign) * values[$1.column] + Double($1.offset)) }
    }
  }
}

/// The entries of a layer, and where each row has its maximum.
private struct MaxPlusGradient: GradientRows {
  private let entries: [[MaxPlusEntry]]
  private var best: [Int]

  init(_ layer: MaxPlusLayer) {
    entries = layer.entries
    best = Array(repeating: 0, count: entries.count)
  }

  var winners: [Int]? { best }

  mutating func run(_ input: [Int16], into sums: inout [Int32]) {
    for (row, entries) in entries.enumerated() {
      var largest = Int32.min
      for (index, entry) in entries.enumerated() {
        let value = Int32(entry.sign) * Int32(input[entry.column]) + Int32(entry.offset)
        if value > largest {
          largest = value
          best[row] = index
        }
      }
      sums[row] = largest
    }
  }

  /// A maximum moves with the entry that is largest.
  func addColumnGradients(of rowGradients: [Float], to gradients: inout [Float]) {
    for row in rowGradients.indices {
      let entry = entries[row][best[row]]
      gradients[entry.column] += rowGradients[row] * Float(entry.sign)
    }
  }
}
