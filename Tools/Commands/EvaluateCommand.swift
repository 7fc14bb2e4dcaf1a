internal import Certification
internal import Foundation
internal import Interchange
internal import Training

/// `supnorm evaluate`.
enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "clean and certified accuracy of a header on a data set"
  static let usage = "N.h --data SRC --epsilon 0.05,0.1 [--json]"
  static let discussion = """
    Certified accuracy at epsilon counts the samples whose class is right and proved for every perturbation of each
    input by at most ceil(epsilon * UNIT) LSB (one more when the data is not whole numbers on the input's grid):
    by the global certificate, by interval bounds (local), by either.
    """
  static let options = [
    Option.data, Option("--epsilon", "E,…", "perturbation sizes in mapped units, as 0.1 or 1/16"), .label,
    .json,
  ]
  static let positionalCount = 1...1

  /// The result, as `--json` prints it.
  struct Output: Encodable {
    struct Radius: Encodable {
      private enum CodingKeys: CodingKey {
        case epsilon, radiusLSB, certifiedGlobal, certifiedLocal, certified, empirical
      }
      var epsilon: Double
      var radiusLSB: Int
      var certifiedGlobal, certifiedLocal, certified: Double
      /// What an attack found; null when none was run.
      var empirical: Double?

      /// Like the synthesized one, but writes null rather than leaving the key out.
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(epsilon, forKey: .epsilon)
        try container.encode(radiusLSB, forKey: .radiusLSB)
        try container.encode(certifiedGlobal, forKey: .certifiedGlobal)
        try container.encode(certifiedLocal, forKey: .certifiedLocal)
        try container.encode(certified, forKey: .certified)
        try container.encode(empirical, forKey: .empirical)
      }
    }
    var samples: Int
    var clean: Double
    var radii: [Radius]
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    guard let epsilons = try arguments.epsilons("--epsilon") else {
      throw CommandError.usage("option '--epsilon' is required")
    }
    let samples = try header.samples(arguments)
    let counts = try certifiedAccuracy(header, samples, epsilons)
    if arguments.has("--json") {
      try Console.printJSON(output(counts, epsilons))
    } else {
      Console.print(text(counts, epsilons))
    }
  }

  /// Counts on all cores, with a progress bar.
  static func certifiedAccuracy(
    _ header: LoadedHeader, _ samples: EncodedSamples, _ epsilons: [Epsilon]
  ) throws -> AccuracyCounts {
    let bar = ProgressBar("certifying")
    let counts = try header.network.certifiedAccuracy(
      inputs: samples.inputs, labels: samples.data.labels,
      radii: epsilons.map { samples.radius($0, unit: header.claims.unit) },
      progress: { bar.update(Double($0) / Double(samples.inputs.count), "\($0) samples") })
    bar.finish("\(counts.samples) samples")
    return counts
  }

  static func output(_ counts: AccuracyCounts, _ epsilons: [Epsilon]) -> Output {
    let fraction = { (part: Int) in Double(part) / Double(counts.samples) }
    return Output(
      samples: counts.samples, clean: fraction(counts.clean),
      radii: zip(counts.radii, epsilons).map { radius, epsilon in
        Output.Radius(
          epsilon: epsilon.value, radiusLSB: radius.radiusLSB, certifiedGlobal: fraction(radius.global),
          certifiedLocal: fraction(radius.local), certified: fraction(radius.either), empirical: nil)
      })
  }

  static func text(_ counts: AccuracyCounts, _ epsilons: [Epsilon]) -> String {
    let clean = percentage(counts.clean, of: counts.samples)
    let rows = zip(counts.radii, epsilons).map { radius, epsilon in
      [
        "\(epsilon)", "\(radius.radiusLSB) LSB", percentage(radius.either, of: counts.samples),
        percentage(radius.local, of: counts.samples), percentage(radius.global, of: counts.samples),
      ]
    }
    return "\(counts.samples) samples, clean accuracy \(clean)\n"
      + table([["epsilon", "radius", "certified", "by intervals", "by the global bound"]] + rows)
  }
}
