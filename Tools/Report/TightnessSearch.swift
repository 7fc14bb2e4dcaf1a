internal import Claims
internal import Integers
internal import Certification
internal import Training

/// The search behind the report's tightness section.
struct TightnessSearch {
  /// How many test samples, from the first on; 0 leaves the section out.
  var samples: Int
  var limits: SearchLimits
  /// A quick descent, since it runs about ten times a sample.
  var attack = AttackOptions(.pgd, steps: 20, restarts: 3)

  static let options = [
    Option("--tightness", "N", "test samples whose exact radius is searched (default: 40; 0 for none)"),
    Option("--nodes", "N", "nodes of that search for each sample (default: \(SearchLimits().nodes))"),
    Option("--seconds", "S", "seconds of that search for each sample (default: 2)"),
  ]

  init(samples: Int, limits: SearchLimits) {
    self.samples = samples
    self.limits = limits
  }

  init(_ arguments: Arguments) throws(CommandError) {
    samples = try arguments.integer("--tightness", 0...Int(Int32.max)) ?? 40
    limits = SearchLimits(
      nodes: try arguments.integer("--nodes", 0...1_000_000_000) ?? SearchLimits().nodes,
      seconds: try arguments.real("--seconds", 0...1_000_000) ?? 2)
  }

  /// Searches on all cores, with a progress bar; Ctrl-C keeps the finished samples.
  ///
  /// - Returns: nil for a regression, without samples, and where the network is too large for the search.
  /// - Throws: radii that do not stand in the order they must have.
  func run(_ header: LoadedHeader, _ data: EncodedSamples) throws -> ReportContent.Tightness? {
    let inputs = Array(data.inputs.prefix(samples))
    guard header.claims.task == .classification, !inputs.isEmpty else { return nil }
    let (network, attack) = (header.network, attack)
    Interruption.watch()
    let bar = ProgressBar("searching exact radii")
    let chains: [RadiusChain]
    do {
      chains = try network.radiusChains(
        of: inputs, limits: limits,
        attack: { try network.counterExampleByBisection(to: $0, as: $1, options: attack) },
        progress: { bar.update(Double($0) / Double(inputs.count), "\($0) samples") },
        isCancelled: { Interruption.wasRequested })
    } catch let error as SearchError {
      bar.finish("left out, \(error)")
      return nil
    }
    bar.finish("\(chains.count) samples")
    if let wrong = chains.first(where: { !$0.isOrdered }) {
      throw CommandError.failedCheck("\(header.path): sample \(wrong.sample): radii out of order: \(wrong)")
    }
    return ReportContent.Tightness(
      asked: inputs.count,
      limits: "\(grouped(limits.nodes)) nodes or \(shortest(limits.seconds)) s for each sample",
      attack: "PGD of \(attack.restarts) starts and \(attack.steps) steps among them",
      chains: chains.map { ReportContent.Chain($0, label: data.data.labels[$0.sample]) })
  }
}

extension ReportContent.Chain {
  fileprivate init(_ chain: RadiusChain, label: Int) {
    self.init(
      sample: chain.sample, isCorrect: chain.classIndex == label, global: chain.globalLSB,
      local: chain.localLSB, linear: chain.linearLSB, proved: chain.exact.proved,
      refuted: chain.exact.refuted > 65535 ? nil : chain.exact.refuted,
      empirical: chain.empiricalLSB >= 65535 ? nil : chain.empiricalLSB)
  }
}

extension CertifiedNetwork {
  /// A counter-example that attacks find close to an input, by bisection on the radius; nil when they find none.
  ///
  /// It ends within 1/64 of the radius: who asks draws the point closer anyway.
  /// - Complexity: about ten attacks.
  fileprivate func counterExampleByBisection(
    to input: [Int16], as classIndex: Int, options: AttackOptions
  ) throws -> [Int16]? {
    let attacker = Attacker(self, options)
    let range = network.inputMinimum...network.inputMaximum
    var nearest: CounterExample?
    var (withstood, broken) = (0, range.upperBound - range.lowerBound + 1)
    while broken - withstood > max(1, broken / 64) {
      let middle = (withstood + broken) / 2
      let found = try attacker.counterExample(to: input, as: classIndex, within: middle, range: range)
      if let found {
        nearest = found
        broken = found.distanceLSB
      } else {
        withstood = middle
      }
    }
    return nearest?.point
  }
}
