internal import FileAccess
internal import Training

extension FloatModel {
  func safetensors(path: String) throws(FileError) -> Safetensors {
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
    content.metadata = metadata
    return content
  }

  private var metadata: [String: String] {
    var metadata = [
      "format": ModelFormat.name, "version": ModelFormat.version,
      "activation": network.activation.rawValue,
      "unit": "\(inputMap.unit)",
      "input_min": "\(inputMap.minimumLSB)",
      "input_max": "\(inputMap.maximumLSB)",
    ]
    for norm in WeightNorm.allCases {
      let bounds = network.layers.map {
        $0.normBound.flatMap { $0.norm == norm ? "\($0.bound)" : nil } ?? "free"
      }
      guard norm == .rowSum || bounds.contains(where: { $0 != "free" }) else { continue }
      metadata[ModelFormat.boundsKey(norm)] = bounds.joined(separator: ",")
    }
    if inputMap.readings.contains(where: { $0 != .whole }) {
      let units = inputMap.readings.map { $0?.description ?? ModelFormat.hostOnly }
      metadata["readings"] = units.joined(separator: ",")
    }
    if !unreadInputs.isEmpty {
      metadata["unread_inputs"] = unreadInputs.map(String.init).joined(separator: ",")
    }
    if network.hasDistances {
      metadata["layer_kinds"] = network.layers.map(\.kind.rawValue).joined(separator: ",")
    }
    func json(_ texts: [String]) -> String { "[\(texts.joined(separator: ","))]" }
    if !network.residuals.isEmpty {
      let inputs = network.residuals.map { term in
        "\(term.isIncreasing ? "+" : "-")\(term.input)" + (term.classIndex.map { ":\($0)" } ?? "")
      }
      metadata["residual_inputs"] = inputs.joined(separator: ",")
    }
    if !network.convexInputs.isEmpty {
      metadata["convex_inputs"] = network.convexInputs.map(String.init).joined(separator: ",")
    }
    if !targetNames.isEmpty { metadata["target_names"] = json(targetNames.map(jsonString)) }
    if !classNames.isEmpty { metadata["class_names"] = json(classNames.map(jsonString)) }
    if !featureNames.isEmpty { metadata["feature_names"] = json(featureNames.map(jsonString)) }
    if !curve.isEmpty {
      metadata["curve"] = curveText(curve)
    }
    for (key, value) in settings { metadata["settings.\(key)"] = value }
    return metadata
  }
}

/// A training curve as JSON, the shortest digits that read back to the same bits.
func curveText(_ curve: [TrainingPoint]) -> String {
  let points = curve.map { point in
    let values: [(String, Double?)] = [
      ("loss", point.loss), ("accuracy", point.accuracy), ("verifiedAccuracy", point.verifiedAccuracy),
      ("validationAccuracy", point.validation?.accuracy),
      ("validationVerifiedAccuracy", point.validation?.verifiedAccuracy),
      ("validationAttackedAccuracy", point.validation?.attackedAccuracy),
      ("lambda", point.penalty.map { Double("\($0.lambda)") ?? 0 }), ("quotient", point.penalty?.quotient),
    ]
    let texts = values.compactMap { key, value in value.map { ",\"\(key)\":\($0)" } }
    return "{\"epoch\":\(point.epoch)\(texts.joined())}"
  }
  return "[\(points.joined(separator: ","))]"
}
