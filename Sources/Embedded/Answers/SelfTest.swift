public import CSupNorm

extension Model {
  /// Runs one golden vector and compares logits, class, global and local radius exactly; of a regression, which
  /// has no class and no radii, the outputs; without kernels for certificates all but the local radius.
  ///
  /// - Parameters:
  ///   - golden: answers computed on the host; its pointers must reach `inputs` and `outputs` values.
  ///   - scratch: memory of at least `certifyScratchCount` elements.
  ///   - logits: `outputs` elements to work in.
  /// - Throws: `goldenMismatch`, or what `infer` and `certify` throw.
  fileprivate func selfTest(
    _ golden: supnorm_golden, scratch: UnsafeMutableRawPointer?, scratchBytes: Int,
    logits: UnsafeMutablePointer<Int32>
  ) throws(NetworkError) {
    guard let input = unsafe golden.input, let expected = unsafe golden.logits else { throw .nullPointer }
    // Written over the expected numbers, the logits would be compared with themselves.
    try unsafe requireApart(expected, logits)
    _ = try unsafe self.scratch(
      scratch, bytes: scratchBytes, reading: input, writing: UnsafeMutablePointer(mutating: expected))
    let scratch = try unsafe self.scratch(scratch, bytes: scratchBytes, reading: input, writing: logits)
    let result = try unsafe infer(input, scratch: scratch, logits: logits)
    for index in 0..<outputs {
      guard unsafe expected[index] == logits[index] else { throw .goldenMismatch }
    }
    let local = unsafe Int(golden.local_radius_lsb)
    guard unsafe result.class_index == golden.class_index, unsafe result.radius_lsb == golden.radius_lsb,
      local >= -1, local <= Int(SUPNORM_RADIUS_MAX)
    else { throw .goldenMismatch }
    if unsafe isRegression || network.pointee.certificates == nil { return }
    // The largest certified radius: proved there, and no longer at the next one.
    for radius in max(local, 0)...min(local + 1, Int(SUPNORM_RADIUS_MAX)) {
      let isCertified = try unsafe certify(
        input, classIndex: Int(result.class_index), radius: radius, scratch: scratch)
      guard isCertified == (radius == local) else { throw .goldenMismatch }
    }
  }
}

/// See `supnorm_self_test` in supnorm.h.
@c public func supnorm_self_test(
  _ model: UnsafePointer<supnorm_model>?, _ golden: UnsafePointer<supnorm_golden>?, _ goldenCount: Int,
  _ scratch: UnsafeMutableRawPointer?, _ scratchBytes: Int, _ logits: UnsafeMutablePointer<Int32>?
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let golden = unsafe golden, let logits = unsafe logits else { throw .nullPointer }
    for index in 0..<max(goldenCount, 0) {
      try unsafe model.selfTest(
        golden[index], scratch: scratch, scratchBytes: scratchBytes, logits: logits)
    }
    return SUPNORM_OK
  }
}
