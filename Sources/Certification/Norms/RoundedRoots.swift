// Roots and quotients as upper bounds: the integers that certificates in ℓ1 and ℓ2 are made of.

extension UpperBound {
  /// A whole number.
  package init(_ value: Int) { self.init(numerator: UInt64(value), shift: 0) }

  /// `numerator / denominator`, rounded up to 2^-32 where it is no whole number.
  ///
  /// - Precondition: the numerator is not negative, and the denominator positive and at most 2^63.
  package init(_ numerator: Int, over denominator: Int) {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    let fraction = (UInt128(remainder) << 32 + UInt128(denominator - 1)) / UInt128(denominator)
    let part = UpperBound(numerator: UInt64(fraction), shift: 32, isExact: remainder == 0)
    self = UpperBound(quotient).adding(part)
  }

  /// The root of a whole number below 2^124, rounded up, 62 binary digits of it.
  package init(squareRootOf square: UInt128) {
    let places = max(square.leadingZeroBitCount - 4, 0) / 2
    let wide = square << UInt128(2 * places)
    let root = Self.root(wide)
    self.init(numerator: root, shift: places, isExact: UInt128(root) * UInt128(root) == wide)
  }

  /// The least whole number whose square is no less than `square`, which is below 2^126.
  private static func root(_ square: UInt128) -> UInt64 {
    var least: UInt64 = 0
    var bit: UInt64 = 1 << 62
    // The greatest number whose square is at most that.
    while bit > 0 {
      let next = least | bit
      if UInt128(next) * UInt128(next) <= square { least = next }
      bit >>= 1
    }
    return UInt128(least) * UInt128(least) == square ? least : least + 1
  }

  /// The magnitude of a finite number, exact.
  package init(_ magnitude: Float) {
    // Every finite number is a whole number of the least positive one.
    let places = -Int(magnitude.ulp.exponent)
    self.init(
      numerator: UInt64(Double(magnitude) * Double(sign: .plus, exponent: places, significand: 1)),
      shift: places)
  }

  /// The root, rounded up.
  package var squareRoot: UpperBound {
    let isOdd = exponent & 1 != 0
    return UpperBound(squareRootOf: UInt128(significand) << (isOdd ? 1 : 0))
      .shifted(down: -((exponent - (isOdd ? 1 : 0)) / 2))
  }

  /// The number over `2^shift`.
  package func shifted(down shift: Int) -> UpperBound {
    multiplied(by: UpperBound(numerator: 1, shift: shift))
  }

  /// The least whole number that is no less, at most `limit`.
  package func ceiling(limit: Int) -> Int { whole(limit: limit, roundsUp: true) }

  /// The greatest whole number that is no greater than the bound, at most `limit`.
  package func floor(limit: Int) -> Int { whole(limit: limit, roundsUp: false) }

  private func whole(limit: Int, roundsUp: Bool) -> Int {
    guard exponent < 0 else {
      // 64 binary digits and more.
      guard significand > 0, exponent < 64 else { return significand == 0 ? 0 : limit }
      return Int(min(UInt128(significand) << UInt128(exponent), UInt128(limit)))
    }
    let drop = UInt64(min(-exponent, 127))
    let value = UInt128(significand) + (roundsUp ? (1 << UInt128(drop)) - 1 : 0)
    return Int(min(value >> UInt128(drop), UInt128(limit)))
  }

  /// Whether a number is known to be no greater.
  package static func <= (first: UpperBound, second: UpperBound) -> Bool {
    guard first.significand > 0 else { return true }
    guard second.significand > 0 else { return false }
    // Brought to the same power of two where 128 bits hold both; otherwise the exponents alone decide.
    let distance = first.exponent - second.exponent
    if distance >= 0 {
      return distance < 64 && UInt128(first.significand) << UInt128(distance) <= UInt128(second.significand)
    }
    return distance <= -64 || UInt128(first.significand) <= UInt128(second.significand) << UInt128(-distance)
  }

  static func least(_ first: UpperBound, _ second: UpperBound) -> UpperBound {
    first <= second ? first : second
  }
}

extension BallNorm {
  /// The length of a vector of whole numbers, rounded up.
  ///
  /// - Precondition: there are fewer than 2^16 of them, at most 2^32 in magnitude, so that squares add up to at most 2^80.
  package func length(_ values: some Sequence<Int>) -> UpperBound {
    switch self {
    case .one: UpperBound(values.reduce(0) { $0 + abs($1) })
    case .two: UpperBound(squareRootOf: values.reduce(0) { $0 + UInt128(abs($1)) * UInt128(abs($1)) })
    case .infinity: UpperBound(values.reduce(0) { max($0, abs($1)) })
    }
  }

  /// About the length of a vector.
  public func estimate(_ values: some Sequence<Double>) -> Double {
    switch self {
    case .one: values.reduce(0) { $0 + $1.magnitude }
    case .two: values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .infinity: values.reduce(0) { max($0, $1.magnitude) }
    }
  }

  /// q with 1/p + 1/q = 1: `|Σ w·x| ≤ ‖w‖_q·‖x‖_p`.
  var dual: BallNorm {
    switch self {
    case .one: .infinity
    case .two: .two
    case .infinity: .one
    }
  }
}
