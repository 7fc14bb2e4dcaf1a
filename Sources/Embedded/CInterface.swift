public import CSupNorm

// The functions of supnorm.h. Null pointers and sizes are checked here and nowhere else; everything behind this
// file works on spans.

/// Runs `body` on a checked network and turns what it throws into a C status.
@inline(__always)
private func status(
  _ pointer: UnsafePointer<supnorm_network>?, _ body: (Network) throws(NetworkError) -> Int32
) -> Int32 {
  guard let pointer = unsafe pointer else { return SUPNORM_ERROR_NULL }
  do {
    return try body(unsafe Network(checking: pointer))
  } catch {
    return error.status
  }
}

/// A span over the caller's scratch memory; null is allowed when nothing is needed.
@inline(__always)
private func scratchBuffer(
  _ scratch: UnsafeMutableRawPointer?, _ bytes: Int
) throws(NetworkError) -> UnsafeMutableBufferPointer<Int16> {
  // The kernels may read and write it in words of up to 8 bytes; half of a negative size is no size either.
  guard UInt(bitPattern: scratch) & 7 == 0 else { throw .scratchTooSmall }
  let elements = unsafe scratch?.assumingMemoryBound(to: Int16.self)
  return unsafe UnsafeMutableBufferPointer(
    start: elements, count: elements == nil || bytes < 0 ? 0 : bytes / 2)
}

/// See `supnorm_infer` in supnorm.h.
@c public func supnorm_infer(
  _ network: UnsafePointer<supnorm_network>?, _ input: UnsafePointer<Int16>?,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ logits: UnsafeMutablePointer<Int32>?,
  _ result: UnsafeMutablePointer<supnorm_result>?
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let input = unsafe input, let logits = unsafe logits, let result = unsafe result else {
      throw .nullPointer
    }
    let buffer = try unsafe scratchBuffer(scratch, scratchBytes)
    var memory = unsafe buffer.mutableSpan
    var outputs = unsafe MutableSpan(_unsafeStart: logits, count: network.outputs)
    unsafe result.pointee = try network.infer(
      Span(_unsafeStart: input, count: network.inputs), scratch: &memory, logits: &outputs)
    return SUPNORM_OK
  }
}

/// See `supnorm_certify` in supnorm.h.
@c public func supnorm_certify(
  _ network: UnsafePointer<supnorm_network>?, _ input: UnsafePointer<Int16>?, _ classIndex: Int32,
  _ radius: Int32, _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let input = unsafe input else { throw .nullPointer }
    let buffer = try unsafe scratchBuffer(scratch, scratchBytes)
    var memory = unsafe buffer.mutableSpan
    let isCertified = try unsafe network.certify(
      Span(_unsafeStart: input, count: network.inputs), classIndex: Int(classIndex), radius: Int(radius),
      scratch: &memory)
    return isCertified ? SUPNORM_OK : SUPNORM_UNCERTIFIED
  }
}

/// See `supnorm_infer_within` in supnorm.h.
@c public func supnorm_infer_within(
  _ network: UnsafePointer<supnorm_network>?, _ input: UnsafePointer<Int16>?, _ requiredRadius: Int32,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ logits: UnsafeMutablePointer<Int32>?,
  _ result: UnsafeMutablePointer<supnorm_result>?
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let input = unsafe input, let logits = unsafe logits, let result = unsafe result else {
      throw .nullPointer
    }
    let buffer = try unsafe scratchBuffer(scratch, scratchBytes)
    var memory = unsafe buffer.mutableSpan
    var outputs = unsafe MutableSpan(_unsafeStart: logits, count: network.outputs)
    unsafe result.pointee = try network.infer(
      Span(_unsafeStart: input, count: network.inputs), within: Int(requiredRadius), scratch: &memory,
      logits: &outputs)
    return unsafe result.pointee.class_index == SUPNORM_NO_CLASS ? SUPNORM_UNCERTIFIED : SUPNORM_OK
  }
}

/// See `supnorm_output_bounds` in supnorm.h.
@c public func supnorm_output_bounds(
  _ network: UnsafePointer<supnorm_network>?, _ input: UnsafePointer<Int16>?, _ radius: Int32,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ lower: UnsafeMutablePointer<Int32>?,
  _ upper: UnsafeMutablePointer<Int32>?
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let input = unsafe input, let lower = unsafe lower, let upper = unsafe upper else {
      throw .nullPointer
    }
    let buffer = try unsafe scratchBuffer(scratch, scratchBytes)
    var memory = unsafe buffer.mutableSpan
    var lowerBounds = unsafe MutableSpan(_unsafeStart: lower, count: network.outputs)
    var upperBounds = unsafe MutableSpan(_unsafeStart: upper, count: network.outputs)
    let isBounded = try unsafe network.outputBounds(
      Span(_unsafeStart: input, count: network.inputs), radius: Int(radius), scratch: &memory,
      lower: &lowerBounds, upper: &upperBounds)
    return isBounded ? SUPNORM_OK : SUPNORM_UNCERTIFIED
  }
}

/// See `supnorm_output_change` in supnorm.h.
@c public func supnorm_output_change(
  _ network: UnsafePointer<supnorm_network>?, _ output: Int32, _ radius: Int32,
  _ change: UnsafeMutablePointer<UInt32>?
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let change = unsafe change else { throw .nullPointer }
    unsafe change.pointee = try network.outputChange(Int(output), radius: Int(radius))
    return SUPNORM_OK
  }
}

/// See `supnorm_self_check` in supnorm.h.
@c public func supnorm_self_check(_ network: UnsafePointer<supnorm_network>?) -> Int32 {
  guard let pointer = unsafe network else { return SUPNORM_ERROR_NULL }
  do {
    // Only then may the counts be used to look at the layers.
    try unsafe Network.checkHead(of: pointer)
  } catch {
    return error.status
  }
  return unsafe status(pointer) { network throws(NetworkError) in
    try network.selfCheck()
    return SUPNORM_OK
  }
}

/// See `supnorm_self_test` in supnorm.h.
@c public func supnorm_self_test(
  _ network: UnsafePointer<supnorm_network>?, _ golden: UnsafePointer<supnorm_golden>?, _ goldenCount: Int,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ logits: UnsafeMutablePointer<Int32>?
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let golden = unsafe golden, let logits = unsafe logits else { throw .nullPointer }
    let buffer = try unsafe scratchBuffer(scratch, scratchBytes)
    var memory = unsafe buffer.mutableSpan
    var outputs = unsafe MutableSpan(_unsafeStart: logits, count: network.outputs)
    for index in 0..<max(goldenCount, 0) {
      try unsafe network.selfTest(golden[index], scratch: &memory, logits: &outputs)
    }
    return SUPNORM_OK
  }
}

/// See `supnorm_encode` in supnorm.h.
@c public func supnorm_encode(
  _ network: UnsafePointer<supnorm_network>?, _ feature: UInt32, _ reading: Int32,
  _ encoded: UnsafeMutablePointer<Int16>?
) -> Int32 {
  unsafe status(network) { network throws(NetworkError) in
    guard let encoded = unsafe encoded else { throw .nullPointer }
    unsafe encoded.pointee = try network.encode(reading, feature: Int(clamping: feature))
    return SUPNORM_OK
  }
}
