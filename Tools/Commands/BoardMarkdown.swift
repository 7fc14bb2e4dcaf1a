extension BoardTable {
  /// The tables of the article Results: each network on each board, then inferences by board, where other libraries may
  /// stand below.
  var markdown: String {
    let boards = Array(Set(costs.map(\.board))).sorted()
    let facts = networks.map { network in
      [
        network.network, "\(grouped(network.entries))", percentage(network.clean, of: network.samples),
        percentage(network.certified, of: network.samples), grouped(Int(network.touched.mean.rounded())),
        grouped(network.touched.greatest),
      ]
    }
    let epsilon = networks.first?.epsilon ?? ""
    let rows = costs.map { cost in
      [
        cost.network, "`\(cost.board)`", grouped(cost.inference.mean), grouped(cost.inference.greatest),
        cost.inference.full.map(grouped) ?? "–", formatted(cost.inference.perEntry, digits: 2),
        grouped(cost.certificate.mean), grouped(cost.certificate.greatest),
        cost.certificate.full.map(grouped) ?? "–", grouped(cost.code.answers), grouped(cost.code.inference),
        grouped(cost.stackBytes), grouped(cost.scratchBytes), grouped(cost.parameterBytes),
      ]
    }
    let byBoard = networks.flatMap { network in
      [("mean", \BoardCost.Instructions.mean), ("greatest seen", \.greatest)].map { name, figure in
        ["\(network.network), \(name)"]
          + boards.map { board in
            costs.first { $0.network == network.network && $0.board == board }
              .map { grouped($0.inference[keyPath: figure]) } ?? "–"
          }
      }
    }
    return [
      markdownTable(
        ["Network", "Stored", "Clean", "Certified at \(epsilon)", "Touched, mean", "Touched, greatest"], facts
      ),
      markdownTable(
        [
          "Network", "Board", "Inference", "greatest", "full", "an entry", "Certificate", "greatest", "full",
          "Code", "of inferences", "Stack", "Scratch", "Parameters",
        ], rows),
      markdownTable(["Instructions per inference"] + boards.map { "`\($0)`" }, byBoard),
    ].joined(separator: "\n\n")
  }
}

/// A table of Markdown.
private func markdownTable(_ head: [String], _ rows: [[String]]) -> String {
  ([head, head.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(
    separator: "\n")
}
