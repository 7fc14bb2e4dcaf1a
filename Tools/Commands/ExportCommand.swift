internal import Integers
internal import Claims
internal import Header
internal import FileAccess
internal import Checker
internal import Certification
internal import Foundation
internal import Files
internal import Quantization
internal import Training

/// `supnorm export`.
enum ExportCommand: Command {
  static let name = "export"
  static let summary = "turn a model into certified integers in one C header"
  static let usage =
    "M.safetensors --name digits --out digits.h [--prune T | --offsets 8 | --flash 16KB] [--data SRC]"
  static let discussion = """
    Weights become Int16 with a proved bound on every row, layers are stored dense or sparse, whichever is smaller,
    and everything is verified before the file is written. With --data the accuracy of the float network and of
    the integers is compared. Same model, same bytes.

    A file of PyTorch's safetensors.torch.save_file with Linear (and BatchNorm1d) layers is taken as it is: for these
    activations bounded rows are an exact rewriting of the same function. Its golden vectors are of --data. One output
    z becomes the logits 0, z, or with --target a regression. Tables of --range, --mean and --std have a header row and
    a row for each feature, name,min,max,mean,std, as df.describe().T.to_csv of pandas writes them, or are that turned.
    """
  static let options =
    [
      Option("--name", "NAME", "prefixes every identifier: lowercase letters, digits, underscores"),
      Option("--out", "N.h", "the header to write", role: .output),
      Option("--prune", "T", "drop hidden weights below T LSB (default: 0)"),
      Option(
        "--offsets", "8|16",
        "bits of a distance's offset; 8 needs gray levels, takes 255 LSB for the range (default: 16)"),
      Option(
        "--flash", "N|NKB",
        "do as little as keeps all parameters within so many bytes: prune, byte offsets, drop entries little used by --data"
      ),
      Option(
        "--project", nil, "project hidden rows onto the ℓ1 ball instead of rewriting, and say what it cost"),
      .data, .label, .json,
    ] + ForeignOptions.options
  static let positionalCount = 1...1

  /// What quantization and pruning cost on a test set.
  struct Cost: Codable, Equatable {
    var samples: Int
    var floatCorrect: Int
    /// After projection; nil when nothing was projected.
    var projectedCorrect: Int?
    var integerCorrect: Int
  }

  private struct Output: Encodable {
    var header: String
    var parameterBytes: Int
    var layers: [LayerSummary]
    var projection: ProjectionCost?
    var accuracy: Cost?
  }

  static func run(_ arguments: Arguments) throws {
    let modelPath = arguments.positionals[0]
    let imported = try ImportedModel(modelPath, arguments)
    var (model, data) = (imported.model, imported.data)
    let path = try arguments.required("--out")
    if try arguments.choice("--offsets", ["8", "16"]) == "8" { try useByteOffsets(&model, path: modelPath) }
    if !imported.isForeign, let source = arguments.string("--data") {
      data = try DataSource.load(source, part: .test, columns: model.columns(arguments, of: source))
    }
    // What does not fit is refused before anything is written.
    if let data {
      let last = model.network.layers[model.network.layers.count - 1].rows
      try requireFit(
        data, inputs: model.network.layers[0].columns, model.targets.isEmpty ? last : .max)
    }
    let original = model.network
    let projection = arguments.has("--project") ? ProjectionCost(projecting: &model.network) : nil
    let exported = try export(
      &model, from: modelPath, name: try arguments.required("--name"), to: path,
      prune: try arguments.integer("--prune", 0...32767) ?? 0, flash: try flashBudget(arguments, for: model))
    let network = try CertifiedNetwork(exported.claims)
    var cost: Cost?
    if network.network.task == .regression, let data {
      let samples = try EncodedSamples(data, encoder: InputEncoder(network))
      if let text = arguments.string("--data").flatMap(samples.clampingText) { Console.message(text) }
      Console.message("supnorm evaluate \(path) says how far a regression is off")
    } else if let data {
      var deployed = try self.cost(
        of: model, network, on: data, source: arguments.string("--data"))
      if projection != nil {
        deployed.projectedCorrect = deployed.floatCorrect
        deployed.floatCorrect = floatCorrect(original, model.inputMap, on: data)
      }
      cost = deployed
      if imported.isForeign, network.network.outputs == 2, 2 * deployed.floatCorrect < deployed.samples,
        !arguments.has("--classes")
      {
        let turned = data.classNames.reversed().joined(separator: ",")
        Console.message(
          "\(FileError("--data", "most answers are wrong; --classes \(turned) takes the outputs the other way round"))"
        )
      }
    }
    if arguments.has("--json") {
      try Console.printJSON(
        Output(
          header: path, parameterBytes: exported.verification.parameterBytes,
          layers: exported.verification.layers.map(LayerSummary.init), projection: projection, accuracy: cost)
      )
    } else {
      Console.print(LayerSummary.table(exported.verification))
      if let projection { Console.print(projection.text) }
      if let cost { Console.print(text(of: cost)) }
    }
    Console.message("wrote \(path)")
  }

  /// `--flash 16KB`, with training samples of the data to see which entries are used.
  private static func flashBudget(_ arguments: Arguments, for model: FloatModel) throws -> FlashBudget? {
    guard let bytes = try arguments.bytes("--flash") else { return nil }
    for option in ["--prune", "--offsets"] where arguments.has(option) {
      throw CommandError.usage("\(option) does not go with --flash, which chooses it")
    }
    guard model.network.hasDistances, let source = arguments.string("--data") else {
      return FlashBudget(bytes: bytes)
    }
    var columns = try ColumnChoice(arguments)
    columns.features = DataSource.isTable(source) && !model.featureNames.isEmpty ? model.featureNames : nil
    columns.classNames = model.classNames.isEmpty ? nil : model.classNames
    let data = try DataSource.load(source, part: .train, columns: columns)
    return FlashBudget(bytes: bytes, samples: data.rawSamples(limit: 10_000))
  }

  /// Makes the resolution of the inputs, and with it of all values of a network of distances, that of one byte.
  static func useByteOffsets(_ model: inout FloatModel, path: String) throws {
    guard model.network.layers.allSatisfy({ $0.kind == .distance }) else {
      throw CommandError.usage("--offsets 8: \(path) has dense layers, only distances have offsets")
    }
    guard let map = model.inputMap.forByteOffsets else {
      throw CommandError.usage("--offsets 8: the inputs of \(path) are not gray levels of at most 255 steps")
    }
    model.inputMap = map
  }

  /// Deploys a model, verifies its claims independently and writes the header.
  ///
  /// - Parameter model: gets the input map that a budget asks for.
  static func export(
    _ model: inout FloatModel, from modelPath: String, name: String, to path: String, prune: Int = 0,
    flash: FlashBudget? = nil
  ) throws -> (claims: VerifiedClaims, verification: Verification) {
    if isReservedHeaderName(name) {
      throw CommandError.usage(
        "--name '\(name)': its identifiers or its file \(name).h would be those of supnorm.h or of the C library; another name"
      )
    }
    guard isValidHeaderName(name) else {
      throw CommandError.usage(
        "--name '\(name)': not a lowercase letter followed by up to 39 lowercase letters, digits or underscores"
      )
    }
    let names =
      problemsInNames(model.classNames, "class") + problemsInNames(model.featureNames, "feature")
      + problemsInNames(model.targetNames, "target")
    if let problem = names.first { throw FileError(modelPath, problem) }
    let claims: ModelClaims
    do {
      if let flash {
        let (integers, fittingModel, fit) = try quantized(model, within: flash)
        model = fittingModel
        Console.message("\(integers.parameterBytes) of \(flash.bytes) bytes: \(fit.text)")
        claims = try ModelClaims(deploying: integers, of: model, name: name)
      } else {
        claims = try ModelClaims(deploying: model, name: name, prune: prune)
      }
    } catch let error as QuantizationError {
      throw FileError(modelPath, "\(error)")
    }
    let text = headerText(of: claims)
    // What is written is what was verified: the text is read back.
    let (verification, problems) = try parseHeader(text, path: path).check()
    guard let verified = verification.verified, problems.isEmpty else {
      throw CommandError.failedCheck("\(path): \(problems.first ?? "not verified")")
    }
    try AtomicFile.write(text, to: path)
    return (verified, verification)
  }

  /// Counts right answers of the float network and of the integers.
  ///
  /// - Parameter source: where the data is from, to say what of it was clamped; nil where that has been said.
  static func cost(
    of model: FloatModel, _ network: CertifiedNetwork, on data: Dataset, source: String? = nil
  ) throws -> Cost {
    let samples = try EncodedSamples(data, encoder: InputEncoder(network))
    if let text = source.flatMap(samples.clampingText) { Console.message(text) }
    let counts = try network.certifiedAccuracy(
      inputs: samples.inputs, labels: data.labels, radii: [])
    return Cost(
      samples: data.count, floatCorrect: floatCorrect(model.network, model.inputMap, on: data),
      integerCorrect: counts.clean)
  }

  private static func floatCorrect(_ network: FloatNetwork, _ map: InputMap, on data: Dataset) -> Int {
    let logits = network.logits(of: map.mappedInputs(of: data))
    let outputs = network.layers[network.layers.count - 1].rows
    return data.labels.indices.count { sample in
      let row = logits[sample * outputs..<(sample + 1) * outputs]
      let best = row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 }
      return best - row.startIndex == data.labels[sample]
    }
  }

  private static func requireFit(_ data: Dataset, inputs: Int, _ outputs: Int) throws(CommandError) {
    guard data.featureCount == inputs else {
      throw .usage("--data: \(data.featureCount) features, the model has \(inputs) inputs")
    }
    if let label = data.labels.max(), label >= outputs {
      throw .usage("--data: label \(label), the model has \(outputs) outputs")
    }
  }

  static func text(of cost: Cost) -> String {
    let projected = cost.projectedCorrect.map { ", projected \(percentage($0, of: cost.samples))" } ?? ""
    return "\(cost.samples) samples: float \(percentage(cost.floatCorrect, of: cost.samples))\(projected), "
      + "integers \(percentage(cost.integerCorrect, of: cost.samples)) correct"
  }
}
