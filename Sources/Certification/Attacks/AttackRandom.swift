/// The random numbers of an attack: SplitMix64, fixed by the seed on every machine.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct AttackRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed &>> 31)
  }

  /// A multiple of 2^-24 in 0 ..< 1.
  mutating func uniform() -> Float { Float(next() &>> 40) * 0x1p-24 }

  /// A multiple of 2^-23 in -1 ..< 1.
  mutating func signed() -> Float { 2 * uniform() - 1 }

  /// An index below a count of at most 2^31; its bias is below 2^-32.
  mutating func index(below count: Int) -> Int { Int((next() &>> 32) &* UInt64(count) &>> 32) }

  /// -1 or 1.
  mutating func sign() -> Float { next() & 1 == 0 ? -1 : 1 }

  /// A number of mean 0 and variance 1, Gaussian by the central limit theorem: 256 fair bits are counted, and a
  /// uniform number fills the steps between the counts.
  ///
  /// It needs no logarithm, whose last digit differs between C libraries.
  mutating func gaussian() -> Float {
    var count = 0
    for _ in 0..<4 { count += next().nonzeroBitCount }
    // Variances add: 256/4 of the bits and 1/12 of the uniform number.
    return (Float(count - 128) + uniform() - 0.5) / (64 + 1 / 12 as Float).squareRoot()
  }

  /// A seed for one part of a work, so that its order and its threads do not matter.
  static func seed(_ seed: UInt64, part: Int) -> UInt64 {
    var random = AttackRandom(seed: seed &+ UInt64(truncatingIfNeeded: part) &* 0xD1B5_4A32_D192_ED03)
    return random.next()
  }
}
