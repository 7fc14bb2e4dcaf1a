internal import Claims
package import Integers

/// A way to bound how far margins move within a ball of inputs, from the numbers of the whole network.
public enum BallRule: String, CaseIterable, Sendable {
  /// The box around the ball: no input moves further than the whole length, `floor(D)`.
  case box
  /// The first layer from p to ∞, `δ_r = ceil(‖w_r‖_q·D / 2^f)` with the dual q, then the walk of the box, which has no slack.
  case firstLayer
  /// Lengths alone: the product of the layers' p-norms, with what rounding adds, and `‖w_j - w_k‖_q` in the last layer.
  case product
  /// In every layer and every row the better of the box's walk and of the length so far.
  case joint

  func usesColumns(ofLayer index: Int) -> Bool {
    switch self {
    case .box, .joint: true
    case .firstLayer: index > 0
    case .product: false
    }
  }

  func usesLength(ofLayer index: Int) -> Bool {
    switch self {
    case .product, .joint: true
    case .firstLayer: index == 0
    case .box: false
    }
  }
}

/// What follows for a network's answers from inputs that stay within a ball.
package struct BallCertificates: Sendable {
  /// The ball, around any input.
  package let ball: InputBall
  /// How far each margin moves at most, row j and column k, by each rule; in ℓ∞ by the box alone.
  package let margins: [BallRule: [[Int]]]
  /// How far each value of each hidden layer moves at most before its activation, by the best rule.
  let deviations: [[Int]]

  /// - Parameter product: the network's norms in the ball's norm; not needed in ℓ∞.
  /// - Complexity: O(weights + outputs² · columns of the last layer), for each rule.
  package init(_ network: IntegerNetwork, _ ball: InputBall, product: NormProduct?) {
    precondition(ball.norm == .infinity || product?.norm == ball.norm)
    self.ball = ball
    let walk = BallWalk(network, ball, product)
    let rules = product == nil ? [.box] : BallRule.allCases
    var margins: [BallRule: [[Int]]] = [:]
    var deviations: [[Int]] = []
    // The last rule is the best.
    for rule in rules { (deviations, margins[rule]) = walk.run(rule) }
    self.margins = margins
    self.deviations = deviations
  }

  /// Whether a rule proves an answer: every margin exceeds what it can lose, strictly.
  package func isCertified(_ answer: Answer, by rule: BallRule) -> Bool {
    margins[rule].map { answer.isCertified(byMarginDeviations: $0) } ?? false
  }

  /// Whether the best rule proves an answer.
  package func isCertified(_ answer: Answer) -> Bool {
    isCertified(answer, by: ball.norm == .infinity ? .box : .joint)
  }
}

/// The walk through a network that all rules share.
private struct BallWalk {
  private let network: IntegerNetwork
  private let ball: InputBall
  /// How long the change is that each layer reads, by which weights.
  private let lengths: [(length: UpperBound, weights: [Int])]

  init(_ network: IntegerNetwork, _ ball: InputBall, _ product: NormProduct?) {
    self.network = network
    self.ball = ball
    let first = [(length: ball.radius, weights: Array(repeating: 1, count: network.inputs))]
    lengths =
      product.map { product in
        first + zip(product.lengths(from: ball.radius), product.steps).map { ($0, $1.weights) }
      } ?? []
  }

  /// How far hidden values move before their activations, and margins.
  func run(_ rule: BallRule) -> (hidden: [[Int]], margins: [[Int]]) {
    let inputs = Array(repeating: RadiusDeviation(lsb: ball.reach), count: network.inputs)
    var columns = inputs
    var hidden: [[Int]] = []
    for (index, layer) in network.layers.dropLast().enumerated() {
      var rows = Array(repeating: RadiusDeviation(lsb: RadiusDeviation.cut), count: layer.rows)
      if rule.usesColumns(ofLayer: index) { rows = layer.certified.outputDeviations(columns) }
      if rule.usesLength(ofLayer: index) {
        let (length, weights) = lengths[index]
        let measure = Measure(rows: layer.rows, columns: weights)
        rows = rows.enumerated().map { row, deviation in
          // A whole number, so that it is at most the bound's floor; what a row of length 2^16·2^15 makes of 2^24 LSB fits.
          let moved = layer.certified.dualNorm(ball.norm, ofRow: row, minus: nil, measure)
            .multiplied(by: length).floor(limit: 1 << 60)
          return RadiusDeviation(
            lsb: min(deviation.lsb, RadiusDeviation(lsb: moved).requantized(shift: layer.shift).lsb))
        }
      }
      hidden.append(rows.map(\.lsb))
      columns = layer.activation.deviations(rows)
    }
    return (hidden, margins(rule, network.lastColumns(hidden: columns, inputs: inputs)))
  }

  private func margins(_ rule: BallRule, _ columns: [RadiusDeviation]) -> [[Int]] {
    let (last, index) = (network.last, network.layers.count - 1)
    return (0..<last.rows).map { first in
      (0..<last.rows).map { second in
        guard first != second else { return 0 }
        var margin = Int.max
        if rule.usesColumns(ofLayer: index) {
          margin = last.certified.differenceDeviation(first, second, columns).lsb
        }
        if rule.usesLength(ofLayer: index) { margin = min(margin, difference(first, second)) }
        return margin
      }
    }
  }

  /// `‖w_j - w_k‖_q` times the length of what the last layer reads, residual inputs apart.
  private func difference(_ first: Int, _ second: Int) -> Int {
    let last = network.last
    let (length, weights) = lengths[lengths.count - 1]
    let hidden = Measure(rows: last.rows, columns: weights)
    let bound = last.certified.dualNorm(ball.norm, ofRow: first, minus: second, hidden).multiplied(by: length)
    let direct = Measure(rows: last.rows, range: weights.count..<last.columns)
    guard !direct.range.isEmpty else { return bound.floor(limit: 1 << 60) }
    let residual = last.certified.dualNorm(ball.norm, ofRow: first, minus: second, direct)
    return bound.adding(residual.multiplied(by: ball.radius)).floor(limit: 1 << 60)
  }
}

extension CertifiedNetwork {
  /// Whether interval bounds prove that every input of a ball, cut to the declared range, has a class.
  ///
  /// They start from the box around the ball, and in every hidden layer they end where the best rule does, counted from
  /// what the center comes to: tighter than either.
  ///
  /// - Complexity: two passes over the hidden weights and `outputs - 1` over two rows of the last layer.
  func isCertified(_ input: [Int16], as classIndex: Int, by certificates: BallCertificates) -> Bool {
    guard let box = prover.box(around: input, radius: certificates.ball.reach) else { return false }
    var center = IntegerBounds(at: input.map { Int64($0) })
    var values = box
    for (layer, deviations) in zip(prover.hidden, certificates.deviations) {
      center = layer.preactivations(over: center)
      var bounds = layer.preactivations(over: values)
      for row in deviations.indices {
        // What saturates moves no further than what does not, and no further than 65535.
        let (middle, deviation) = (saturated(center.lower[row]), Int64(deviations[row]))
        bounds.lower[row] = max(saturated(bounds.lower[row]), middle - deviation)
        bounds.upper[row] = min(saturated(bounds.upper[row]), middle + deviation)
      }
      values = layer.activation.bounds(of: bounds, differences: nil).outputs
      center = layer.activation.bounds(of: center, differences: nil).outputs
    }
    let columns = IntegerBounds(
      lower: network.lastColumns(hidden: values.lower, inputs: box.lower),
      upper: network.lastColumns(hidden: values.upper, inputs: box.upper))
    return (0..<prover.outputs).allSatisfy { other in
      guard other != classIndex else { return true }
      let margin = prover.last.margin(classIndex, other, over: columns)
      return margin.constant + Int128(LinearFunctional.least(margin.coefficients, over: columns)) > 0
    }
  }
}

private func saturated(_ value: Int64) -> Int64 { Int64(Int16(clamping: value)) }
