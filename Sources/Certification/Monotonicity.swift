public import Integers

/// The outputs of a network never fall, or never rise, when one input grows and the others stay.
public struct MonotoneInput: Equatable, Sendable {
  /// The input.
  public var input: Int
  /// Whether the outputs never fall when it grows; otherwise they never rise.
  public var isIncreasing: Bool

  /// Creates a statement; `IntegerNetwork.isMonotone(_:)` proves it.
  public init(input: Int, isIncreasing: Bool) {
    self.input = input
    self.isIncreasing = isIncreasing
  }
}

extension IntegerNetwork {
  /// How much each output can move for each LSB of one input on the way through the hidden layers: `S_j`.
  ///
  /// Slopes are whole numbers: `a = 1` for the input itself and 0 for the others, then
  /// `a_r = ceil(Σ|w_rc|·a_c / 2^f)` in each hidden layer, the largest of those that a maximum, maxMin or sort mixes, and
  /// `S_j = Σ|w_jc|·a_c` over the hidden columns of the last layer, or again the largest. When the input moves by t LSB, a hidden value
  /// moves by at most `a·t`, rounding included, because `ceil(α·t / 2^f) ≤ ceil(α / 2^f)·t` for whole t.
  ///
  /// - Parameter input: 0 …< inputs.
  /// - Returns: one number for each output, in accumulator units for each LSB, at most 2^62.
  /// - Complexity: O(weights).
  func hiddenSlopes(ofInput input: Int) -> [Int] {
    let inputs = (0..<inputs).map { SlopeDeviation(lsb: $0 == input ? 1 : 0) }
    // The residual inputs are the other side of the comparison.
    let columns = walk(from: inputs).dropLast(residualInputs.count) + residualInputs.map { _ in .none }
    return last.certified.rowDeviations(Array(columns)).map(\.lsb)
  }

  /// Whether every output provably never falls (or never rises) when the input grows: its weight as a residual
  /// input is at least `S_j` (at most `-S_j`) in every row j.
  ///
  /// `g(x) + r·x_k` with `|g(x) - g(x')| ≤ S·|x_k - x'_k|` and `r ≥ S` is monotone: exact in integers, rounding and
  /// saturation included. An input of no influence at all is monotone either way.
  ///
  /// - Complexity: O(weights).
  /// - SeeAlso: Kitouni, Nolte and Williams, "Expressive monotonic neural networks", ICLR 2023; the bound here is in
  ///   the sup norm and on integers.
  public func isMonotone(_ statement: MonotoneInput) -> Bool {
    guard (0..<inputs).contains(statement.input), layers.count > 1 else { return false }
    let slopes = hiddenSlopes(ofInput: statement.input)
    let place = residualInputs.firstIndex(of: statement.input)
    let direct = place.map { last.certified.weights(ofColumn: last.columns - residualInputs.count + $0) }
    return slopes.indices.allSatisfy { row in
      let weight = direct?[row] ?? 0
      return (statement.isIncreasing ? weight : -weight) >= slopes[row]
    }
  }
}
