/// Rounds an accumulator half up to the next layer's scale and saturates it:
/// `clamp((accumulator + 2^(shift-1)) >> shift)`, without the rounding term at shift 0.
///
/// Round-half-up commutes with adding multiples of `2^shift`, which is why the layer is nonexpansive without
/// slack; half-to-even and half-away-from-zero do not.
///
/// - Parameters:
///   - accumulator: at most `2^31 - 1 - 2^(shift-1)`, which the admissibility of the layer guarantees.
///   - shift: 0 … 15.
/// - Complexity: O(1).
@inline(__always)
package func requantized(_ accumulator: Int32, shift: Int32) -> Int16 {
  let half: Int32 = (1 &<< shift) &>> 1  // 2^(shift-1), and 0 at shift 0
  // accumulator ≤ R·2^15 + |b|, and R·2^15 + |b| + 2^(shift-1) ≤ 2^31 - 1, so &+ is exact.
  return Int16(clamping: (accumulator &+ half) &>> shift)
}
