internal import Claims
internal import Certification
internal import Foundation
internal import Training

/// `supnorm evaluate`.
enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "clean, certified and empirical accuracy of a header on a data set"
  static let usage = "N.h --data SRC [--epsilon 0.05,0.1] [--norm inf|1|2] [--attack pgd] [--json]"
  static let discussion = """
    Certified accuracy at epsilon counts the samples whose class is right and proved for every perturbation of each
    input by at most ceil(epsilon * UNIT) LSB (one more when the data is not whole numbers on the input's grid):
    by the global certificate, by interval bounds (local), by either. Without --epsilon it is the radius that covers the
    declared tolerances at once; without tolerances one and two gray levels of images, or 0.01 and 0.02 mapped
    units, half and one per cent of a range that is mapped to -1 ... 1. Standard error says which.

    With --norm 1 or 2 epsilon is the length of the whole perturbation, D = epsilon * UNIT LSB and what rounding adds. It is
    certified by the box around that ball, by the first layer from p to inf, by the product of the layers' p-norms
    (confirmed in integers), by the best of them in every row, or by intervals that start from it: on the host alone.

    Of a regression: errors, and how far the output can move within epsilon, from each sample and from any input.

    With --attack, empirical accuracy counts the samples whose class is right and that no attempt changed, within the
    declared input range. An attempt that succeeds where the class is certified, a tie of logits included, disproves
    the certificate: it is printed, and the exit status is 1.
    """
  static let options =
    [
      Option.data,
      Option("--epsilon", "E,…", "perturbation sizes in mapped units, as 0.1 or 1/16 (default: see above)"),
      Option("--norm", "inf|1|2", "how perturbations are measured, by attacks, too (default: inf)"), .label,
      Option("--limit", "N", "only the first N samples"),
      Option("--linear", nil, "count what linear bounds prove, too: tighter than intervals, host only"),
    ] + AttackRun.options + [.json]
  static let positionalCount = 1...1

  static func run(_ arguments: Arguments) throws {
    let limit = try arguments.integer("--limit", 1...1_000_000_000)
    let norm =
      try arguments.choice("--norm", BallNorm.allCases.map(\.rawValue)).flatMap(BallNorm.init) ?? .infinity
    let attack = try AttackRun(arguments, norm)
    let asked = try arguments.epsilons("--epsilon", isLength: norm != .infinity)
    guard norm == .infinity || asked != nil else {
      throw CommandError.usage("--norm \(norm.rawValue) needs --epsilon")
    }
    let header = try LoadedHeader(arguments.positionals[0])
    if norm != .infinity { try header.requireClasses(for: "--norm \(norm.rawValue)") }
    if attack != nil { try header.requireClasses(for: "--attack") }
    if arguments.has("--linear") { try header.requireClasses(for: "--linear") }
    let epsilons = try header.epsilons(asked, norm)
    let samples = try header.samples(arguments, limit: limit)
    if header.claims.task == .regression {
      let evaluation = try RegressionEvaluation(
        header, samples, epsilons, targets: try header.targets(arguments, samples))
      return try Console.print(evaluation, arguments, text: evaluation.text(epsilons) + header.toleranceText)
    }
    let counts = try certifiedAccuracy(
      header, samples, epsilons, norm, linear: arguments.has("--linear"))
    let found = try attack?.counts(header, samples, epsilons)
    var output = output(counts, epsilons, attack?.options, found)
    output.norm = norm.rawValue
    output.clampedReadings = samples.clampedCount
    try Console.print(
      output, arguments, text: text(counts, epsilons, attack?.options, found) + header.toleranceText)
    if let failure = found.flatMap({ AttackRun.failure($0, of: header.path) }) {
      throw CommandError.failedCheck(failure)
    }
  }

  /// Counts on all cores, with a progress bar.
  static func certifiedAccuracy(
    _ header: LoadedHeader, _ samples: EncodedSamples, _ epsilons: [Epsilon], _ norm: BallNorm = .infinity,
    linear: Bool = false
  ) throws -> AccuracyCounts {
    let bar = ProgressBar("certifying")
    let inputs = samples.inputs
    let counts = try header.network.certifiedAccuracy(
      inputs: inputs, labels: Array(samples.data.labels.prefix(inputs.count)),
      balls: epsilons.map { header.ball($0, norm, samples) }, linear: linear,
      progress: { bar.update(Double($0) / Double(inputs.count), "\($0) samples") })
    bar.finish("\(counts.samples) samples")
    return counts
  }

  static func text(
    _ counts: AccuracyCounts, _ epsilons: [Epsilon], _ attack: AttackOptions? = nil,
    _ found: AttackCounts? = nil
  ) -> String {
    let clean = percentage(counts.clean, of: counts.samples)
    var rows = [["epsilon", "radius", "certified", "by intervals", "by the global bound"]]
    rows += zip(counts.radii, epsilons).map { radius, epsilon in
      [
        "\(epsilon)", "\(radius.radiusLSB) LSB", percentage(radius.either, of: counts.samples),
        percentage(radius.local, of: counts.samples), percentage(radius.global, of: counts.samples),
      ]
    }
    if counts.radii.contains(where: { $0.linear != nil }) {
      rows[0].append("by linear bounds")
      for (index, radius) in counts.radii.enumerated() {
        rows[index + 1].append(percentage(radius.linear ?? 0, of: counts.samples))
      }
    }
    for rule in BallRule.allCases.dropLast() where counts.radii.contains(where: { !$0.rules.isEmpty }) {
      rows[0].append(rule.title)
      for (index, radius) in counts.radii.enumerated() {
        rows[index + 1].append(percentage(radius.rules[rule] ?? 0, of: counts.samples))
      }
    }
    if let attack, let found {
      rows[0].append("under \(attack.kind.rawValue)")
      for (index, count) in found.withstood.enumerated() {
        rows[index + 1].append(percentage(count, of: counts.samples))
      }
    }
    return "\(counts.samples) samples, clean accuracy \(clean)\n" + table(rows)
      + (found.map(AttackRun.text) ?? "")
  }
}

extension BallRule {
  /// What the table of `evaluate` says of it.
  fileprivate var title: String {
    switch self {
    case .box: "by the box alone"
    case .firstLayer: "by the first layer"
    case .product: "by the product of norms"
    case .joint: "by all of them"
    }
  }
}
