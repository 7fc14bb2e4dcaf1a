internal import Claims
internal import Embedded
internal import Integers

/// Two inputs and how far apart the logits are: what a search has found is empirical and bounds a norm from below.
public struct QuotientPair: Equatable, Sendable {
  /// The first input, in LSB.
  public var first: [Int16]
  /// The second one, which differs.
  public var second: [Int16]
  /// The length of the inputs' difference in LSB, rounded up.
  public var distance: UpperBound
  /// The length of the logits' difference in accumulator units, rounded up.
  public var change: UpperBound
  /// `change / distance` rounded down, accumulator units for each LSB.
  public var quotient: Double
}

/// What a search for large difference quotients found.
public struct QuotientSearch: Sendable {
  /// Pairs that were measured.
  public var attempts = 0
  /// The best pair of each start, in order of the starts.
  public var best: [QuotientPair] = []
  /// Pairs whose logits are farther apart than `slope·distance + offset`: each disproves the bound.
  public var violations: [QuotientPair] = []

  /// The pair with the largest quotient.
  public var largest: QuotientPair? { best.max { $0.quotient < $1.quotient } }
}

extension CertifiedNetwork {
  /// Searches pairs of inputs of the declared range for large quotients `‖Δlogits‖ / ‖Δx‖`.
  ///
  /// From each start it goes a length away, in the direction in which the logits' difference grows fastest, and again with
  /// the gradient of where it came to: the power method of the network's derivative, in any norm (Boyd 1974), at three
  /// lengths. Then it goes to the other starts beside it. Every pair is also compared with the bound, exactly.
  ///
  /// - Parameters:
  ///   - starts: inputs as the device sees them, within the declared range.
  ///   - bound: what is claimed of every pair.
  ///   - steps: steps at each length.
  /// - Complexity: O(starts · steps · weights).
  public func quotientSearch(
    from starts: [[Int16]], against bound: NormProduct, steps: Int,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> QuotientSearch {
    let (slope, offset) = (bound.slope, bound.offset)
    let parts = try parallelSum(
      of: starts.count, chunk: 1, from: [(Int, QuotientSearch)](), progress: progress, adding: +
    ) { range in
      let index = range.lowerBound
      var walk = QuotientWalk(self.network, bound.norm, slope: slope, offset: offset)
      walk.run(from: starts[index], neighbor: starts[(index + 1) % starts.count], steps: steps, seed: index)
      return [(index, walk.found)]
    }.sum
    return parts.sorted { $0.0 < $1.0 }.reduce(into: QuotientSearch()) { sum, part in
      sum.attempts += part.1.attempts
      sum.best += part.1.best
      sum.violations += part.1.violations
    }
  }
}

/// The search from one start.
private struct QuotientWalk {
  private let network: IntegerNetwork
  private let norm: BallNorm
  private let slope: UpperBound
  private let offset: UpperBound
  private let pass: GradientPass
  private(set) var found = QuotientSearch()

  init(_ network: IntegerNetwork, _ norm: BallNorm, slope: UpperBound, offset: UpperBound) {
    self.network = network
    self.norm = norm
    self.slope = slope
    self.offset = offset
    pass = GradientPass(network)
  }

  mutating func run(from start: [Int16], neighbor: [Int16], steps: Int, seed: Int) {
    var random = AttackRandom(seed: AttackRandom.seed(0, part: seed))
    _ = measure(start, neighbor)
    let width = Float(network.inputMaximum - network.inputMinimum)
    // Of a length: every input by that share of the range, or one input by all of it.
    for share: Float in [0.5, 0.1, 0.02] {
      var direction = start.map { _ in random.signed() }
      for _ in 0..<steps {
        let point = moved(start, along: direction, by: share * width)
        guard let change = measure(start, point) else { break }
        pass.run(point)
        pass.propagateBack(norm.ascent(change.map { Float($0) }))
        direction = norm.dual.ascent(pass.gradient)
        if direction.allSatisfy({ $0 == 0 }) { break }
      }
    }
  }

  /// The start plus a direction, cut to the range: the direction's largest element becomes `reach` LSB.
  private func moved(_ start: [Int16], along direction: [Float], by reach: Float) -> [Int16] {
    let largest = direction.reduce(0) { max($0, $1.magnitude) }
    let scale = reach / max(largest, .leastNormalMagnitude)
    return zip(start, direction).map { value, slope in
      let target = Float(value) + slope * scale
      // Within the range, which lies within Int16; a direction of NaN would stay.
      return Int16(min(max(target.rounded(), Float(network.inputMinimum)), Float(network.inputMaximum)))
    }
  }

  /// The difference of the logits of two inputs; nil where these are equal.
  private mutating func measure(_ first: [Int16], _ second: [Int16]) -> [Int]? {
    let moves = zip(first, second).map { Int($1) - Int($0) }
    guard moves.contains(where: { $0 != 0 }) else { return nil }
    pass.run(first)
    let from = pass.logits
    pass.run(second)
    let change = zip(from, pass.logits).map { Int($1) - Int($0) }
    found.attempts += 1
    let (distance, length) = (norm.length(moves), norm.length(change))
    let pair = QuotientPair(
      first: first, second: second, distance: distance, change: length,
      quotient: (length.roundedUp / distance.roundedUp).nextDown.nextDown.nextDown)
    if !(length <= slope.multiplied(by: distance).adding(offset)) { found.violations.append(pair) }
    if pair.quotient > found.best.first?.quotient ?? -1 { found.best = [pair] }
    return change
  }
}

extension BallNorm {
  /// The direction in which the norm grows fastest at a vector; of a norm's dual, where a linear function grows fastest.
  fileprivate func ascent(_ values: [Float]) -> [Float] {
    switch self {
    case .one: return values.map { $0 == 0 ? 0 : ($0 > 0 ? 1 : -1) }
    case .two:
      let length = euclideanNorm(values)
      return values.map { length > 0 ? $0 / length : 0 }
    case .infinity:
      let largest = values.reduce(0) { max($0, $1.magnitude) }
      let place = values.firstIndex { $0.magnitude == largest } ?? 0
      return values.indices.map { $0 == place ? (values[$0] > 0 ? 1 : values[$0] < 0 ? -1 : 0) : 0 }
    }
  }
}
