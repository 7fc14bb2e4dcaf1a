/// A small pseudorandom generator whose every draw is fixed by the seed: xoshiro256** started by SplitMix64.
///
/// The distributions are written out here instead of borrowed from the standard library, which may change how
/// it draws; so the same seed makes the same network on every machine and with every toolchain.
///
/// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Creates a generator; every seed is a good one.
  public init(seed: UInt64) {
    var counter = seed
    func splitMix() -> UInt64 {
      counter &+= 0x9E37_79B9_7F4A_7C15
      var mixed = counter
      mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed &>> 31)
    }
    state = (splitMix(), splitMix(), splitMix(), splitMix())
  }

  /// Creates a generator in a given state, which must not be all zeros.
  package init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state != (0, 0, 0, 0))
    self.state = state
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ bits: UInt64, _ count: UInt64) -> UInt64 { (bits &<< count) | (bits &>> (64 &- count)) }
    let result = rotated(state.1 &* 5, 7) &* 9
    let shifted = state.1 &<< 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// A multiple of 2^-53 in 0 ..< 1, all equally likely.
  public mutating func uniform() -> Double {
    Double(next() &>> 11) * 0x1p-53
  }

  /// An integer in `0 ..< bound`, without bias: products whose low half falls into the incomplete part of the
  /// range are drawn again (Lemire 2019).
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0)
    let width = UInt64(bound)
    let threshold = (0 &- width) % width
    while true {
      let product = next().multipliedFullWidth(by: width)
      if product.low >= threshold { return Int(product.high) }
    }
  }

  /// A draw of the standard normal distribution, by Marsaglia's polar method.
  public mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let squaredRadius = x * x + y * y
      if squaredRadius > 0, squaredRadius < 1 {
        return x * (-2 * logarithm(squaredRadius) / squaredRadius).squareRoot()
      }
    }
  }

  /// Puts the elements into random order, each of them equally likely (Fisher and Yates).
  ///
  /// - Complexity: O(n).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }
}
