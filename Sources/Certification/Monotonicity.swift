public import Integers

/// The outputs of a network, or the lead of a class, never fall, or never rise, when one input grows and the others stay.
public struct MonotoneInput: Equatable, Sendable {
  /// The input.
  public var input: Int
  /// Whether they never fall when it grows; otherwise they never rise.
  public var isIncreasing: Bool
  /// The class c of which `logit_c - logit_j` is meant for every other j; nil for every output.
  public var classIndex: Int?

  /// Creates a statement; `IntegerNetwork.isMonotone(_:)` proves it.
  public init(input: Int, isIncreasing: Bool, classIndex: Int? = nil) {
    self.input = input
    self.isIncreasing = isIncreasing
    self.classIndex = classIndex
  }
}

extension IntegerNetwork {
  /// How much what the last layer reads can move for each LSB of one input, on the way through the hidden layers.
  ///
  /// Slopes are whole numbers: `a = 1` for the input itself and 0 for the others, then `a_r = ceil(Σ|w_rc|·a_c / 2^f)` in
  /// each hidden layer, the largest of those that a maximum, maxMin or sort mixes. When the input moves by t LSB, a
  /// hidden value moves by at most `a·t`, rounding included, because `ceil(α·t / 2^f) ≤ ceil(α / 2^f)·t` for whole t.
  ///
  /// - Parameter input: 0 …< inputs.
  /// - Returns: one for each column of the last layer; 0 for the residual ones, the other side of the comparison.
  /// - Complexity: O(weights).
  private func columnSlopes(ofInput input: Int) -> [SlopeDeviation] {
    let inputs = (0..<inputs).map { SlopeDeviation(lsb: $0 == input ? 1 : 0) }
    return walk(from: inputs).dropLast(residualInputs.count) + residualInputs.map { _ in .none }
  }

  /// Whether every output, or the lead of a class over each other one, provably never falls (or never rises) when the
  /// input grows.
  ///
  /// Every output: its weight as a residual input is at least `S_j = Σ|w_jc|·a_c` (at most `-S_j`) in every row j. A class
  /// c: `r_c - r_j` is at least `M_cj = Σ|w_cc' - w_jc'|·a_c'` (at most `-M_cj`) for every other row j.
  ///
  /// `g(x) + r·x_k` with `|g(x) - g(x')| ≤ S·|x_k - x'_k|` and `r ≥ S` is monotone: exact in integers, rounding and
  /// saturation included. An input of no influence at all is monotone either way.
  ///
  /// - Complexity: O(weights + outputs · columns of the last layer).
  /// - SeeAlso: Kitouni, Nolte and Williams, "Expressive monotonic neural networks", ICLR 2023; the bound here is in
  ///   the sup norm and on integers.
  public func isMonotone(_ statement: MonotoneInput) -> Bool {
    guard (0..<inputs).contains(statement.input), layers.count > 1 else { return false }
    let (last, slopes) = (last.certified, columnSlopes(ofInput: statement.input))
    let place = residualInputs.firstIndex(of: statement.input)
    let weights =
      place.map { last.weights(ofColumn: self.last.columns - residualInputs.count + $0) }
      ?? Array(repeating: 0, count: outputs)
    func outweighs(_ weight: Int, _ reach: SlopeDeviation) -> Bool {
      (statement.isIncreasing ? weight : -weight) >= reach.lsb
    }
    guard let index = statement.classIndex else {
      return zip(weights, last.rowDeviations(slopes)).allSatisfy(outweighs)
    }
    guard (0..<outputs).contains(index) else { return false }
    return weights.indices.allSatisfy { other in
      other == index
        || outweighs(weights[index] - weights[other], last.differenceDeviation(index, other, slopes))
    }
  }
}
