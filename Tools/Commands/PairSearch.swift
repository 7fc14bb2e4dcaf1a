internal import Certification
internal import Integers
internal import Training

/// The search of `norm` for pairs of inputs whose logits are far apart.
struct PairSearch {
  private let limit: Int
  private let steps: Int
  private let seed: UInt64

  init(_ arguments: Arguments) throws(CommandError) {
    limit = try arguments.integer("--limit", 1...1_000_000) ?? 100
    steps = try arguments.integer("--steps", 1...1_000_000) ?? 20
    seed = UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0)
  }

  /// The samples of `--data`, or random inputs of the declared range.
  func starts(_ header: LoadedHeader, _ arguments: Arguments) throws -> [[Int16]] {
    if arguments.has("--data") { return try header.samples(arguments, limit: limit).inputs }
    var generator = SeededGenerator(seed: seed)
    let network = header.network.network
    let width = network.inputMaximum - network.inputMinimum + 1
    return (0..<limit).map { _ in
      (0..<network.inputs).map { _ in Int16(network.inputMinimum + generator.index(below: width)) }
    }
  }

  /// Searches on all cores, with a progress bar.
  func run(_ network: CertifiedNetwork, _ starts: [[Int16]], against bound: NormProduct) throws
    -> QuotientSearch
  {
    let bar = ProgressBar("searching pairs in norm \(bound.norm.rawValue)")
    let found = try network.quotientSearch(
      from: starts, against: bound, steps: steps,
      progress: { bar.update(Double($0) / Double(starts.count), "\($0) starts") })
    bar.finish("\(found.attempts) pairs")
    return found
  }
}
