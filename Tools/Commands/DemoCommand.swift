internal import FileAccess
internal import Certification
internal import Foundation
internal import Files
internal import Training

/// `supnorm demo`.
enum DemoCommand: Command {
  static let name = "demo"
  static let summary = "the whole way on real digits: train, export, prove, compile, run in QEMU, report"
  static let usage = "[--out DIR] [--board NAME] [--epochs N] [--seed S]"
  static let options = [
    Option("--out", "DIR", "where models, headers and reports of both networks are left (default: demo)"),
    Option("--board", "NAME", "the board to run on (default: mps2-an386)"),
    Option("--epochs", "N", "epochs of training"),
    Option("--seed", "S", "what everything random is drawn from (default: 0)"),
  ]
  static let positionalCount = 0...0

  private static let digits = ShippedData.digits.rawValue

  static func run(_ arguments: Arguments) throws {
    let start = Date()
    let folder = arguments.string("--out") ?? "demo"
    let boardName = arguments.string("--board") ?? "mps2-an386"
    let board = try Board.named(boardName)
    _ = try Subprocess.require(board.qemu, package: DeviceRun.package(of: board.qemu))
    var exhibits = [
      Exhibit(
        name: "digits", page: "report", kind: "dense layers",
        options: try TrainingOptions(arguments, source: digits)),
      Exhibit(name: "distances", page: "distances", kind: "distances", options: .digitDistances),
    ]
    exhibits[1].options.seed = exhibits[0].options.seed
    if arguments.has("--epochs") { exhibits[1].options.epochs = exhibits[0].options.epochs }
    try createFolder(folder)
    let files = exhibits.flatMap { exhibit in
      ["\(exhibit.name).safetensors", "\(exhibit.name).h", "\(exhibit.page).html"].map { "\(folder)/\($0)" }
    }
    for file in files { try AtomicFile.requireWritable(file) }
    var mismatches = 0
    for exhibit in exhibits {
      mismatches += try show(exhibit, in: folder, boardName: boardName, board: board).mismatches
    }
    Console.print(
      "\(files.joined(separator: ", ")) in "
        + ProgressBar.duration(Date().timeIntervalSince(start)))
    guard mismatches == 0 else {
      throw CommandError.failedCheck("\(mismatches) answers differ from the host")
    }
  }

  /// One network of the demo.
  private struct Exhibit {
    /// Of model, header and identifiers.
    var name: String
    /// Of the report.
    var page: String
    /// What the network is made of, in words.
    var kind: String
    var options: TrainingOptions
  }

  /// Trains a network, takes it all the way and prints what came of it.
  private static func show(
    _ exhibit: Exhibit, in folder: String, boardName: String, board: Board
  ) throws -> RunCommand.Output {
    let path = { (name: String) in "\(folder)/\(name)" }
    let (modelPath, headerPath, pagePath) = (
      path("\(exhibit.name).safetensors"), path("\(exhibit.name).h"), path("\(exhibit.page).html")
    )
    let data = try DataSource.load(digits, part: .train)
    var trained = try ModelTraining(data: data, plan: InputPlan(data), source: digits).outcome(
      exhibit.options)
    try writeModel(trained.model, to: modelPath)
    try TrainCommand.requireFinished(trained.result, exhibit.options, path: modelPath)
    let exported = try HeaderExport(name: exhibit.name, modelPath: modelPath, path: headerPath)
      .write(&trained.model)
    let model = trained.model
    let header = try LoadedHeader(headerPath)
    Console.message("verified \(headerPath): every claim holds")
    let compilers = try HeaderCompilation.compile(headerPath, name: exhibit.name)
    Console.message("compiled \(headerPath), proof included: \(compilers)")

    let test = try DataSource.load(
      digits, part: .test, columns: header.claims.columns(label: nil, of: digits))
    let samples = try EncodedSamples(test, encoder: header.encoder)
    let epsilons = ["1/16", "2/16"].compactMap { Epsilon($0) }
    let counts = try EvaluateCommand.certifiedAccuracy(header, samples, epsilons)
    let cost = try AccuracyCost(of: model, header.network, on: test)
    let device = try RunCommand.compare(
      header, boardName: boardName, board: board, samples: samples, epsilon: epsilons[0])

    let builder = ReportBuilder(
      model: model, header: header, samples: samples, headlines: epsilons, devices: [device], cost: cost,
      // Short, for the whole demo shall not take long.
      tightness: TightnessSearch(samples: 24, limits: SearchLimits(nodes: 10_000, seconds: 0.2)),
      summary:
        "Handwritten digits, 8 × 8 pixels of 17 gray levels (UCI, 1,437 for training and 360 for testing), by \(exhibit.kind)",
      commands: [
        ReportContent.Command(caption: "Everything on this page", line: "Tools/demo --out \(folder)")
      ])
    try AtomicFile.write(reportPage(builder.content()), to: pagePath)

    Console.print("\(exhibit.name): \(exhibit.kind)")
    Console.print(LayerSummary.table(exported.verification))
    Console.print("")
    Console.print(EvaluateCommand.text(counts, epsilons))
    Console.print(cost.text)
    Console.print("")
    Console.print(RunCommand.text(of: device))
    Console.print("")
    return device
  }

  private static func createFolder(_ path: String) throws(CommandError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .usage("--out '\(path)': the folder cannot be made")
    }
  }
}
