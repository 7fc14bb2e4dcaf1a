/// A lower bound of a functional over a box, and how it came about.
struct Substitution: Sendable {
  /// In units of 2^-16: the largest of the bounds at the layers.
  var value: Int128
  /// One for each hidden layer that the functional came through, the last layer first.
  var steps: [ActivationStep] = []
  /// The coefficients of the inputs, nil where the functional did not come that far.
  var inputCoefficients: [Int64]?
}

extension BoxProver {
  /// Bounds a functional of what a layer reads from below, over all points of a box that satisfy the bounds.
  ///
  /// - Parameters:
  ///   - functional: of the outputs of the last layer in `bounds`, or of the inputs when there is none.
  ///   - bounds: of the first hidden layers.
  ///   - slopes: of the same layers.
  /// - Postcondition: `2^16·quantity ≥ value` on every such point.
  /// - Complexity: O(non-zero weights of these layers).
  func lowerBound(
    of functional: LinearFunctional, over box: IntegerBounds, bounds: [LayerBounds], slopes: [LayerSlopes]
  ) -> Substitution {
    var current = functional
    var result = Substitution(
      value: least(current, over: bounds.last?.outputs ?? box, box))
    // A number has nothing to substitute.
    guard current.coefficients.contains(where: { $0 != 0 }) || !current.residual.isEmpty else {
      return result
    }
    for index in bounds.indices.reversed() {
      let values = index > 0 ? bounds[index - 1].outputs : box
      guard
        let step = layers[index].activation.substituted(
          current.coefficients, over: bounds[index], slopes: slopes[index]),
        let next = layers[index].substituted(
          step.multipliers, residual: current.residual, constant: current.constant + step.constant,
          over: values)
      else { return result }
      current = next
      result.steps.append(step)
      if index == 0 { addResidual(to: &current) }
      result.value = max(result.value, least(current, over: values, box))
    }
    if bounds.isEmpty { addResidual(to: &current) }
    result.inputCoefficients = current.coefficients
    return result
  }

  /// Among the inputs, the residual ones are inputs like the others.
  private func addResidual(to functional: inout LinearFunctional) {
    for (coefficient, input) in zip(functional.residual, residualInputs) {
      // Σ|Λ| ≤ 2^46 + 2^33 afterwards, which the sum over the inputs below allows for.
      functional.coefficients[input] &+= coefficient
    }
    functional.residual = []
  }

  /// The least value of a functional over the bounds of the values it speaks of.
  private func least(
    _ functional: LinearFunctional, over values: IntegerBounds, _ box: IntegerBounds
  ) -> Int128 {
    var sum = functional.constant + Int128(LinearFunctional.least(functional.coefficients, over: values))
    for (coefficient, input) in zip(functional.residual, residualInputs) {
      sum += Int128(coefficient) * Int128(coefficient >= 0 ? box.lower[input] : box.upper[input])
    }
    return sum
  }
}
