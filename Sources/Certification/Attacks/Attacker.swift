internal import Claims
internal import Integers
internal import Embedded

/// Searches for counter-examples to what is certified of a network, point by point.
///
/// It reuses its memory from attempt to attempt, so one attacker serves one thread at a time. What it finds
/// disproves a certificate; what it does not find proves nothing.
///
/// ```swift
/// let attacker = Attacker(network, AttackOptions(.pgd))
/// let found = try attacker.counterExample(to: input, as: 3, within: radius, range: 0...32640)
/// #expect(found == nil)
/// ```
public final class Attacker {
  /// How it searches.
  public let options: AttackOptions
  /// Forward passes of the network so far, each with a verdict; those that only serve a gradient do not count.
  public private(set) var attempts = 0

  let pass: GradientPass
  private let outputs: Int
  private let inputs: Int
  /// Whose answers are the verdicts.
  private let judge: CertifiedNetwork
  private var scratch: [Int16]
  private var logits: [Int32]

  // Of the search that is running:
  private(set) var ball: AttackBall
  private(set) var classIndex = 0
  /// The point under trial, and the offsets it was made of.
  private var point: [Int16]
  var offsets: [Float]
  var random: AttackRandom
  private var found: CounterExample?

  /// Creates an attacker whose verdicts are the answers of the device's inference.
  ///
  /// - Complexity: O(weights).
  public init(_ judge: CertifiedNetwork, _ options: AttackOptions) {
    let network = judge.network
    self.options = options
    self.judge = judge
    (inputs, outputs) = (network.inputs, network.outputs)
    pass = GradientPass(network)
    scratch = [Int16](repeating: 0, count: judge.inferScratchBytes / 2)
    logits = [Int32](repeating: 0, count: network.outputs)
    point = [Int16](repeating: 0, count: network.inputs)
    offsets = [Float](repeating: 0, count: network.inputs)
    ball = AttackBall(around: point, InputBall(options.norm, radiusLSB: 0), range: 0...0)
    random = AttackRandom(seed: options.seed)
  }

  /// Searches the ball around an input, cut to a range, for a point where a class is not strictly the largest
  /// logit.
  ///
  /// The search goes on after a tie that the class wins by its index, because a tie disproves a certificate and
  /// still does not change an answer; it ends at the first other answer.
  ///
  /// - Parameters:
  ///   - input: the center, itself the first attempt.
  ///   - radius: 0 … 65535 LSB.
  ///   - range: the values inputs may take; beyond `Int16` it does not matter.
  ///   - part: the number of a part of a larger work, mixed into the seed.
  /// - Returns: a point with another answer, else a tie, else nil.
  ///
  ///   Postcondition: every input is within the radius (in ℓ2, the squares add up to at most its square) and
  ///   within the range or between it and the input; the logits are those of the device's kernels.
  /// - Throws: what the kernels throw for a regression and for a wrong count, class or radius.
  /// - Complexity: at most `1 + restarts · (steps + 1)` passes, for gradient attacks three times as much.
  public func counterExample(
    to input: [Int16], as classIndex: Int, within radius: Int, range: ClosedRange<Int>, part: Int = 0
  ) throws -> CounterExample? {
    guard (0...65535).contains(radius) else { throw NetworkError.radiusOutOfRange }
    let ball = InputBall(options.norm, radiusLSB: radius)
    return try counterExample(to: input, as: classIndex, in: ball, range: range, part: part)
  }

  /// The same in any ball, whatever the norm of the options.
  public func counterExample(
    to input: [Int16], as classIndex: Int, in ball: InputBall, range: ClosedRange<Int>, part: Int = 0
  ) throws -> CounterExample? {
    guard judge.network.task == .classification else { throw NetworkError.otherTask }
    guard input.count == inputs else { throw NetworkError.malformed }
    guard (0..<outputs).contains(classIndex) else { throw NetworkError.classOutOfRange }
    self.ball = AttackBall(around: input, ball, range: range)
    self.classIndex = classIndex
    random = AttackRandom(seed: AttackRandom.seed(options.seed, part: part))
    found = nil
    clearOffsets()
    try attempt()
    guard !isFinished, ball.reach > 0, outputs > 1 else { return found }
    switch options.kind {
    case .fgsm, .pgd: try descend()
    case .noise: try searchNoise()
    case .corner: try searchCorners()
    }
    return found
  }

  /// Whether there is another answer, so that nothing is left to search.
  var isFinished: Bool { found?.changesClass == true }

  func clearOffsets() {
    for index in offsets.indices { offsets[index] = 0 }
  }

  /// Tries the point at the offsets, which are projected into the ball, and keeps it when it is a
  /// counter-example.
  ///
  /// - Returns: the class's logit minus the largest other one, `Int.max` when there is none.
  @discardableResult
  func attempt() throws -> Int {
    attempts += 1
    ball.write(&offsets, to: &point)
    try judge.infer(point, scratch: &scratch, logits: &logits)
    guard let other = strongestOther else { return .max }
    let margin = Int(logits[classIndex]) - Int(logits[other])
    if margin <= 0, !isFinished { keepPoint() }
    return margin
  }

  /// The largest logit but that of the class, at the point tried last.
  var strongestOther: Int? {
    var best: Int?
    for row in logits.indices where row != classIndex && logits[row] > best.map({ logits[$0] }) ?? .min {
      best = row
    }
    return best ?? (outputs > 1 ? (classIndex == 0 ? 1 : 0) : nil)
  }

  /// The other classes at the point tried last, the largest logit first.
  var otherClasses: [Int] {
    logits.indices.filter { $0 != classIndex }.sorted { (logits[$0], $1) > (logits[$1], $0) }
  }

  /// Sets `pass.gradient` to that of the margin over a class at the point tried last.
  func computeGradient(over other: Int) {
    pass.run(point)
    pass.propagateBack(classIndex, minus: other)
  }

  private func keepPoint() {
    let answer = largestIndex(logits.span)
    guard found == nil || answer != classIndex else { return }
    found = CounterExample(
      point: point, logits: logits, classIndex: answer, changesClass: answer != classIndex,
      distanceLSB: ball.distance(to: point), squaredDistance: ball.squaredDistance(to: point))
  }
}

extension CertifiedNetwork {
  /// Searches the ball around an input, cut to a range, for a point where a class is not strictly the largest
  /// logit; see `Attacker.counterExample(to:as:within:range:part:)`, which also counts and is quicker for many
  /// inputs.
  public func counterExample(
    to input: [Int16], as classIndex: Int, within radius: Int, range: ClosedRange<Int>,
    options: AttackOptions
  ) throws -> CounterExample? {
    try Attacker(self, options).counterExample(to: input, as: classIndex, within: radius, range: range)
  }
}
