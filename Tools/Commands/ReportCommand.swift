internal import Claims
internal import FileAccess
internal import Certification
internal import Foundation
internal import Files
internal import Training

/// `supnorm report`.
enum ReportCommand: Command {
  static let name = "report"
  static let summary = "one HTML page about a model: curves, row sums, certified samples, devices"
  static let usage = "M.safetensors N.h --data SRC --out report.html [--device run.json,…] [--tightness N]"
  static let discussion = """
    The tightness section compares the certified radii of the first test samples with the exact ones, by branch and
    bound. A search that runs into --seconds depends on the machine. Ctrl-C ends it: the page is written with the
    finished samples (exit status 130).
    """
  static let options =
    [
      Option.data, Option("--out", "F.html", "the page to write", role: .output),
      Option("--epsilon", "E,…", "radii quoted at the top (default: as of evaluate)"),
      Option("--device", "F,…", "results of supnorm run --json to show", role: .input), .label,
    ] + TightnessSearch.options + ForeignOptions.layers.dropFirst()
  static let positionalCount = 2...2

  static func run(_ arguments: Arguments) throws {
    let path = try arguments.required("--out")
    let tightness = try TightnessSearch(arguments)
    let header = try LoadedHeader(arguments.positionals[1])
    var (model, isForeign) = try ForeignOptions.read(
      arguments.positionals[0], arguments, isRegression: header.claims.task == .regression)
    if isForeign, let activation = header.claims.layers.first.flatMap({ Activation(of: $0.activation) }) {
      model.network.activation = activation
    }
    guard model.network.layers.map(\.rows) == header.claims.layers.map(\.rowCount),
      model.network.layers[0].columns == header.claims.inputs
    else {
      throw CommandError.usage(
        "\(arguments.positionals[1]): not a header of \(arguments.positionals[0]), the layers differ")
    }
    let epsilons = try header.epsilons(try arguments.epsilons("--epsilon"))
    let devices = try (arguments.string("--device") ?? "").split(separator: ",").map {
      try device(String($0))
    }
    let samples = try header.samples(arguments)
    let builder = ReportBuilder(
      model: model, header: header, samples: samples, headlines: epsilons, devices: devices,
      // The file of another program does not say how its network saw the samples.
      cost: header.claims.task == .regression || isForeign
        ? nil : try AccuracyCost(of: model, header.network, on: samples.data),
      tightness: tightness,
      summary: "", targets: try header.targets(arguments, samples),
      commands: commands(arguments, epsilons, isRegression: header.claims.task == .regression))
    try AtomicFile.write(reportPage(builder.content()), to: path)
    Console.message("wrote \(path)")
    if Interruption.wasRequested {
      throw CommandError(
        description: "interrupted; \(path) has the samples searched until then", exitStatus: 130)
    }
  }

  private static func device(_ path: String) throws -> RunCommand.Output {
    let bytes = try AtomicFile.read(path, limit: 1 << 20)
    do {
      return try JSONDecoder().decode(RunCommand.Output.self, from: Data(bytes))
    } catch {
      throw FileError(path, "not the result of supnorm run --json")
    }
  }

  private static func commands(
    _ arguments: Arguments, _ epsilons: [Epsilon], isRegression: Bool
  ) -> [ReportContent.Command] {
    let header = arguments.positionals[1]
    let source = arguments.string("--data") ?? ""
    let list = epsilons.map(\.description).joined(separator: ",")
    return [
      ReportContent.Command(caption: "Re-derive every claim of the header", line: "supnorm verify \(header)"),
      ReportContent.Command(
        caption: isRegression ? "Errors and bounds" : "Clean and certified accuracy",
        line: "supnorm evaluate \(header) --data \(source) --epsilon \(list)"),
    ]
  }
}

extension Activation {
  /// The float activation that an integer one stands for; of tables only tanh has values below 0.
  fileprivate init?(of activation: IntegerActivation) {
    if let table = activation.table {
      self = (table.nodes.first ?? 0) < 0 ? .tanh : .sigmoid
    } else {
      self.init(rawValue: "\(activation)")
    }
  }
}
