internal import Training

/// What it cost to project hidden rows onto their ℓ1 balls instead of rewriting the network.
struct ProjectionCost: Encodable, Equatable {
  /// The rows of all hidden layers.
  var rows = 0
  /// Those outside their balls.
  var projectedRows = 0
  /// The most by which a row's Σ|w| shrank.
  var largestRemovedMass = 0.0

  /// Projects every hidden row onto the ball of its layer's bound, or of radius 1 where there is none.
  init(projecting network: inout FloatNetwork) {
    func sums(_ layer: FloatLayer) -> [Double] {
      (0..<layer.rows).map { row in
        layer.weights[row * layer.columns..<(row + 1) * layer.columns].reduce(0) { $0 + Double($1.magnitude) }
      }
    }
    for index in network.layers.indices.dropLast() {
      let before = sums(network.layers[index])
      let bound = network.layers[index].rowSumBound ?? 1
      network.layers[index].projectRows(ontoL1Ball: bound)
      network.layers[index].rowSumBound = bound
      let removed = zip(before, sums(network.layers[index])).map { $0 - $1 }
      rows += removed.count
      projectedRows += before.count { $0 > Double(bound) }
      largestRemovedMass = max(largestRemovedMass, removed.max() ?? 0)
    }
  }

  /// One line.
  var text: String {
    "projected \(projectedRows) of \(rows) hidden rows, largest removed mass \(formatted(largestRemovedMass, digits: 3))"
  }
}
