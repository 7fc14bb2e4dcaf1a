internal import Claims
internal import Certification

/// From the outputs of a regression, whole numbers that everything is proved of, to the target's unit.
extension TargetClaims {
  /// The value of an output, `offset + output · scale`, rounded once, to nearest.
  func value(_ output: Int32) -> Double { offset.addingProduct(Double(output), scale) }

  /// An interval that holds the exact values of all outputs between two.
  ///
  /// The fused sum is rounded once, so the exact one lies between its neighbors; where both steps show no error it is
  /// exact and stands for itself. `scale` is positive, so the order stays.
  func bounds(_ outputs: ClosedRange<Int32>) -> ClosedRange<Double> {
    let (lower, upper) = (value(outputs.lowerBound), value(outputs.upperBound))
    return
      (isExact(outputs.lowerBound) ? lower : lower.nextDown)...(isExact(outputs.upperBound)
      ? upper : upper.nextUp)
  }

  /// No less than a change of the output in the target's unit.
  func change(_ change: some BinaryInteger) -> Double {
    // Exact below 2^53; sums over many samples may go beyond.
    let count = Double(change)
    return (count < 0x1p53 ? count : count.nextUp).multiplied(by: scale, rounded: .up)
  }

  private func isExact(_ output: Int32) -> Bool {
    let product = Double(output) * scale
    guard output == 0 || product.magnitude > 0x1p-900 else { return false }
    let sum = offset + product
    // Knuth's error of a sum, exact unless it overflows.
    let part = sum - offset
    let error = (offset - (sum - part)) + (product - part)
    return (-product).addingProduct(Double(output), scale) == 0 && error == 0
  }
}
