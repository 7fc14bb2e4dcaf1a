internal import Certification

extension EvaluateCommand {
  /// The result, as `--json` prints it.
  struct Output: Encodable {
    struct Radius: Encodable {
      var epsilon: Double
      var radiusLSB: Int
      var certifiedGlobal, certifiedLocal, certified: Double
      /// With `--linear` only.
      var certifiedLinear: Double?
      /// With `--norm` 1 or 2 only: by the box around the ball, by the first layer, by the product of the norms alone.
      var certifiedBox, certifiedFirstLayer, certifiedProduct: Double?
      /// What an attack found.
      @NullWhenNil var empirical: Double?
    }
    struct Attack: Encodable {
      var kind, norm: String
      var steps, restarts: Int
      var seed: UInt64
      var attempts: Int
    }
    /// A disproved certificate.
    struct Violation: Encodable {
      struct Change: Encodable {
        var input: Int
        var from, to: Int16
      }
      var sample, radiusLSB: Int
      var certifiedGlobal, certifiedLocal: Bool
      var `class`: Int
      var logits: [Int32]
      var attackedClass: Int
      var attackedLogits: [Int32]
      var distanceLSB: Int
      var changes: [Change]
    }
    var samples: Int
    var norm = "inf"
    /// Readings of these outside the declared input range, which were clamped.
    var clampedReadings = 0
    var clean: Double
    var radii: [Radius]
    /// Left out, as the violations are, when no attack was run.
    var attack: Attack?
    var violations: [Violation]?
  }

  static func output(
    _ counts: AccuracyCounts, _ epsilons: [Epsilon], _ attack: AttackOptions? = nil,
    _ found: AttackCounts? = nil
  ) -> Output {
    let fraction = { (part: Int) in Double(part) / Double(counts.samples) }
    var output = Output(
      samples: counts.samples, clean: fraction(counts.clean),
      radii: zip(counts.radii, epsilons).map { radius, epsilon in
        let rule = { rule in radius.rules.isEmpty ? nil : fraction(radius.rules[rule] ?? 0) }
        return Output.Radius(
          epsilon: epsilon.value, radiusLSB: radius.radiusLSB, certifiedGlobal: fraction(radius.global),
          certifiedLocal: fraction(radius.local), certified: fraction(radius.either),
          certifiedLinear: radius.linear.map(fraction), certifiedBox: rule(.box),
          certifiedFirstLayer: rule(.firstLayer), certifiedProduct: rule(.product), empirical: nil)
      })
    guard let attack, let found else { return output }
    for (index, count) in found.withstood.enumerated() { output.radii[index].empirical = fraction(count) }
    output.attack = Output.Attack(
      kind: attack.kind.rawValue, norm: attack.norm.rawValue, steps: attack.steps, restarts: attack.restarts,
      seed: attack.seed, attempts: found.attempts)
    output.violations = found.violations.map(Output.Violation.init)
    return output
  }
}

extension EvaluateCommand.Output.Violation {
  init(_ violation: CertificateViolation) {
    let found = violation.counterExample
    self.init(
      sample: violation.sample, radiusLSB: violation.radiusLSB, certifiedGlobal: violation.isGlobal,
      certifiedLocal: violation.isLocal, class: violation.answer.classIndex, logits: violation.answer.logits,
      attackedClass: found.classIndex, attackedLogits: found.logits, distanceLSB: found.distanceLSB,
      changes: zip(violation.input, found.point).enumerated().compactMap { input, change in
        change.0 == change.1 ? nil : Change(input: input, from: change.0, to: change.1)
      })
  }
}
