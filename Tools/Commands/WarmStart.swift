internal import Files
internal import Quantization
internal import Training

/// The network of `--start`: a model of ours or of another program from which training goes on.
struct WarmStart {
  private let path: String
  private let model: FloatModel
  /// Whether nothing says how the network saw its inputs; then it is taken to see mapped ones.
  private let seesMappedInputs: Bool

  /// The options that go with `--start` alone.
  static let options = (ForeignOptions.layers + ForeignOptions.inputs).filter { $0.name != "--activation" }

  /// Reads the model.
  ///
  /// - Parameter data: what is trained on, for `--range data`.
  /// - Returns: nil without the option.
  init?(_ arguments: Arguments, data: Dataset) throws {
    guard let path = arguments.string("--start") else {
      if let option = Self.options.first(where: { arguments.has($0.name) }) {
        throw CommandError.usage("\(option.name) goes with --start and a file of another program")
      }
      return nil
    }
    let content = try Safetensors(path: path)
    self.path = path
    if content.isForeign {
      var conventions = try ForeignOptions.layerConventions(arguments, content)
      let sight = try InputSight(arguments, names: data.featureNames) { data }
      try sight.set(&conventions)
      seesMappedInputs = sight.isUnstated
      model = try ForeignOptions.model(content, conventions, path)
    } else {
      if let option = Self.options.first(where: { arguments.has($0.name) }) {
        throw CommandError.usage("\(option.name): \(path) is a model of supnorm and states its own")
      }
      seesMappedInputs = false
      model = try FloatModel(content, path: path)
    }
    guard model.targets.isEmpty, model.network.residuals.isEmpty, !model.network.hasDistances else {
      throw CommandError.usage("--start: \(path) is not a classifier of dense layers")
    }
  }

  /// Takes over widths and activation; what is also given as an option must be the same.
  func set(_ options: inout TrainingOptions, _ arguments: Arguments) throws(CommandError) {
    let hidden = model.network.layers.dropLast().map(\.rows)
    guard !options.kind.hasDistances else { throw .usage("--start goes with --layers dense") }
    guard !arguments.has("--hidden") || options.hidden == hidden else {
      throw .usage("--hidden: \(path) has \(hidden.map(String.init).joined(separator: ","))")
    }
    guard !arguments.has("--activation") || options.activation == model.network.activation else {
      throw .usage("--activation: \(path) has \(model.network.activation.rawValue)")
    }
    options.hidden = hidden
    options.activation = model.network.activation
  }

  /// The same function on inputs of another map (PyTorch's is taken to see mapped inputs), its hidden rows brought
  /// within their bounds by rewriting where the last layer is free to take their scale.
  func network(
    for map: InputMap, inputs: Int, classes: Int, _ options: TrainingOptions
  ) throws -> FloatNetwork {
    var network = model.network
    let (own, outputs) = (network.layers[0].columns, network.layers[network.layers.count - 1].rows)
    guard own == inputs, outputs == classes else {
      throw CommandError.usage(
        "--start: \(path) has \(own) inputs and \(outputs) outputs, the data \(inputs) and \(classes)")
    }
    let seen = seesMappedInputs ? map : model.inputMap
    let count = max(seen.offsets.count, map.offsets.count)
    func each(_ values: [Double]) -> [Double] {
      values.count == count ? values : Array(repeating: values[0], count: count)
    }
    // (v - o')·k' = (x - (o' - o)·k) / (k / k') with x = (v - o)·k.
    let scales = each(map.scales)
    var conventions = ForeignConventions()
    conventions.means = (0..<count).map { (each(seen.offsets)[$0] - each(map.offsets)[$0]) * scales[$0] }
    conventions.deviations = zip(scales, each(seen.scales)).map { $0 / $1 }
    try network.layers[0].fold(conventions, path: path)
    for index in network.layers.indices {
      network.layers[index].normBound = options.bound(ofLayer: index)
    }
    return options.lastConstrained ? network : network.normalized(for: map)
  }
}
