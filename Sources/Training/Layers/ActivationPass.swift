// An activation acts on whole batches, row by row, both on points and on intervals. ReLU, identity and maxMin
// are monotone in every input, so an interval's image is the interval between the images of its ends; only
// `abs` needs its own rule.

extension Activation {
  /// `outputs ← f(sums)`.
  func apply(_ sums: Matrix, into outputs: inout Matrix) {
    outputs.rows = sums.rows
    unsafe outputs.elements.update(from: sums.elements, count: sums.count) { source, target, count in
      switch self {
      case .identity: for i in 0..<count { unsafe target[i] = unsafe source[i] }
      case .relu: for i in 0..<count { unsafe target[i] = unsafe max(source[i], 0) }
      case .abs: for i in 0..<count { unsafe target[i] = unsafe source[i].magnitude }
      case .maxMin:
        for row in 0..<sums.rows {
          let first = row * sums.columns
          for i in stride(from: first, to: first + sums.columns - 1, by: 2) {
            unsafe target[i] = unsafe max(source[i], source[i + 1])
            unsafe target[i + 1] = unsafe min(source[i], source[i + 1])
          }
          if sums.columns % 2 == 1 {
            let last = first + sums.columns - 1
            unsafe target[last] = unsafe source[last]
          }
        }
      }
    }
  }

  /// Turns the gradient with respect to `f(sums)` into the one with respect to `sums`, in place.
  ///
  /// At a kink the derivative is that of the left side, 0 for ReLU; at a tie maxMin swaps nothing.
  func propagateBack(_ gradients: inout Matrix, through sums: Matrix) {
    unsafe gradients.elements.update(from: sums.elements, count: sums.count) { source, gradient, count in
      switch self {
      case .identity: break
      case .relu:
        for i in 0..<count { unsafe gradient[i] = unsafe source[i] > 0 ? gradient[i] : 0 }
      case .abs:
        for i in 0..<count { unsafe gradient[i] = unsafe source[i] > 0 ? gradient[i] : -gradient[i] }
      case .maxMin:
        for row in 0..<sums.rows {
          let first = row * sums.columns
          for i in stride(from: first, to: first + sums.columns - 1, by: 2) {
            guard unsafe source[i] < source[i + 1] else { continue }
            let upper = unsafe gradient[i]
            unsafe gradient[i] = unsafe gradient[i + 1]
            unsafe gradient[i + 1] = upper
          }
        }
      }
    }
  }

  /// Replaces every interval by its image.
  func applyToIntervals(
    _ lower: Matrix, _ upper: Matrix, into outputLower: inout Matrix, _ outputUpper: inout Matrix
  ) {
    guard self == .abs else {
      apply(lower, into: &outputLower)
      apply(upper, into: &outputUpper)
      return
    }
    outputLower.rows = lower.rows
    outputUpper.rows = lower.rows
    for i in 0..<lower.count {
      let (low, high) = (lower.elements[i], upper.elements[i])
      outputLower.elements[i] = max(low, -high, 0)
      outputUpper.elements[i] = max(-low, high)
    }
  }

  /// Turns gradients with respect to the ends of the images into those with respect to the ends of the
  /// intervals, in place.
  func propagateBackIntervals(
    _ gradientLower: inout Matrix, _ gradientUpper: inout Matrix, through lower: Matrix, _ upper: Matrix
  ) {
    guard self == .abs else {
      propagateBack(&gradientLower, through: lower)
      propagateBack(&gradientUpper, through: upper)
      return
    }
    for i in 0..<lower.count {
      let (low, high) = (lower.elements[i], upper.elements[i])
      let (fromLower, fromUpper) = (gradientLower.elements[i], gradientUpper.elements[i])
      // The image's lower end is low, -high or 0, and its upper end the farther of the two.
      var (toLow, toHigh): (Float, Float) = (0, 0)
      if low > 0 { toLow += fromLower } else if high < 0 { toHigh -= fromLower }
      if high > -low { toHigh += fromUpper } else { toLow -= fromUpper }
      gradientLower.elements[i] = toLow
      gradientUpper.elements[i] = toHigh
    }
  }
}

extension [Float] {
  /// Runs an elementwise kernel over the first `count` elements of two arrays that are that long.
  @unsafe @inline(__always)
  fileprivate mutating func update(
    from source: [Float], count: Int,
    _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    precondition(source.count >= count && self.count >= count)
    unsafe source.withUnsafeBufferPointer { source in
      unsafe withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe kernel(from, to, count)
      }
    }
  }
}
