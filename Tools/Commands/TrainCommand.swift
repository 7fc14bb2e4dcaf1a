internal import Certification
internal import Foundation
internal import Interchange
internal import Training

/// `supnorm train`.
enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a bounded network in floating point"
  static let usage = "--data SRC --out M.safetensors [options]"
  static let discussion = """
    Every hidden row is projected onto the l1 ball after every step. The same data, options and seed give the same
    file, byte by byte. Ctrl-C keeps the last finished epoch (exit status 130).
    """
  static let options = [
    Option.data, Option("--out", "M.safetensors", "the model file to write"), .label,
    Option("--hidden", "64,64", "widths of the hidden layers"),
    Option("--activation", "NAME", "relu, abs, maxMin or identity (default: relu)"),
    Option("--loss", "NAME", "worst-case, cross-entropy or hinge (default: worst-case)"),
    Option("--epsilon", "E", "radius of the worst-case loss in mapped units"),
    Option("--temperature", "T", "temperature of worst-case and cross-entropy"),
    Option("--margin", "M", "margin of hinge"),
    Option("--clean-weight", "W", "share of plain cross-entropy in the worst-case loss"),
    Option(
      "--bound", "K,…", "bound on the rows' sums of |w|, one or one for each bounded layer (default: 1)"),
    Option("--last", "free|constrained", "whether the last layer is bounded too (default: free)"),
    Option("--epochs", "N", "how often every sample is seen"),
    Option("--batch", "N", "samples for each step"),
    Option("--rate", "R", "learning rate after the warm-up"),
    Option("--seed", "S", "what everything random is drawn from (default: 0)"), .json,
  ]
  static let positionalCount = 0...0

  private struct Output: Encodable {
    var model: String
    var samples, epochs: Int
    var loss, accuracy: Double
    /// Interval bounds in floating point on training samples: indicative, nothing certified.
    var verifiedAccuracy: Double?
  }

  static func run(_ arguments: Arguments) throws {
    let source = try arguments.required("--data")
    let path = try arguments.required("--out")
    let options = try trainingOptions(arguments, isDigits: source == "digits")
    try requireWritable(path)
    let data = try DataSource.load(source, part: .train, label: arguments.string("--label"))
    let (model, isComplete) = try train(data, options: options, source: source)
    try writeModel(model, to: path)
    if arguments.has("--json"), let last = model.curve.last {
      try Console.printJSON(
        Output(
          model: path, samples: data.count, epochs: last.epoch, loss: last.loss, accuracy: last.accuracy,
          verifiedAccuracy: last.verifiedAccuracy))
    }
    Console.message("wrote \(path)")
    guard isComplete else {
      throw CommandError(
        description: "interrupted; \(path) holds epoch \(model.curve.count) of \(options.epochs)",
        exitStatus: 130)
    }
  }

  static func trainingOptions(_ arguments: Arguments, isDigits: Bool) throws -> TrainingOptions {
    var options = isDigits ? TrainingOptions.digits : TrainingOptions()
    options.hidden = try arguments.integers("--hidden", 1...65535) ?? options.hidden
    if let name = try arguments.choice("--activation", Activation.allCases.map(\.rawValue)) {
      options.activation = Activation(rawValue: name) ?? options.activation
    }
    let positive = Double(Float.leastNormalMagnitude)...1e6
    let temperature = try arguments.real("--temperature", positive).map { Float($0) }
    let margin = try arguments.real("--margin", positive).map { Float($0) }
    let cleanWeight = try arguments.real("--clean-weight", 0...0.999).map { Float($0) }
    let name = try arguments.choice("--loss", ["worst-case", "cross-entropy", "hinge"]) ?? "worst-case"
    func refuse(_ option: String, _ isGiven: Bool) throws {
      if isGiven { throw CommandError.usage("\(option) does not go with --loss \(name)") }
    }
    switch name {
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
    options.lastConstrained = try arguments.choice("--last", ["free", "constrained"]) == "constrained"
    options.epochs = try arguments.integer("--epochs", 1...1_000_000) ?? options.epochs
    options.batchSize = try arguments.integer("--batch", 1...1_048_576) ?? options.batchSize
    options.rate = try arguments.real("--rate", 1e-9...100).map { Float($0) } ?? options.rate
    options.seed = UInt64(try arguments.integer("--seed", 0...Int.max) ?? 0)
    try options.validate()
    return options
  }

  /// Trains with a progress bar.
  ///
  /// - Returns: the model, and whether all epochs were finished.
  static func train(
    _ data: Dataset, options: TrainingOptions, source: String
  ) throws -> (model: FloatModel, isComplete: Bool) {
    let map = InputMap.fitted(to: data)
    Interruption.watch()
    let bar = ProgressBar("training")
    let result = try Trainer.train(
      inputs: map.mappedInputs(of: data), labels: data.labels, classCount: data.classNames.count,
      range: map.mappedRange, options: options,
      progress: { bar.update($0.fraction, text(of: $0)) },
      shouldStop: { Interruption.wasRequested })
    guard let last = result.curve.last else {
      throw CommandError(description: "interrupted in the first epoch, nothing was written", exitStatus: 130)
    }
    bar.finish(
      "\(last.epoch) epochs, loss \(formatted(last.loss, digits: 4)), accuracy \(share(last.accuracy))")
    // A few samples spread over the data become the golden vectors of the header.
    let examples = (0..<min(4, data.count)).map { index in
      (0..<data.featureCount).map { data.value(sample: index * data.count / 4, feature: $0) }
    }
    let model = FloatModel(
      network: result.network, inputMap: map, classNames: data.classNames, featureNames: data.featureNames,
      examples: examples, settings: options.settings.merging(["data": source]) { $1 }, curve: result.curve)
    return (model, result.finishedEpochs == options.epochs)
  }

  private static func text(of progress: TrainingProgress) -> String {
    let accuracy = progress.accuracy.map { ", accuracy \(share($0))" } ?? ""
    let verified = progress.verifiedAccuracy.map { ", verified \(share($0))" } ?? ""
    return
      "epoch \(progress.epoch)/\(progress.epochs), loss \(formatted(progress.loss, digits: 3))\(accuracy)\(verified)"
  }

  private static func share(_ fraction: Double) -> String { formatted(fraction * 100, digits: 1) + " %" }

  /// Fails before hours of work rather than after them.
  static func requireWritable(_ path: String) throws(CommandError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw .usage("\(path): no such folder")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .usage("\(path): the folder is read-only")
    }
  }
}

extension TrainingOptions {
  /// The options as names and values, for the model file.
  var settings: [String: String] {
    var settings = [
      "hidden": hidden.map { "\($0)" }.joined(separator: ","), "activation": activation.rawValue,
      "epsilon": "\(epsilon)", "bound": bounds.map { "\($0)" }.joined(separator: ","),
      "last": lastConstrained ? "constrained" : "free", "epochs": "\(epochs)", "batch": "\(batchSize)",
      "rate": "\(rate)", "seed": "\(seed)",
    ]
    switch loss {
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
