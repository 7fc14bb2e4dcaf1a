import Integers
import Claims
import Certification
import TestSupport

/// Claims that hold: made here by the exporter's parts, not by `Quantization`.
extension TestRandom {
  /// Everything a header would state of a network: an exact or a rounded input map for each input or for all, and
  /// golden vectors at the ends of the range, inside it and, when the range leaves room, outside.
  mutating func claims(of drawn: IntegerNetwork) throws -> ModelClaims {
    var network = drawn.statable
    if oneIn(4) { network = network.changed(task: .regression) }
    let featureCount = oneIn(2) ? 1 : network.inputs
    let features = (0..<featureCount).map { _ in feature(of: network) }
    let (tolerances, toleranceLSB) = oneIn(2) ? ([], 0) : tolerances(of: features, inputs: network.inputs)
    let certified = try CertifiedNetwork(network, features: features, toleranceLSB: toleranceLSB)
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
          localRadiusLSB: network.task == .regression
            ? -1 : try certified.localRadius(of: input, as: answer.classIndex) ?? -1))
    }
    let isRegression = network.task == .regression
    return ModelClaims(
      name: "test", formatVersion: IntegerNetwork.formatVersion, unit: network.unit,
      inputs: network.inputs, outputs: network.outputs,
      inputMinimum: network.inputMinimum, inputMaximum: network.inputMaximum,
      scratchBytes: certified.scratchBytes, inferScratchBytes: certified.inferScratchBytes,
      crc32: Int(certified.crc32), headCRC32: Int(certified.headCRC32),
      layers: network.layers.map(\.claims),
      bounds: certified.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: features,
      featureNames: oneIn(2) ? [] : (0..<network.inputs).map { "feature \($0)" },
      classNames: oneIn(2) ? [] : (0..<network.outputs).map { "class \($0)" }, golden: golden,
      task: network.task, residualInputs: network.residualInputs,
      monotoneInputs: network.monotoneClaims,
      targets: isRegression
        ? (0..<network.outputs).map { _ in TargetClaims(offset: signed(), scale: Double(integer(1...9))) }
        : [],
      targetNames: isRegression && oneIn(2) ? (0..<network.outputs).map { "target \($0)" } : [],
      toleranceLSB: toleranceLSB, tolerances: tolerances)
  }

  /// Tolerances of some inputs and the least radius that covers them all.
  private mutating func tolerances(of features: [FeatureClaims], inputs: Int) -> ([Double], Int) {
    let radii = (0..<inputs).map { $0 == 0 || oneIn(2) ? integer(1...2000) : 0 }
    let tolerances = radii.enumerated().map { index, radius in
      // Just below what that many LSB cover.
      Double(radius) * features[features.count == 1 ? 0 : index].tolerance * 0.999_999
    }
    return (tolerances, radii.max() ?? 1)
  }

  /// A map of whole LSB for each reading, one that no readings have, or a rounded one of readings of any unit.
  private mutating func feature(of network: IntegerNetwork) -> FeatureClaims {
    let unit = network.unit
    switch integer(0...3) {
    case 0:
      let step = integer(1...300)
      let start = integer(-100...100)
      return FeatureClaims(
        offset: Double(start), scale: Double(step) / Double(unit), origin: start, multiplier: step, addend: 0,
        shift: 0, tolerance: (1 / Double(step)).nextDown.nextDown)
    case 1:
      let scale = Double(integer(1...1000)) / Double(7 * unit)
      return FeatureClaims(
        hostOnlyOffset: signed() * 100, scale: scale,
        tolerance: (1 / (scale * Double(unit))).nextDown.nextDown)
    default:
      // Readings are value · 10^k or value · 2^k; half an LSB needs slope · 2^-shift steps that are fine enough.
      let (base, exponent) = oneIn(2) ? (10, integer(0...3)) : (2, integer(1...8))
      let power = (0..<exponent).reduce(1.0) { product, _ in product * Double(base) }
      let scale = power * Double(integer(1...1000)) / Double(7 * unit)
      let slope = scale * Double(unit) / power
      let shift = (0...24).last { slope * Double(1 << $0) < 0x1p31 } ?? 0
      let multiplier = (slope * Double(1 << shift)).rounded()
      let center = signed() * 100 * power
      let addend = (center.rounded() - center) * multiplier + (shift > 0 ? Double(1 << (shift - 1)) : 0)
      return FeatureClaims(
        offset: center / power, scale: scale, base: base, exponent: exponent, origin: Int(center.rounded()),
        multiplier: Int(multiplier), addend: Int(addend.rounded()), shift: shift,
        tolerance: min(1 / (scale * Double(unit)), Double(1 << shift) / multiplier / power).nextDown.nextDown
          .nextDown)
    }
  }
}

extension IntegerNetwork {
  /// The network as a header can state it: C has no empty arrays, so a layer without weights stores its zeros.
  var statable: IntegerNetwork {
    changed(
      layers: layers.map { $0.kind == .sparse && $0.nonzeroCount == 0 ? $0.changed(isSparse: false) : $0 })
  }
}
