internal import FileAccess
internal import Certification
internal import Foundation
internal import Files
internal import Quantization
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
  static let options = ownOptions + WarmStart.options
  private static let ownOptions = [
    Option.data, Option("--out", "M.safetensors", "the model file to write", role: .output), .label,
    Option(
      "--layers", "KIND", "dense, distance, or hybrid: distances with a dense last layer (default: dense)"),
    Option("--hidden", "64,64", "widths of the hidden layers"),
    Option("--activation", "NAME", "relu, abs, maxMin or identity (default: relu)"),
    Option(
      "--loss", "NAME",
      "worst-case, cross-entropy or hinge (default: worst-case); with --target squared-error or absolute-error"
    ),
    Option("--target", "NAME", "train a regression that finds this column of a table"),
    Option("--features", "NAME,…", "the feature columns (default: all but label and target)"),
    Option("--monotone", "±NAME,…", "inputs in which a regression never falls (+) or never rises (-)"),
    Option(
      "--tolerance", "NAME=T,…",
      "how far each feature may move, in its unit or in % of its range, * for all others: becomes one radius"),
    Option(
      "--reading", "NAME=UNIT,…",
      "what one whole reading of a feature is worth in its unit: 0.01, 2^-10, none for hosts only, * for all others (default: the grid of the data)"
    ),
    Option("--epsilon", "E", "radius of the worst-case loss in mapped units"),
    Option("--temperature", "T", "temperature of worst-case and cross-entropy"),
    Option("--margin", "M", "margin of hinge"),
    Option("--clean-weight", "W", "share of plain cross-entropy in the worst-case loss"),
    Option(
      "--bound", "K,…", "bound on the rows' sums of |w|, one or one for each bounded layer (default: 1)"),
    Option("--last", "free|constrained", "whether the last layer is bounded too (default: free)"),
    Option("--exponents", "P,Q", "of distances: p at first and before it becomes infinite"),
    Option("--cross-entropy", "A,B", "of distances: the share of cross-entropy at first and in the end"),
    Option("--flash", "N|NKB", "bytes for the parameters: what must go is chosen, and the rest trained on"),
    Option("--crop", "N", "pixels cut from each side of images (default: 0)"),
    Option("--shift", "N", "shift training images by up to N pixels at random (default: 0)"),
    Option("--epochs", "N", "how often every sample is seen"),
    Option("--batch", "N", "samples for each step"),
    Option("--rate", "R", "learning rate after the warm-up"),
    Option("--seed", "S", "what everything random is drawn from (default: 0)"),
    Option("--validation", "F", "share of the samples held out and measured after every epoch (default: 0)"),
    Option(
      "--patience", "N", "stop after N epochs without a better validation certificate, keep the best epoch"),
    Option("--restarts", "N", "train with N seeds from S on, keep the best validation certificate"),
    Option("--start", "M.safetensors", "start from this network, of supnorm or PyTorch", role: .input),
    Option(
      "--checkpoint", "FILE", "written after every epoch; where it is there, training goes on from it",
      role: .output),
    .json,
  ]
  static let positionalCount = 0...0

  private struct Output: Encodable {
    var model: String
    var samples, epochs: Int
    var loss, accuracy: Double
    /// Interval bounds in floating point on training samples: indicative, nothing certified.
    var verifiedAccuracy: Double?
    /// The same of the samples held out, for the epoch that was kept.
    var keptEpoch: Int
    var validationAccuracy, validationVerifiedAccuracy: Double?
    var seed: UInt64
    var restarts: [Restart]?
  }

  /// One of several seeds.
  private struct Restart: Encodable {
    var seed: UInt64
    var epoch: Int
    var validationAccuracy, validationVerifiedAccuracy: Double?
  }

  static func run(_ arguments: Arguments) throws {
    let source = try arguments.required("--data")
    let path = try arguments.required("--out")
    var options = try trainingOptions(arguments, source: source)
    let flash = try arguments.bytes("--flash")
    let features = arguments.string("--features")?.split(separator: ",").map(String.init)
    var columns = try ColumnChoice(arguments)
    columns.features = features
    columns.target = arguments.string("--target")
    let data = try DataSource.load(source, part: .train, columns: columns)
    try requireVerifiable(data, options)
    options.monotone = try monotoneInputs(arguments, of: data)
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
    let trained: (model: FloatModel, result: TrainingResult, restarts: [Restart])
    do {
      trained = try trainBest(
        of: try arguments.integer("--restarts", 1...1000) ?? 1, data, options: options,
        plan: plan, start: start, checkpoint: arguments.string("--checkpoint"), source: source)
    } catch let error as TrainingError {
      guard case .diverged = error else { throw error }
      throw CommandError.failedCheck("\(error); nothing was written")
    }
    var (model, result, restarts) = trained
    if let bytes = flash, result.finishedEpochs == options.epochs {
      try FlashTraining.fit(&model, &result, within: bytes, data, options, plan: plan, source: source)
    }
    try writeModel(model, to: path)
    if arguments.has("--json"), let last = model.curve.last {
      try Console.printJSON(
        Output(
          model: path, samples: data.count, epochs: last.epoch, loss: last.loss, accuracy: last.accuracy,
          verifiedAccuracy: last.verifiedAccuracy, keptEpoch: result.keptEpoch,
          validationAccuracy: result.validation?.accuracy,
          validationVerifiedAccuracy: result.validation?.verifiedAccuracy,
          seed: result.seed,
          restarts: restarts.count > 1 ? restarts : nil))
    }
    Console.message("wrote \(path)")
    try requireFinished(result, options, path: path)
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

  /// Trains with several seeds and keeps the one whose network does best on the samples held out.
  private static func trainBest(
    of count: Int, _ data: Dataset, options: TrainingOptions, plan: InputPlan, start: WarmStart?,
    checkpoint: String?, source: String
  ) throws -> (model: FloatModel, result: TrainingResult, restarts: [Restart]) {
    guard count == 1 || checkpoint == nil else {
      throw CommandError.usage("--checkpoint does not go with --restarts: it holds one run")
    }
    guard count == 1 || options.validationFraction > 0 else {
      throw CommandError.usage(
        "--restarts goes with --validation: the best one is chosen by samples held out")
    }
    var best: (model: FloatModel, result: TrainingResult)?
    var restarts: [Restart] = []
    for index in 0..<count {
      var seeded = options
      seeded.seed &+= UInt64(index)
      let next: (model: FloatModel, result: TrainingResult)
      do {
        next = try train(
          data, options: seeded, plan: plan, start: start, checkpoint: checkpoint, source: source)
      } catch let TrainingError.diverged(epoch, cause) where count > 1 {
        Console.message("seed \(seeded.seed): \(TrainingError.diverged(epoch: epoch, cause: cause))")
        continue
      } catch let error as CommandError where error.exitStatus == 130 && best != nil {
        best?.result.ending = .stopped
        break
      }
      guard let score = next.result.validation, count > 1 else { return (next.model, next.result, []) }
      Console.message("seed \(seeded.seed): epoch \(next.result.keptEpoch), validation \(text(of: score))")
      restarts.append(
        Restart(
          seed: seeded.seed, epoch: next.result.keptEpoch, validationAccuracy: score.accuracy,
          validationVerifiedAccuracy: score.verifiedAccuracy))
      let isBest = best?.result.validation.map { $0 < score } ?? true
      if isBest { best = next }
      if next.result.ending == .stopped {
        best?.result.ending = .stopped
        break
      }
    }
    guard let best else { throw CommandError.failedCheck("training diverged with every seed") }
    return (best.model, best.result, restarts)
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

  /// `+mean_radius,-mean_texture`: the inputs by name, with their directions.
  private static func monotoneInputs(_ arguments: Arguments, of data: Dataset) throws -> [MonotoneConstraint]
  {
    guard let text = arguments.string("--monotone") else { return [] }
    guard arguments.has("--target") else {
      throw CommandError.usage("--monotone goes with --target: only numbers can rise and fall")
    }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let sign = part.first, sign == "+" || sign == "-" else {
        throw CommandError.usage("--monotone '\(part)': not + or - and the name of a feature")
      }
      guard let input = data.featureNames.firstIndex(of: String(part.dropFirst())) else {
        throw CommandError.usage("--monotone '\(part)': no such feature column")
      }
      return MonotoneConstraint(input: input, isIncreasing: sign == "+")
    }
  }

  static func trainingOptions(_ arguments: Arguments, source: String) throws -> TrainingOptions {
    let isRegression = arguments.has("--target")
    var options =
      source == "digits" ? TrainingOptions.digits : isRegression ? .regression : TrainingOptions()
    if source == "breast-cancer", !isRegression { options = .smallTable }
    let kind = try arguments.choice("--layers", NetworkKind.allCases.map(\.rawValue)) ?? "dense"
    if let kind = NetworkKind(rawValue: kind), kind != .dense {
      options = source == "digits" ? .digitDistances : .distances
      options.kind = kind
      let dense = [
        "--activation", "--loss", "--temperature", "--margin", "--clean-weight", "--bound", "--last",
        "--target",
      ]
      for option in dense where arguments.has(option) {
        throw CommandError.usage("\(option) does not go with --layers \(kind.rawValue)")
      }
    } else {
      for option in ["--exponents", "--cross-entropy"] where arguments.has(option) {
        throw CommandError.usage("\(option) goes with --layers distance or hybrid")
      }
    }
    if let exponents = try arguments.reals("--exponents", 2...1e6) {
      guard exponents.count == 2 else { throw CommandError.usage("--exponents: two numbers expected") }
      options.distance.firstExponent = Float(exponents[0])
      options.distance.lastExponent = Float(exponents[1])
    }
    if let weights = try arguments.reals("--cross-entropy", 1e-9...1e3) {
      guard weights.count == 2 else { throw CommandError.usage("--cross-entropy: two numbers expected") }
      options.distance.firstCrossEntropyWeight = Float(weights[0])
      options.distance.lastCrossEntropyWeight = Float(weights[1])
    }
    options.hidden = try arguments.integers("--hidden", 1...65535) ?? options.hidden
    if let name = try arguments.choice("--activation", Activation.allCases.map(\.rawValue)) {
      options.activation = Activation(rawValue: name) ?? options.activation
    }
    let positive = Double(Float.leastNormalMagnitude)...1e6
    let temperature = try arguments.real("--temperature", positive).map { Float($0) }
    let margin = try arguments.real("--margin", positive).map { Float($0) }
    let cleanWeight = try arguments.real("--clean-weight", 0...0.999).map { Float($0) }
    let losses =
      isRegression ? ["squared-error", "absolute-error"] : ["worst-case", "cross-entropy", "hinge"]
    let name = try arguments.choice("--loss", losses) ?? losses[0]
    func refuse(_ option: String, _ isGiven: Bool) throws {
      if isGiven { throw CommandError.usage("\(option) does not go with --loss \(name)") }
    }
    switch name {
    case "squared-error", "absolute-error":
      for (option, isGiven) in [
        ("--temperature", temperature != nil), ("--margin", margin != nil),
        ("--clean-weight", cleanWeight != nil),
      ] { try refuse(option, isGiven) }
      options.loss = name == "squared-error" ? .squaredError : .absoluteError
    case "cross-entropy":
      try refuse("--margin", margin != nil)
      try refuse("--clean-weight", cleanWeight != nil)
      options.loss = .crossEntropy(temperature: temperature ?? 0.05)
    case "hinge":
      try refuse("--temperature", temperature != nil)
      try refuse("--clean-weight", cleanWeight != nil)
      options.loss = .hinge(margin: margin ?? 0.3)
    default:
      try refuse("--margin", margin != nil)
      if case .worstCase(let defaultTemperature, let defaultWeight) = options.loss {
        options.loss = .worstCase(
          temperature: temperature ?? defaultTemperature, cleanWeight: cleanWeight ?? defaultWeight)
      }
    }
    options.epsilon = try arguments.real("--epsilon", 0...2).map { Float($0) } ?? options.epsilon
    options.bounds = try arguments.reals("--bound", 1e-3...65535)?.map { Float($0) } ?? options.bounds
    let last = try arguments.choice("--last", ["free", "constrained"])
    guard last != "free" || !arguments.has("--monotone") else {
      throw CommandError.usage("--last free does not go with --monotone")
    }
    options.lastConstrained = last == "constrained" || arguments.has("--monotone")
    options.epochs = try arguments.integer("--epochs", 1...1_000_000) ?? options.epochs
    options.batchSize = try arguments.integer("--batch", 1...1_048_576) ?? options.batchSize
    options.rate = try arguments.real("--rate", 1e-9...100).map { Float($0) } ?? options.rate
    options.seed = UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0)
    options.validationFraction = Float(try arguments.real("--validation", 0...0.9) ?? 0)
    options.validationSeed = options.seed
    options.patience = try arguments.integer("--patience", 1...1_000_000)
    guard options.patience == nil || options.validationFraction > 0 else {
      throw CommandError.usage(
        "--patience goes with --validation: the best epoch is chosen by samples held out")
    }
    try options.validate()
    return options
  }

  /// Trains with a progress bar.
  ///
  /// - Returns: the model, and how the training ended.
  static func train(
    _ data: Dataset, options: TrainingOptions, plan: InputPlan? = nil, start: WarmStart? = nil,
    from network: FloatNetwork? = nil, checkpoint: String? = nil, source: String
  ) throws -> (model: FloatModel, result: TrainingResult) {
    let plan = try plan ?? InputPlan(data)
    let map = options.kind == .dense ? plan.map : plan.map.narrowed
    let options = try options.restricted(to: plan.selection, data)
    let isRegression = options.loss.isRegression
    let targetMap = TargetMap.fitted(to: data.targets)
    let inputs = plan.selection.applied(to: map).mappedInputs(of: plan.selection.applied(to: data))
    let targets = data.targets.map(targetMap.mapped)
    let whole =
      try network
      ?? start?.network(for: map, inputs: data.featureCount, classes: data.classNames.count, options)
    let initial = whole.map(plan.selection.applied)
    var file = CheckpointFile(path: checkpoint)
    file.describe(options, inputs: inputs, labels: data.labels, targets: targets, start: initial)
    let resumed = try file.read()
    Interruption.watch()
    let bar = ProgressBar("training")
    let result: TrainingResult
    do {
      result = try Trainer.train(
        inputs: inputs, labels: data.labels, classCount: isRegression ? 1 : data.classNames.count,
        targets: targets, range: map.mappedRange, options: options, start: initial, from: resumed,
        save: checkpoint == nil ? nil : { file.write($0) },
        progress: { bar.update($0.fraction, text(of: $0)) },
        shouldStop: { Interruption.wasRequested || file.problem != nil })
    } catch TrainingError.checkpointMismatch {
      throw FileError(checkpoint ?? "", "\(TrainingError.checkpointMismatch)")
    }
    if let problem = file.problem { throw problem }
    guard let last = result.curve.last else {
      throw CommandError(description: "interrupted in the first epoch, nothing was written", exitStatus: 130)
    }
    bar.finish(
      "\(last.epoch) epochs, loss \(formatted(last.loss, digits: 4)), "
        + "\(isRegression ? "explained" : "accuracy") \(share(last.accuracy))"
        + (result.validation.map { ", validation \(text(of: $0)) in epoch \(result.keptEpoch)" } ?? ""))
    // What is monotone is bounded all through; its hidden values must fit all the same.
    let trained = plan.selection.restored(result.network)
    let deployedMap =
      options.monotone.isEmpty ? map.coarsened(toFitOffsetsOf: trained) : map.coarsened(toFit: trained)
    let model = FloatModel(
      network: trained, inputMap: deployedMap, classNames: isRegression ? [] : data.classNames,
      featureNames: data.featureNames, targets: isRegression ? [targetMap] : [],
      targetNames: isRegression ? [data.targetName] : [], tolerances: plan.tolerances,
      unreadInputs: plan.selection.dropped, examples: data.spreadExamples,
      settings: options.settings.merging(["data": source]) { $1 },
      curve: result.curve)
    return (model, result)
  }

  private static func text(of progress: TrainingProgress) -> String {
    let accuracy = progress.accuracy.map { ", accuracy \(share($0))" } ?? ""
    let verified = progress.verifiedAccuracy.map { ", verified \(share($0))" } ?? ""
    let validation = progress.validation.map { ", validation \(text(of: $0))" } ?? ""
    return
      "epoch \(progress.epoch)/\(progress.epochs), loss \(formatted(progress.loss, digits: 3))\(accuracy)\(verified)\(validation)"
  }

  /// `95.0 %, verified 87.2 %`.
  private static func text(of score: ValidationScore) -> String {
    share(score.accuracy) + (score.verifiedAccuracy.map { ", verified \(share($0))" } ?? "")
  }

  private static func share(_ fraction: Double) -> String { formatted(fraction * 100, digits: 1) + " %" }
}

extension Dataset {
  /// A few samples spread over the data, which become the golden vectors of a header.
  var spreadExamples: [[Double]] {
    (0..<min(4, count)).map { index in
      (0..<featureCount).map { value(sample: index * count / 4, feature: $0) }
    }
  }
}

extension TrainingOptions {
  /// The options for a network that reads some features alone.
  ///
  /// - Throws: a monotone input that is not among them.
  fileprivate func restricted(to selection: FeatureSelection, _ data: Dataset) throws(CommandError) -> Self {
    var result = self
    for (index, constraint) in monotone.enumerated() {
      guard let input = selection.kept.firstIndex(of: constraint.input) else {
        throw .usage("--monotone: column '\(data.columnName(constraint.input))' does not change in the data")
      }
      result.monotone[index].input = input
    }
    return result
  }

  /// The options as names and values, for the model file.
  var settings: [String: String] {
    var settings = [
      "hidden": hidden.map { "\($0)" }.joined(separator: ","), "activation": activation.rawValue,
      "epsilon": "\(epsilon)", "bound": bounds.map { "\($0)" }.joined(separator: ","),
      "last": lastConstrained ? "constrained" : "free", "epochs": "\(epochs)", "batch": "\(batchSize)",
      "rate": "\(rate)", "seed": "\(seed)",
    ]
    if validationFraction > 0 {
      settings["validation"] = "\(validationFraction)"
      settings["validation-seed"] = "\(validationSeed)"
      settings["patience"] = patience.map { "\($0)" }
    }
    if let augmentation {
      settings["crop"] = "\(augmentation.crop)"
      settings["shift"] = "\(augmentation.shift)"
    }
    if kind != .dense {
      for name in ["activation", "bound", "last"] { settings[name] = nil }
      settings["layers"] = kind.rawValue
      settings["exponents"] = "\(distance.firstExponent),\(distance.lastExponent)"
      settings["cross-entropy"] = "\(distance.firstCrossEntropyWeight),\(distance.lastCrossEntropyWeight)"
      return settings
    }
    switch loss {
    case .squaredError: settings["loss"] = "squared-error"
    case .absoluteError: settings["loss"] = "absolute-error"
    case .crossEntropy(let temperature):
      settings["loss"] = "cross-entropy"
      settings["temperature"] = "\(temperature)"
    case .hinge(let margin):
      settings["loss"] = "hinge"
      settings["margin"] = "\(margin)"
    case .worstCase(let temperature, let cleanWeight):
      settings["loss"] = "worst-case"
      settings["temperature"] = "\(temperature)"
      settings["clean-weight"] = "\(cleanWeight)"
    }
    return settings
  }
}
