/// One layer prepared for proofs: its non-zero weights or its entries, row after row.
///
/// A functional cannot be carried back through a maximum: it ends behind a max-plus layer, whose outputs are bounded by
/// their intervals only.
///
/// How a layer gets its pre-activations from what it reads is in this file: over a box, backwards through a functional,
/// and forwards as an estimate in floating point. Another kind of layer is these operations with other arithmetic.
struct ProverLayer: Sendable {
  /// One non-zero weight, or the sign of an entry of a max-plus row with what is added.
  struct Entry: Sendable {
    var column: Int32
    var weight: Int32
    var offset: Int32 = 0
  }

  let rows: Int
  let columns: Int
  let isMaxPlus: Bool
  let shift: Int64
  let activation: IntegerActivation
  let biases: [Int64]
  /// The entries of row r are those from `starts[r]` up to `starts[r + 1]`.
  let starts: [Int]
  let entries: [Entry]

  /// Gathers the weights.
  ///
  /// - Complexity: O(rows · columns).
  init(_ layer: IntegerLayer) {
    rows = layer.rows
    columns = layer.columns
    shift = Int64(layer.shift)
    activation = layer.activation
    isMaxPlus = layer.kind == .maxPlus
    biases = isMaxPlus ? [Int64](repeating: 0, count: layer.rows) : layer.biases.map { Int64($0) }
    var starts = [0]
    var entries: [Entry] = []
    for row in layer.entries {
      entries += row.map {
        Entry(column: Int32($0.column), weight: $0.isNegated ? -1 : 1, offset: Int32($0.offset))
      }
      starts.append(entries.count)
    }
    for row in 0..<layer.rows where !isMaxPlus {
      for (column, weight) in layer.row(row).enumerated() where weight != 0 {
        entries.append(Entry(column: Int32(column), weight: Int32(weight)))
      }
      starts.append(entries.count)
    }
    self.starts = starts
    self.entries = entries
  }

  /// `2^(shift-1)`, and 0 at shift 0.
  private var half: Int64 { (1 &<< shift) &>> 1 }

  /// `z = (acc + 2^(shift-1)) >> shift`, not saturated.
  func rounded(_ accumulator: Int64) -> Int64 { (accumulator &+ half) &>> shift }

  /// The bounds of the pre-activations over a box, attained.
  ///
  /// - Complexity: O(non-zero weights).
  func preactivations(over bounds: IntegerBounds) -> IntegerBounds {
    var result = IntegerBounds(at: biases)
    if isMaxPlus {
      for row in 0..<rows {
        let ends = maximum(ofRow: row, over: bounds)
        result.lower[row] = ends.lower
        result.upper[row] = ends.upper
      }
      return result
    }
    for row in 0..<rows {
      var (least, greatest) = (biases[row], biases[row])
      // Admissibility keeps every partial sum within 2^31, so &+ and &* are exact.
      for entry in entries[starts[row]..<starts[row + 1]] {
        let weight = Int64(entry.weight)
        let ends = (bounds.lower[Int(entry.column)], bounds.upper[Int(entry.column)])
        least &+= weight &* (weight >= 0 ? ends.0 : ends.1)
        greatest &+= weight &* (weight >= 0 ? ends.1 : ends.0)
      }
      // Requantization is monotone, so the ends map to the ends.
      result.lower[row] = rounded(least)
      result.upper[row] = rounded(greatest)
    }
    return result
  }

  /// The least and the greatest maximum of a max-plus row over a box, both attained.
  private func maximum(ofRow row: Int, over bounds: IntegerBounds) -> (lower: Int64, upper: Int64) {
    var (least, greatest) = (Int64.min, Int64.min)
    for entry in entries[starts[row]..<starts[row + 1]] {
      let (weight, offset) = (Int64(entry.weight), Int64(entry.offset))
      let ends = (bounds.lower[Int(entry.column)], bounds.upper[Int(entry.column)])
      least = max(least, weight &* (weight > 0 ? ends.0 : ends.1) &+ offset)
      greatest = max(greatest, weight &* (weight > 0 ? ends.1 : ends.0) &+ offset)
    }
    return (least, greatest)
  }

  /// A number that one row's logit minus another's does not fall below on a box, where this is the last layer and
  /// max-plus; exact on a box of one point.
  func leastMargin(_ first: Int, _ second: Int, over bounds: IntegerBounds) -> Int64 {
    let (own, other) = (maximum(ofRow: first, over: bounds), maximum(ofRow: second, over: bounds))
    return activation == .negate ? other.lower - own.upper : own.lower - other.upper
  }

  /// The accumulator of one row, or its negative, as a functional of what the layer reads.
  ///
  /// - Precondition: the layer is dense or sparse.
  func functional(ofRow row: Int, sign: Int64) -> LinearFunctional {
    var coefficients = [Int64](repeating: 0, count: columns)
    for entry in entries[starts[row]..<starts[row + 1]] {
      // |w|·2^16 ≤ 2^31, and Σ|w| ≤ 2^16: the sum of magnitudes is at most 2^32.
      coefficients[Int(entry.column)] = sign &* Int64(entry.weight) &<< LinearFunctional.fractionBits
    }
    let constant = Int128(sign &* biases[row]) << Int128(LinearFunctional.fractionBits)
    return LinearFunctional(coefficients: coefficients, residual: [], constant: constant)
  }

  /// One row's accumulator minus another's, as a functional of what the layer reads.
  ///
  /// - Precondition: the layer is dense or sparse.
  func functional(ofRow row: Int, minus other: Int) -> LinearFunctional {
    var result = functional(ofRow: row, sign: 1)
    let subtracted = functional(ofRow: other, sign: -1)
    // The sum of magnitudes is at most 2·2^32.
    for column in result.coefficients.indices {
      result.coefficients[column] &+= subtracted.coefficients[column]
    }
    result.constant += subtracted.constant
    return result
  }

  /// Replaces the pre-activations by what the layer reads: a functional at or below `Σ multipliers·z + constant` on
  /// every point of a box.
  ///
  /// With `2^f·z = acc + 2^(f-1) - ρ`, `0 ≤ ρ ≤ 2^f - 1`, and `N_k = Σ_i multipliers_i·w_ik`,
  /// `2^f·Σ μz ≥ Σ N·v + Σ μ·(b + 2^(f-1)) - Σ_{μ>0} μ·(2^f - 1)`. The new coefficients are `N_k / 2^f` towards zero;
  /// what is left of `N_k` has its sign, so bounding it by an end of the box costs nothing where the box is the last.
  ///
  /// - Returns: nil where the sum of magnitudes would exceed its limit, and for a max-plus layer.
  /// - Complexity: O(non-zero weights of the rows with a multiplier).
  func substituted(
    _ multipliers: [Int64], residual: [Int64], constant: Int128, over values: IntegerBounds
  ) -> LinearFunctional? {
    guard !isMaxPlus, LinearFunctional.isWithinLimit(multipliers) else { return nil }
    var sums = [Int64](repeating: 0, count: columns)
    var total = constant << Int128(shift)
    let slack: Int64 = (1 &<< shift) &- 1
    for row in 0..<rows where multipliers[row] != 0 {
      let multiplier = multipliers[row]
      for entry in entries[starts[row]..<starts[row + 1]] {
        // Σ|μ|·|w| ≤ 2^46·2^15 = 2^61, so &+ and &* are exact.
        sums[Int(entry.column)] &+= multiplier &* Int64(entry.weight)
      }
      // |b| + 2^(f-1) < 2^31 by admissibility and ρ < 2^15.
      let added = biases[row] &+ half &- (multiplier > 0 ? slack : 0)
      total += Int128(multiplier) &* Int128(added)
    }
    var rest: Int64 = 0
    for column in sums.indices {
      let sum = sums[column]
      guard sum != 0 else { continue }
      let quotient = (sum &+ ((sum &>> 63) & slack)) &>> shift  // towards zero
      // |remainder| < 2^15, |v| ≤ 2^15 and at most 65535 + 65535 columns: the sum stays below 2^48.
      let remainder = sum &- quotient &<< shift
      rest &+= remainder &* (remainder >= 0 ? values.lower[column] : values.upper[column])
      sums[column] = quotient
    }
    guard LinearFunctional.isWithinLimit(sums) else { return nil }
    // >> rounds down, also below zero.
    return LinearFunctional(
      coefficients: sums, residual: residual, constant: (total + Int128(rest)) >> Int128(shift))
  }

  /// What the right side of `substituted` makes of the pre-activations at a point, in floating point: for searching
  /// good multipliers, never for a proof.
  func estimates(at values: [Double], multipliers: [Int64]) -> [Double] {
    let scale = 1 / Double(Int64(1) &<< shift)
    return (0..<rows).map { row in
      var sum = Double(biases[row] &+ half &- (multipliers[row] > 0 ? (1 &<< shift) &- 1 : 0))
      for entry in entries[starts[row]..<starts[row + 1]] {
        sum += Double(entry.weight) * values[Int(entry.column)]
      }
      return sum * scale
    }
  }
}
