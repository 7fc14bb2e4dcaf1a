/// Euclidean projection onto the ℓ1 ball, row by row.
package enum L1BallProjection {
  /// Replaces every row by the nearest row whose magnitudes sum to at most `bound`.
  ///
  /// `w_i ← sign(w_i) · max(|w_i| - θ, 0)` with the θ ≥ 0 for which the magnitudes sum to `bound`; a row that
  /// is inside already keeps its bits. θ is found by Michelot's algorithm: solve as if all magnitudes stayed
  /// positive, drop those that do not, repeat until none goes.
  ///
  /// - Parameters:
  ///   - elements: row-major; finite.
  ///   - columns: the length of a row, positive.
  ///   - bound: positive and finite.
  /// - Postcondition: `Σ|w_i| ≤ bound` for every row, summed in double precision: results are rounded toward
  ///   zero, so that no rounding carries a row out of the ball.
  /// - Complexity: O(n²) a row at worst, in practice a few passes over ever fewer elements.
  ///
  /// Source: Michelot, "A finite algorithm for finding the projection of a point onto the canonical simplex of
  /// Rⁿ", JOTA 50, 1986; Duchi et al., ICML 2008; Condat, Math. Programming 158, 2016 compares them.
  package static func projectRows(of elements: inout [Float], columns: Int, ontoL1Ball bound: Float) {
    precondition(columns > 0 && elements.count % columns == 0 && bound > 0 && bound.isFinite)
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: columns) { active in
      guard let active = active.baseAddress else { return }
      unsafe elements.withUnsafeMutableBufferPointer { elements in
        guard let base = elements.baseAddress else { return }
        for start in stride(from: 0, to: elements.count, by: columns) {
          unsafe project(base + start, count: columns, bound: Double(bound), active: active)
        }
      }
    }
  }
}

extension FloatLayer {
  /// Projects every row onto the ℓ1 ball of the given radius, as the layer's constraint asks.
  ///
  /// - Postcondition: `Σ_c |w_rc| ≤ bound` for every row r; biases stay as they are.
  /// - Complexity: O(rows · columns) in practice.
  public mutating func projectRows(ontoL1Ball bound: Float) {
    L1BallProjection.projectRows(of: &weights, columns: columns, ontoL1Ball: bound)
  }
}

/// Projects one row; `active` has room for `count` magnitudes.
@unsafe private func project(
  _ row: UnsafeMutablePointer<Float>, count: Int, bound: Double, active: UnsafeMutablePointer<Double>
) {
  var sum = 0.0
  for index in 0..<count {
    let magnitude = Double(unsafe row[index].magnitude)
    unsafe active[index] = magnitude
    sum += magnitude
  }
  guard sum > bound else { return }

  // The largest magnitude is always above its own θ, so `remaining` never reaches 0.
  var remaining = count
  var threshold = (sum - bound) / Double(remaining)
  while true {
    var kept = 0
    sum = 0
    for index in 0..<remaining {
      let magnitude = unsafe active[index]
      let stays = magnitude > threshold
      unsafe active[kept] = magnitude  // kept ≤ index: overwrites only what was read
      kept &+= stays ? 1 : 0
      sum += stays ? magnitude : 0
    }
    if kept == remaining || kept == 0 { break }
    remaining = kept
    threshold = (sum - bound) / Double(remaining)
  }

  for index in 0..<count {
    let weight = unsafe row[index]
    let exact = max(Double(weight.magnitude) - threshold, 0)
    var rounded = Float(exact)
    if Double(rounded) > exact { rounded = rounded.nextDown }
    unsafe row[index] = weight < 0 ? -rounded : rounded
  }
  unsafe removeExcess(row, count: count, bound: bound)
}

/// Takes what the rounding of θ itself may have left above the bound, at most a few last bits, off the largest
/// element.
@unsafe private func removeExcess(_ row: UnsafeMutablePointer<Float>, count: Int, bound: Double) {
  while true {
    var sum = 0.0
    var largest = 0
    for index in 0..<count {
      sum += Double(unsafe row[index].magnitude)
      if unsafe row[index].magnitude > row[largest].magnitude { largest = index }
    }
    guard sum > bound else { return }
    let reduced = unsafe Float(Double(row[largest].magnitude) - (sum - bound))
    let smaller = unsafe min(max(reduced, 0), row[largest].magnitude.nextDown)
    unsafe row[largest] = row[largest] < 0 ? -smaller : smaller
  }
}
