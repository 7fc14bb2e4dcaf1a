internal import Certification
internal import Claims
internal import FileAccess
internal import Foundation
internal import Header
internal import Integers
internal import Quantization

extension ModelClaims {
  /// What a header states of a classifier that no model was trained for.
  ///
  /// - Parameter golden: inputs of the golden vectors.
  init(stating network: CertifiedNetwork, name: String, golden: [[Int16]]) throws {
    let integers = network.network
    self.init(
      name: name, formatVersion: IntegerNetwork.formatVersion, unit: integers.unit, inputs: integers.inputs,
      outputs: integers.outputs, inputMinimum: integers.inputMinimum, inputMaximum: integers.inputMaximum,
      scratchBytes: network.scratchBytes, inferScratchBytes: network.inferScratchBytes,
      crc32: Int(network.crc32), headCRC32: Int(network.headCRC32), layers: integers.layers.map(\.claims),
      bounds: network.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) },
      features: network.features, featureNames: [], classNames: [],
      golden: try golden.map { try network.golden($0) }, task: integers.task,
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
