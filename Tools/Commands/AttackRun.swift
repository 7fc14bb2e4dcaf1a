internal import Claims
internal import Certification
internal import Training

/// The attack of `evaluate`: its options, its run and what is said of it.
struct AttackRun {
  var options: AttackOptions

  static let options = [
    Option("--attack", "KIND", "also attack every right answer: fgsm, pgd, noise or corner"),
    Option("--steps", "N", "steps after each start (default: 40 for pgd, 64 for corner)"),
    Option(
      "--restarts", "N", "starts (default: 1 for fgsm, 5 for pgd, 10 for corner), or draws of noise (100)"),
    Option("--seed", "S", "what the attack draws (default: 0)"),
  ]

  /// - Returns: nil without `--attack`.
  /// - Throws: an option that only an attack takes, or not this one.
  init?(_ arguments: Arguments, _ norm: BallNorm) throws(CommandError) {
    let kind = try arguments.choice("--attack", AttackKind.allCases.map(\.rawValue)).flatMap(AttackKind.init)
    let steps = try arguments.integer("--steps", 1...1_000_000)
    let restarts = try arguments.integer("--restarts", 1...1_000_000)
    let seed = try arguments.integer("--seed", 0...Int.max)
    guard let kind else {
      let stray = ["--steps", "--restarts", "--seed"].first { arguments.has($0) }
      guard let stray else { return nil }
      throw .usage("\(stray) needs --attack")
    }
    guard steps == nil || kind.takesSteps else {
      throw .usage("--steps does not go with --attack \(kind.rawValue)")
    }
    options = AttackOptions(
      kind, norm: norm, steps: steps, restarts: restarts, seed: seed.map { UInt64($0) } ?? 0)
  }

  /// Attacks on all cores, with a progress bar; Ctrl-C ends it.
  func counts(
    _ header: LoadedHeader, _ samples: EncodedSamples, _ epsilons: [Epsilon]
  ) throws -> AttackCounts {
    let bar = ProgressBar("attacking by \(options.kind.rawValue)")
    let inputs = samples.inputs
    Interruption.watch()
    let counts = try header.network.attackedAccuracy(
      inputs: inputs, labels: Array(samples.data.labels.prefix(inputs.count)),
      balls: epsilons.map { header.ball($0, options.norm, samples) }, options: options,
      progress: { bar.update(Double($0) / Double(inputs.count), "\($0) samples") },
      shouldStop: { Interruption.wasRequested })
    guard let counts else {
      bar.finish("interrupted")
      throw CommandError(description: "interrupted", exitStatus: 130)
    }
    bar.finish("\(counts.attempts) attempts, seed \(options.seed)")
    return counts
  }

  /// What ends `evaluate` with status 1; nil unless a certificate is disproved.
  static func failure(_ counts: AttackCounts, of path: String) -> String? {
    counts.violations.first.map { first in
      "\(path): sample \(first.sample): class \(first.answer.classIndex) is certified within "
        + "\(first.radiusLSB) LSB and does not hold there (\(counts.violations.count) such)"
    }
  }

  /// The counter-examples in certified balls, each a paragraph; empty when there is none.
  static func text(_ counts: AttackCounts) -> String {
    counts.violations.map { "\n\n" + text($0) }.joined()
  }

  private static func text(_ violation: CertificateViolation) -> String {
    let found = violation.counterExample
    let certificates = [
      violation.isGlobal ? "the global bound" : nil, violation.isLocal ? "intervals" : nil,
    ].compactMap { $0 }.joined(separator: " and ")
    let answer = violation.answer
    let changes = EvaluateCommand.Output.Violation(violation).changes
    let shown = changes.prefix(16).map { "\($0.input): \($0.from) → \($0.to)" }
    let more = changes.count > 16 ? ", and \(changes.count - 16) more" : ""
    let outcome = found.changesClass ? "class \(found.classIndex)" : "a tie"
    return """
      Sample \(violation.sample): class \(answer.classIndex), logits \(answer.logits), certified within \
      \(violation.radiusLSB) LSB by \(certificates).
      At a distance of \(found.distanceLSB) LSB: \(outcome), logits \(found.logits).
      Changed inputs: \(shown.joined(separator: ", "))\(more)
      """
  }
}
