/// What one network costs on one board.
struct BoardCost: Codable, Equatable, Sendable {
  /// Instructions of one call, counted in QEMU; never cycles or time of a chip.
  struct Instructions: Codable, Equatable, Sendable {
    /// Over the samples, rounded up.
    var mean: Int
    /// The greatest of the samples.
    var greatest: Int
    /// The mean, for each stored weight or entry of the network.
    var perEntry: Double
    /// The greatest of inputs built so that no entry is left out, see `FullNetwork`; nil where it was not asked for.
    var full: Int?

    init(_ counts: [Int], entries: Int, full: [Int]) {
      mean = InstructionCounts.mean(counts)
      greatest = counts.max() ?? 0
      perEntry = Double(counts.reduce(0, +)) / Double(max(counts.count * entries, 1))
      self.full = full.max()
    }
  }

  /// The mean instructions of one function.
  struct Function: Codable, Equatable, Sendable {
    var name: String
    var inference: Double
    var certificate: Double
  }

  var network, board, description: String
  var samples: Int
  /// Samples on which any answer differs from the host's.
  var mismatches: Int
  var inference, certificate: Instructions
  var code: CodeSizes
  /// The deeper of inference and certificate, below the caller's frame.
  var stackBytes: Int
  var scratchBytes, parameterBytes: Int
  /// Most instructions first.
  var functions: [Function]
}

/// What one network is, and what the host counts of it over all samples.
struct BoardNetwork: Codable, Equatable, Sendable {
  var network, description: String
  /// Stored weights and entries.
  var entries: Int
  /// All samples of the data, of which the boards ran the first.
  var samples: Int
  /// Of all samples: right, and right and proved at the radius by either certificate.
  var clean, certified: Int
  var epsilon: String
  var radiusLSB: Int
  /// Stored weights and entries that an inference has to touch, over all samples.
  var touched: TouchedEntries
}

/// The figures of several networks on several boards.
struct BoardTable: Codable, Equatable, Sendable {
  var networks: [BoardNetwork]
  var costs: [BoardCost]

  /// As a person reads it.
  var text: String {
    let facts = networks.map { network in
      [
        network.network, network.description, "\(network.entries)",
        percentage(network.clean, of: network.samples),
        "\(percentage(network.certified, of: network.samples)) at \(network.epsilon)",
        formatted(network.touched.mean, digits: 0),
        "\(network.touched.greatest)",
      ]
    }
    let head = ["network", "", "entries", "clean", "certified", "touched, mean", "greatest"]
    return [
      table([head] + facts), Self.instructions(costs), Self.memory(costs), Self.histograms(costs),
    ].joined(separator: "\n\n")
  }

  private static func instructions(_ costs: [BoardCost]) -> String {
    func cells(_ count: BoardCost.Instructions) -> [String] {
      [
        "\(count.mean)", "\(count.greatest)", count.full.map { "\($0)" } ?? "-",
        formatted(count.perEntry, digits: 2),
      ]
    }
    let head = ["mean", "greatest", "full", "an entry"]
    return "instructions (QEMU counts): inference, certificate\n"
      + table(
        [["network", "board"] + head + head]
          + costs.map { [$0.network, $0.board] + cells($0.inference) + cells($0.certificate) })
  }

  private static func memory(_ costs: [BoardCost]) -> String {
    "bytes: code of answers and of inferences alone; of the others beyond answers\n"
      + table(
        [
          [
            "network", "board", "answers", "inference", "self-check", "self-test", "encode", "bounds",
            "runtime",
            "stack", "scratch", "parameters",
          ]
        ]
          + costs.map { cost in
            let code = cost.code
            return [cost.network, cost.board]
              + [
                code.answers, code.inference, code.selfCheck, code.selfTest, code.encoding, code.outputBounds,
                code.runtime, cost.stackBytes, cost.scratchBytes, cost.parameterBytes,
              ].map { "\($0)" }
          })
  }

  private static func histograms(_ costs: [BoardCost]) -> String {
    "instructions by function, means\n"
      + table(
        [["network", "board", "inference", "certificate", "function"]]
          + costs.flatMap { cost in
            cost.functions.filter { $0.inference + $0.certificate >= 0.5 }.map { function in
              [
                cost.network, cost.board, formatted(function.inference, digits: 0),
                formatted(function.certificate, digits: 0), function.name,
              ]
            }
          })
  }
}
