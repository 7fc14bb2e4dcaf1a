public import CSupNorm

extension Network {
  /// Computes the logits, the class and the certified global radius of one input; of a regression the outputs.
  ///
  /// - Parameters:
  ///   - input: `inputs` values, full range.
  ///   - scratch: at least `inferScratchCount` elements, any content.
  ///   - logits: `outputs` elements, written: the raw accumulators of the last layer, or their negatives.
  /// - Throws: `malformed` for a wrong count, `scratchTooSmall`; `logits` is then unchanged.
  /// - Returns: the class and its radius, `SUPNORM_NO_CLASS` and 0 for a regression.
  /// - Complexity: O(weights), then `outputs - 1` divisions.
  public func infer(
    _ input: Span<Int16>, scratch: inout MutableSpan<Int16>, logits: inout MutableSpan<Int32>
  ) throws(NetworkError) -> supnorm_result {
    guard input.count == inputs, logits.count == outputs else { throw .malformed }
    guard scratch.count >= inferScratchCount else { throw .scratchTooSmall }
    unsafe scratch.withUnsafeMutableBufferPointer { memory in
      unsafe runLayers(input, in: memory.baseAddress, logits: &logits)
    }
    if isRegression { return supnorm_result(class_index: SUPNORM_NO_CLASS, radius_lsb: 0) }
    let answer = largestIndex(logits.span)
    return supnorm_result(
      class_index: Int32(answer), radius_lsb: globalRadius(logits: logits.span, classIndex: answer))
  }

  /// Runs every layer; the accumulators of the last one, or their negatives, are the logits.
  @inline(never)
  private func runLayers(
    _ input: Span<Int16>, in memory: UnsafeMutablePointer<Int16>?, logits: inout MutableSpan<Int32>
  ) {
    for index in 0..<layerCount {
      let layer = self.layer(index)
      let previous = unsafe hiddenOutputs(ofLayer: index - 1, in: memory)
      let source = index == 0 ? input : unsafe previous.span
      let isLast = index == layerCount - 1
      let results = unsafe hiddenOutputs(ofLayer: index, in: memory)
      var outputs = unsafe results.mutableSpan
      layer.forEachRow { row in
        let sum = layer.accumulator(of: row, input: source)
        if isLast {
          logits[row.index] = layer.logit(sum)
        } else {
          outputs[row.index] = requantized(sum, shift: layer.shift)
        }
      }
      guard !isLast else { return }
      var activated = unsafe results.extracting(0..<layer.rows).mutableSpan
      applyActivation(layer.activation, to: &activated)
      forEachResidualInput(behindLayer: index) { place, column in outputs[place] = input[column] }
    }
  }

  /// Like `infer`, but gives the class only when every input within `radius` LSB is certified to have it: by the
  /// global radius, or within the declared input range by `certify`.
  ///
  /// - Parameters:
  ///   - radius: 0 … 65535 LSB.
  ///   - scratch: at least `certifyScratchCount` elements, any content.
  /// - Returns: the class with the larger of its global radius and `radius`, or `SUPNORM_NO_CLASS` with 0.
  /// - Throws: what `infer` and `certify` throw, `otherTask` for a regression.
  /// - Complexity: `infer`, and `certify` where the global radius falls short.
  public func infer(
    _ input: Span<Int16>, within radius: Int, scratch: inout MutableSpan<Int16>,
    logits: inout MutableSpan<Int32>
  ) throws(NetworkError) -> supnorm_result {
    guard !isRegression else { throw .otherTask }
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    guard scratch.count >= certifyScratchCount else { throw .scratchTooSmall }
    let result = try infer(input, scratch: &scratch, logits: &logits)
    // A global radius of 0 is also what a tie gets, which nothing certifies.
    if Int(result.radius_lsb) >= max(radius, 1) { return result }
    guard try certify(input, classIndex: Int(result.class_index), radius: radius, scratch: &scratch) else {
      return supnorm_result(class_index: SUPNORM_NO_CLASS, radius_lsb: 0)
    }
    return supnorm_result(
      class_index: result.class_index, radius_lsb: max(result.radius_lsb, UInt32(radius)))
  }
}
