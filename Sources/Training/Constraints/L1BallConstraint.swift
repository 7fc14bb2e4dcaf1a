/// Rows whose magnitudes sum to at most a bound, `Σ|w_c| ≤ bound`: a change of at most d in each input moves the output
/// by at most `bound · d`.
package struct L1BallConstraint: RowConstraint {
  /// Positive and finite.
  package let bound: Float

  /// Creates a constraint.
  package init(bound: Float) {
    precondition(bound > 0 && bound.isFinite)
    self.bound = bound
  }

  /// `Σ|w_c|`: ℓ1 is dual to the sup norm, in which inputs change.
  package static func dualNorm(of row: some Sequence<Float>) -> Float { row.reduce(0) { $0 + $1.magnitude } }

  /// Replaces every row of a panel by the nearest row whose magnitudes sum to at most `bound`.
  ///
  /// `w_i ← sign(w_i) · max(|w_i| - θ, 0)` with the θ ≥ 0 for which the magnitudes sum to `bound`; a row that
  /// is inside already keeps its bits. `f(θ) = Σ max(|w_i| - θ, 0) - bound` is convex, falls and is straight between
  /// the magnitudes, so Newton's method, `θ ← (Σ_{|w_i|>θ} |w_i| - bound) / #{|w_i| > θ}`, comes from wherever it
  /// starts to the left of the root with one step and then climbs to it; it has arrived when a step drops no
  /// magnitude. Started with 0 it is Michelot's algorithm; started with the θ of a row's last projection, two or
  /// three steps do in training.
  ///
  /// - Parameters:
  ///   - panel: `columns` lanes; finite. (Anything else ends too, with NaN.)
  ///   - thresholds: near each row's θ, or 0; on return θ, 0 for rows inside.
  /// - Postcondition: `Σ|w_i| ≤ bound` for every row, summed in double precision from the first column to the last.
  /// - Complexity: O(columns²) at worst, in practice a few passes.
  ///
  /// Source: Michelot, "A finite algorithm for finding the projection of a point onto the canonical simplex of
  /// Rⁿ", JOTA 50, 1986; Condat, Math. Programming 158, 2016 compares the algorithms.
  @unsafe package func project(panel: UnsafeMutablePointer<Lanes>, columns: Int, thresholds: inout Lanes) {
    let bound = Double(bound)
    var total = DoubleLanes.zero
    for column in 0..<columns { unsafe total += DoubleLanes(widening: panel[column].magnitudes) }
    let isInside = total .<= bound
    if all(isInside) {
      thresholds = .zero
      return
    }

    var threshold = DoubleLanes(widening: thresholds)
    var lastCount = DoubleLanes.zero
    for step in 0...(columns + 1) {
      var sum = DoubleLanes.zero
      var count = DoubleLanes.zero
      for column in 0..<columns {
        let magnitudes = unsafe DoubleLanes(widening: panel[column].magnitudes)
        let isAbove = magnitudes .> threshold
        sum += DoubleLanes.zero.replacing(with: magnitudes, where: isAbove)
        count += DoubleLanes.zero.replacing(with: 1, where: isAbove)
      }
      if step > 0, all(isInside .| (count .== lastCount)) { break }
      var next = (sum - bound) / count
      // The first step may lead to the left, or start above all magnitudes: then all of them are the next to try.
      // Later steps only climb, whatever the rounding.
      next.replace(with: 0, where: count .== 0)
      next.replace(with: threshold, where: (next .< threshold) .& (SIMDMask(repeating: step > 0)))
      threshold = next
      lastCount = count
    }
    threshold.replace(with: 0, where: isInside)
    thresholds = Lanes(rounding: threshold)

    // θ in two parts, so that the difference is as good as in double precision.
    let remainder = Lanes(rounding: threshold - DoubleLanes(widening: thresholds))
    total = .zero
    for column in 0..<columns {
      let weights = unsafe panel[column]
      var shortened = (weights.magnitudes - thresholds) - remainder
      shortened.replace(with: 0, where: shortened .< 0)
      total += DoubleLanes(widening: shortened)
      unsafe panel[column] = shortened.negated(whereNegative: weights)
    }
    unsafe Self.removeExcess(panel, columns: columns, bound: bound, total: total)
  }

  /// Takes what rounding may have left above the bound, a few last bits, off the rows concerned: a last bit off each
  /// element until they are inside.
  @unsafe private static func removeExcess(
    _ panel: UnsafeMutablePointer<Lanes>, columns: Int, bound: Double, total: DoubleLanes
  ) {
    var total = total
    while any(total .> bound) {
      var lastBits = BitLanes.zero
      for lane in 0..<Lanes.scalarCount where total[lane] > bound { lastBits[lane] = 1 }
      total = .zero
      for column in 0..<columns {
        let weights = unsafe panel[column]
        let shorter = Lanes(bitPattern: weights.magnitudes.bitPattern &- lastBits)
        let result = Lanes.zero.replacing(with: shorter, where: weights.magnitudes .> 0)
        total += DoubleLanes(widening: result)
        unsafe panel[column] = result.negated(whereNegative: weights)
      }
    }
  }
}
