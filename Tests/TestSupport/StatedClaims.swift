package import Integers
package import Claims
internal import Certification

extension ModelClaims {
  /// What the exporter states about a network: derived numbers from the device's own kernels.
  package init(
    stating network: IntegerNetwork, name: String, features: [FeatureClaims], featureNames: [String] = [],
    classNames: [String] = [], golden inputs: [[Int16]]
  ) throws {
    let tolerance = features[0].tolerance * 8.9
    let certified = try CertifiedNetwork(network, features: features, toleranceLSB: 9)
    let golden = try inputs.map { input in
      let answer = try certified.answer(to: input)
      return GoldenClaims(
        input: input.map { Int($0) }, logits: answer.logits.map { Int($0) }, classIndex: answer.classIndex,
        radiusLSB: answer.globalRadiusLSB,
        localRadiusLSB: network.task == .regression
          ? -1 : try certified.localRadius(of: input, as: answer.classIndex) ?? -1)
    }
    let isRegression = network.task == .regression
    self.init(
      name: name, formatVersion: IntegerNetwork.formatVersion, unit: network.unit, inputs: network.inputs,
      outputs: network.outputs,
      inputMinimum: network.inputMinimum, inputMaximum: network.inputMaximum,
      scratchBytes: certified.scratchBytes, inferScratchBytes: certified.inferScratchBytes,
      crc32: Int(certified.crc32), headCRC32: Int(certified.headCRC32),
      layers: network.layers.map(\.claims),
      bounds: certified.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: features, featureNames: featureNames, classNames: isRegression ? [] : classNames,
      golden: golden, task: network.task, residualInputs: network.residualInputs,
      monotoneInputs: network.monotoneClaims,
      targets: isRegression
        ? (0..<network.outputs).map { TargetClaims(offset: Double($0) / 3, scale: 1e-7) } : [],
      targetNames: isRegression ? classNames : [],
      toleranceLSB: 9,
      tolerances: (0..<network.inputs).map { index in
        // Of the first feature just below what nine LSB cover, of the others nothing.
        index == 0 ? tolerance : 0
      })
  }

  /// One byte image as input, in the map that every example of the tests with the unit 32640 may use.
  package static let imageFeature = imageFeature(unit: 32640)

  /// The map of bytes at a unit that is a multiple of 255.
  package static func imageFeature(unit: Int) -> FeatureClaims {
    FeatureClaims(
      offset: 0, scale: 1.0 / 255, multiplier: unit / 255, addend: 0, shift: 0,
      tolerance: (1 / Double(unit / 255)).nextDown)
  }
}

extension IntegerNetwork {
  /// Every statement about a monotone input that holds, in one direction each: of all outputs, and of each class.
  package var monotoneClaims: [MonotoneClaims] {
    let classes = task == .regression ? [nil] : [nil] + (0..<outputs).map(Optional.init)
    return (0..<inputs).flatMap { input in
      classes.flatMap { index in
        [1, -1].filter {
          isMonotone(MonotoneInput(input: input, isIncreasing: $0 == 1, classIndex: index))
        }
        .prefix(1).map { MonotoneClaims(input: input, direction: $0, classIndex: index ?? -1) }
      }
    }
  }
}
