public import FileAccess
import Foundation
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

private let (formatName, formatVersion) = ("supnorm-model", "1")

/// What stands for the unit of a feature that has no readings.
private let hostOnly = "host"

// MARK: - Writing

extension FloatModel {
  fileprivate func safetensors(path: String) throws(FileError) -> Safetensors {
    var content = Safetensors()
    func add(_ name: String, _ shape: [Int], _ elements: Safetensors.Elements) throws(FileError) {
      guard shape.reduce(1, *) == elements.count else {
        throw FileError(path, place: "tensor \(name)", "\(elements.count) elements, shape \(shape)")
      }
      content.tensors[name] = Safetensors.Tensor(shape: shape, elements: elements)
    }
    for (index, layer) in network.layers.enumerated() {
      try add("layers.\(index).weight", [layer.rows, layer.columns], .float32(layer.weights))
      try add("layers.\(index).bias", [layer.rows], .float32(layer.biases))
    }
    if !network.residuals.isEmpty {
      let outputs = network.layers[network.layers.count - 1].rows
      let weights = (0..<outputs).flatMap { output in network.residuals.map { $0.weights[output] } }
      try add("residual.weight", [outputs, network.residuals.count], .float32(weights))
    }
    if !targets.isEmpty {
      try add("target.offset", [targets.count], .float64(targets.map(\.offset)))
      try add("target.scale", [targets.count], .float64(targets.map(\.scale)))
    }
    if !tolerances.isEmpty { try add("input.tolerance", [tolerances.count], .float64(tolerances)) }
    try add("input.offset", [inputMap.offsets.count], .float64(inputMap.offsets))
    try add("input.scale", [inputMap.scales.count], .float64(inputMap.scales))
    if !examples.isEmpty {
      try add("examples", [examples.count, network.layers[0].columns], .float64(Array(examples.joined())))
    }

    let bounds = network.layers.map { $0.rowSumBound.map { "\($0)" } ?? "free" }
    content.metadata = [
      "format": formatName, "version": formatVersion,
      "activation": network.activation.rawValue,
      "unit": "\(inputMap.unit)",
      "input_min": "\(inputMap.minimumLSB)",
      "input_max": "\(inputMap.maximumLSB)",
      "row_sum_bounds": bounds.joined(separator: ","),
    ]
    if inputMap.readings.contains(where: { $0 != .whole }) {
      let units = inputMap.readings.map { $0?.description ?? hostOnly }
      content.metadata["readings"] = units.joined(separator: ",")
    }
    if !unreadInputs.isEmpty {
      content.metadata["unread_inputs"] = unreadInputs.map(String.init).joined(separator: ",")
    }
    if network.hasDistances {
      content.metadata["layer_kinds"] = network.layers.map(\.kind.rawValue).joined(separator: ",")
    }
    func json(_ texts: [String]) -> String { "[\(texts.joined(separator: ","))]" }
    if !network.residuals.isEmpty {
      let inputs = network.residuals.map { "\($0.isIncreasing ? "+" : "-")\($0.input)" }
      content.metadata["residual_inputs"] = inputs.joined(separator: ",")
    }
    if !targetNames.isEmpty { content.metadata["target_names"] = json(targetNames.map(jsonString)) }
    if !classNames.isEmpty { content.metadata["class_names"] = json(classNames.map(jsonString)) }
    if !featureNames.isEmpty { content.metadata["feature_names"] = json(featureNames.map(jsonString)) }
    if !curve.isEmpty {
      content.metadata["curve"] = curveText(curve)
    }
    for (key, value) in settings { content.metadata["settings.\(key)"] = value }
    return content
  }
}

/// A training curve as JSON, the shortest digits that read back to the same bits.
func curveText(_ curve: [TrainingPoint]) -> String {
  let points = curve.map { point in
    let values: [(String, Double?)] = [
      ("loss", point.loss), ("accuracy", point.accuracy), ("verifiedAccuracy", point.verifiedAccuracy),
      ("validationAccuracy", point.validation?.accuracy),
      ("validationVerifiedAccuracy", point.validation?.verifiedAccuracy),
    ]
    let texts = values.compactMap { key, value in value.map { ",\"\(key)\":\($0)" } }
    return "{\"epoch\":\(point.epoch)\(texts.joined())}"
  }
  return "[\(points.joined(separator: ","))]"
}

// MARK: - Reading

extension FloatModel {
  /// Checks and takes over the content of a file; what cannot be guessed must be there.
  package init(_ content: Safetensors, path: String) throws(FileError) {
    let reader = ModelReader(content: content, path: path)
    let activationName = try reader.text("activation")
    guard let activation = Activation(rawValue: activationName) else {
      let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.fail("metadata activation", "\(quoted(activationName)) is not one of \(known)")
    }
    for (key, expected) in [("format", formatName), ("version", formatVersion)] {
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
      network: FloatNetwork(layers: layers, activation: activation, residuals: residuals),
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

private struct CurvePoint: Decodable {
  var epoch: Int
  var loss: Double
  var accuracy: Double
  var verifiedAccuracy: Double?
  var validationAccuracy: Double?
  var validationVerifiedAccuracy: Double?

  var validation: ValidationScore? {
    validationAccuracy.map { ValidationScore(accuracy: $0, verifiedAccuracy: validationVerifiedAccuracy) }
  }
}

/// What reads tensors and metadata, and names those that do not fit.
struct ModelReader {
  var content: Safetensors
  var path: String

  func fail(_ place: String, _ problem: String) -> FileError { FileError(path, place: place, problem) }

  // MARK: Metadata

  func text(_ key: String) throws(FileError) -> String {
    guard let value = content.metadata[key] else { throw fail("metadata", "key \(quoted(key)) is missing") }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(FileError) -> Int {
    let value = try text(key)
    guard let number = Int(value), range.contains(number) else {
      throw fail("metadata \(key)", "\(quoted(value)) is not an integer in \(range)")
    }
    return number
  }

  /// The array under a key, empty when there is no such key.
  func json<Element: Decodable>(_ key: String, as type: [Element].Type) throws(FileError) -> [Element] {
    guard let value = content.metadata[key] else { return [] }
    do {
      return try JSONDecoder().decode(type, from: Data(value.utf8))
    } catch {
      throw fail("metadata \(key)", (error as? DecodingError)?.place ?? "not JSON")
    }
  }

  func names(_ key: String, count: Int) throws(FileError) -> [String] {
    let names = try json(key, as: [String].self)
    guard names.isEmpty || names.count == count else {
      throw fail("metadata \(key)", "\(names.count) names, the network has \(count)")
    }
    return names
  }

  func curve() throws(FileError) -> [TrainingPoint] {
    try json("curve", as: [CurvePoint].self).map {
      TrainingPoint(
        epoch: $0.epoch, loss: $0.loss, accuracy: $0.accuracy, verifiedAccuracy: $0.verifiedAccuracy,
        validation: $0.validation)
    }
  }

  // MARK: Tensors

  /// A tensor of the given shape, all elements finite; nil stands for any size from 1 to 65535.
  func tensor(_ name: String, shape: [Int?]) throws(FileError) -> Safetensors.Tensor {
    guard let tensor = content.tensors[name] else { throw FileError(path, "tensor \(name) is missing") }
    let fits =
      tensor.shape.count == shape.count
      && zip(tensor.shape, shape).allSatisfy { $0 == $1 ?? $0 && (1...65535).contains($0) }
    guard fits else {
      let expected = shape.map { $0.map(String.init) ?? "1...65535" }.joined(separator: ", ")
      throw fail("tensor \(name)", "shape \(tensor.shape), [\(expected)] expected")
    }
    let badIndex =
      switch tensor.elements {
      case .float32(let values): values.firstIndex { !$0.isFinite }
      case .float64(let values): values.firstIndex { !$0.isFinite }
      }
    if let badIndex {
      let last = tensor.shape[tensor.shape.count - 1]
      let place = shape.count == 2 ? "\(badIndex / last), \(badIndex % last)" : "\(badIndex)"
      throw fail("tensor \(name)[\(place)]", "\(tensor.elements.doubles[badIndex]) is not finite")
    }
    return tensor
  }

  func layers() throws(FileError) -> [FloatLayer] {
    var layers: [FloatLayer] = []
    var known: Set = [
      "input.offset", "input.scale", "input.tolerance", "examples", "residual.weight", "target.offset",
      "target.scale",
    ]
    repeat {
      let weightName = "layers.\(layers.count).weight"
      let biasName = "layers.\(layers.count).bias"
      let weights = try tensor(weightName, shape: [nil, layers.last?.rows])
      let biases = try tensor(biasName, shape: [weights.shape[0]])
      let layer = FloatLayer(
        rows: weights.shape[0], columns: weights.shape[1], weights: weights.elements.floats,
        biases: biases.elements.floats, rowSumBound: nil)
      guard layer.weights.allSatisfy(\.isFinite), layer.biases.allSatisfy(\.isFinite) else {
        throw FileError(path, place: "layers.\(layers.count)", "a number beyond the range of 32-bit floats")
      }
      layers.append(layer)
      known.formUnion([weightName, biasName])
    } while content.tensors["layers.\(layers.count).weight"] != nil
    // A tensor that is passed over could be one that changes what the network computes.
    if let stranger = content.tensors.keys.filter({ !known.contains($0) }).min() {
      throw fail("tensor \(stranger)", "not part of a model of \(layers.count) layers")
    }
    try setKinds(of: &layers)
    guard let list = content.metadata["row_sum_bounds"] else { return layers }
    let bounds = list.split(separator: ",", omittingEmptySubsequences: false)
    guard bounds.count == layers.count else {
      throw fail("metadata row_sum_bounds", "\(bounds.count) bounds for \(layers.count) layers")
    }
    for (index, text) in bounds.enumerated() where text != "free" {
      guard let bound = Float(text), bound.isFinite, bound > 0 else {
        throw fail("metadata row_sum_bounds", "\(quoted(String(text))) is neither free nor a positive number")
      }
      guard layers[index].kind == .dense else {
        throw fail("metadata row_sum_bounds", "layer \(index) is one of distances, free expected")
      }
      layers[index].rowSumBound = bound
    }
    return layers
  }

  /// The kinds of the layers, `distance,distance,dense`; all dense when the file says nothing.
  func setKinds(of layers: inout [FloatLayer]) throws(FileError) {
    guard let list = content.metadata["layer_kinds"] else { return }
    let place = "metadata layer_kinds"
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count == layers.count else {
      throw fail(place, "\(names.count) kinds for \(layers.count) layers")
    }
    for (index, name) in names.enumerated() {
      guard let kind = LayerKind(rawValue: String(name)) else {
        let known = LayerKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw fail(place, "\(quoted(String(name))) is not one of \(known)")
      }
      guard
        kind == .distance || index == layers.count - 1 || layers[...index].allSatisfy({ $0.kind == .dense })
      else { throw fail(place, "layer \(index) is dense behind distances, only the last one may be") }
      guard kind == .dense || index == 0 || layers[index - 1].kind == .distance else {
        throw fail(place, "layer \(index) is one of distances behind a dense one")
      }
      layers[index].kind = kind
    }
  }

  /// The residual terms: `+3,-7` names the inputs, rising or falling; the tensor has a column for each.
  func residuals(inputs: Int, outputs: Int, layerCount: Int) throws(FileError) -> [ResidualTerm] {
    guard let list = content.metadata["residual_inputs"] else {
      guard content.tensors["residual.weight"] == nil else {
        throw fail("metadata", "key 'residual_inputs' is missing, there is a tensor residual.weight")
      }
      return []
    }
    let place = "metadata residual_inputs"
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count <= inputs, layerCount > 1 else {
      throw fail(place, "\(names.count) residual inputs, \(inputs) inputs, \(layerCount) layers")
    }
    let weights = try tensor("residual.weight", shape: [outputs, names.count]).elements.floats
    var terms: [ResidualTerm] = []
    for (index, name) in names.enumerated() {
      guard let sign = name.first, sign == "+" || sign == "-", let input = Int(name.dropFirst()),
        input >= 0, input < inputs, input > terms.last?.input ?? -1
      else {
        throw fail(place, "\(quoted(String(name))) is not + or - and an input, in increasing order")
      }
      let column = (0..<outputs).map { weights[$0 * names.count + index] }
      guard column.allSatisfy({ $0.isFinite && (sign == "+" ? $0 > 0 : $0 < 0) }) else {
        throw fail(
          place, "the weights of \(quoted(String(name))) are not all \(sign == "+" ? "positive" : "negative")"
        )
      }
      terms.append(ResidualTerm(input: input, isIncreasing: sign == "+", weights: column))
    }
    return terms
  }

  func targets(outputs: Int) throws(FileError) -> [TargetMap] {
    guard content.tensors["target.offset"] != nil || content.tensors["target.scale"] != nil else { return [] }
    let offsets = try tensor("target.offset", shape: [outputs]).elements.doubles
    let scales = try tensor("target.scale", shape: [outputs]).elements.doubles
    if let index = scales.firstIndex(where: { $0 <= 0 }) {
      throw fail("tensor target.scale[\(index)]", "\(scales[index]) is not positive")
    }
    return zip(offsets, scales).map { TargetMap(offset: $0, scale: $1) }
  }

  func tolerances(inputs: Int) throws(FileError) -> [Double] {
    guard content.tensors["input.tolerance"] != nil else { return [] }
    let tolerances = try tensor("input.tolerance", shape: [inputs]).elements.doubles
    if let index = tolerances.firstIndex(where: { $0 < 0 }) {
      throw fail("tensor input.tolerance[\(index)]", "\(tolerances[index]) is negative")
    }
    return tolerances
  }

  func inputMap(inputs: Int) throws(FileError) -> InputMap {
    let offsets = try tensor("input.offset", shape: [nil])
    guard offsets.elements.count == 1 || offsets.elements.count == inputs else {
      throw fail("tensor input.offset", "shape \(offsets.shape), [1] or [\(inputs)] expected")
    }
    let scales = try tensor("input.scale", shape: offsets.shape)
    if let index = scales.elements.doubles.firstIndex(where: { $0 <= 0 }) {
      throw fail("tensor input.scale[\(index)]", "\(scales.elements.doubles[index]) is not positive")
    }
    let minimum = try integer("input_min", in: -32768...32767)
    return InputMap(
      offsets: offsets.elements.doubles, scales: scales.elements.doubles,
      readings: try readings(count: offsets.elements.count),
      unit: try integer("unit", in: 1...32768), minimumLSB: minimum,
      maximumLSB: try integer("input_max", in: minimum...32767))
  }

  /// The units of readings, `10^0,10^2,host`; whole numbers when the file says nothing.
  func readings(count: Int) throws(FileError) -> [ReadingUnit?]? {
    guard let list = content.metadata["readings"] else { return nil }
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
    guard names.count == count else {
      throw fail("metadata readings", "\(names.count) units for \(count) input maps")
    }
    var units: [ReadingUnit?] = []
    for name in names {
      let unit = ReadingUnit(name)
      guard unit != nil || name == hostOnly else {
        throw fail(
          "metadata readings", "\(quoted(String(name))) is neither a unit such as 10^2 nor \(hostOnly)")
      }
      units.append(unit)
    }
    return units
  }

  /// The inputs that are never read: their weights are zero.
  func unreadInputs(of layer: FloatLayer) throws(FileError) -> [Int] {
    guard let list = content.metadata["unread_inputs"] else { return [] }
    var inputs: [Int] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let input = Int(name), input > inputs.last ?? -1, input < layer.columns else {
        throw fail("metadata unread_inputs", "\(quoted(String(name))) is no input, in increasing order")
      }
      let isRead = (0..<layer.rows).contains { layer.weights[$0 * layer.columns + input] != 0 }
      guard !isRead else { throw fail("metadata unread_inputs", "input \(input) has weights") }
      inputs.append(input)
    }
    guard inputs.count < layer.columns else { throw fail("metadata unread_inputs", "all inputs") }
    return inputs
  }

  func examples(inputs: Int) throws(FileError) -> [[Double]] {
    guard content.tensors["examples"] != nil else { return [] }
    let values = try tensor("examples", shape: [nil, inputs]).elements.doubles
    return stride(from: 0, to: values.count, by: inputs).map { Array(values[$0..<$0 + inputs]) }
  }
}
