internal import CSupNorm

extension Network {
  /// Whether interval bounds prove that every input within `radius` LSB of this one, cut to the declared
  /// range, has the class `classIndex`.
  ///
  /// - Parameters:
  ///   - input: `inputs` values; never certified when one lies outside the declared range.
  ///   - classIndex: 0 …< outputs.
  ///   - radius: 0 … 65535 LSB.
  ///   - scratch: at least `certifyScratchCount` elements, any content.
  /// - Returns: true when proved; false claims nothing.
  /// - Throws: `malformed` for a wrong count, `classOutOfRange`, `radiusOutOfRange`, `scratchTooSmall`.
  /// - Complexity: two passes over the hidden weights, `outputs - 1` over two rows of the last layer.
  public func certify(
    _ input: Span<Int16>, classIndex: Int, radius: Int, scratch: inout MutableSpan<Int16>
  ) throws(NetworkError) -> Bool {
    guard input.count == inputs else { throw .malformed }
    guard classIndex >= 0, classIndex < outputs else { throw .classOutOfRange }
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    guard scratch.count >= certifyScratchCount else { throw .scratchTooSmall }
    let least = inputMinimum
    let greatest = inputMaximum
    for index in input.indices where Int32(input[index]) < least || Int32(input[index]) > greatest {
      return false
    }
    let inputBox = Widening(deviation: Int32(radius), minimum: inputMinimum, maximum: inputMaximum)
    return unsafe scratch.withUnsafeMutableBufferPointer { memory in
      let base = memory.baseAddress
      var isCertified = true
      for index in 0..<layerCount {
        let layer = self.layer(index)
        let isLast = index == layerCount - 1
        let lowerEnds = unsafe hiddenOutputs(ofLayer: index - 1, in: base)
        let upperEnds = unsafe hiddenUpperBounds(ofLayer: index - 1, in: base)
        let lower = index == 0 ? input : unsafe lowerEnds.span
        let upper = index == 0 ? input : unsafe upperEnds.span
        let widening = index == 0 ? inputBox : .none
        let lowerResults = unsafe hiddenOutputs(ofLayer: index, in: base)
        let upperResults = unsafe hiddenUpperBounds(ofLayer: index, in: base)
        var lowerOutputs = unsafe lowerResults.mutableSpan
        var upperOutputs = unsafe upperResults.mutableSpan
        // Of the last layer, every row is compared with that of the class; in hidden layers `own` is not used.
        layer.withRow(isLast ? classIndex : 0) { own, ownColumns, ownBias in
          layer.forEachRow { row, weights, columns, bias in
            if !isLast {
              let ends = accumulatorBounds(
                weights: weights, columns: columns, bias: bias, lower: lower, upper: upper,
                widening: widening)
              // Requantization is monotone, so the ends map to the ends.
              lowerOutputs[row] = requantized(ends.lower, shift: layer.shift)
              upperOutputs[row] = requantized(ends.upper, shift: layer.shift)
            } else if row != classIndex, isCertified {
              isCertified = exceedsEverywhere(
                weights: own, columns: ownColumns, bias: ownBias, otherWeights: weights,
                otherColumns: columns, otherBias: bias, lower: lower, upper: upper, widening: widening)
            }
          }
        }
        if !isLast { applyActivation(layer.activation, lower: &lowerOutputs, upper: &upperOutputs) }
      }
      return isCertified
    }
  }
}
