/// The exponent p of a norm `(Σ|x_c|^p)^(1/p)` whose powers take products only: `p = q + 1` with
/// `q = 2^low·(1 + 2^high)`, or `2^low` when `high` is 0.
package struct NormExponent: Equatable, Sendable {
  /// The squarings before the first factor.
  let low: Int
  /// The squarings between the two factors; 0 for a single factor.
  let high: Int

  /// q as a number.
  var q: Float { Float(1 << low) * (high == 0 ? 1 : Float(1 + 1 << high)) }

  /// p as a number.
  package var p: Float { q + 1 }

  /// Below this part of the largest one a difference counts as zero: there `t^q` is below 2^-32.
  var cutoff: Float { Float(exponential(-32 * 0x1.62e42fefa39efp-1 / Double(q))) }

  /// The largest exponent up to p among those with q = 2^k, 1.25·2^k and 1.5·2^k.
  ///
  /// - Precondition: `p ≥ 2`.
  package init(atMost p: Float) {
    precondition(p >= 2 && p.isFinite)
    let octave = Int((p - 1).exponent)
    let significand = (p - 1).significand
    if significand >= 1.5, octave >= 1 {
      (low, high) = (octave - 1, 1)
    } else if significand >= 1.25, octave >= 2 {
      (low, high) = (octave - 2, 2)
    } else {
      (low, high) = (octave, 0)
    }
  }

  /// `t^q` in every lane.
  @inline(__always)
  func power(_ t: HalfLanes) -> HalfLanes {
    var first = t
    for _ in 0..<low { first *= first }
    if high == 0 { return first }
    var second = first
    for _ in 0..<high { second *= second }
    return first * second
  }

  /// `t^q` in every lane.
  @inline(__always)
  func power(_ t: Block) -> Block {
    var first = t
    for _ in 0..<low { first = first.map { $0 * $0 } }
    if high == 0 { return first }
    var second = first
    for _ in 0..<high { second = second.map { $0 * $0 } }
    return first.map(second) { $0 * $1 }
  }
}
