internal import Claims
internal import Integers
internal import CSupNorm
internal import Embedded

extension BoxProver {
  /// The classes that interval bounds do not prove below `classIndex` over a box.
  func unproved(
    _ classIndex: Int, against others: [Int], over box: IntegerBounds, bounds: [LayerBounds]
  ) -> [Int] {
    others.filter { other in
      let values = bounds.last?.outputs ?? box
      let functional = margin(classIndex, other, over: values)
      let residual = zip(functional.residual, residualInputs).reduce(0) { sum, term in
        // |Λ|·|x| ≤ 2^33·2^15 together.
        sum &+ term.0 &* (term.0 >= 0 ? box.lower[term.1] : box.upper[term.1])
      }
      let least = LinearFunctional.least(functional.coefficients, over: values) &+ residual
      return functional.constant + Int128(least) <= 0
    }
  }

  /// The classes that linear bounds do not prove below `classIndex` over a box.
  func unprovedByLinearBounds(
    _ classIndex: Int, against others: [Int], over box: IntegerBounds, bounds: [LayerBounds]
  ) -> [Int] {
    guard !others.isEmpty else { return [] }
    let slopes = zip(hidden, bounds).map { LayerSlopes($0.activation, over: $1) }
    return others.filter { other in
      let functional = margin(classIndex, other, over: bounds.last?.outputs ?? box)
      return lowerBound(of: functional, over: box, bounds: bounds, slopes: slopes).value <= 0
    }
  }

  /// Whether interval bounds prove a class around an input: the certificate that the device computes.
  package func isProvedByIntervals(_ input: [Int16], as classIndex: Int, within radius: Int) -> Bool {
    guard let box = box(around: input, radius: radius), let bounds = bounds(over: box) else { return false }
    let others = (0..<outputs).filter { $0 != classIndex }
    return unproved(classIndex, against: others, over: box, bounds: bounds).isEmpty
  }

  /// Whether linear bounds prove that every input within `radius` LSB, cut to the declared range, has the class
  /// `classIndex`.
  ///
  /// Each class is tried with the cheapest bounds first: intervals, then functionals over interval bounds, then
  /// functionals over bounds that functionals have tightened. False for an input outside the declared range.
  package func isProved(_ input: [Int16], as classIndex: Int, within radius: Int) -> Bool {
    guard let box = box(around: input, radius: radius), let bounds = bounds(over: box) else { return false }
    var others = (0..<outputs).filter { $0 != classIndex }
    others = unproved(classIndex, against: others, over: box, bounds: bounds)
    others = unprovedByLinearBounds(classIndex, against: others, over: box, bounds: bounds)
    guard !others.isEmpty else { return true }
    guard hidden.count > 1, let tightened = self.bounds(over: box, within: bounds, isTightened: true) else {
      return false
    }
    others = unproved(classIndex, against: others, over: box, bounds: tightened)
    return unprovedByLinearBounds(classIndex, against: others, over: box, bounds: tightened).isEmpty
  }

  /// The largest radius that interval bounds prove, or nil when they do not prove 0.
  package func intervalRadius(of input: [Int16], as classIndex: Int) -> Int? {
    guard isProvedByIntervals(input, as: classIndex, within: 0) else { return nil }
    return largestRadius(provedFrom: 0, step: 1 << 10) {
      isProvedByIntervals(input, as: classIndex, within: $0)
    }
  }

  /// A radius that linear bounds prove, no smaller than the one of interval bounds; nil when they do not prove 0.
  package func linearRadius(of input: [Int16], as classIndex: Int) -> Int? {
    // At radius 0 all bounds are attained: what intervals do not prove there is false.
    guard let start = intervalRadius(of: input, as: classIndex) else { return nil }
    return largestRadius(provedFrom: start, step: start / 16 + 1) {
      isProved(input, as: classIndex, within: $0)
    }
  }
}

extension CertifiedNetwork {
  /// Whether linear bounds prove that every input within `radius` LSB of this one, cut to the declared range, has the
  /// class `classIndex`: its logit is strictly the largest.
  ///
  /// They prove whatever the interval certificate proves, and more where activations bend: a functional
  /// `2^16·(logit_c - logit_j) ≥ Σ Λ·v + C` is carried back to the inputs, so that what two neurons have in common
  /// cancels. All in integers, rounded down. The outputs of `sort` and of maxima are
  /// bounded by their intervals only.
  ///
  /// - Parameters:
  ///   - input: `inputs` values; never certified when one lies outside the declared range.
  ///   - classIndex: 0 …< outputs.
  ///   - radius: 0 … 65535 LSB.
  /// - Returns: true when proved; false claims nothing.
  /// - Throws: `NetworkError` as `isCertified` does: a wrong count, a class or a radius out of range.
  /// - Complexity: O(outputs · non-zero weights), at worst O(hidden units · non-zero weights).
  public func isCertifiedByLinearBounds(
    _ input: [Int16], as classIndex: Int, within radius: Int
  ) throws -> Bool {
    try check(input, classIndex, radius)
    return prover.isProved(input, as: classIndex, within: radius)
  }

  /// A radius that linear bounds prove, or nil when they prove none, not even 0.
  ///
  /// Linear bounds over a larger box are not always weaker, so this is not the largest radius they could prove; but the
  /// radius returned was proved itself.
  /// - Postcondition: `linearRadius ≥ localRadius`, where the search starts.
  /// - Throws: `NetworkError` for a wrong count or a class out of range.
  /// - Complexity: at most 50 certificates.
  public func linearRadius(of input: [Int16], as classIndex: Int) throws -> Int? {
    try check(input, classIndex, 0)
    return prover.linearRadius(of: input, as: classIndex)
  }

  /// What the device's certificate checks of its arguments.
  func check(_ input: [Int16], _ classIndex: Int, _ radius: Int) throws(NetworkError) {
    guard network.task == .classification else { throw .otherTask }
    guard input.count == network.inputs else { throw .malformed }
    guard (0..<network.outputs).contains(classIndex) else { throw .classOutOfRange }
    guard (0...Int(SUPNORM_RADIUS_MAX)).contains(radius) else { throw .radiusOutOfRange }
  }
}
