public import FileAccess
public import Training

/// Reads a model that `writeModel` wrote, or another program in the same form.
public func readModel(_ path: String) throws(FileError) -> FloatModel {
  try FloatModel(Safetensors(path: path), path: path)
}

/// Writes a model as a `.safetensors` file: the same model gives the same bytes, and reads back equal.
///
/// A model that could not be read back (an infinite weight, names that do not fit the layers) is refused.
public func writeModel(_ model: FloatModel, to path: String) throws(FileError) {
  try AtomicFile.write(modelBytes(model, path: path), to: path)
}

/// The bytes of a model's file; `path` is only for messages.
package func modelBytes(_ model: FloatModel, path: String) throws(FileError) -> [UInt8] {
  let content = try model.safetensors(path: path)
  guard try FloatModel(content, path: path) == model else {
    throw FileError(path, "the model does not read back equal")
  }
  return content.encoded()
}

/// What the metadata of a model's file begin with.
enum ModelFormat {
  static let (name, version) = ("supnorm-model", "1")

  /// Under which key the bounds on a norm of the layers stand.
  static func boundsKey(_ norm: WeightNorm) -> String {
    switch norm {
    case .rowSum: "row_sum_bounds"
    case .columnSum: "column_sum_bounds"
    case .spectral: "singular_value_bounds"
    }
  }

  /// What stands for the unit of a feature that has no readings.
  static let hostOnly = "host"
}

extension FloatModel {
  /// Checks and takes over the content of a file; what cannot be guessed must be there.
  package init(_ content: Safetensors, path: String) throws(FileError) {
    let reader = ModelReader(content: content, path: path)
    let activationName = try reader.text("activation")
    guard let activation = Activation(rawValue: activationName) else {
      let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.fail("metadata activation", "\(quoted(activationName)) is not one of \(known)")
    }
    for (key, expected) in [("format", ModelFormat.name), ("version", ModelFormat.version)] {
      guard let value = content.metadata[key], value != expected else { continue }
      throw reader.fail("metadata \(key)", "\(quoted(value)), \(quoted(expected)) expected")
    }
    let layers = try reader.layers()
    let inputs = layers[0].columns
    let outputs = layers[layers.count - 1].rows
    let residuals = try reader.residuals(inputs: inputs, outputs: outputs, layerCount: layers.count)
    if layers.contains(where: { $0.kind == .distance }), activation != .identity || !residuals.isEmpty {
      throw reader.fail("metadata", "distances go with activation identity and without residual inputs")
    }
    self.init(
      network: FloatNetwork(
        layers: layers, activation: activation, residuals: residuals,
        convexInputs: try reader.convexInputs(inputs: inputs)),
      inputMap: try reader.inputMap(inputs: inputs),
      classNames: try reader.names("class_names", count: outputs),
      featureNames: try reader.names("feature_names", count: inputs),
      targets: try reader.targets(outputs: outputs),
      targetNames: try reader.names("target_names", count: outputs),
      tolerances: try reader.tolerances(inputs: inputs),
      unreadInputs: try reader.unreadInputs(of: layers[0]),
      examples: try reader.examples(inputs: inputs))
    for (key, value) in content.metadata where key.hasPrefix("settings.") {
      settings[String(key.dropFirst("settings.".count))] = value
    }
    curve = try reader.curve()
  }
}
