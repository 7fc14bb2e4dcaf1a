/// The projection of residual terms together with the last layer, which they must outweigh.
///
/// Raising the terms alone would leave the last layer no reason to shrink, though it is what makes them large.
package struct ResidualProjection {
  /// The last layer; its rows keep their bounds.
  package private(set) var layer: FloatLayer
  package private(set) var terms: [ResidualTerm]
  /// For each term, which columns of the layer its input reaches.
  private let reached: [[Bool]]

  /// Projects the last layer of a network and the terms of all inputs.
  ///
  /// - Postcondition: every weight of a term has its sign and outweighs the layer, `ResidualTerm.reach(ofOutput:through:reached:)`.
  /// - Complexity: O(terms · (weights + outputs · columns)), of the latter about 60 passes at worst.
  package init(_ network: FloatNetwork) {
    layer = network.layers[network.layers.count - 1]
    terms = network.residuals
    reached = terms.map { network.columns(reachedBy: $0.input) }
    // Terms that must outweigh the same columns are moved at once.
    var remaining = Array(terms.indices)
    while let first = remaining.first {
      let alike = remaining.filter {
        reached[$0] == reached[first] && terms[$0].classIndex == terms[first].classIndex
      }
      remaining.removeAll { alike.contains($0) }
      if let index = terms[first].classIndex {
        for other in 0..<layer.rows where other != index { shrink(index, less: other, alike) }
      } else {
        for row in 0..<layer.rows { shrink(row, less: nil, alike) }
      }
    }
    // What two rows have moved towards each other may be a little longer.
    if terms.contains(where: { $0.classIndex != nil }), let bound = layer.rowSumBound {
      layer.projectRows(ontoL1Ball: bound)
    }
    for index in terms.indices { terms[index].project(through: layer, reached: reached[index]) }
  }

  /// Moves a row w, or two rows of difference w, and the weights r of some terms in it to the nearest that satisfy
  /// `Σ|w| ≤ r` of each.
  ///
  /// The nearest ones have `Σ|w'| = τ`, `r' = max(r, τ)` and magnitudes of w shortened by `θ = Σ max(τ - r, 0)`, of two
  /// rows the difference by twice that, half by each; τ is found by bisection, as the one side falls in it and the
  /// other rises.
  private mutating func shrink(_ row: Int, less other: Int?, _ chosen: [Int]) {
    let columns = layer.columns
    let (start, second) = (row * columns, other.map { $0 * columns })
    let isReached = reached[chosen[0]]
    let difference = (0..<columns).map { column in
      guard isReached[column] else { return 0.0 }
      return Double(layer.weights[start + column]) - (second.map { Double(layer.weights[$0 + column]) } ?? 0)
    }
    let weights = chosen.map { index in
      Double(terms[index].isIncreasing ? terms[index].weights[row] : -terms[index].weights[row])
    }
    let total = difference.reduce(0) { $0 + $1.magnitude }
    guard weights.contains(where: { $0 < total }) else { return }
    let factor: Double = other == nil ? 1 : 2
    func shortening(_ level: Double) -> Double {
      factor * weights.reduce(0) { $0 + max(level - $1, 0) }
    }
    var (low, high) = (0.0, total)
    for _ in 0..<60 {
      let level = (low + high) / 2
      let length = shortening(level)
      let sum = difference.reduce(0) { $0 + max($1.magnitude - length, 0) }
      if sum > level { low = level } else { high = level }
    }
    let length = shortening(high)
    for column in 0..<columns {
      let cut = min(length, difference[column].magnitude) * (difference[column] < 0 ? -1 : 1) / factor
      layer.weights[start + column] -= Float(cut)
      if let second { layer.weights[second + column] += Float(cut) }
    }
    for (index, weight) in zip(chosen, weights) where weight < high {
      terms[index].weights[row] = Float(terms[index].isIncreasing ? high : -high)
    }
  }
}
