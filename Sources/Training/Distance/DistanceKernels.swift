// The inner loops of ℓp-distance layers, eight columns at a time. Rows are padded with zeros to whole vectors, in the
// inputs and in the weights, so that a padded column adds nothing to a distance.
//
// A power is not computed by exp and log but by squaring: q = p - 1 is a sum of two powers of two at most, so that
// t^q takes about log2 q products. And where q is large nearly every |x - w| is so far below the largest one that its
// power is 0 in single precision: a vector of eight such columns costs one comparison.

typealias Vector = SIMD8<Float>

/// Four vectors: enough work in flight to hide the latency of a product, and one loop for all four.
struct Block {
  var vectors: (Vector, Vector, Vector, Vector)

  /// The block at some address, which need not be aligned to more than a vector.
  @unsafe @inline(__always)
  init(_ p: UnsafePointer<Vector>) { vectors = unsafe (p[0], p[1], p[2], p[3]) }

  /// A block whose vectors are a function of this one's.
  @inline(__always)
  func map(_ body: (Vector) -> Vector) -> Block {
    var result = self
    result.vectors = (body(vectors.0), body(vectors.1), body(vectors.2), body(vectors.3))
    return result
  }

  /// A block whose vectors are a function of this one's and another's.
  @inline(__always)
  func map(_ other: Block, _ body: (Vector, Vector) -> Vector) -> Block {
    var result = self
    result.vectors = (
      body(vectors.0, other.vectors.0), body(vectors.1, other.vectors.1), body(vectors.2, other.vectors.2),
      body(vectors.3, other.vectors.3)
    )
    return result
  }

  /// Adds it to four vectors in memory.
  @unsafe @inline(__always)
  func add(to p: UnsafeMutablePointer<Vector>) {
    unsafe p[0] += vectors.0
    unsafe p[1] += vectors.1
    unsafe p[2] += vectors.2
    unsafe p[3] += vectors.3
  }
}

/// The exponent p of a distance `(Σ|x_c - w_c|^p)^(1/p)`: `p = q + 1` with `q = 2^low·(1 + 2^high)`, or `2^low` when
/// `high` is 0.
package struct DistanceExponent: Equatable, Sendable {
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
  func power(_ t: Vector) -> Vector {
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

/// From this q on, vectors of negligible differences are common enough to look for them.
private let skippingExponent: Float = 24

/// `|v|` in every lane.
@inline(__always)
func magnitude(_ v: Vector) -> Vector {
  unsafe unsafeBitCast(unsafeBitCast(v, to: SIMD8<UInt32>.self) & 0x7FFF_FFFF, to: Vector.self)
}

/// `v`, negated in the lanes where `signs` is negative.
@inline(__always)
func withSign(of signs: Vector, _ v: Vector) -> Vector {
  let bits = unsafe unsafeBitCast(signs, to: SIMD8<UInt32>.self) & 0x8000_0000
  return unsafe unsafeBitCast(unsafeBitCast(v, to: SIMD8<UInt32>.self) ^ bits, to: Vector.self)
}

/// The larger one in every lane; of finite numbers.
@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .> a) }

/// Whether a lane of `a` exceeds the one of `b`.
@inline(__always)
func exceedsAnywhere(_ a: Vector, _ b: Vector) -> Bool {
  let mask = unsafe unsafeBitCast(a .> b, to: SIMD4<UInt64>.self)
  return (mask[0] | mask[1] | mask[2] | mask[3]) != 0
}

/// The largest lane.
@inline(__always)
func largestLane(_ v: Vector) -> Float {
  let half = v.lowHalf.replacing(with: v.highHalf, where: v.highHalf .> v.lowHalf)
  let quarter = half.lowHalf.replacing(with: half.highHalf, where: half.highHalf .> half.lowHalf)
  return max(quarter[0], quarter[1])
}

/// The sum of the lanes, in a fixed order.
@inline(__always)
func laneSum(_ v: Vector) -> Float {
  let half = v.lowHalf + v.highHalf
  let quarter = half.lowHalf + half.highHalf
  return quarter[0] + quarter[1]
}

/// `max |x_c - w_c|` of four rows at once, so that each input is read once.
@unsafe @inline(__always)
func largestDifferences(
  _ x: UnsafePointer<Vector>, _ w0: UnsafePointer<Vector>, _ w1: UnsafePointer<Vector>,
  _ w2: UnsafePointer<Vector>, _ w3: UnsafePointer<Vector>, stride: Int
) -> SIMD4<Float> {
  var largest = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  for c in 0..<stride {
    let input = unsafe x[c]
    largest.0 = unsafe larger(largest.0, magnitude(input - w0[c]))
    largest.1 = unsafe larger(largest.1, magnitude(input - w1[c]))
    largest.2 = unsafe larger(largest.2, magnitude(input - w2[c]))
    largest.3 = unsafe larger(largest.3, magnitude(input - w3[c]))
  }
  return SIMD4(
    largestLane(largest.0), largestLane(largest.1), largestLane(largest.2), largestLane(largest.3))
}

/// `Σ (|x_c - w_c| · scale)^p` of one row; `scale` is 1 over the largest difference.
@unsafe @inline(__always)
func scaledPowerSum(
  _ x: UnsafePointer<Vector>, _ w: UnsafePointer<Vector>, stride: Int, scale: Float,
  exponent: DistanceExponent, cutoff: Float
) -> Float {
  if exponent.q < skippingExponent {
    var sum = Vector.zero
    for c in Swift.stride(from: 0, to: stride, by: 4) {
      let t = unsafe Block(x + c).map(Block(w + c)) { magnitude($0 - $1) * scale }
      let terms = exponent.power(t).map(t) { $0 * $1 }.vectors
      sum += (terms.0 + terms.1) + (terms.2 + terms.3)
    }
    return laneSum(sum)
  }
  var sum = Vector.zero
  let least = Vector(repeating: cutoff)
  for c in 0..<stride {
    let t = unsafe magnitude(x[c] - w[c]) * scale
    guard exceedsAnywhere(t, least) else { continue }
    let kept = t.replacing(with: 0, where: t .<= least)
    sum += exponent.power(kept) * kept
  }
  return laneSum(sum)
}

/// Adds one row's part of the gradients: with `g_c = gradient · sign(x_c - w_c) · (|x_c - w_c| / distance)^q`, subtracts g
/// from the weights' gradient and adds it to the input's (when there is one).
@unsafe @inline(__always)
func addDistanceGradient(
  _ gradient: Float, _ x: UnsafePointer<Vector>, _ w: UnsafePointer<Vector>, stride: Int, scale: Float,
  exponent: DistanceExponent, cutoff: Float, toWeights weights: UnsafeMutablePointer<Vector>,
  toInputs inputs: UnsafeMutablePointer<Vector>?
) {
  if exponent.q < skippingExponent {
    for c in Swift.stride(from: 0, to: stride, by: 4) {
      let difference = unsafe Block(x + c).map(Block(w + c)) { $0 - $1 }
      let powers = exponent.power(difference.map { magnitude($0) * scale })
      let g = powers.map(difference) { withSign(of: $1, $0 * gradient) }
      unsafe g.map { -$0 }.add(to: weights + c)
      if let inputs = unsafe inputs { unsafe g.add(to: inputs + c) }
    }
    return
  }
  let least = Vector(repeating: cutoff)
  for c in 0..<stride {
    let difference = unsafe x[c] - w[c]
    let t = magnitude(difference) * scale
    guard exceedsAnywhere(t, least) else { continue }
    let kept = t.replacing(with: 0, where: t .<= least)
    let g = withSign(of: difference, exponent.power(kept) * gradient)
    unsafe weights[c] -= g
    if let inputs = unsafe inputs { unsafe inputs[c] += g }
  }
}

/// The same at p = ∞: only columns that attain the distance count.
@unsafe @inline(__always)
func addMaximumGradient(
  _ gradient: Float, _ x: UnsafePointer<Vector>, _ w: UnsafePointer<Vector>, stride: Int, distance: Float,
  toWeights weights: UnsafeMutablePointer<Vector>, toInputs inputs: UnsafeMutablePointer<Vector>?
) {
  let attained = Vector(repeating: distance)
  let zero = Vector.zero
  for c in 0..<stride {
    let difference = unsafe x[c] - w[c]
    let t = magnitude(difference)
    guard anyEqual(t, attained) else { continue }
    let g = zero.replacing(
      with: Vector(repeating: gradient).replacing(with: -gradient, where: difference .< 0),
      where: t .== attained)
    unsafe weights[c] -= g
    if let inputs = unsafe inputs { unsafe inputs[c] += g }
  }
}

/// Whether the two agree in a lane.
@inline(__always)
func anyEqual(_ a: Vector, _ b: Vector) -> Bool {
  let mask = unsafe unsafeBitCast(a .== b, to: SIMD4<UInt64>.self)
  return (mask[0] | mask[1] | mask[2] | mask[3]) != 0
}
