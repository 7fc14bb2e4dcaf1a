extension IntegerLayer {
  /// How far the outputs of a hidden layer can move when its inputs move by at most `deviations`:
  /// `δ_r = ceil(Σ|w_rc|·δ_c / 2^shift)`, of a max-plus row the largest δ of its entries, and through `maxMin` and
  /// `sort` the larger of those it mixes.
  ///
  /// Round-half-up is monotone and commutes with adding multiples of `2^shift`, so this holds with the rounding
  /// included. A maximum moves no further than its candidates do. Outputs are `Int16`, so nothing moves by more than
  /// 65535.
  ///
  /// - Parameter deviations: one for each column, in LSB, each 0 … 65535.
  /// - Complexity: O(rows · columns).
  func outputDeviations(_ deviations: [Int]) -> [Int] {
    let raw = rawDeviations(deviations).map { min(($0 + (1 << shift) - 1) >> shift, 65535) }
    return activation.mixed(raw, by: max)
  }

  /// How far the accumulators can move: `Σ|w_rc|·δ_c`, of a max-plus row the largest δ of its entries.
  ///
  /// - Parameter deviations: one for each column, in LSB, each 0 … 65535.
  /// - Complexity: O(rows · columns).
  func rawDeviations(_ deviations: [Int]) -> [Int] {
    switch kind {
    case .dense, .sparse:
      // Σ|w|·δ ≤ 65535·2^15·65535 < 2^63.
      (0..<rows).map { zip(row($0), deviations).reduce(0) { $0 + Int($1.0.magnitude) * $1.1 } }
    case .maxPlus: entries.map { $0.reduce(0) { max($0, deviations[$1.column]) } }
    }
  }
}

extension IntegerActivation {
  /// Replaces each output's bound by the worst of those whose inputs can reach it.
  func mixed<Bound>(_ bounds: [Bound], by worse: (Bound, Bound) -> Bound) -> [Bound] {
    switch self {
    case .identity, .relu, .abs, .negate:
      return bounds
    case .maxMin:
      var result = bounds
      for index in stride(from: 0, to: bounds.count - 1, by: 2) {
        result[index] = worse(bounds[index], bounds[index + 1])
        result[index + 1] = result[index]
      }
      return result
    case .sort:
      guard let first = bounds.first else { return bounds }
      return Array(repeating: bounds.dropFirst().reduce(first, worse), count: bounds.count)
    }
  }
}

extension IntegerNetwork {
  /// How far the inputs of the last layer can move when every input moves by at most `deviation` LSB.
  ///
  /// - Complexity: O(weights).
  public func deviations(within deviation: Int) -> [Int] {
    let inputDeviations = Array(repeating: min(deviation, 65535), count: inputs)
    let hidden = layers.dropLast().reduce(inputDeviations) { $1.outputDeviations($0) }
    return lastColumns(hidden: hidden, inputs: inputDeviations)
  }

  /// The margin deviations `M_jk(d) = Σ_c |w_jc - w_kc|·δ_c`, of a last max-plus layer `δ_j + δ_k`, row j and column k,
  /// in accumulator units.
  ///
  /// An answer c is certified at d when `logit_c - logit_j > M_cj(d)` for all other j, strictly.
  /// - Complexity: O(weights + outputs² · columns of the last layer).
  public func marginDeviations(within deviation: Int) -> [[Int]] {
    let deltas = deviations(within: deviation)
    let last = layers[layers.count - 1]
    if last.kind == .maxPlus {
      let moves = last.rawDeviations(deltas)
      return moves.indices.map { first in moves.indices.map { first == $0 ? 0 : moves[first] + moves[$0] } }
    }
    return (0..<outputs).map { first in
      (0..<outputs).map { second in
        zip(zip(last.row(first), last.row(second)), deltas).reduce(0) { sum, term in
          sum + abs(Int(term.0.0) - Int(term.0.1)) * term.1
        }
      }
    }
  }
}
