// An activation acts on whole batches, row by row, both on points and on intervals. All but `abs` are monotone in every
// input, so an interval's image is the interval between the images of its ends; only `abs` needs its own rule.

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
    case .sort:
      visitSortedRows(sums) { row, order in
        let (source, target) = unsafe (sums.row(row), outputs.row(row))
        for (place, key) in order.enumerated() { unsafe target[place] = unsafe source[key.place] }
      }
    case .tanh: outputs.setLanes(of: sums) { sum, _ in hyperbolicTangent(sum) }
    case .sigmoid: outputs.setLanes(of: sums) { sum, _ in logistic(sum) }
    }
  }

  /// Turns the gradient with respect to `f(sums)` into the one with respect to `sums`, in place.
  ///
  /// At a kink the derivative is that of the left side, 0 for ReLU; at a tie maxMin and sort keep the order.
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
    case .sort:
      var sorted = [Float](repeating: 0, count: sums.columns)
      visitSortedRows(sums) { row, order in
        let gradient = unsafe gradients.row(row)
        for place in sorted.indices { unsafe sorted[place] = gradient[place] }
        for (place, key) in order.enumerated() { unsafe gradient[key.place] = sorted[place] }
      }
    case .tanh:
      gradients.setLanes(of: sums) { sum, gradient in
        let value = hyperbolicTangent(sum)
        return gradient * (1 - value * value)
      }
    case .sigmoid:
      gradients.setLanes(of: sums) { sum, gradient in gradient * (logistic(sum) * logistic(-sum)) }
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

extension Matrix {
  /// Replaces the lanes by a function of those of a matrix of equal size and of themselves.
  @inline(__always)
  fileprivate func setLanes(of other: Matrix, _ body: (Lanes, Lanes) -> Lanes) {
    for row in 0..<rows {
      for index in 0..<lanesNeeded(for: columns) {
        setLanes(index, ofRow: row, to: body(other.lanes(index, ofRow: row), lanes(index, ofRow: row)))
      }
    }
  }
}

/// Calls a body with each row's number and the places of its values in ascending order, at a tie as they stand.
///
/// A radix sort, byte by byte from the last to the first: each keeps the order of the one before where it is equal.
private func visitSortedRows(_ matrix: Matrix, _ body: (Int, [SortKey]) -> Void) {
  var keys = [SortKey](repeating: SortKey(0, at: 0), count: matrix.columns)
  var sorted = keys
  var ends = [Int](repeating: 0, count: 256)
  for row in 0..<matrix.rows {
    let values = unsafe matrix.row(row)
    for place in keys.indices { unsafe keys[place] = SortKey(values[place], at: place) }
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      for digit in ends.indices { ends[digit] = 0 }
      for key in keys { ends[key.digit(shift)] += 1 }
      for digit in 1..<256 { ends[digit] += ends[digit - 1] }
      for key in keys.reversed() {
        let digit = key.digit(shift)
        ends[digit] -= 1
        sorted[ends[digit]] = key
      }
      swap(&keys, &sorted)
    }
    body(row, keys)
  }
}

/// A value as an integer that is ordered as values are, a total order of NaN too, and its place.
private struct SortKey {
  private let order: UInt32
  private let index: UInt32

  init(_ value: Float, at place: Int) {
    // Negative numbers are ordered the other way round, and below the others.
    order = value.sign == .minus ? ~value.bitPattern : value.bitPattern | 0x8000_0000
    index = UInt32(truncatingIfNeeded: place)
  }

  var place: Int { Int(index) }

  @inline(__always)
  func digit(_ shift: UInt32) -> Int { Int((order >> shift) & 255) }
}
