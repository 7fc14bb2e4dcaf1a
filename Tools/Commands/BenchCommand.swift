internal import Claims
internal import Integers
internal import Certification
internal import Foundation

/// `supnorm bench`.
enum BenchCommand: Command {
  static let name = "bench"
  static let summary = "how long certificates and training take on this machine"
  static let usage =
    "--certify N.h --data SRC [--epsilon E] [--limit N] [--runs N] [--json] | --training [--runs N] [--json]"
  static let discussion = """
    --certify runs every sample on one thread: the inference of the device library as the baseline, then each certificate at
    epsilon, several times in turn. Prints the median of the runs and the ratio to the baseline. The time of a
    certificate follows the weights it reads: the interval certificate reads each stored hidden weight once and makes
    two products of it, where the inference makes one.

    --training trains dense networks on random images: samples per second with and without the projection of their
    rows, on one thread (per second of processor time) and on two (of the clock), with plain loops as the baseline.
    """
  static let options = [
    Option("--certify", "N.h", "the header whose certificates are timed", role: .input),
    Option("--training", nil, "time training instead"), Option.data,
    Option("--epsilon", "E", "the radius (default: the declared tolerances, or 4/255)"),
    Option("--limit", "N", "only the first N samples"),
    Option("--runs", "N", "runs of each (default: 5)"), .label, .json,
  ]
  static let positionalCount = 0...0

  struct Output: Encodable {
    struct Row: Encodable {
      var name: String
      /// Median of the runs, for all samples together.
      var seconds: Double
      var samplesPerSecond: Double
      var ratioToInference: Double
      /// Samples whose answer is proved, right or wrong; nil for the inference.
      var proved: Int?
    }
    var samples, radiusLSB, storedWeights: Int
    var rows: [Row]
  }

  static func run(_ arguments: Arguments) throws {
    let runs = try arguments.integer("--runs", 1...1000) ?? 5
    if arguments.has("--training") {
      let others = ["--certify", "--data", "--epsilon", "--limit", "--label"]
      if let other = others.first(where: arguments.has) {
        throw CommandError.usage("\(other) is not for --training")
      }
      let output = TrainingBench.measure(runs: runs)
      return try Console.print(output, arguments, text: TrainingBench.text(of: output))
    }
    let header = try LoadedHeader(try arguments.required("--certify"))
    try header.requireClasses(for: "--certify")
    let epsilon = try header.epsilon(arguments, usual: "4/255")
    let limit = try arguments.integer("--limit", 1...1_000_000_000)
    let samples = try header.samples(arguments, limit: limit)
    let inputs = samples.inputs
    let output = try measure(
      header.network, inputs, radius: min(samples.radius(epsilon, unit: header.claims.unit), 65535),
      runs: runs)
    try Console.print(output, arguments, text: text(of: output))
  }

  private static func measure(
    _ network: CertifiedNetwork, _ inputs: [[Int16]], radius: Int, runs: Int
  ) throws -> Output {
    let classes = try inputs.map { try network.answer(to: $0).classIndex }
    let pairs = zip(inputs, classes)
    let work: [(name: String, run: () throws -> Int)] = [
      ("inference", { try pairs.count { try network.answer(to: $0).classIndex != $1 } }),
      ("global radius", { try pairs.count { try network.answer(to: $0.0).globalRadiusLSB >= radius } }),
      ("interval certificate", { try pairs.count { try network.isCertified($0, as: $1, within: radius) } }),
    ]
    var seconds = work.map { _ in [Double]() }
    var proved = work.map { _ in 0 }
    let bar = ProgressBar("timing")
    for run in 0..<runs {
      for (index, part) in work.enumerated() {
        let start = Date()
        proved[index] = try part.run()
        seconds[index].append(Date().timeIntervalSince(start))
        bar.update(Double(run * work.count + index + 1) / Double(runs * work.count))
      }
    }
    bar.finish("\(runs) runs of \(inputs.count) samples")
    let medians = seconds.map { $0.sorted()[$0.count / 2] }
    return Output(
      samples: inputs.count, radiusLSB: radius,
      storedWeights: network.network.layers.reduce(0) { $0 + $1.storedCount },
      rows: work.indices.map { index in
        Output.Row(
          name: work[index].name, seconds: medians[index],
          samplesPerSecond: Double(inputs.count) / max(medians[index], 1e-9),
          ratioToInference: medians[index] / max(medians[0], 1e-9), proved: index == 0 ? nil : proved[index])
      })
  }

  private static func text(of output: Output) -> String {
    "\(output.samples) samples, \(output.radiusLSB) LSB, \(output.storedWeights) stored weights, one thread\n"
      + table(
        [["", "seconds", "samples/s", "× inference", "proved"]]
          + output.rows.map { row in
            [
              row.name, formatted(row.seconds, digits: 3), formatted(row.samplesPerSecond, digits: 0),
              formatted(row.ratioToInference, digits: 2), row.proved.map { "\($0)" } ?? "",
            ]
          })
  }
}
