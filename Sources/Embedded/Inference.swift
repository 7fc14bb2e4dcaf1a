public import CSupNorm

extension Network {
  /// Computes the logits, the class and the certified global radius of one input.
  ///
  /// - Parameters:
  ///   - input: `inputs` values, full range.
  ///   - scratch: at least `inferScratchCount` elements, any content.
  ///   - logits: `outputs` elements, written: the raw accumulators of the last layer.
  /// - Throws: `malformed` for a wrong count, `scratchTooSmall`; `logits` is then unchanged.
  /// - Complexity: O(weights), then `outputs - 1` divisions.
  public func infer(
    _ input: Span<Int16>, scratch: inout MutableSpan<Int16>, logits: inout MutableSpan<Int32>
  ) throws(NetworkError) -> supnorm_result {
    guard input.count == inputs, logits.count == outputs else { throw .malformed }
    guard scratch.count >= inferScratchCount else { throw .scratchTooSmall }
    unsafe scratch.withUnsafeMutableBufferPointer { memory in
      let base = memory.baseAddress
      for index in 0..<layerCount {
        let layer = self.layer(index)
        let previous = unsafe hiddenOutputs(ofLayer: index - 1, in: base)
        let source = index == 0 ? input : unsafe previous.span
        let isLast = index == layerCount - 1
        let results = unsafe hiddenOutputs(ofLayer: index, in: base)
        var outputs = unsafe results.mutableSpan
        layer.forEachRow { row, weights, columns, bias in
          let sum = accumulator(weights: weights, columns: columns, bias: bias, input: source)
          if isLast { logits[row] = sum } else { outputs[row] = requantized(sum, shift: layer.shift) }
        }
        if !isLast { applyActivation(layer.activation, to: &outputs) }
      }
    }
    let answer = largestIndex(logits.span)
    return supnorm_result(
      class_index: Int32(answer), radius_lsb: globalRadius(logits: logits.span, classIndex: answer))
  }
}
