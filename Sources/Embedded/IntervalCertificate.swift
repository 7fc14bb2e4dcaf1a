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
  /// - Throws: `malformed` for a wrong count, `classOutOfRange`, `radiusOutOfRange`, `scratchTooSmall`, `otherTask`
  ///   for a regression.
  /// - Complexity: two passes over the hidden weights, `outputs - 1` over two rows of the last layer.
  public func certify(
    _ input: Span<Int16>, classIndex: Int, radius: Int, scratch: inout MutableSpan<Int16>
  ) throws(NetworkError) -> Bool {
    guard input.count == inputs else { throw .malformed }
    guard !isRegression else { throw .otherTask }
    guard classIndex >= 0, classIndex < outputs else { throw .classOutOfRange }
    guard let inputBox = try inputBox(around: input, radius: radius, scratchCount: scratch.count) else {
      return false
    }
    return unsafe scratch.withUnsafeMutableBufferPointer { memory in
      unsafe isLargestEverywhere(classIndex, input, inputBox, in: memory.baseAddress)
    }
  }

  /// Bounds every output over all inputs within `radius` LSB of this one, cut to the declared range:
  /// `lower[j] ≤ output_j ≤ upper[j]`, in accumulator units.
  ///
  /// - Parameters:
  ///   - input: `inputs` values.
  ///   - radius: 0 … 65535 LSB.
  ///   - scratch: at least `certifyScratchCount` elements, any content.
  ///   - lower: `outputs` elements, written.
  ///   - upper: `outputs` elements, written.
  /// - Returns: false, and nothing is written, when an input lies outside the declared range.
  /// - Throws: `malformed` for a wrong count, `radiusOutOfRange`, `scratchTooSmall`.
  /// - Complexity: two passes over the weights.
  public func outputBounds(
    _ input: Span<Int16>, radius: Int, scratch: inout MutableSpan<Int16>, lower: inout MutableSpan<Int32>,
    upper: inout MutableSpan<Int32>
  ) throws(NetworkError) -> Bool {
    guard input.count == inputs, lower.count == outputs, upper.count == outputs else { throw .malformed }
    guard let inputBox = try inputBox(around: input, radius: radius, scratchCount: scratch.count) else {
      return false
    }
    unsafe scratch.withUnsafeMutableBufferPointer { memory in
      unsafe boundHiddenLayers(input, inputBox, in: memory.baseAddress)
      let base = memory.baseAddress
      unsafe withColumns(ofLayer: layerCount - 1, input, inputBox, in: base) { layer, lows, highs, widening in
        layer.forEachRow { row in
          let ends = layer.logitBounds(of: row, lower: lows, upper: highs, widening: widening)
          lower[row.index] = ends.lower
          upper[row.index] = ends.upper
        }
      }
    }
    return true
  }

  /// The most by which one output of a regression changes when no input moves by more than `radius` LSB:
  /// `slope · radius + offset` accumulator units, `UInt32.max` where that is no bound.
  ///
  /// - Parameters:
  ///   - output: 0 …< outputs.
  ///   - radius: 0 … 65535 LSB.
  /// - Throws: `otherTask` for a classifier, `classOutOfRange` for no such output, `radiusOutOfRange`.
  /// - Complexity: O(1).
  public func outputChange(_ output: Int, radius: Int) throws(NetworkError) -> UInt32 {
    guard isRegression else { throw .otherTask }
    guard output >= 0, output < outputs else { throw .classOutOfRange }
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    let bound = outputBound(output)
    // A saturated entry is no bound, and a product or sum beyond 32 bits saturates again.
    guard bound.slope < .max, bound.offset < .max else { return .max }
    let product = bound.slope.multipliedReportingOverflow(by: UInt32(radius))
    let sum = product.partialValue.addingReportingOverflow(bound.offset)
    return product.overflow || sum.overflow ? .max : sum.partialValue
  }

  /// The box of all inputs within `radius` LSB, or nil when the input itself is outside the declared range.
  private func inputBox(
    around input: Span<Int16>, radius: Int, scratchCount: Int
  ) throws(NetworkError) -> Widening? {
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    guard scratchCount >= certifyScratchCount else { throw .scratchTooSmall }
    let box = Widening(deviation: Int32(radius), minimum: inputMinimum, maximum: inputMaximum)
    for index in input.indices where Int32(input[index]) < box.minimum || Int32(input[index]) > box.maximum {
      return nil
    }
    return box
  }

  /// Puts the bounds of every hidden layer's outputs, and of the residual inputs behind the last ones, into the
  /// scratch memory.
  @inline(never)
  private func boundHiddenLayers(
    _ input: Span<Int16>, _ inputBox: Widening, in memory: UnsafeMutablePointer<Int16>?
  ) {
    for index in 0..<layerCount - 1 {
      let lowerResults = unsafe hiddenOutputs(ofLayer: index, in: memory)
      let upperResults = unsafe hiddenUpperBounds(ofLayer: index, in: memory)
      var lowerOutputs = unsafe lowerResults.mutableSpan
      var upperOutputs = unsafe upperResults.mutableSpan
      unsafe withColumns(ofLayer: index, input, inputBox, in: memory) { layer, lower, upper, widening in
        layer.forEachRow { row in
          let ends = layer.bounds(of: row, lower: lower, upper: upper, widening: widening)
          // Requantization is monotone, so the ends map to the ends.
          lowerOutputs[row.index] = requantized(ends.lower, shift: layer.shift)
          upperOutputs[row.index] = requantized(ends.upper, shift: layer.shift)
        }
      }
      let layer = self.layer(index)
      var lowerActivated = unsafe lowerResults.extracting(0..<layer.rows).mutableSpan
      var upperActivated = unsafe upperResults.extracting(0..<layer.rows).mutableSpan
      applyActivation(layer.activation, lower: &lowerActivated, upper: &upperActivated)
      forEachResidualInput(behindLayer: index) { place, column in
        // Both ends lie within the declared range, and so within Int16.
        lowerOutputs[place] = Int16(truncatingIfNeeded: inputBox.lowerEnd(input[column]))
        upperOutputs[place] = Int16(truncatingIfNeeded: inputBox.upperEnd(input[column]))
      }
    }
  }

  /// Whether one output exceeds all others over the box of inputs, by the intervals of the hidden layers.
  @inline(never)
  private func isLargestEverywhere(
    _ classIndex: Int, _ input: Span<Int16>, _ inputBox: Widening, in memory: UnsafeMutablePointer<Int16>?
  ) -> Bool {
    unsafe boundHiddenLayers(input, inputBox, in: memory)
    var isLargest = true
    unsafe withColumns(ofLayer: layerCount - 1, input, inputBox, in: memory) {
      layer, lower, upper, widening in
      let own = layer.row(classIndex)
      layer.forEachRow { row in
        guard row.index != classIndex, isLargest else { return }
        isLargest = layer.exceedsEverywhere(own, row, lower: lower, upper: upper, widening: widening)
      }
    }
    return isLargest
  }

  /// Calls `body` with a layer and the bounds of its columns: the input's box, or what the layer before it left.
  @inline(__always)
  private func withColumns(
    ofLayer index: Int, _ input: Span<Int16>, _ inputBox: Widening, in memory: UnsafeMutablePointer<Int16>?,
    _ body: (_ layer: Layer, _ lower: Span<Int16>, _ upper: Span<Int16>, _ widening: Widening) -> Void
  ) {
    let lowerEnds = unsafe hiddenOutputs(ofLayer: index - 1, in: memory)
    let upperEnds = unsafe hiddenUpperBounds(ofLayer: index - 1, in: memory)
    let lower = index == 0 ? input : unsafe lowerEnds.span
    let upper = index == 0 ? input : unsafe upperEnds.span
    // Called in one place only: it is inlined there.
    body(layer(index), lower, upper, index == 0 ? inputBox : .none)
  }
}
