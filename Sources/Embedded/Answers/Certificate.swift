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
        try unsafe certify(
          input.baseAddress.unsafelyUnwrapped, classIndex: classIndex, radius: radius,
          scratch: Scratch(scratch))
      }
    }
  }

  /// The same as for spans, of `inputs` values.
  func certify(
    _ input: UnsafePointer<Int16>, classIndex: Int, radius: Int, scratch: Scratch
  ) throws(NetworkError) -> Bool {
    guard !isRegression else { throw .otherTask }
    try checkCertificates()
    guard classIndex >= 0, classIndex < outputs else { throw .classOutOfRange }
    guard var box = try unsafe boundHiddenLayers(around: input, radius: radius, scratch: scratch) else {
      return false
    }
    let last = layerCount - 1
    return try unsafe certificate(last).exceeds.unsafelyUnwrapped(
      layer(last).pointer, UInt32(truncatingIfNeeded: classIndex), &box,
      plan.certificateWorkspace(in: scratch.memory(certifyScratchCount))) != 0
  }

  /// Throws `noKernels` for a network that names none for certificates of classes.
  func checkCertificates() throws(NetworkError) {
    guard let certificates = unsafe network.pointee.certificates,
      unsafe certificates[layerCount - 1].unsafelyUnwrapped.pointee.exceeds != nil
    else { throw .noKernels }
  }

  /// The table of a layer's kernels for bounds.
  ///
  /// - Precondition: the network has certificates.
  func certificate(_ index: Int) -> supnorm_certificate {
    unsafe network.pointee.certificates.unsafelyUnwrapped[index].unsafelyUnwrapped.pointee
  }

  /// Puts the bounds of every hidden layer's outputs, and of the residual inputs behind the last ones, into the
  /// scratch memory, for all inputs within `radius` LSB, cut to the declared range.
  ///
  /// - Returns: the box of the last layer's inputs, or nil when the input itself is outside the declared range.
  @inline(never)
  func boundHiddenLayers(
    around input: UnsafePointer<Int16>, radius: Int, scratch: Scratch
  ) throws(NetworkError) -> supnorm_box? {
    guard radius >= 0, radius <= Int(SUPNORM_RADIUS_MAX) else { throw .radiusOutOfRange }
    let memory = try unsafe scratch.memory(certifyScratchCount)
    var box = unsafe supnorm_box(
      lower: input, upper: input, deviation: Int32(radius), minimum: inputMinimum, maximum: inputMaximum)
    for index in 0..<inputs {
      guard unsafe Int32(input[index]) >= box.minimum, unsafe Int32(input[index]) <= box.maximum else {
        return nil
      }
    }
    let inputBox = unsafe box
    let workspace = unsafe plan.certificateWorkspace(in: memory)
    for index in 0..<layerCount - 1 {
      let layer = self.layer(index)
      let lower = unsafe plan.outputs(ofLayer: index, in: memory)
      let upper = unsafe plan.upperBounds(ofLayer: index, in: memory)
      unsafe certificate(index).bound.unsafelyUnwrapped(
        layer.pointer, &box, lower, upper, nil, nil, workspace)
      var lowerActivated = unsafe MutableSpan(_unsafeStart: lower, count: layer.rows)
      var upperActivated = unsafe MutableSpan(_unsafeStart: upper, count: layer.rows)
      applyActivation(layer.activation, lower: &lowerActivated, upper: &upperActivated)
      unsafe forEachResidualInput(behindLayer: index, of: input) { place, input in
        // Both ends lie within the declared range, and so within Int16.
        let value = Int32(input)
        unsafe lower[place] = Int16(truncatingIfNeeded: max(value &- inputBox.deviation, inputBox.minimum))
        unsafe upper[place] = Int16(truncatingIfNeeded: min(value &+ inputBox.deviation, inputBox.maximum))
      }
      unsafe box = supnorm_box(
        lower: lower, upper: upper, deviation: 0, minimum: Int32(Int16.min), maximum: Int32(Int16.max))
    }
    return unsafe box
  }
}

/// See `supnorm_certify` in supnorm.h.
@c public func supnorm_certify(
  _ model: UnsafePointer<supnorm_model>?, _ input: UnsafePointer<Int16>?, _ classIndex: Int32,
  _ radius: Int32,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int
) -> Int32 {
  unsafe status(model) { network throws(NetworkError) in
    guard let input = unsafe input else { throw .nullPointer }
    let isCertified = try unsafe network.certify(
      input, classIndex: Int(classIndex), radius: Int(radius),
      scratch: Scratch(scratch, bytes: scratchBytes))
    return isCertified ? SUPNORM_OK : SUPNORM_UNCERTIFIED
  }
}
