internal import Integers
package import Claims
internal import Certification

extension ModelClaims {
  /// The claims with everything that follows from the parameters derived again.
  ///
  /// - Precondition: as for `network()`, except that rows may break their bounds: then this throws.
  package func restated() throws -> ModelClaims {
    let network = try CertifiedNetwork(IntegerNetwork(self), features: features, toleranceLSB: toleranceLSB)
    var result = self
    result.scratchBytes = network.scratchBytes
    result.inferScratchBytes = network.inferScratchBytes
    result.crc32 = Int(network.crc32)
    result.headCRC32 = Int(network.headCRC32)
    result.bounds = network.bounds.map { BoundClaims(slope: Int($0.slope), offset: Int($0.offset)) }
    for index in golden.indices {
      let input = golden[index].input.map { Int16($0) }
      let answer = try network.answer(to: input)
      result.golden[index].logits = answer.logits.map { Int($0) }
      guard task == .classification else { continue }
      result.golden[index].classIndex = answer.classIndex
      result.golden[index].radiusLSB = answer.globalRadiusLSB
      result.golden[index].localRadiusLSB = try network.localRadius(of: input, as: answer.classIndex) ?? -1
    }
    return result
  }
}
