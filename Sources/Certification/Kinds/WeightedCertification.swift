internal import Claims
internal import Embedded
internal import Integers

extension WeightedLayer: CertifiedLayer {
  /// `Σ|w_rc|·δ_c`.
  func rowDeviations<Value: Deviation>(_ columns: [Value]) -> [Value] {
    (0..<rows).map { row in
      zip(self.row(row), columns).reduce(.none) { sum, term in
        term.0 == 0 ? sum : sum + term.1.multiplied(by: Int(term.0.magnitude))
      }
    }
  }

  func outputDeviations<Value: Deviation>(_ columns: [Value]) -> [Value] {
    rowDeviations(columns).map { $0.requantized(shift: shift) }
  }

  /// `Σ|w_jc - w_kc|·δ_c`.
  func differenceDeviation<Value: Deviation>(_ first: Int, _ second: Int, _ columns: [Value]) -> Value {
    zip(zip(row(first), row(second)), columns).reduce(.none) { sum, term in
      sum + term.1.multiplied(by: abs(Int(term.0.0) - Int(term.0.1)))
    }
  }

  func largestRowSum(ofColumns range: Range<Int>) -> Int {
    let sums = (0..<rows).map { index in
      let start = index * columns
      return weights[start + range.lowerBound..<start + range.upperBound].reduce(0) { $0 + Int($1.magnitude) }
    }
    return sums.max() ?? 0
  }

  func weights(ofColumn column: Int) -> [Int] { (0..<rows).map { Int(weights[$0 * columns + column]) } }

  var prover: any ProverLayer { WeightedProver(self) }
  var gradientRows: any GradientRows { WeightedGradient(self) }
}

/// The non-zero weights of a layer, row after row.
struct WeightedProver: ProverLayer {
  /// One non-zero weight.
  struct Entry {
    var column: Int32
    var weight: Int32
  }

  let rows: Int
  let columns: Int
  let activation: IntegerActivation
  private let shift: Int64
  private let biases: [Int64]
  /// The entries of row r are those from `starts[r]` up to `starts[r + 1]`.
  private let starts: [Int]
  private let entries: [Entry]

  /// Gathers the weights.
  ///
  /// - Complexity: O(rows · columns).
  init(_ layer: WeightedLayer) {
    self.init(layer, biases: layer.biases.map { Int64($0) }) { row in
      layer.row(row).enumerated().filter { $0.element != 0 }.map {
        Entry(column: Int32($0.offset), weight: Int32($0.element))
      }
    }
  }

  /// Gathers the weights of a layer of any linear kind.
  init(_ layer: some LayerContent, biases: [Int64], entries row: (Int) -> [Entry]) {
    rows = layer.output.count
    columns = layer.input.count
    shift = Int64(layer.shift)
    activation = layer.activation
    self.biases = biases
    var starts = [0]
    var entries: [Entry] = []
    for index in 0..<rows {
      entries += row(index)
      starts.append(entries.count)
    }
    self.starts = starts
    self.entries = entries
  }

  /// `2^(shift-1)`, and 0 at shift 0.
  private var half: Int64 { (1 &<< shift) &>> 1 }

  func rounded(_ accumulator: Int64) -> Int64 { (accumulator &+ half) &>> shift }

  /// - Complexity: O(non-zero weights).
  func preactivations(over bounds: IntegerBounds) -> IntegerBounds {
    var result = IntegerBounds(at: biases)
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

  func functional(ofRow row: Int, sign: Int64) -> LinearFunctional? {
    LinearFunctional(
      coefficients: coefficients(ofRow: row, sign: sign), residual: [],
      constant: Int128(sign &* biases[row]) << Int128(LinearFunctional.fractionBits))
  }

  private func coefficients(ofRow row: Int, sign: Int64) -> [Int64] {
    var coefficients = [Int64](repeating: 0, count: columns)
    for entry in entries[starts[row]..<starts[row + 1]] {
      // |w|·2^16 ≤ 2^31, and Σ|w| ≤ 2^16: the sum of magnitudes is at most 2^32.
      coefficients[Int(entry.column)] = sign &* Int64(entry.weight) &<< LinearFunctional.fractionBits
    }
    return coefficients
  }

  func margin(_ first: Int, _ second: Int, over values: IntegerBounds) -> LinearFunctional {
    // The sum of magnitudes is at most 2·2^32.
    let pairs = zip(coefficients(ofRow: first, sign: 1), coefficients(ofRow: second, sign: -1))
    return LinearFunctional(
      coefficients: pairs.map { $0 &+ $1 }, residual: [],
      constant: Int128(biases[first] &- biases[second]) << Int128(LinearFunctional.fractionBits))
  }

  /// The weights times the multipliers.
  ///
  /// With `2^f·z = acc + 2^(f-1) - ρ`, `0 ≤ ρ ≤ 2^f - 1`, and `N_k = Σ_i multipliers_i·w_ik`,
  /// `2^f·Σ μz ≥ Σ N·v + Σ μ·(b + 2^(f-1)) - Σ_{μ>0} μ·(2^f - 1)`. The new coefficients are `N_k / 2^f` towards zero;
  /// what is left of `N_k` has its sign, so bounding it by an end of the box costs nothing where the box is the last.
  ///
  /// - Complexity: O(non-zero weights of the rows with a multiplier).
  func substituted(
    _ multipliers: [Int64], residual: [Int64], constant: Int128, over values: IntegerBounds
  ) -> LinearFunctional? {
    guard LinearFunctional.isWithinLimit(multipliers) else { return nil }
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

/// The stored weights of a layer.
private struct WeightedGradient: GradientRows {
  /// Row-major, of a dense layer.
  private let weights: [Int16]
  /// The words of a sparse layer, empty for a dense one.
  private let words: [UInt32]
  /// Where each row starts, and the end of the last.
  private let starts: [Int]
  private let biases: [Int32]

  init(_ layer: WeightedLayer) {
    weights = layer.isSparse ? [] : layer.weights
    words = layer.isSparse ? layer.storedWords : []
    starts = (0..<layer.rows).reduce(into: [0]) { starts, row in
      starts.append(starts[row] + (layer.isSparse ? layer.sparseRow(row).count : layer.columns))
    }
    biases = layer.biases
  }

  var winners: [Int]? { nil }

  func run(_ input: [Int16], into sums: inout [Int32]) {
    for row in biases.indices {
      let range = starts[row]..<starts[row + 1]
      sums[row] =
        words.isEmpty
        ? accumulator(weights: weights.span.extracting(range), bias: biases[row], input: input.span)
        : accumulator(words: words.span.extracting(range), bias: biases[row], input: input.span)
    }
  }

  func addColumnGradients(of rowGradients: [Float], to gradients: inout [Float]) {
    for row in rowGradients.indices where rowGradients[row] != 0 {
      let scale = rowGradients[row]
      let range = starts[row]..<starts[row + 1]
      if words.isEmpty {
        for index in range { gradients[index &- range.lowerBound] += scale * Float(weights[index]) }
      } else {
        for word in words[range] { gradients[word.sparseColumn] += scale * Float(word.sparseWeight) }
      }
    }
  }
}
