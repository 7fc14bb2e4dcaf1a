internal import Claims
internal import Checker
internal import Header
internal import Certification

/// `supnorm verify`.
enum VerifyCommand: Command {
  static let name = "verify"
  static let summary = "re-derive every claim of a header from its text"
  static let usage = "N.h [--json]"
  static let discussion = """
    Reads nothing but the text: row sums, overflow, entries, pair table, scratch sizes, CRC-32, input map and golden vectors
    are computed anew in 64-bit integers, and the code around the numbers must be what the format prescribes.
    Exit 0 when everything holds, 1 with the list of what does not.
    """
  static let options = [Option.json]
  static let positionalCount = 1...1

  private struct Output: Encodable {
    var valid: Bool
    var layers: [LayerSummary]
    /// The bytes of all parameters on the device.
    var parameterBytes: Int
    /// The product of the gains, rounded up.
    var lipschitz: Double
    var lipschitzExact: String
    /// The inputs in which every output is monotone, `+name` or `-name`, or the lead of a class, `+name:class`; proved when
    /// the header is valid.
    var monotone: [String]
    /// The inputs in which every output is convex, but for `convexityBounds` in accumulator units, one for each output.
    var convex: [String]
    var convexityBounds: [Int]
    /// The radius that covers all declared tolerances, 0 for none.
    var toleranceLSB: Int
    var problems: [String]
  }

  static func run(_ arguments: Arguments) throws {
    let path = arguments.positionals[0]
    let file = try readHeader(path)
    let (result, found) = file.check()
    let problems = found.map { "\(path): \($0)" }
    let output = Output(
      valid: problems.isEmpty, layers: result.layers.map(LayerSummary.init),
      parameterBytes: result.parameterBytes, lipschitz: result.lipschitzBound.roundedUp,
      lipschitzExact: "\(result.lipschitzBound)",
      monotone: file.claims.monotoneInputs.map {
        ($0.direction == 1 ? "+" : "-") + file.claims.inputName($0.input)
          + ($0.classIndex == -1 ? "" : ":" + file.claims.className($0.classIndex))
      },
      convex: file.claims.convexInputs.map(file.claims.inputName),
      convexityBounds: file.claims.convexityBounds, toleranceLSB: file.claims.toleranceLSB, problems: problems
    )
    try Console.print(output, arguments, text: text(of: result, file.claims, problems))
    guard problems.isEmpty else {
      throw CommandError.failedCheck("\(path): \(problems.count) claim(s) do not hold")
    }
    Console.message("\(path): every claim holds")
  }

  private static func text(of result: Verification, _ claims: ModelClaims, _ problems: [String]) -> String {
    let bound = result.lipschitzBound.roundedUp
    let lipschitz = decimal(bound, place: min(leadingPlace(bound) - 6, 0), rounded: .up)
    var lines = [
      LayerSummary.table(result), "Lipschitz bound in the sup norm: \(lipschitz) (\(result.lipschitzBound))",
    ]
    guard problems.isEmpty else { return (lines + problems).joined(separator: "\n") }
    lines += claims.monotoneInputs.map { "monotone: \(claims.sentence($0))" }
    if !claims.convexInputs.isEmpty {
      let bounds = zip(claims.targets, claims.convexityBounds).map { roundedUp($0.change($1)) }
      lines.append(claims.convexity(within: bounds.joined(separator: ", ")))
    }
    if claims.toleranceLSB > 0 {
      lines.append("tolerances: a radius of \(claims.toleranceLSB) LSB covers all of them at once")
    }
    return lines.joined(separator: "\n")
  }
}
