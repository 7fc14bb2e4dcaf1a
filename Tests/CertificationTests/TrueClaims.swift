import Certification
import TestSupport

/// Claims that hold: made here by the exporter's parts, not by `Quantization`.
extension TestRandom {
  /// Everything a header would state of a network: an exact or a rounded input map for each input or for all, and
  /// golden vectors at the ends of the range, inside it and, when the range leaves room, outside.
  mutating func claims(of network: IntegerNetwork) throws -> ModelClaims {
    let certified = try CertifiedNetwork(network)
    let range = network.inputMinimum...network.inputMaximum
    var inputs = [
      [Int16](repeating: Int16(range.lowerBound), count: network.inputs),
      [Int16](repeating: Int16(range.upperBound), count: network.inputs),
    ]
    for _ in 0..<4 { inputs.append(input(of: network)) }
    inputs.append(input(count: network.inputs))
    var golden: [GoldenClaims] = []
    for input in inputs {
      let answer = try certified.answer(to: input)
      golden.append(
        GoldenClaims(
          input: input.map { Int($0) }, logits: answer.logits.map { Int($0) }, classIndex: answer.classIndex,
          radiusLSB: answer.globalRadiusLSB,
          localRadiusLSB: try certified.localRadius(of: input, as: answer.classIndex) ?? -1))
    }
    let featureCount = oneIn(2) ? 1 : network.inputs
    return ModelClaims(
      name: "test", formatVersion: 1, unit: network.unit, inputs: network.inputs, outputs: network.outputs,
      inputMinimum: network.inputMinimum, inputMaximum: network.inputMaximum,
      scratchBytes: certified.scratchBytes, inferScratchBytes: certified.inferScratchBytes,
      crc32: Int(certified.crc32), layers: network.layers.map { LayerClaims($0) },
      pairs: certified.pairs.map { PairClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: (0..<featureCount).map { _ in feature(unit: network.unit) },
      featureNames: oneIn(2) ? [] : (0..<network.inputs).map { "feature \($0)" },
      classNames: oneIn(2) ? [] : (0..<network.outputs).map { "class \($0)" }, golden: golden)
  }

  /// A map of whole numbers, one step a reading, or a rounded one.
  private mutating func feature(unit: Int) -> FeatureClaims {
    if oneIn(2) {
      let step = integer(1...300)
      let scale = Double(step) / Double(unit)
      let start = integer(-100...100)
      return FeatureClaims(
        offset: Double(start), scale: scale, multiplier: step, addend: -start * step, shift: 0,
        tolerance: (1 / Double(step)).nextDown.nextDown)
    }
    let shift = integer(1...15)
    let scale = Double(integer(1...1000)) / Double(7 * unit)
    let offset = signed() * 100
    let slope = scale * Double(unit)
    let power = Double(1 << shift)
    return FeatureClaims(
      offset: offset, scale: scale, multiplier: Int((slope * power).rounded()),
      addend: Int((-offset * slope * power + power / 2).rounded()), shift: shift,
      tolerance: (1 / slope).nextDown.nextDown)
  }
}
