/// The projection of residual terms together with the last layer, which they must outweigh.
///
/// Raising the terms alone would leave the last layer no reason to shrink, though it is what makes them large.
struct ResidualProjection {
  /// The last layer; its rows keep their bounds.
  private(set) var layer: FloatLayer
  private(set) var terms: [ResidualTerm]

  /// Projects a layer and the terms of all inputs.
  ///
  /// - Postcondition: every weight of a term has its sign and outweighs the layer, `ResidualTerm.reach(ofOutput:through:)`.
  /// - Complexity: O(terms · outputs · columns), about 60 passes at worst.
  init(_ layer: FloatLayer, _ terms: [ResidualTerm]) {
    self.layer = layer
    self.terms = terms
    for row in 0..<layer.rows {
      let own = terms.indices.filter { terms[$0].classIndex == nil }
      if !own.isEmpty { shrink(row, less: nil, own) }
      let led = terms.indices.filter { terms[$0].classIndex == row }
      if !led.isEmpty { for other in 0..<layer.rows where other != row { shrink(row, less: other, led) } }
    }
    // What two rows have moved towards each other may be a little longer.
    if terms.contains(where: { $0.classIndex != nil }), let bound = layer.rowSumBound {
      self.layer.projectRows(ontoL1Ball: bound)
    }
    for index in terms.indices { self.terms[index].project(through: self.layer) }
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
    let difference = (0..<columns).map { column in
      Double(layer.weights[start + column]) - (second.map { Double(layer.weights[$0 + column]) } ?? 0)
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
