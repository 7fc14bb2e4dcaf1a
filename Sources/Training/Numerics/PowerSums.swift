// The inner loops of ℓp distances, eight columns at a time. Rows are padded with zeros to whole blocks, in the inputs
// and in the weights, so that a padded column adds nothing to a distance.
//
// A power is not computed by exp and log but by squaring: q = p - 1 is a sum of two powers of two at most, so that
// t^q takes about log2 q products. And where q is large nearly every |x - w| is so far below the largest one that its
// power is 0 in single precision: a vector of eight such columns costs one comparison.

/// Four vectors: enough work in flight to hide the latency of a product, and one loop for all four.
struct Block {
  var vectors: (HalfLanes, HalfLanes, HalfLanes, HalfLanes)

  /// The block at some address, which need not be aligned to more than a vector.
  @unsafe @inline(__always)
  init(_ p: UnsafePointer<HalfLanes>) { vectors = unsafe (p[0], p[1], p[2], p[3]) }

  /// A block whose vectors are a function of this one's.
  @inline(__always)
  func map(_ body: (HalfLanes) -> HalfLanes) -> Block {
    var result = self
    result.vectors = (body(vectors.0), body(vectors.1), body(vectors.2), body(vectors.3))
    return result
  }

  /// A block whose vectors are a function of this one's and another's.
  @inline(__always)
  func map(_ other: Block, _ body: (HalfLanes, HalfLanes) -> HalfLanes) -> Block {
    var result = self
    result.vectors = (
      body(vectors.0, other.vectors.0), body(vectors.1, other.vectors.1), body(vectors.2, other.vectors.2),
      body(vectors.3, other.vectors.3)
    )
    return result
  }

  /// Adds it to four vectors in memory.
  @unsafe @inline(__always)
  func add(to p: UnsafeMutablePointer<HalfLanes>) {
    unsafe p[0] += vectors.0
    unsafe p[1] += vectors.1
    unsafe p[2] += vectors.2
    unsafe p[3] += vectors.3
  }
}

/// From this q on, vectors of negligible differences are common enough to look for them.
private let skippingExponent: Float = 24

/// The larger one in every lane; of finite numbers.
@inline(__always)
private func larger(_ a: HalfLanes, _ b: HalfLanes) -> HalfLanes { a.replacing(with: b, where: b .> a) }

/// `max |x_c - w_c|` of four rows at once, so that each input is read once.
@unsafe @inline(__always)
func largestDifferences(
  _ x: UnsafePointer<HalfLanes>, _ w0: UnsafePointer<HalfLanes>, _ w1: UnsafePointer<HalfLanes>,
  _ w2: UnsafePointer<HalfLanes>, _ w3: UnsafePointer<HalfLanes>, count: Int
) -> SIMD4<Float> {
  var largest = (HalfLanes.zero, HalfLanes.zero, HalfLanes.zero, HalfLanes.zero)
  for c in 0..<count {
    let input = unsafe x[c]
    largest.0 = unsafe larger(largest.0, (input - w0[c]).magnitudes)
    largest.1 = unsafe larger(largest.1, (input - w1[c]).magnitudes)
    largest.2 = unsafe larger(largest.2, (input - w2[c]).magnitudes)
    largest.3 = unsafe larger(largest.3, (input - w3[c]).magnitudes)
  }
  return SIMD4(
    largest.0.largest, largest.1.largest, largest.2.largest, largest.3.largest)
}

/// `Σ (|x_c - w_c| · scale)^p` of one row; `scale` is 1 over the largest difference.
@unsafe @inline(__always)
func scaledPowerSum(
  _ x: UnsafePointer<HalfLanes>, _ w: UnsafePointer<HalfLanes>, count: Int, scale: Float,
  exponent: NormExponent, cutoff: Float
) -> Float {
  if exponent.q < skippingExponent {
    var sum = HalfLanes.zero
    for c in stride(from: 0, to: count, by: 4) {
      let t = unsafe Block(x + c).map(Block(w + c)) { ($0 - $1).magnitudes * scale }
      let terms = exponent.power(t).map(t) { $0 * $1 }.vectors
      sum += (terms.0 + terms.1) + (terms.2 + terms.3)
    }
    return sum.total
  }
  var sum = HalfLanes.zero
  let least = HalfLanes(repeating: cutoff)
  for c in 0..<count {
    let t = unsafe (x[c] - w[c]).magnitudes * scale
    guard holdsAnywhere(t .> least) else { continue }
    let kept = t.replacing(with: 0, where: t .<= least)
    sum += exponent.power(kept) * kept
  }
  return sum.total
}

/// Adds one row's part of the gradients: with `g_c = gradient · sign(x_c - w_c) · (|x_c - w_c| / distance)^q`,
/// subtracts g from the weights' gradient and adds it to the input's (when there is one).
@unsafe @inline(__always)
func addDistanceGradient(
  _ gradient: Float, _ x: UnsafePointer<HalfLanes>, _ w: UnsafePointer<HalfLanes>, count: Int, scale: Float,
  exponent: NormExponent, cutoff: Float, toWeights weights: UnsafeMutablePointer<HalfLanes>,
  toInputs inputs: UnsafeMutablePointer<HalfLanes>?
) {
  if exponent.q < skippingExponent {
    for c in stride(from: 0, to: count, by: 4) {
      let difference = unsafe Block(x + c).map(Block(w + c)) { $0 - $1 }
      let powers = exponent.power(difference.map { $0.magnitudes * scale })
      let g = powers.map(difference) { ($0 * gradient).negated(whereNegative: $1) }
      unsafe g.map { -$0 }.add(to: weights + c)
      if let inputs = unsafe inputs { unsafe g.add(to: inputs + c) }
    }
    return
  }
  let least = HalfLanes(repeating: cutoff)
  for c in 0..<count {
    let difference = unsafe x[c] - w[c]
    let t = difference.magnitudes * scale
    guard holdsAnywhere(t .> least) else { continue }
    let kept = t.replacing(with: 0, where: t .<= least)
    let g = (exponent.power(kept) * gradient).negated(whereNegative: difference)
    unsafe weights[c] -= g
    if let inputs = unsafe inputs { unsafe inputs[c] += g }
  }
}

/// The same at p = ∞: only columns that attain the distance count.
@unsafe @inline(__always)
func addMaximumGradient(
  _ gradient: Float, _ x: UnsafePointer<HalfLanes>, _ w: UnsafePointer<HalfLanes>, count: Int,
  distance: Float,
  toWeights weights: UnsafeMutablePointer<HalfLanes>, toInputs inputs: UnsafeMutablePointer<HalfLanes>?
) {
  let attained = HalfLanes(repeating: distance)
  let zero = HalfLanes.zero
  for c in 0..<count {
    let difference = unsafe x[c] - w[c]
    let t = difference.magnitudes
    guard holdsAnywhere(t .== attained) else { continue }
    let g = zero.replacing(
      with: HalfLanes(repeating: gradient).replacing(with: -gradient, where: difference .< 0),
      where: t .== attained)
    unsafe weights[c] -= g
    if let inputs = unsafe inputs { unsafe inputs[c] += g }
  }
}
