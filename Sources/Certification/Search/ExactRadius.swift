internal import CSupNorm
internal import Embedded

/// The largest d such that on every input within d LSB of one, cut to the declared range, its class has the
/// strictly largest logit: a tie refutes, as it does for the certificates.
public enum ExactRadius: Equatable, Sendable {
  /// Proved at this radius, and refuted one LSB beyond unless it is 65535; -1 when the input itself has no strictly
  /// largest logit.
  case exact(Int)
  /// The search ended before: proved at one radius, and refuted at a larger one, 65536 when nothing refutes.
  case between(proved: Int, refuted: Int)

  /// The largest radius that is proved; -1 for none.
  public var proved: Int {
    switch self {
    case .exact(let radius): radius
    case .between(let proved, _): proved
    }
  }

  /// The smallest radius at which a counter-example is known, 65536 for none.
  public var refuted: Int {
    switch self {
    case .exact(let radius): radius + 1
    case .between(_, let refuted): refuted
    }
  }

  /// Whether the two meet.
  public var isExact: Bool { self == .exact(proved) }
}

/// When a search gives up.
public struct SearchLimits: Equatable, Sendable {
  /// Nodes of all trees together; 0 leaves the linear bounds and the attack.
  public var nodes: Int
  /// Wall time, after which results depend on the machine.
  public var seconds: Double

  /// Creates limits.
  public init(nodes: Int = 10_000, seconds: Double = 10) {
    self.nodes = nodes
    self.seconds = seconds
  }
}

/// Why a search was not started.
public enum SearchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The network has more hidden units than a tree over them is good for.
  case tooManyHiddenUnits(Int, limit: Int)
  /// An input lies outside the declared range, where nothing is certified.
  case inputOutsideRange(index: Int, value: Int, minimum: Int, maximum: Int)

  /// One line: place, value and bound.
  public var description: String {
    switch self {
    case .tooManyHiddenUnits(let count, let limit):
      "exact search: \(count) hidden units > \(limit)"
    case .inputOutsideRange(let index, let value, let minimum, let maximum):
      "input \(index): \(value) outside \(minimum)…\(maximum)"
    }
  }
}

/// What one decision came to.
public enum SearchDecision: Equatable, Sendable {
  /// Every input within the radius has the class.
  case proved
  /// This one does not.
  case refuted(counterExample: [Int16])
  /// The limits ended the search.
  case undecided
}

/// What a search for the exact radius came to.
public struct SearchResult: Equatable, Sendable {
  /// The radius, or what is known of it.
  public var radius: ExactRadius
  /// The nearest input found whose answer is not the class; nil when none was.
  public var counterExample: [Int16]?
  /// The smallest radius minus 1 at which attacks alone, without the tree, found a counter-example; 65535 for none.
  public var empiricalLSB: Int
  /// How many nodes the trees took.
  public var nodes: Int
}

/// Looks for an input whose answer is not the class, as close to the given one as it can; nil when it finds none.
public typealias ExternalAttack = @Sendable (_ input: [Int16], _ classIndex: Int) throws -> [Int16]?

extension CertifiedNetwork {
  /// The largest network that the search takes, in hidden units.
  public static let searchLimit = 4096

  /// Decides whether every input within `radius` LSB, cut to the declared range, has the class `classIndex`, by
  /// branch and bound over linear bounds.
  ///
  /// - Parameters:
  ///   - input: `inputs` values; undecided is never the answer for one outside the declared range, an error is.
  ///   - classIndex: 0 …< outputs.
  ///   - radius: 0 … 65535 LSB.
  /// - Throws: `NetworkError` for wrong arguments, `SearchError`.
  /// - Postcondition: `.proved` and `.refuted` are true; with the nodes it needs the search always ends.
  /// - Complexity: exponential in the hidden units that bend within the box, at most `limits.nodes` nodes.
  public func decide(
    _ input: [Int16], as classIndex: Int, within radius: Int, limits: SearchLimits = SearchLimits()
  ) throws -> SearchDecision {
    try check(input, classIndex, radius)
    return try prover.decide(input, as: classIndex, within: radius, limits: limits)
  }

  /// The exact radius of a class around an input, by bisection between the certified radius and the smallest
  /// refuted one.
  ///
  /// - Parameters:
  ///   - input: `inputs` values within the declared range.
  ///   - classIndex: 0 …< outputs.
  ///   - attack: one more source of counter-examples; what it returns is checked, and ignored if it is none.
  /// - Throws: `NetworkError` for wrong arguments, `SearchError`, what the attack throws.
  /// - Postcondition: `max(globalRadius, linearRadius) ≤ radius.proved < radius.refuted ≤ empiricalLSB + 1`, where the
  ///   global radius counts if it is positive and `classIndex` is the answer.
  /// - Complexity: at most `limits.nodes` nodes of O(hidden units · non-zero weights) each.
  public func exactRadius(
    of input: [Int16], as classIndex: Int, limits: SearchLimits = SearchLimits(),
    attack: ExternalAttack? = nil
  ) throws -> SearchResult {
    try check(input, classIndex, 0)
    let answer = try answer(to: input)
    let isAnswer = answer.classIndex == classIndex
    return try prover.exactRadius(
      of: input, as: classIndex, limits: limits, atLeast: isAnswer ? answer.globalRadiusLSB : 0,
      attack: attack)
  }
}
