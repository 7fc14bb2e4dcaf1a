public import CSupNorm

extension Network {
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
  /// - Throws: `malformed` for a wrong count, `radiusOutOfRange`, `scratchTooSmall`, `noKernels` for a network
  ///   without certificates.
  /// - Complexity: two passes over the weights.
  public func outputBounds(
    _ input: Span<Int16>, radius: Int, scratch: inout MutableSpan<Int16>, lower: inout MutableSpan<Int32>,
    upper: inout MutableSpan<Int32>
  ) throws(NetworkError) -> Bool {
    guard input.count == inputs, lower.count == outputs, upper.count == outputs else { throw .malformed }
    return try unsafe input.withUnsafeBufferPointer { input throws(NetworkError) in
      try unsafe scratch.withUnsafeMutableBufferPointer { scratch throws(NetworkError) in
        try unsafe lower.withUnsafeMutableBufferPointer { lower throws(NetworkError) in
          try unsafe upper.withUnsafeMutableBufferPointer { upper throws(NetworkError) in
            try withModel { model throws(NetworkError) in
              try unsafe model.outputBounds(
                input.baseAddress.unsafelyUnwrapped, radius: radius, scratch: Scratch(scratch),
                lower: lower.baseAddress.unsafelyUnwrapped, upper: upper.baseAddress.unsafelyUnwrapped)
            }
          }
        }
      }
    }
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
    try withModel { model throws(NetworkError) in try model.outputChange(output, radius: radius) }
  }
}

extension Model {
  /// The same as for spans, of `inputs` and `outputs` values.
  fileprivate func outputBounds(
    _ input: UnsafePointer<Int16>, radius: Int, scratch: Scratch, lower: UnsafeMutablePointer<Int32>,
    upper: UnsafeMutablePointer<Int32>
  ) throws(NetworkError) -> Bool {
    guard unsafe network.pointee.certificates != nil else { throw .noKernels }
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    let memory = try unsafe scratch.memory(plan.certifyCount)
    var box = unsafe supnorm_box()
    guard unsafe boundHiddenLayers(around: input, radius: radius, in: memory, &box) else { return false }
    unsafe certificate(last).pointee.bound.unsafelyUnwrapped(
      layer(last).pointer, &box, nil, nil, lower, upper, plan.certificateWorkspace(in: memory))
    return true
  }

  /// See `Network.outputChange`.
  fileprivate func outputChange(_ output: Int, radius: Int) throws(NetworkError) -> UInt32 {
    guard isRegression else { throw .otherTask }
    guard output >= 0, output < outputs else { throw .classOutOfRange }
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    // Without a table nothing moves by more than the inputs do.
    let bound = unsafe network.pointee.bounds?[output] ?? supnorm_bound(slope: 1, offset: 0)
    // A saturated entry is no bound, and a product or sum beyond 32 bits saturates again.
    guard bound.slope < .max, bound.offset < .max else { return .max }
    let product = bound.slope.multipliedReportingOverflow(by: UInt32(radius))
    let sum = product.partialValue.addingReportingOverflow(bound.offset)
    return product.overflow || sum.overflow ? .max : sum.partialValue
  }
}

/// See `supnorm_output_bounds` in supnorm.h.
@c public func supnorm_output_bounds(
  _ model: UnsafePointer<supnorm_model>?, _ input: UnsafePointer<Int16>?, _ radius: Int32,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ lower: UnsafeMutablePointer<Int32>?,
  _ upper: UnsafeMutablePointer<Int32>?
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let input = unsafe input, let lower = unsafe lower, let upper = unsafe upper else {
      throw .nullPointer
    }
    try unsafe model.requireApart(lower, upper)
    _ = try unsafe model.scratch(scratch, bytes: scratchBytes, reading: input, writing: lower)
    let scratch = try unsafe model.scratch(scratch, bytes: scratchBytes, reading: input, writing: upper)
    let isBounded = try unsafe model.outputBounds(
      input, radius: Int(radius), scratch: scratch, lower: lower, upper: upper)
    return isBounded ? SUPNORM_OK : SUPNORM_UNCERTIFIED
  }
}

/// See `supnorm_output_change` in supnorm.h.
@c public func supnorm_output_change(
  _ model: UnsafePointer<supnorm_model>?, _ output: Int32, _ radius: Int32,
  _ change: UnsafeMutablePointer<UInt32>?
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let change = unsafe change else { throw .nullPointer }
    unsafe change.pointee = try model.outputChange(Int(output), radius: Int(radius))
    return SUPNORM_OK
  }
}
