public import CSupNorm

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
  ///   for a regression, `noKernels` for a network without certificates.
  /// - Complexity: two passes over the hidden weights, `outputs - 1` over two rows of the last layer.
  public func certify(
    _ input: Span<Int16>, classIndex: Int, radius: Int, scratch: inout MutableSpan<Int16>
  ) throws(NetworkError) -> Bool {
    guard input.count == inputs else { throw .malformed }
    return try unsafe input.withUnsafeBufferPointer { input throws(NetworkError) in
      try unsafe scratch.withUnsafeMutableBufferPointer { scratch throws(NetworkError) in
        try withModel { model throws(NetworkError) in
          try unsafe model.certify(
            input.baseAddress.unsafelyUnwrapped, classIndex: classIndex, radius: radius,
            scratch: Scratch(scratch))
        }
      }
    }
  }
}

extension Model {
  /// The same as for spans, of `inputs` values.
  func certify(
    _ input: UnsafePointer<Int16>, classIndex: Int, radius: Int, scratch: Scratch
  ) throws(NetworkError) -> Bool {
    try checkCertificates(radius: radius)
    guard classIndex >= 0, classIndex < outputs else { throw .classOutOfRange }
    let memory = try unsafe scratch.memory(plan.certifyCount)
    var box = unsafe supnorm_box()
    guard unsafe boundHiddenLayers(around: input, radius: radius, in: memory, &box) else { return false }
    return unsafe certificate(last).pointee.exceeds.unsafelyUnwrapped(
      layer(last).pointer, UInt32(truncatingIfNeeded: classIndex), &box,
      plan.certificateWorkspace(in: memory)) != 0
  }

  /// Throws `otherTask` for a regression, `noKernels` for a network that names none for certificates of classes,
  /// `radiusOutOfRange`.
  func checkCertificates(radius: Int) throws(NetworkError) {
    guard !isRegression else { throw .otherTask }
    guard unsafe network.pointee.certificates != nil, unsafe certificate(last).pointee.exceeds != nil else {
      throw .noKernels
    }
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
  }

  /// Puts the bounds of every hidden layer's outputs, and of the residual inputs behind the last ones, into the
  /// scratch memory, for all inputs within `radius` LSB, cut to the declared range.
  ///
  /// - Parameter box: becomes that of the last layer's inputs.
  /// - Returns: false when the input itself is outside the declared range.
  /// - Precondition: the radius lies in 0 … 65535, the memory is enough, and the network has certificates.
  @inline(never)
  func boundHiddenLayers(
    around input: UnsafePointer<Int16>, radius: Int, in memory: UnsafeMutablePointer<Int16>,
    _ box: inout supnorm_box
  ) -> Bool {
    unsafe box = supnorm_box(
      lower: input, upper: input, deviation: Int32(truncatingIfNeeded: radius), minimum: inputMinimum,
      maximum: inputMaximum)
    guard
      unsafe supnorm_are_within(input, UInt32(truncatingIfNeeded: inputs), inputMinimum, inputMaximum) != 0
    else { return false }
    let workspace = unsafe plan.certificateWorkspace(in: memory)
    var index = 0
    while index < last {
      let layer = self.layer(index)
      let lower = unsafe plan.outputs(ofLayer: index, in: memory)
      let upper = unsafe plan.upperBounds(ofLayer: index, in: memory)
      unsafe certificate(index).pointee.bound.unsafelyUnwrapped(
        layer.pointer, &box, lower, upper, nil, nil, workspace)
      unsafe activation(index).apply(lower, upper, of: layer)
      var residual = residualCount(behindLayer: index)
      while residual > 0 {
        residual &-= 1
        // Both ends lie within the declared range, and so within Int16.
        let value = unsafe Int32(residualInput(residual, of: input))
        let place = layer.rows &+ residual
        unsafe lower[place] = Int16(
          truncatingIfNeeded: max(value &- Int32(truncatingIfNeeded: radius), inputMinimum))
        unsafe upper[place] = Int16(
          truncatingIfNeeded: min(value &+ Int32(truncatingIfNeeded: radius), inputMaximum))
      }
      unsafe box = supnorm_box(
        lower: lower, upper: upper, deviation: 0, minimum: Int32(Int16.min), maximum: Int32(Int16.max))
      index &+= 1
    }
    return true
  }
}

/// See `supnorm_certify` in supnorm.h.
@c public func supnorm_certify(
  _ model: UnsafePointer<supnorm_model>?, _ input: UnsafePointer<Int16>?, _ classIndex: Int32,
  _ radius: Int32,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let input = unsafe input else { throw .nullPointer }
    let scratch = try unsafe model.scratch(scratch, bytes: scratchBytes, reading: input, writing: nil)
    let isCertified = try unsafe model.certify(
      input, classIndex: Int(classIndex), radius: Int(radius), scratch: scratch)
    return isCertified ? SUPNORM_OK : SUPNORM_UNCERTIFIED
  }
}
