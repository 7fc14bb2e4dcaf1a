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
    try unsafe withPointers(input, &scratch, &logits) { input, scratch, logits throws(NetworkError) in
      try withModel { model throws(NetworkError) in
        try unsafe model.infer(input, scratch: scratch, logits: logits)
      }
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
    try unsafe withPointers(input, &scratch, &logits) { input, scratch, logits throws(NetworkError) in
      try withModel { model throws(NetworkError) in
        try unsafe model.infer(input, within: radius, scratch: scratch, logits: logits)
      }
    }
  }

  /// Calls `body` with the memory of spans whose counts are those of the network.
  private func withPointers(
    _ input: Span<Int16>, _ scratch: inout MutableSpan<Int16>, _ logits: inout MutableSpan<Int32>,
    _ body: (UnsafePointer<Int16>, Scratch, UnsafeMutablePointer<Int32>) throws(NetworkError) ->
      supnorm_result
  ) throws(NetworkError) -> supnorm_result {
    guard input.count == inputs, logits.count == outputs else { throw .malformed }
    return try unsafe input.withUnsafeBufferPointer { input throws(NetworkError) in
      try unsafe scratch.withUnsafeMutableBufferPointer { scratch throws(NetworkError) in
        try unsafe logits.withUnsafeMutableBufferPointer { logits throws(NetworkError) in
          // A network has inputs and outputs, so that neither is empty.
          try unsafe body(
            input.baseAddress.unsafelyUnwrapped, Scratch(scratch), logits.baseAddress.unsafelyUnwrapped)
        }
      }
    }
  }
}

extension Model {
  /// The same as for spans, of `inputs` and `outputs` values.
  func infer(
    _ input: UnsafePointer<Int16>, scratch: Scratch, logits: UnsafeMutablePointer<Int32>
  ) throws(NetworkError) -> supnorm_result {
    unsafe runLayers(input, in: try scratch.memory(plan.inferCount), logits: logits)
    if isRegression { return supnorm_result(class_index: SUPNORM_NO_CLASS, radius_lsb: 0) }
    let answers = unsafe Span(_unsafeStart: UnsafePointer(logits), count: outputs)
    let answer = largestIndex(answers)
    // A network without a table has no bounds.
    let pairs = unsafe UnsafeBufferPointer(start: network.pointee.bounds, count: boundCount)
    return unsafe supnorm_result(
      class_index: Int32(truncatingIfNeeded: answer),
      radius_lsb: globalRadius(logits: answers, classIndex: answer, pairs: pairs.span))
  }

  /// The same as for spans, of `inputs` and `outputs` values.
  func infer(
    _ input: UnsafePointer<Int16>, within radius: Int, scratch: Scratch, logits: UnsafeMutablePointer<Int32>
  ) throws(NetworkError) -> supnorm_result {
    try checkCertificates(radius: radius)
    _ = try unsafe scratch.memory(plan.certifyCount)
    let result = try unsafe infer(input, scratch: scratch, logits: logits)
    // A global radius of 0 is also what a tie gets, which nothing certifies.
    if result.radius_lsb >= max(UInt32(truncatingIfNeeded: radius), 1) { return result }
    guard
      try unsafe certify(input, classIndex: Int(result.class_index), radius: radius, scratch: scratch)
    else {
      return supnorm_result(class_index: SUPNORM_NO_CLASS, radius_lsb: 0)
    }
    return supnorm_result(
      class_index: result.class_index, radius_lsb: max(result.radius_lsb, UInt32(truncatingIfNeeded: radius)))
  }

  /// Runs every layer; the accumulators of the last one, or their negatives, are the logits.
  private func runLayers(
    _ input: UnsafePointer<Int16>, in memory: UnsafeMutablePointer<Int16>, logits: UnsafeMutablePointer<Int32>
  ) {
    var source = unsafe input
    let workspace = unsafe plan.inferenceWorkspace(in: memory)
    var index = 0
    while index < last {
      let layer = self.layer(index)
      let outputs = unsafe plan.outputs(ofLayer: index, in: memory)
      unsafe layer.infer(source, hidden: outputs, logits: nil, workspace: workspace)
      unsafe activation(index).apply(outputs, of: layer)
      var residual = residualCount(behindLayer: index)
      while residual > 0 {
        residual &-= 1
        // The place was checked to be less than the columns of the next layer.
        unsafe outputs[layer.rows &+ residual] = residualInput(residual, of: input)
      }
      unsafe source = UnsafePointer(outputs)
      index &+= 1
    }
    unsafe layer(index).infer(source, hidden: nil, logits: logits, workspace: workspace)
  }

  /// How many bounds the table has: of each pair of classes or each output, none without a table.
  var boundCount: Int {
    guard unsafe network.pointee.bounds != nil else { return 0 }
    return isRegression ? outputs : outputs &* (outputs &- 1) / 2
  }
}

/// See `supnorm_infer` in supnorm.h.
@c public func supnorm_infer(
  _ model: UnsafePointer<supnorm_model>?, _ input: UnsafePointer<Int16>?, _ scratch: UnsafeMutableRawPointer?,
  _ scratchBytes: Int, _ logits: UnsafeMutablePointer<Int32>?, _ result: UnsafeMutablePointer<supnorm_result>?
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let input = unsafe input, let logits = unsafe logits, let result = unsafe result else {
      throw .nullPointer
    }
    let scratch = try unsafe model.scratch(scratch, bytes: scratchBytes, reading: input, writing: logits)
    unsafe result.pointee = try model.infer(input, scratch: scratch, logits: logits)
    return SUPNORM_OK
  }
}

/// See `supnorm_infer_within` in supnorm.h.
@c public func supnorm_infer_within(
  _ model: UnsafePointer<supnorm_model>?, _ input: UnsafePointer<Int16>?, _ requiredRadius: Int32,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ logits: UnsafeMutablePointer<Int32>?,
  _ result: UnsafeMutablePointer<supnorm_result>?
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let input = unsafe input, let logits = unsafe logits, let result = unsafe result else {
      throw .nullPointer
    }
    let scratch = try unsafe model.scratch(scratch, bytes: scratchBytes, reading: input, writing: logits)
    unsafe result.pointee = try model.infer(
      input, within: Int(requiredRadius), scratch: scratch, logits: logits)
    return unsafe result.pointee.class_index == SUPNORM_NO_CLASS ? SUPNORM_UNCERTIFIED : SUPNORM_OK
  }
}
