extension Matrix {
  /// Becomes the distances `‖x - w‖_p` of all rows of one matrix to all rows of another.
  ///
  /// - Parameter exponent: p, nil for ∞.
  /// - Complexity: O(samples · rows · columns · log p).
  func setToDistances(_ inputs: Matrix, _ weights: Matrix, exponent: NormExponent?) {
    precondition(inputs.columns == weights.columns && columns == weights.rows)
    rows = inputs.rows
    let count = weights.halfLaneCount
    let cutoff = exponent?.cutoff ?? 0
    // Four rows stay in the first-level cache while the samples pass by.
    for first in Swift.stride(from: 0, to: weights.rows, by: 4) {
      // Rows beyond the last one repeat it; their results are not stored.
      let last = weights.rows - 1
      let w = unsafe (
        UnsafePointer(weights.halfLanes(first)), UnsafePointer(weights.halfLanes(min(first + 1, last))),
        UnsafePointer(weights.halfLanes(min(first + 2, last))),
        UnsafePointer(weights.halfLanes(min(first + 3, last)))
      )
      for sample in 0..<rows {
        let x = unsafe UnsafePointer(inputs.halfLanes(sample))
        var distances = unsafe largestDifferences(x, w.0, w.1, w.2, w.3, count: count)
        if let exponent {
          let scales = 1 / distances.replacing(with: 1, where: distances .== 0)
          let sums = unsafe SIMD4(
            scaledPowerSum(x, w.0, count: count, scale: scales[0], exponent: exponent, cutoff: cutoff),
            scaledPowerSum(x, w.1, count: count, scale: scales[1], exponent: exponent, cutoff: cutoff),
            scaledPowerSum(x, w.2, count: count, scale: scales[2], exponent: exponent, cutoff: cutoff),
            scaledPowerSum(x, w.3, count: count, scale: scales[3], exponent: exponent, cutoff: cutoff))
          distances *= power(sums.replacing(with: 1, where: sums .< 1), 1 / exponent.p)
        }
        let results = unsafe row(sample) + first
        for place in 0..<min(4, weights.rows - first) { unsafe results[place] = distances[place] }
      }
    }
  }

  /// Adds the gradients through these distances to those of the weights and, where there are any, of the inputs.
  func addGradients(
    _ outputGradients: Matrix, _ inputs: Matrix, _ weights: Matrix, exponent: NormExponent?,
    toWeights: Matrix, toInputs: Matrix?
  ) {
    precondition(outputGradients.rows == rows && inputs.rows == rows && toInputs?.rows ?? rows == rows)
    let count = weights.halfLaneCount
    let cutoff = exponent?.cutoff ?? 0
    for row in 0..<weights.rows {
      let (w, gw) = unsafe (UnsafePointer(weights.halfLanes(row)), toWeights.halfLanes(row))
      for sample in 0..<rows {
        let (gradient, distance) = unsafe (outputGradients.row(sample)[row], self.row(sample)[row])
        guard gradient != 0, distance > 0 else { continue }
        let x = unsafe UnsafePointer(inputs.halfLanes(sample))
        let gx = unsafe toInputs?.halfLanes(sample)
        if let exponent {
          unsafe addDistanceGradient(
            gradient, x, w, count: count, scale: 1 / distance, exponent: exponent, cutoff: cutoff,
            toWeights: gw, toInputs: gx)
        } else {
          unsafe addMaximumGradient(
            gradient, x, w, count: count, distance: distance, toWeights: gw, toInputs: gx)
        }
      }
    }
  }
}
