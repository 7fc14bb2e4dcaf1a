/// What the power method has come to.
package struct PowerEstimate: Equatable, Sendable {
  /// `‖W x‖ / ‖x‖` of the last x: never above the largest singular value, up to the rounding of single precision.
  package var value: Double
  /// Applications of W, and of its transpose.
  package var iterations: Int
  /// How much the last one changed the value, in parts of it.
  package var relativeChange: Double
}

/// The largest singular value of an operator by `x ← WᵀW x / ‖WᵀW x‖`, from below.
///
/// - Parameters:
///   - tolerance: ends the iteration when the value changes by less than that part of it.
///   - limit: the most iterations.
///   - seed: what the first x is drawn from.
///   - progress: called after each iteration; false ends the iteration.
/// - Complexity: two applications an iteration; memory for one input and one output.
package func powerEstimate(
  of map: some LinearOperator, tolerance: Double = 1e-6, limit: Int = 1_000, seed: UInt64 = 0,
  progress: (PowerEstimate) -> Bool = { _ in true }
) -> PowerEstimate {
  precondition(map.inputCount > 0 && map.outputCount > 0)
  var generator = SeededGenerator(seed: seed)
  var input = (0..<map.inputCount).map { _ in Float(generator.normal()) }
  var output = Array(repeating: Float(0), count: map.outputCount)
  var estimate = PowerEstimate(value: 0, iterations: 0, relativeChange: .infinity)
  while estimate.iterations < limit, estimate.relativeChange >= tolerance {
    let length = squaredLength(input).squareRoot()
    guard length > 0, length.isFinite else { break }
    let scale = Float(1 / length)
    for index in input.indices { input[index] *= scale }
    let value = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output -> Double in
        guard let x = input.baseAddress, let y = output.baseAddress else { return 0 }
        // What rounding left of a length of one is divided out again.
        let before = unsafe squaredLength(UnsafeBufferPointer(input))
        unsafe map.apply(x, into: y)
        let after = unsafe squaredLength(UnsafeBufferPointer(output))
        unsafe map.applyTransposed(y, into: x)
        return (after / before).squareRoot()
      }
    }
    estimate.relativeChange = value > 0 ? (value - estimate.value).magnitude / value : 0
    estimate.value = value
    estimate.iterations += 1
    guard progress(estimate) else { break }
  }
  return estimate
}

/// `Σ x²` in double precision.
private func squaredLength(_ values: some RandomAccessCollection<Float>) -> Double {
  values.withContiguousStorageIfAvailable { unsafe squaredLength($0) }
    ?? values.reduce(0) { $0 + Double($1) * Double($1) }
}

private func squaredLength(_ values: UnsafeBufferPointer<Float>) -> Double {
  var sums = SIMD8<Double>.zero
  var index = 0
  guard let base = values.baseAddress else { return 0 }
  let memory = unsafe UnsafeRawPointer(base)
  while index + 8 <= values.count {
    let lanes = unsafe memory.loadUnaligned(fromByteOffset: 4 * index, as: HalfLanes.self)
    var wide = SIMD8<Double>.zero
    for lane in 0..<8 { wide[lane] = Double(lanes[lane]) }
    sums.addProduct(wide, wide)
    index += 8
  }
  var sum = ((sums.lowHalf + sums.highHalf).lowHalf + (sums.lowHalf + sums.highHalf).highHalf).sum()
  while index < values.count {
    let value = unsafe Double(values[index])
    sum += value * value
    index += 1
  }
  return sum
}
