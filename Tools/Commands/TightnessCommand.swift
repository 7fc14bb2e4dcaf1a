internal import Claims
internal import Certification
internal import Foundation
internal import Training

/// `supnorm tightness`.
enum TightnessCommand: Command {
  static let name = "tightness"
  static let summary = "how close the certified radii of a header come to the exact ones"
  static let usage = "N.h --data SRC [--limit N] [--nodes N] [--seconds S] [--json]"
  static let discussion = """
    For each sample the radii of the network's answer: global (as the device reports it), local (by intervals), linear
    (by linear bounds), exact (proved and refuted by branch and bound) and empirical (what attacks alone leave). Exit
    status 1 when they do not stand in this order. Radii are in LSB; -1 says that not even the input itself is proved.
    A search that runs into --seconds depends on the machine. Ctrl-C keeps the finished samples (exit status 130).
    """
  static let options = [
    Option.data, Option("--limit", "N", "the first N samples only (default: all)"),
    Option("--nodes", "N", "nodes of the search for each sample (default: \(SearchLimits().nodes))"),
    Option(
      "--seconds", "S", "seconds of the search for each sample (default: \(Int(SearchLimits().seconds)))"),
    .label, .json,
  ]
  static let positionalCount = 1...1

  /// The result, as `--json` prints it.
  struct Output: Encodable {
    struct Sample: Encodable {
      /// The label is -1 where it is no class of the model.
      var sample, `class`, label: Int
      var globalRadiusLSB, localRadiusLSB, linearRadiusLSB, provedRadiusLSB: Int
      /// Nil when nothing is known to refute.
      @NullWhenNil var refutedRadiusLSB: Int?
      var empiricalRadiusLSB, nodes: Int
    }
    var model: String
    var exact, between: Int
    /// The sum of the local radii over the sum of the exact ones lies between these two; null when no sample has a
    /// positive radius that is refuted somewhere.
    var localToExactLeast, localToExactGreatest: Double?
    var isOrdered: Bool
    var samples: [Sample]
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    try header.requireClasses(for: "a radius")
    let limit = try arguments.integer("--limit", 1...Int(Int32.max))
    var limits = SearchLimits()
    limits.nodes = try arguments.integer("--nodes", 0...1_000_000_000) ?? limits.nodes
    limits.seconds = try arguments.real("--seconds", 0...1_000_000) ?? limits.seconds
    let samples = try header.samples(arguments, limit: limit)
    let inputs = samples.inputs
    Interruption.watch()
    let bar = ProgressBar("searching")
    let chains: [RadiusChain]
    do {
      chains = try header.network.radiusChains(
        of: inputs, limits: limits,
        progress: { bar.update(Double($0) / Double(inputs.count), "\($0) samples") },
        isCancelled: { Interruption.wasRequested })
    } catch let error as SearchError {
      throw CommandError.usage("\(header.path): \(error)")
    }
    bar.finish("\(chains.count) samples")
    try Console.print(
      output(chains, labels: samples.data.labels, model: header.claims.name), arguments, text: text(chains))
    if let wrong = chains.first(where: { !$0.isOrdered }) {
      throw CommandError.failedCheck("\(header.path): sample \(wrong.sample): radii out of order: \(wrong)")
    }
    if chains.count < inputs.count {
      throw CommandError(
        description: "interrupted after \(chains.count) of \(inputs.count) samples", exitStatus: 130)
    }
  }

  static func output(_ chains: [RadiusChain], labels: [Int], model: String) -> Output {
    let ratio = localToExact(chains)
    return Output(
      model: model, exact: chains.count { $0.exact.isExact }, between: chains.count { !$0.exact.isExact },
      localToExactLeast: ratio?.least, localToExactGreatest: ratio?.greatest,
      isOrdered: chains.allSatisfy(\.isOrdered),
      samples: chains.map { chain in
        Output.Sample(
          sample: chain.sample, class: chain.classIndex, label: labels[chain.sample],
          globalRadiusLSB: chain.globalLSB, localRadiusLSB: chain.localLSB, linearRadiusLSB: chain.linearLSB,
          provedRadiusLSB: chain.exact.proved,
          refutedRadiusLSB: chain.exact.refuted > 65535 ? nil : chain.exact.refuted,
          empiricalRadiusLSB: chain.empiricalLSB, nodes: chain.nodes)
      })
  }

  /// The sum of the local radii over the sum of what is refuted and over the sum of what is proved: the share of the
  /// exact radius that interval bounds prove lies between the two, and is both where all samples are exact.
  static func localToExact(_ chains: [RadiusChain]) -> (least: Double, greatest: Double)? {
    let known = chains.filter { $0.exact.proved > 0 && $0.exact.refuted <= 65535 }
    guard !known.isEmpty else { return nil }
    let local = Double(known.reduce(0) { $0 + max($1.localLSB, 0) })
    return (
      local.divided(by: Double(known.reduce(0) { $0 + $1.exact.refuted - 1 }), rounded: .down),
      local.divided(by: Double(known.reduce(0) { $0 + $1.exact.proved }), rounded: .up)
    )
  }

  private static func decimalPercent(_ share: Double, rounded rule: FloatingPointRoundingRule) -> String {
    formatted(share.multiplied(by: 100, rounded: rule), digits: 1, rounded: rule)
  }

  static func text(_ chains: [RadiusChain]) -> String {
    let columns: [(title: String, values: [Int])] = [
      ("global", chains.map(\.globalLSB)), ("local", chains.map(\.localLSB)),
      ("linear", chains.map(\.linearLSB)), ("proved", chains.map(\.exact.proved)),
      ("refuted - 1", chains.map { $0.exact.refuted - 1 }), ("empirical", chains.map(\.empiricalLSB)),
      ("gap", chains.map { $0.exact.refuted - 1 - $0.exact.proved }),
    ]
    let rows = columns.map { title, values in
      let sorted = values.sorted()
      let percentiles = [10, 25, 50, 75, 90].map { percent in
        sorted.isEmpty ? "-" : "\(sorted[(sorted.count - 1) * percent / 100])"
      }
      let mean =
        values.isEmpty ? "-" : formatted(Double(values.reduce(0, +)) / Double(values.count), digits: 1)
      return [title] + percentiles + [mean]
    }
    let exact = chains.count { $0.exact.isExact }
    let ratio =
      localToExact(chains).map {
        "\(decimalPercent($0.least, rounded: .down))…\(decimalPercent($0.greatest, rounded: .up)) %"
      }
      ?? "-"
    return table([["radius, LSB", "10 %", "25 %", "50 %", "75 %", "90 %", "mean"]] + rows)
      + "\n\(chains.count) samples: \(exact) exact, \(chains.count - exact) between two radii (gap), "
      + "\(chains.reduce(0) { $0 + $1.nodes }) nodes; local radius / exact radius: \(ratio)"
  }
}
