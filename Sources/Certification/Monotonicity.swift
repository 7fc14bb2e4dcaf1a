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
    // Slopes are cut at 2^46: any cut of at least 65535 is sound, because no Int16 moves by more than that. Rows sum
    // to at most 65535 < 2^16, so every sum stays at or below 2^62.
    var slopes = (0..<inputs).map { $0 == input ? 1 : 0 }
    for layer in layers.dropLast() {
      let raw = layer.rawDeviations(slopes).map { min(($0 + (1 << layer.shift) - 1) >> layer.shift, 1 << 46) }
      slopes = layer.activation.mixed(raw, by: max)
    }
    return layers[layers.count - 1].rawDeviations(slopes)
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
    let last = layers[layers.count - 1]
    let slopes = hiddenSlopes(ofInput: statement.input)
    let place = residualInputs.firstIndex(of: statement.input)
    return (0..<outputs).allSatisfy { row in
      let hiddenColumns = last.columns - residualInputs.count
      let direct = place.map { Int(last.weights[row * last.columns + hiddenColumns + $0]) } ?? 0
      return (statement.isIncreasing ? direct : -direct) >= slopes[row]
    }
  }
}
