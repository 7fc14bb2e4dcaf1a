internal import Foundation
internal import Files
internal import Training

/// `supnorm train`.
enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a bounded network in floating point"
  static let usage = "--data SRC --out M.safetensors [options]"
  static let discussion = """
    Every hidden row is projected onto the l1 ball after every step. The same data, options and seed give the same
    file, byte by byte. Ctrl-C keeps the last finished epoch (exit status 130), and so does a run that diverges (1).
    Nothing is ever chosen by test data: restarts and early stopping go by samples held out of the training part.
    """
  static let options = TrainingOption.all.map(\.option) + WarmStart.options
  static let positionalCount = 0...0

  private struct Output: Encodable {
    var model: String
    var samples, epochs: Int
    var loss, accuracy: Double
    /// Interval bounds in floating point on training samples: indicative, nothing certified.
    var verifiedAccuracy: Double?
    /// The same of the samples held out, for the epoch that was kept.
    var keptEpoch: Int
    var validationAccuracy, validationVerifiedAccuracy, validationAttackedAccuracy: Double?
    /// Of that epoch: the training samples' accuracy, λ of a penalty, and the largest difference quotient it met.
    var keptAccuracy: Double
    var lambda, quotient: Double?
    var seed: UInt64
    var restarts: [Restarts.Run]?
  }

  static func run(_ arguments: Arguments) throws {
    let source = try arguments.required("--data")
    let path = try arguments.required("--out")
    var options = try TrainingOptions(arguments, source: source)
    let flash = try arguments.bytes("--flash")
    var columns = try ColumnChoice(arguments)
    columns.features = arguments.string("--features")?.split(separator: ",").map(String.init)
    columns.target = arguments.string("--target")
    let data = try DataSource.load(source, part: .train, columns: columns)
    try requireVerifiable(data, options)
    options.monotone = try MonotoneOption.constraints(arguments, of: data)
    options.convex.inputs = try ConvexOption.inputs(arguments, of: data)
    options.augmentation = try augmentation(arguments, of: data)
    try options.validate()
    let tolerances = try arguments.string("--tolerance").map { try Tolerances.parse($0, for: data) } ?? []
    let readings = try arguments.string("--reading").map { try Readings.parse($0, for: data) } ?? [:]
    let plan = try InputPlan(data, tolerances: tolerances, readings: readings)
    if !arguments.has("--epsilon"), let epsilon = plan.toleranceEpsilon { options.epsilon = epsilon }
    let start = try WarmStart(arguments, data: data)
    try start?.set(&options, arguments)
    // What is refused is refused in one line.
    _ = try options.restricted(to: plan.selection, data)
    plan.announce(data)
    let training = ModelTraining(data: data, plan: plan, source: source)
    var (trained, restarts) = try best(of: arguments, training, options, from: start)
    if let bytes = flash, trained.result.finishedEpochs == options.epochs {
      try FlashTraining.fit(&trained, within: bytes, training, options)
    }
    try writeModel(trained.model, to: path)
    if arguments.has("--json"), let last = trained.model.curve.last {
      let kept = trained.model.curve[trained.result.keptEpoch - 1]
      try Console.printJSON(
        Output(
          model: path, samples: data.count, epochs: last.epoch, loss: last.loss, accuracy: last.accuracy,
          verifiedAccuracy: last.verifiedAccuracy, keptEpoch: trained.result.keptEpoch,
          validationAccuracy: trained.result.validation?.accuracy,
          validationVerifiedAccuracy: trained.result.validation?.verifiedAccuracy,
          validationAttackedAccuracy: trained.result.validation?.attackedAccuracy,
          keptAccuracy: kept.accuracy,
          lambda: kept.penalty.map { Double($0.lambda) }, quotient: kept.penalty?.quotient,
          seed: trained.result.seed,
          restarts: restarts.count > 1 ? restarts : nil))
    }
    Console.message("wrote \(path)")
    try requireFinished(trained.result, options, path: path)
  }

  /// Trains with one seed or several.
  private static func best(
    of arguments: Arguments, _ training: ModelTraining, _ options: TrainingOptions, from start: WarmStart?
  ) throws -> (trained: ModelTraining.Outcome, restarts: [Restarts.Run]) {
    let count = try arguments.integer("--restarts", 1...1000) ?? 1
    let checkpoint = arguments.string("--checkpoint")
    do {
      guard count > 1 else {
        return (try training.outcome(options, start: start, checkpoint: checkpoint), [])
      }
      guard checkpoint == nil else {
        throw CommandError.usage("--checkpoint does not go with --restarts: it holds one run")
      }
      return try Restarts.best(of: count, training, options, from: start)
    } catch let error as TrainingError {
      guard case .diverged = error else { throw error }
      throw CommandError.failedCheck("\(error); nothing was written")
    }
  }

  /// Ends a command whose training did not come to its end.
  static func requireFinished(
    _ result: TrainingResult, _ options: TrainingOptions, path: String
  ) throws(CommandError) {
    let rest = "\(path) holds epoch \(result.keptEpoch) of \(options.epochs)"
    switch result.ending {
    case .finished, .patience: break
    case .stopped: throw CommandError(description: "interrupted; \(rest)", exitStatus: 130)
    case .diverged(let error): throw .failedCheck("\(error); \(rest)")
    }
  }

  /// Ends before training what no header could hold: layers too large to load, and more pairs of classes than its
  /// checker compares.
  private static func requireVerifiable(_ data: Dataset, _ options: TrainingOptions) throws(CommandError) {
    let classes = data.classNames.count
    let widths = [data.featureCount] + options.hidden + [max(classes, 1)]
    for (columns, rows) in zip(widths, widths.dropFirst()) where rows * columns > 1 << 27 {
      throw .usage("--hidden: a layer of \(rows) × \(columns) weights, at most 2^27 are loaded from a header")
    }
    // The checker reads no weights of a last layer of distances.
    let width = options.kind == .distance ? 1 : options.hidden.last ?? data.featureCount
    guard classes * classes * width <= 1 << 33 else {
      throw .usage(
        "--data: \(classes) classes and a last hidden layer of \(width): classes² · width is above 2^33, "
          + "too large for a header to be verified; --target finds a number instead of a class")
    }
  }

  /// How images are cut and shifted; nil when they stay as they are.
  private static func augmentation(_ arguments: Arguments, of data: Dataset) throws -> Augmentation? {
    let crop = try arguments.integer("--crop", 0...1000) ?? 0
    let shift = try arguments.integer("--shift", 0...1000) ?? 0
    guard crop > 0 || shift > 0 else { return nil }
    guard let size = data.imageSize else {
      throw CommandError.usage("--crop and --shift go with images")
    }
    return Augmentation(width: size.width, height: size.height, crop: crop, shift: shift)
  }
}
