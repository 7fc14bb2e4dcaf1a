internal import Claims
internal import Integers
internal import Header
internal import FileAccess
internal import Checker
internal import Certification
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
        "--storage", "smaller|dense",
        "weights of each layer dense or sparse, whichever is smaller, or all of them (default: smaller)"),
      OffsetOption.option,
      Option(
        "--flash", "N|NKB",
        "do as little as keeps all parameters within so many bytes: prune, offsets of 8 bits, drop entries little used by --data"
      ),
      Option(
        "--project", nil, "project hidden rows onto the ℓ1 ball instead of rewriting, and say what it cost"),
      .data, .label, .json,
    ] + ForeignOptions.options
  static let positionalCount = 1...1

  private struct Output: Encodable {
    var header: String
    var parameterBytes: Int
    var layers: [LayerSummary]
    var projection: ProjectionCost?
    var accuracy: AccuracyCost?
  }

  static func run(_ arguments: Arguments) throws {
    let modelPath = arguments.positionals[0]
    let imported = try ImportedModel(modelPath, arguments)
    var (model, data) = (imported.model, imported.data)
    let path = try arguments.required("--out")
    try OffsetOption.set(&model, arguments, path: modelPath)
    if !imported.isForeign, let source = arguments.string("--data") {
      data = try DataSource.load(source, part: .test, columns: model.columns(arguments, of: source))
    }
    // What does not fit is refused before anything is written.
    if let data { try requireFit(data, model) }
    let original = model.network
    let projection = arguments.has("--project") ? ProjectionCost(projecting: &model.network) : nil
    let export = HeaderExport(
      name: try arguments.required("--name"), modelPath: modelPath, path: path,
      prune: try arguments.integer("--prune", 0...32767) ?? 0,
      storesAllWeights: try arguments.choice("--storage", ["smaller", "dense"]) == "dense",
      flash: try flashBudget(arguments, for: model))
    let exported = try export.write(&model)
    let network = try CertifiedNetwork(exported.claims)
    var cost: AccuracyCost?
    if network.network.task == .regression, let data {
      let samples = try EncodedSamples(data, encoder: InputEncoder(network))
      if let text = arguments.string("--data").flatMap(samples.clampingText) { Console.message(text) }
      Console.message("supnorm evaluate \(path) says how far a regression is off")
    } else if let data {
      cost = try AccuracyCost(
        of: model, network, on: data, source: arguments.string("--data"),
        unprojected: projection == nil ? nil : original)
    }
    if let cost, let data, imported.isForeign, !arguments.has("--classes") { warn(of: cost, data, network) }
    let lines = [LayerSummary.table(exported.verification), projection?.text, cost?.text]
    try Console.print(
      Output(
        header: path, parameterBytes: exported.verification.parameterBytes,
        layers: exported.verification.layers.map(LayerSummary.init), projection: projection, accuracy: cost),
      arguments, text: lines.compactMap(\.self).joined(separator: "\n"))
    Console.message("wrote \(path)")
  }

  /// Says how two outputs are turned where most answers are wrong.
  private static func warn(of cost: AccuracyCost, _ data: Dataset, _ network: CertifiedNetwork) {
    guard network.network.outputs == 2, 2 * cost.floatCorrect < cost.samples else { return }
    let turned = data.classNames.reversed().joined(separator: ",")
    Console.message(
      "\(FileError("--data", "most answers are wrong; --classes \(turned) takes the outputs the other way round"))"
    )
  }

  /// `--flash 16KB`, with training samples of the data to see which entries are used.
  private static func flashBudget(_ arguments: Arguments, for model: FloatModel) throws -> FlashBudget? {
    guard let bytes = try arguments.bytes("--flash") else { return nil }
    for option in ["--prune", "--offsets", "--storage"] where arguments.has(option) {
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

  /// Ends a command whose data are not for its model.
  static func requireFit(_ data: Dataset, _ model: FloatModel) throws(CommandError) {
    let inputs = model.network.layers[0].columns
    let outputs = model.targets.isEmpty ? model.network.layers[model.network.layers.count - 1].rows : .max
    guard data.featureCount == inputs else {
      throw .usage("--data: \(data.featureCount) features, the model has \(inputs) inputs")
    }
    if let label = data.labels.max(), label >= outputs {
      throw .usage("--data: label \(label), the model has \(outputs) outputs")
    }
  }
}
