internal import Claims
internal import Integers

/// Certificates in ℓ1 and ℓ2 once more, for whole lengths: plain loops, exact whole roots, nothing shared.
extension Oracle {
  /// The greatest whole number whose square is at most that.
  package static func wholeRoot(_ square: Int128) -> Int128 {
    var root: Int128 = 0
    var step: Int128 = 1 << 62
    while step > 0 {
      if (root + step) * (root + step) <= square { root += step }
      step /= 2
    }
    return root
  }

  /// The greatest whole number that `|Σ w·Δ|` reaches at most, Δ no longer than a length: by Cauchy and Schwarz in ℓ2, by
  /// the largest weight in ℓ1.
  package static func reach(_ weights: [Int64], length: Int64, isEuclidean: Bool) -> Int64 {
    if isEuclidean {
      let squares = weights.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
      return Int64(wholeRoot(squares * Int128(length) * Int128(length)))
    }
    return weights.reduce(0) { max($0, abs($1)) } * length
  }

  /// The margin deviations of the first-layer rule: `δ_r = ceil(floor(‖w_r‖_q·D) / 2^f)`, then Σ|w|·δ layer by layer.
  package func firstLayerMargins(length: Int64, isEuclidean: Bool) -> [[Int64]] {
    var columns: [Int64] = []
    for (index, layer) in network.layers.enumerated() {
      let rows = (0..<layer.rows).map { row in
        layer.isMaxPlus ? [] : (0..<layer.columns).map { Int64(layer.weights[row * layer.columns + $0]) }
      }
      if index == network.layers.count - 1 {
        columns += network.residualInputs.map { _ in min(length, 65535) }
        return (0..<layer.rows).map { first in
          (0..<layer.rows).map { second in
            if first == second { return 0 }
            if layer.isMaxPlus {
              if index == 0 { return 2 * length }
              return [first, second].reduce(0) { sum, row in
                sum + (layer.entries[row].map { columns[$0.column] }.max() ?? 0)
              }
            }
            let difference = zip(rows[first], rows[second]).map { $0 - $1 }
            if index == 0 { return Self.reach(difference, length: length, isEuclidean: isEuclidean) }
            return zip(difference, columns).reduce(0) { $0 + abs($1.0) * $1.1 }
          }
        }
      }
      var moves = (0..<layer.rows).map { row -> Int64 in
        var power: Int64 = 1
        for _ in 0..<layer.shift { power *= 2 }
        let moved: Int64
        if layer.isMaxPlus {
          moved = index == 0 ? length : layer.entries[row].map { columns[$0.column] }.max() ?? 0
        } else if index == 0 {
          moved = Self.reach(rows[row], length: length, isEuclidean: isEuclidean)
        } else {
          moved = zip(rows[row], columns).reduce(0) { $0 + abs($1.0) * $1.1 }
        }
        var quotient = moved / power
        if quotient * power < moved { quotient += 1 }
        return min(quotient, 65535)
      }
      if layer.activation == .maxMin {
        for pair in 0..<moves.count / 2 {
          let larger = max(moves[2 * pair], moves[2 * pair + 1])
          (moves[2 * pair], moves[2 * pair + 1]) = (larger, larger)
        }
      }
      if layer.activation == .sort { moves = moves.map { _ in moves.max() ?? 0 } }
      if case .smooth(let table) = layer.activation { moves = moves.map { Self.moved($0, by: table) } }
      columns = moves
    }
    return []
  }

  /// `ceil(G·δ / 2^k)`, G the largest difference of neighboring nodes.
  private static func moved(_ move: Int64, by table: TableClaims) -> Int64 {
    var (rise, power) = (0, Int64(1))
    for index in 1..<table.nodes.count { rise = max(rise, table.nodes[index] - table.nodes[index - 1]) }
    for _ in 0..<table.shift { power *= 2 }
    return (Int64(rise) * move + power - 1) / power
  }

  /// All whole changes of so many values that are no longer than a length.
  package static func changes(count: Int, length: Int, isEuclidean: Bool) -> [[Int]] {
    var result: [[Int]] = [[]]
    for _ in 0..<count { result = result.flatMap { start in (-length...length).map { start + [$0] } } }
    return result.filter { change in
      isEuclidean
        ? change.reduce(0) { $0 + $1 * $1 } <= length * length : change.reduce(0) { $0 + abs($1) } <= length
    }
  }
}
