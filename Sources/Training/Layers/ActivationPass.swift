// An activation acts on whole batches, row by row, both on points and on intervals. ReLU, identity and maxMin
// are monotone in every input, so an interval's image is the interval between the images of its ends; only
// `abs` needs its own rule.

extension Activation {
  /// `outputs ← f(sums)`.
  func apply(_ sums: Matrix, into outputs: Matrix) {
    precondition(sums.columns == outputs.columns)
    outputs.rows = sums.rows
    let (source, target) = unsafe (sums.flat, outputs.flat)
    guard let source = source.baseAddress, let target = target.baseAddress else { return }
    let count = unsafe sums.flat.count
    switch self {
    case .identity: unsafe target.update(from: source, count: count)
    case .relu: for i in 0..<count { unsafe target[i] = unsafe source[i] > 0 ? source[i] : 0 }
    case .abs: for i in 0..<count { unsafe target[i] = unsafe source[i].magnitude }
    case .maxMin:
      for row in 0..<sums.rows {
        let (source, target) = unsafe (sums.row(row), outputs.row(row))
        for i in stride(from: 0, to: sums.columns - 1, by: 2) {
          unsafe target[i] = unsafe max(source[i], source[i + 1])
          unsafe target[i + 1] = unsafe min(source[i], source[i + 1])
        }
        if sums.columns % 2 == 1 { unsafe target[sums.columns - 1] = unsafe source[sums.columns - 1] }
      }
    }
  }

  /// Turns the gradient with respect to `f(sums)` into the one with respect to `sums`, in place.
  ///
  /// At a kink the derivative is that of the left side, 0 for ReLU; at a tie maxMin swaps nothing.
  func propagateBack(_ gradients: Matrix, through sums: Matrix) {
    precondition(gradients.columns == sums.columns && gradients.rows == sums.rows)
    let (source, gradient) = unsafe (sums.flat, gradients.flat)
    guard let source = source.baseAddress, let gradient = gradient.baseAddress else { return }
    let count = unsafe sums.flat.count
    switch self {
    case .identity: break
    case .relu: for i in 0..<count { unsafe gradient[i] = unsafe source[i] > 0 ? gradient[i] : 0 }
    case .abs: for i in 0..<count { unsafe gradient[i] = unsafe source[i] > 0 ? gradient[i] : -gradient[i] }
    case .maxMin:
      for row in 0..<sums.rows {
        let (source, gradient) = unsafe (sums.row(row), gradients.row(row))
        for i in stride(from: 0, to: sums.columns - 1, by: 2) {
          guard unsafe source[i] < source[i + 1] else { continue }
          let upper = unsafe gradient[i]
          unsafe gradient[i] = unsafe gradient[i + 1]
          unsafe gradient[i + 1] = upper
        }
      }
    }
  }

  /// Replaces every interval by its image.
  func applyToIntervals(_ lower: Matrix, _ upper: Matrix, into outputLower: Matrix, _ outputUpper: Matrix) {
    apply(lower, into: outputLower)
    apply(upper, into: outputUpper)
    guard self == .abs else { return }
    let (low, high) = unsafe (lower.flat, upper.flat)
    let (outputLow, outputHigh) = unsafe (outputLower.flat, outputUpper.flat)
    for i in low.indices {
      unsafe outputLow[i] = unsafe max(low[i], -high[i], 0)
      unsafe outputHigh[i] = unsafe max(-low[i], high[i])
    }
  }

  /// Turns gradients with respect to the ends of the images into those with respect to the ends of the
  /// intervals, in place.
  func propagateBackIntervals(
    _ gradientLower: Matrix, _ gradientUpper: Matrix, through lower: Matrix, _ upper: Matrix
  ) {
    guard self == .abs else {
      propagateBack(gradientLower, through: lower)
      propagateBack(gradientUpper, through: upper)
      return
    }
    let (lows, highs) = unsafe (lower.flat, upper.flat)
    let (gradientLow, gradientHigh) = unsafe (gradientLower.flat, gradientUpper.flat)
    for i in lows.indices {
      let (low, high) = unsafe (lows[i], highs[i])
      let (fromLower, fromUpper) = unsafe (gradientLow[i], gradientHigh[i])
      // The image's lower end is low, -high or 0, and its upper end the farther of the two.
      var (toLow, toHigh): (Float, Float) = (0, 0)
      if low > 0 { toLow += fromLower } else if high < 0 { toHigh -= fromLower }
      if high > -low { toHigh += fromUpper } else { toLow -= fromUpper }
      unsafe gradientLow[i] = toLow
      unsafe gradientHigh[i] = toHigh
    }
  }
}
