internal import Claims
package import Integers

/// A network prepared for proofs over boxes of inputs.
///
/// It proves `logit_c > logit_j` on every point of a box, by interval bounds and, where these do not suffice, by
/// linear bounds: a functional `2^16·(logit_c - logit_j) ≥ Σ Λ·v + C` of what a layer reads is carried from the last
/// layer back to the inputs, in integers and rounded down at every step, and at every layer it is bounded over the
/// interval bounds of that layer's values. The largest of these bounds counts, so that linear bounds never prove less.
///
/// Source: H. Zhang et al., Efficient Neural Network Robustness Certification with General Activation Functions,
/// NeurIPS 2018; G. Singh et al., An Abstract Domain for Certifying Neural Networks, POPL 2019, both there for real
/// numbers.
package struct BoxProver: Sendable {
  /// The network as it was given.
  let network: IntegerNetwork
  /// First to last; the last one's rows are the logits.
  let layers: [any ProverLayer]
  let inputMinimum: Int64
  let inputMaximum: Int64
  let residualInputs: [Int]

  /// Prepares a network.
  ///
  /// - Complexity: O(weights).
  package init(_ network: IntegerNetwork) {
    self.network = network
    layers = network.layers.map(\.certified.prover)
    inputMinimum = Int64(network.inputMinimum)
    inputMaximum = Int64(network.inputMaximum)
    residualInputs = network.residualInputs
  }

  /// How many inputs one sample has.
  var inputs: Int { layers[0].columns }
  /// How many logits one sample gets.
  var outputs: Int { last.rows }
  /// The layers whose outputs another one reads.
  var hidden: ArraySlice<any ProverLayer> { layers.dropLast() }
  var last: any ProverLayer { layers[layers.count - 1] }

  /// All inputs within `radius` of one, cut to the declared range; nil when that one lies outside of it.
  func box(around input: [Int16], radius: Int) -> IntegerBounds? {
    guard input.allSatisfy({ (inputMinimum...inputMaximum).contains(Int64($0)) }) else { return nil }
    var box = IntegerBounds(at: input.map { Int64($0) })
    for index in box.lower.indices {
      box.lower[index] = max(box.lower[index] - Int64(radius), inputMinimum)
      box.upper[index] = min(box.upper[index] + Int64(radius), inputMaximum)
    }
    return box
  }

  /// The bounds of all hidden layers over a box.
  ///
  /// - Parameters:
  ///   - known: bounds that hold on the part of the box that is asked about; they are intersected with.
  ///   - isTightened: whether the pre-activations of the second and later layers whose activation bends are bounded
  ///     by functionals as well, both ways.
  /// - Returns: nil when no point of the box satisfies the known bounds.
  /// - Complexity: O(non-zero weights), tightened O(hidden units · non-zero weights).
  func bounds(
    over box: IntegerBounds, within known: [LayerBounds]? = nil, isTightened: Bool = false
  ) -> [LayerBounds]? {
    var result: [LayerBounds] = []
    var slopes: [LayerSlopes] = []
    var values = box
    for (index, layer) in hidden.enumerated() {
      var preactivations = layer.preactivations(over: values)
      if let known { preactivations.formIntersection(known[index].preactivations) }
      if isTightened, index > 0 {
        tighten(&preactivations, ofLayer: index, over: box, bounds: result, slopes: slopes)
      }
      if preactivations.isEmpty { return nil }
      let bounds = layer.activation.bounds(of: preactivations, differences: known?[index].differences)
      if bounds.differences.isEmpty { return nil }
      values = bounds.outputs
      result.append(bounds)
      if isTightened { slopes.append(LayerSlopes(layer.activation, over: bounds)) }
    }
    return result
  }

  private func tighten(
    _ preactivations: inout IntegerBounds, ofLayer index: Int, over box: IntegerBounds,
    bounds: [LayerBounds], slopes: [LayerSlopes]
  ) {
    let layer = layers[index]
    let plain = layer.activation.bounds(of: preactivations, differences: nil)
    for row in 0..<layer.rows {
      let pairs = plain.differences
      let isCompared =
        layer.activation == .sort
        || row / 2 < pairs.count && pairs.lower[row / 2] < 0 && pairs.upper[row / 2] > 0
      let (lower, upper) = (preactivations.lower[row], preactivations.upper[row])
      guard isCompared || layer.activation.elementwise.bends(between: lower, and: upper) else { continue }
      for sign: Int64 in [1, -1] {
        guard let functional = layer.functional(ofRow: row, sign: sign) else { return }
        let bound = lowerBound(of: functional, over: box, bounds: bounds, slopes: slopes).value
        // An integer at or above bound / 2^16 is at or above its ceiling.
        let ceiling = -((-bound) >> Int128(LinearFunctional.fractionBits))
        // The accumulator's magnitude is below 2^31: a bound beyond 2^32 says no more than 2^32 does.
        let least = Int64(min(max(ceiling, -(1 << 32)), 1 << 32))
        if sign > 0 {
          preactivations.lower[row] = max(lower, layer.rounded(least))
        } else {
          preactivations.upper[row] = min(upper, layer.rounded(-least))
        }
      }
    }
  }

  /// `logit_first - logit_second` as a functional of what the last layer reads, or below it.
  ///
  /// - Parameter values: the bounds of what it reads, within which the functional holds.
  func margin(_ first: Int, _ second: Int, over values: IntegerBounds) -> LinearFunctional {
    var functional = last.margin(first, second, over: values)
    let hiddenCount = last.columns - residualInputs.count
    functional.residual = Array(functional.coefficients[hiddenCount...])
    functional.coefficients.removeSubrange(hiddenCount...)
    return functional
  }
}
