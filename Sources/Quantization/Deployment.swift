public import Certification
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
    let network = try CertifiedNetwork(integers)
    let features = try model.inputMap.featureClaims()
    let lastUnits = Double(integers.unit) * Double(1 << integers.layers[integers.layers.count - 1].shift)
    self.init(
      name: name, formatVersion: 3, unit: integers.unit, inputs: integers.inputs, outputs: integers.outputs,
      inputMinimum: integers.inputMinimum, inputMaximum: integers.inputMaximum,
      scratchBytes: network.scratchBytes, inferScratchBytes: network.inferScratchBytes,
      crc32: Int(network.crc32), layers: integers.layers.map(LayerClaims.init),
      bounds: network.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: features, featureNames: model.featureNames,
      classNames: model.classNames, golden: try model.goldenInputs.map { try network.golden($0) },
      task: integers.task, residualInputs: integers.residualInputs,
      monotoneInputs: model.network.residuals.map {
        MonotoneClaims(input: $0.input, direction: $0.isIncreasing ? 1 : -1)
      },
      targets: model.targets.map { TargetClaims(offset: $0.offset, scale: $0.scale / lastUnits) },
      targetNames: model.targetNames, toleranceLSB: try radiusCovering(model.tolerances, features: features),
      tolerances: model.tolerances)
  }
}

/// The least radius at which every feature may move by its tolerance, 0 without tolerances.
private func radiusCovering(
  _ tolerances: [Double], features: [FeatureClaims]
) throws(QuantizationError) -> Int {
  var result = 0
  for (index, tolerance) in tolerances.enumerated() where tolerance > 0 {
    let each = features[features.count == 1 ? 0 : index].tolerance
    let quotient = (tolerance / each).rounded(.up)
    guard quotient < 65535 else {
      throw .toleranceTooLarge(feature: index, tolerance: tolerance, bound: 65534 * each)
    }
    // One step down, as the checker compares: no rounding of the product may promise too much.
    var needed = max(Int(quotient), 1)
    while (Double(needed) * each).nextDown < tolerance { needed += 1 }
    while needed > 1, (Double(needed - 1) * each).nextDown >= tolerance { needed -= 1 }
    result = max(result, needed)
  }
  return result
}

extension FloatModel {
  /// The model's examples as the device sees them, made up to four with inputs that need no data.
  fileprivate var goldenInputs: [[Int16]] {
    let examples = examples.map { values in
      values.indices.map { inputMap.encoded(values[$0], feature: $0) }
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
  fileprivate func golden(_ input: [Int16]) throws -> GoldenClaims {
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

extension InputMap {
  /// The map as a header states it: exact integers where the map has them, otherwise as many fraction bits as fit.
  fileprivate func featureClaims() throws(QuantizationError) -> [FeatureClaims] {
    var claims: [FeatureClaims] = []
    for (index, (offset, scale)) in zip(offsets, scales).enumerated() {
      let slope = scale * Double(unit)
      let start = -offset * slope
      let isExact = { (shift: Int) in
        let power = Double(1 << shift)
        return (slope * power).rounded() == slope * power && (start * power).rounded() == start * power
      }
      // Every reading in the input range keeps its product and sum within Int32.
      let fits = { (shift: Int) in
        (start.magnitude + 65536) * Double(1 << shift) < 0x1p31 && slope * Double(1 << shift) < 0x1p31
      }
      let shifts = (0...15).filter(fits)
      guard let shift = shifts.first(where: isExact) ?? shifts.last else {
        throw .featureTooFine(feature: index, unitsPerReading: slope)
      }
      let power = Double(1 << shift)
      let multiplier = (slope * power).rounded()
      // Made from the rounded multiplier, the addend puts zero where the real map has it.
      let addend = -offset * multiplier + (shift > 0 ? power / 2 : 0)
      claims.append(
        FeatureClaims(
          offset: offset, scale: scale, multiplier: Int(multiplier), addend: Int(addend.rounded()),
          shift: shift,
          // Rounded down, and by the steeper of the two maps: radius · tolerance never promises too much.
          tolerance: min(1 / slope, power / multiplier).nextDown.nextDown))
    }
    return claims
  }
}
