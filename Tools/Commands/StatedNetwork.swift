internal import Certification
internal import Claims
internal import FileAccess
internal import Foundation
internal import Header
internal import Integers

extension ModelClaims {
  /// What a header states of a classifier that no model was trained for.
  ///
  /// - Parameter golden: inputs of the golden vectors.
  init(stating network: CertifiedNetwork, name: String, golden: [[Int16]]) throws {
    let integers = network.network
    let golden = try golden.map { input in
      let answer = try network.answer(to: input)
      return GoldenClaims(
        input: input.map { Int($0) }, logits: answer.logits.map { Int($0) }, classIndex: answer.classIndex,
        radiusLSB: answer.globalRadiusLSB,
        localRadiusLSB: try network.localRadius(of: input, as: answer.classIndex) ?? -1)
    }
    self.init(
      name: name, formatVersion: IntegerNetwork.formatVersion, unit: integers.unit, inputs: integers.inputs,
      outputs: integers.outputs, inputMinimum: integers.inputMinimum, inputMaximum: integers.inputMaximum,
      scratchBytes: network.scratchBytes, inferScratchBytes: network.inferScratchBytes,
      crc32: Int(network.crc32), headCRC32: Int(network.headCRC32), layers: integers.layers.map(\.claims),
      bounds: network.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: network.features, featureNames: [], classNames: [], golden: golden, task: integers.task,
      residualInputs: integers.residualInputs, monotoneInputs: [], targets: [], targetNames: [],
      toleranceLSB: 0,
      tolerances: [])
  }

  /// Writes the header.
  ///
  /// - Returns: its path.
  func write(in folder: URL) throws -> String {
    let path = folder.appending(path: "\(name).h").path
    try AtomicFile.write(headerText(of: self), to: path)
    return path
  }
}
