public import Integers
public import Claims
internal import Certification
public import Training

extension ModelClaims {
  /// Everything the header of a float model states: its integers, their certificates, the input map and golden
  /// vectors from the model's examples.
  ///
  /// - Parameters:
  ///   - model: a trained model.
  ///   - name: prefixes every identifier of the header.
  ///   - prune: see `quantized(_:prune:)`.
  /// - Throws: `QuantizationError` when the model does not fit, `NetworkError` never for a model that does.
  /// - Complexity: O(weights · (examples + outputs)).
  public init(deploying model: FloatModel, name: String, prune: Int = 0) throws {
    try self.init(deploying: quantized(model, prune: prune), of: model, name: name)
  }

  /// The same for integers that were made of the model before.
  public init(deploying integers: IntegerNetwork, of model: FloatModel, name: String) throws {
    let features = try model.inputMap.featureClaims()
    let toleranceLSB = try radiusCovering(model.tolerances, features: features)
    let network = try CertifiedNetwork(integers, features: features, toleranceLSB: toleranceLSB)
    let lastUnits = Double(integers.unit) * Double(1 << integers.last.shift)
    self.init(
      name: name, formatVersion: IntegerNetwork.formatVersion, unit: integers.unit,
      inputs: integers.inputs, outputs: integers.outputs,
      inputMinimum: integers.inputMinimum, inputMaximum: integers.inputMaximum,
      scratchBytes: network.scratchBytes, inferScratchBytes: network.inferScratchBytes,
      crc32: Int(network.crc32), headCRC32: Int(network.headCRC32),
      layers: integers.layers.map(\.claims),
      bounds: network.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: features, featureNames: model.featureNames,
      classNames: model.classNames, golden: try model.goldenInputs(network).map { try network.golden($0) },
      task: integers.task, residualInputs: integers.residualInputs,
      monotoneInputs: model.network.residuals.map {
        MonotoneClaims(
          input: $0.input, direction: $0.isIncreasing ? 1 : -1, classIndex: $0.classIndex ?? -1)
      },
      convexInputs: model.network.convexInputs,
      convexityBounds: try integers.convexityBounds(in: model.network.convexInputs),
      targets: model.targets.map { TargetClaims(offset: $0.offset, scale: $0.scale / lastUnits) },
      targetNames: model.targetNames, toleranceLSB: toleranceLSB,
      tolerances: model.tolerances)
  }
}

extension FloatModel {
  /// The model's examples as the device sees them, made up to four with inputs that need no data.
  fileprivate func goldenInputs(_ deployed: CertifiedNetwork) throws -> [[Int16]] {
    let encoder = InputEncoder(deployed)
    let examples = try examples.map { values in
      try values.indices.map { try encoder.encoded(values[$0], feature: $0).input }
    }
    let ends = (Int16(inputMap.minimumLSB), Int16(inputMap.maximumLSB))
    let middle = Int16((inputMap.minimumLSB + inputMap.maximumLSB) / 2)
    let inputs = network.layers[0].columns
    let synthetic = [
      [Int16](repeating: ends.0, count: inputs), [Int16](repeating: ends.1, count: inputs),
      [Int16](repeating: middle, count: inputs), (0..<inputs).map { $0 % 2 == 0 ? ends.0 : ends.1 },
    ]
    return examples + synthetic.prefix(max(0, 4 - examples.count))
  }
}

extension CertifiedNetwork {
  /// What a header states of a golden vector: the answer and both radii of an input.
  package func golden(_ input: [Int16]) throws -> GoldenClaims {
    let answer = try answer(to: input)
    if network.task == .regression {
      return GoldenClaims(
        input: input.map { Int($0) }, logits: answer.logits.map { Int($0) }, classIndex: -1, radiusLSB: 0,
        localRadiusLSB: -1)
    }
    return GoldenClaims(
      input: input.map { Int($0) }, logits: answer.logits.map { Int($0) }, classIndex: answer.classIndex,
      radiusLSB: answer.globalRadiusLSB,
      localRadiusLSB: try localRadius(of: input, as: answer.classIndex) ?? -1)
  }
}
