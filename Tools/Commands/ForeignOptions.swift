internal import FileAccess
internal import Files
internal import Training

/// The options that say what the file of another program leaves open.
enum ForeignOptions {
  /// What the layers are.
  static let layers = [
    Option(
      "--activation", "NAME",
      "of a PyTorch file: relu, abs, maxMin, sort, tanh, sigmoid or identity (default: relu)"),
    Option(
      "--layers-order", "NAME,…", "of a PyTorch file: its layers in order, where names and shapes do not tell"
    ),
    Option("--transposed", nil, "of a file of Keras: weights are [inputs, outputs]"),
    Option(
      "--batchnorm", "before|after",
      "of a PyTorch file: BatchNorm before or after the activation, where numbers do not tell (default: before)"
    ),
    Option(
      "--batchnorm-eps", "E", "of a PyTorch file: added to variances (default: 1e-5; in Keras's names 1e-3)"),
  ]

  /// How the network saw its inputs.
  static let inputs = [
    Option(
      "--range", "LO,HI|data|F",
      "of a PyTorch file: the raw values that become 0…1 (default: 0,255); of each column of --data, or in a table: name,min,max"
    ),
    Option(
      "--mean", "M,…|data|F",
      "of a PyTorch file: what was taken off the 0…1 inputs, one or one each; off the raw values: data, or a table: name,mean"
    ),
    Option(
      "--std", "S,…|data|F", "of a PyTorch file: what they were then divided by; like --mean (name,std)"),
  ]

  /// All options of `export` for a file that another program wrote.
  static let options =
    layers + inputs + [
      Option("--unit", "U", "of a PyTorch file: LSB that make 0…1 (default: whole steps; 32640 for bytes)"),
      Option(
        "--reading", "NAME=UNIT,…", "of a PyTorch file: what one whole reading of a column of --data is worth"
      ),
      Option("--classes", "NAME,…", "of a PyTorch file: the classes of --data in the order of the outputs"),
      Option("--features", "NAME,…", "of a PyTorch file: the columns of --data in the order of the inputs"),
      Option("--target", "NAME", "of a PyTorch file with one output: the number it finds, a regression"),
      Option("--target-map", "OFFSET,SCALE", "the number is OFFSET + SCALE · output (default: 0,1)"),
    ]

  /// Reads a model, our own or another program's, for its layers; how inputs are seen is left at its defaults.
  ///
  /// - Returns: the model, and whether it is another program's.
  static func read(
    _ path: String, _ arguments: Arguments, isRegression: Bool = false
  ) throws -> (model: FloatModel, isForeign: Bool) {
    let content = try Safetensors(path: path)
    guard content.isForeign else { return (try FloatModel(content, path: path), false) }
    var conventions = try layerConventions(arguments, content)
    if isRegression { conventions.target = TargetMap(offset: 0, scale: 1) }
    return (try model(content, conventions, path), true)
  }

  /// The model of another program's file; what was concluded goes to standard error.
  static func model(
    _ content: Safetensors, _ conventions: ForeignConventions, _ path: String
  ) throws -> FloatModel {
    let foreign = try ForeignModel(content, conventions: conventions, path: path)
    // Names come from the file and are escaped as in errors.
    let kind = "not of supnorm, taken as \(conventions.activation.rawValue) layers \(foreign.layers)"
    for line in [kind] + foreign.notes { Console.message("\(FileError(path, line))") }
    return foreign.model
  }

  /// The conventions about layers that the options state; an activation may also stand in the file's metadata.
  static func layerConventions(_ arguments: Arguments, _ content: Safetensors) throws -> ForeignConventions {
    var conventions = ForeignConventions()
    let activations = Activation.allCases.map(\.rawValue)
    if let name = try arguments.choice("--activation", activations) {
      conventions.activation = Activation(rawValue: name) ?? conventions.activation
    } else if let name = content.metadata["activation"] {
      guard let activation = Activation(rawValue: name) ?? Activation(rawValue: name.lowercased()) else {
        throw CommandError.usage(
          "metadata activation '\(name)': not one of \(activations.joined(separator: ", ")); --activation overrides it"
        )
      }
      conventions.activation = activation
    }
    conventions.layersOrder = arguments.list("--layers-order")
    conventions.isTransposed = arguments.has("--transposed")
    conventions.batchNormSide = try arguments.choice("--batchnorm", BatchNormSide.allCases.map(\.rawValue))
      .flatMap { BatchNormSide(rawValue: $0) }
    conventions.batchNormEpsilon = try arguments.real("--batchnorm-eps", 0...1)
    return conventions
  }
}
