internal import Claims
internal import Integers
internal import Embedded

/// A certificate that an attack has disproved; there should never be one.
public struct CertificateViolation: Equatable, Sendable {
  /// The index of the sample.
  public var sample: Int
  /// The radius within which its class was certified, in LSB.
  public var radiusLSB: Int
  /// Whether the margin deviations or the pair table certified it.
  public var isGlobal: Bool
  /// Whether interval bounds certified it.
  public var isLocal: Bool
  /// The sample in LSB.
  public var input: [Int16]
  /// The answer that was certified.
  public var answer: Answer
  /// What disproves it.
  public var counterExample: CounterExample
}

/// What an attack found on a set of samples; counts, so that nothing is rounded.
public struct AttackCounts: Equatable, Sendable {
  /// Forward passes with a verdict.
  public var attempts: Int
  /// For each radius, in the order asked for: the samples that are right and whose class no attempt changed.
  public var withstood: [Int]
  /// By sample, then by radius.
  public var violations: [CertificateViolation]

  /// Creates counts.
  public init(attempts: Int = 0, withstood: [Int], violations: [CertificateViolation] = []) {
    self.attempts = attempts
    self.withstood = withstood
    self.violations = violations
  }
}

extension CertifiedNetwork {
  /// Attacks every right answer of a set of samples at some radii, on all cores, within the declared input range.
  ///
  /// A sample withstands a radius when no attempt changed its class, also at no smaller radius. A violation is
  /// a sample that is certified at the radius, globally or locally, and has a counter-example: there a tie counts
  /// too. The result depends on the options alone, not on threads.
  ///
  /// - Parameters:
  ///   - inputs: samples as the device sees them.
  ///   - labels: the right class of each.
  ///   - radii: radii in LSB.
  ///   - progress: called with the number of finished samples, from any thread.
  ///   - shouldStop: asked before each sample, from any thread.
  /// - Returns: nil when it was stopped.
  /// - Complexity: O(samples · radii · restarts · steps · weights).
  public func attackedAccuracy(
    inputs: [[Int16]], labels: [Int], radii: [Int], options: AttackOptions,
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> AttackCounts? {
    try attackedAccuracy(
      inputs: inputs, labels: labels, balls: radii.map { InputBall(options.norm, radiusLSB: min($0, 65535)) },
      options: options, progress: progress, shouldStop: shouldStop)
  }

  /// The same in balls, all of one norm.
  public func attackedAccuracy(
    inputs: [[Int16]], labels: [Int], balls: [InputBall], options: AttackOptions,
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> AttackCounts? {
    precondition(inputs.count == labels.count)
    let certificates = try certificates(in: balls)
    var (counts, finished) = try parallelSum(
      of: inputs.count, chunk: 1, from: AttackCounts(withstood: balls.map { _ in 0 }), progress: progress,
      adding: +
    ) { range in
      guard !shouldStop() else { return nil }
      let sample = range.lowerBound
      return try self.attack(
        inputs[sample], sample, as: labels[sample], certificates, Attacker(self, options))
    }
    guard finished == inputs.count else { return nil }
    counts.violations.sort { ($0.sample, $0.radiusLSB) < ($1.sample, $1.radiusLSB) }
    return counts
  }

  /// The counts of one sample.
  private func attack(
    _ input: [Int16], _ sample: Int, as label: Int, _ certificates: [BallCertificates], _ attacker: Attacker
  ) throws -> AttackCounts {
    let radii = certificates.map { $0.ball.radius.ceiling(limit: .max) }
    var counts = AttackCounts(withstood: radii.map { _ in 0 })
    let answer = try answer(to: input)
    guard answer.classIndex == label else { return counts }
    var found: CounterExample?
    // From the smallest radius up: what changes the class there is within the larger ones as well.
    for index in radii.indices.sorted(by: { (radii[$0], $0) < (radii[$1], $1) }) {
      let ball = certificates[index].ball
      if found?.changesClass != true {
        found = try attacker.counterExample(
          to: input, as: label, in: ball, range: network.inputMinimum...network.inputMaximum,
          part: sample * radii.count + index)
      }
      if found?.changesClass != true { counts.withstood[index] = 1 }
      guard let found else { continue }
      // A device's radius of 0 claims nothing.
      let isGlobal =
        ball.reach > 0 && answer.globalRadiusLSB >= ball.reach || certificates[index].isCertified(answer)
      let isLocal = try isLocallyCertified(input, as: label, certificates[index])
      guard isGlobal || isLocal else { continue }
      counts.violations.append(
        CertificateViolation(
          sample: sample, radiusLSB: radii[index], isGlobal: isGlobal, isLocal: isLocal, input: input,
          answer: answer, counterExample: found))
    }
    counts.attempts = attacker.attempts
    return counts
  }
}

extension AttackCounts {
  fileprivate static func + (first: AttackCounts, second: AttackCounts) -> AttackCounts {
    AttackCounts(
      attempts: first.attempts + second.attempts,
      withstood: zip(first.withstood, second.withstood).map { $0 + $1 },
      violations: first.violations + second.violations)
  }
}
