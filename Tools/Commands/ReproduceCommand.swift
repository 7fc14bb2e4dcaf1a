internal import FileAccess
internal import Foundation

/// `supnorm reproduce`.
enum ReproduceCommand: Command {
  static let name = "reproduce"
  static let summary = "the small experiments of the documents that SupNorm started from"
  static let usage = "clip-regression --out FIGURE.svg [--seed S] [--epochs N] [--json]"
  static let discussion = """
    clip-regression: a 1-500-200-100-1 network of sigmoids learns 100 noisy points of y = sin(2x) exp(-x^2/8) / 2 on -3 ... 3,
    of which none lie in -1 ... 0.5, with noise of deviation 0.1: without a penalty, then by CLIP with lambda = 0.1, 0.01, 0.001,
    each from the network before. Prints errors and the largest difference quotient on a grid of 1,201 points, which is
    empirical and bounds nothing, and draws all curves.
    """
  static let options = [
    Option("--out", "FIGURE.svg", "the figure to write", role: .output),
    Option("--seed", "S", "what points, networks and pairs are drawn from (default: 0)"),
    Option("--epochs", "N", "of each network (default: 2000)"), .json,
  ]
  static let positionalCount = 1...1

  private struct Row: Encodable {
    var lambda: Float
    var pointError, functionError, empiricalQuotient: Double
  }

  static func run(_ arguments: Arguments) throws {
    guard arguments.positionals[0] == "clip-regression" else {
      throw CommandError.usage("'\(arguments.positionals[0])': not clip-regression")
    }
    let path = try arguments.required("--out")
    let epochs = try arguments.integer("--epochs", 1...1_000_000) ?? 2000
    var regression = ClipRegression(seed: UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0))
    try regression.run(epochs: epochs) { Console.message($0) }
    try AtomicFile.write(Array(ClipFigure(regression: regression).svg.utf8), to: path)
    let rows = regression.curves.map {
      Row(
        lambda: $0.lambda, pointError: $0.pointError, functionError: $0.functionError,
        empiricalQuotient: $0.quotient)
    }
    let lines = rows.map { row in
      [row.lambda == 0 ? "none" : "\(row.lambda)"]
        + [row.pointError, row.functionError, row.empiricalQuotient].map { formatted($0, digits: 3) }
    }
    try Console.print(
      rows, arguments,
      text: table([["lambda", "error at the points", "error everywhere", "empirical quotient"]] + lines))
  }
}
