/// How much a search may still do.
struct SearchBudget {
  /// Nodes left.
  var nodes: Int
  /// When it ends.
  var deadline: ContinuousClock.Instant
  /// Asked at every node.
  var isCancelled: @Sendable () -> Bool

  /// Whether there is nothing left to spend.
  var isSpent: Bool { nodes <= 0 || ContinuousClock.now >= deadline || isCancelled() }

  /// A part of what is left, at least one node.
  func share(_ fraction: Double) -> SearchBudget {
    let left = ContinuousClock.now.duration(to: deadline)
    return SearchBudget(
      nodes: max(Int(Double(nodes) * fraction), min(nodes, 1)), deadline: .now + left * fraction,
      isCancelled: isCancelled)
  }
}

/// Part of a box: some inputs' ranges cut, some hidden units' ranges cut.
private struct SearchNode {
  var box: IntegerBounds
  /// Hold wherever the node is asked about; they include the cuts.
  var known: [LayerBounds]
  /// Where the ascent over the larger node ended.
  var slopes: [LayerSlopes]
  var splits: [UnitSplit]
}

/// A node with its bounds.
private struct BoundedNode {
  var node: SearchNode
  var bounds: [LayerBounds]
  var slopes: [LayerSlopes]
  var substitution: Substitution
}

/// What a search found out.
enum SearchOutcome {
  case proved
  case refuted([Int64])
  case undecided
}

/// The search for one pair of classes over one box: depth first, cutting the range of a unit or of an input in two
/// wherever the linear bounds do not suffice.
struct BranchAndBound {
  let prover: BoxProver
  let points: PointSearch
  let first: Int
  let second: Int

  /// Up to this many inputs, inputs are cut rather than units.
  private static let fewInputs = 8
  /// How many units are tried out before one is cut.
  private static let candidates = 4
  private static let ascentSteps = 16
  /// The ascent at the root serves all nodes.
  private static let rootAscentSteps = 48

  init(_ prover: BoxProver, _ points: PointSearch, _ first: Int, over second: Int) {
    self.prover = prover
    self.points = points
    self.first = first
    self.second = second
  }

  /// The margin as a functional of what the last layer reads.
  private func functional(_ box: IntegerBounds, _ bounds: [LayerBounds]) -> LinearFunctional {
    prover.margin(first, second, over: bounds.last?.outputs ?? box)
  }

  /// Whether `logit_first > logit_second` everywhere in a box.
  ///
  /// Every point of a node lies in one of its parts, and a node is left only when its linear bound is positive or no
  /// point satisfies its cuts. A box of one point has exact bounds, so that with a budget large enough the search
  /// always ends.
  func search(_ box: IntegerBounds, within bounds: [LayerBounds], _ budget: inout SearchBudget)
    -> SearchOutcome
  {
    let slopes = zip(prover.hidden, bounds).map { LayerSlopes($0.activation, over: $1) }
    var open = [SearchNode(box: box, known: bounds, slopes: slopes, splits: [])]
    while let node = open.popLast() {
      if budget.isSpent { return .undecided }
      budget.nodes -= 1
      guard var bounded = bound(node) else { continue }
      if let point = counterExample(bounded, steps: 3) { return .refuted(point) }
      guard improve(&bounded) else { continue }
      if let point = counterExample(bounded, steps: node.splits.count % 4 == 0 ? 8 : 0) {
        return .refuted(point)
      }
      // A point is exact: what is not proved there has been refuted.
      guard !bounded.node.box.isPoint else { continue }
      open += parts(of: bounded)
    }
    return .proved
  }

  /// Bounds a node with the slopes of the larger one; nil when it is proved or empty.
  private func bound(_ node: SearchNode) -> BoundedNode? {
    guard let bounds = prover.bounds(over: node.box, within: node.known) else { return nil }
    let slopes = inherited(node.slopes, bounds)
    let substitution = prover.lowerBound(
      of: functional(node.box, bounds), over: node.box, bounds: bounds, slopes: slopes)
    guard substitution.value <= 0 else { return nil }
    return BoundedNode(node: node, bounds: bounds, slopes: slopes, substitution: substitution)
  }

  private func inherited(_ slopes: [LayerSlopes], _ bounds: [LayerBounds]) -> [LayerSlopes] {
    zip(prover.hidden, bounds).enumerated().map { index, pair in
      var result = LayerSlopes(pair.0.activation, over: pair.1)
      result.inherit(slopes[index], pair.0.activation, over: pair.1)
      return result
    }
  }

  /// Tightens the bounds of later layers and moves the slopes; false when the node is proved or empty then.
  private func improve(_ bounded: inout BoundedNode) -> Bool {
    let box = bounded.node.box
    if prover.hidden.count > 1 {
      guard let bounds = prover.bounds(over: box, within: bounded.bounds, isTightened: true) else {
        return false
      }
      bounded.bounds = bounds
      bounded.slopes = inherited(bounded.slopes, bounds)
      bounded.substitution = prover.lowerBound(
        of: functional(box, bounds), over: box, bounds: bounds, slopes: bounded.slopes)
    }
    bounded.substitution = prover.ascent(
      of: functional(box, bounded.bounds), from: bounded.substitution, over: box, bounds: bounded.bounds,
      slopes: &bounded.slopes,
      splits: bounded.node.splits,
      steps: bounded.node.splits.isEmpty ? Self.rootAscentSteps : Self.ascentSteps)
    return bounded.substitution.value <= 0
  }

  /// Looks at the point where the bound is least, and goes down from there.
  private func counterExample(_ bounded: BoundedNode, steps: Int) -> [Int64]? {
    let box = bounded.node.box
    let start = bounded.substitution.inputCoefficients.map { prover.minimizer($0, over: box) } ?? box.lower
    return points.descent(first, second, from: start, in: box, steps: steps)
  }

  /// Cuts a node in two; the part with the lower bound comes last.
  private func parts(of bounded: BoundedNode) -> [SearchNode] {
    if prover.inputs > Self.fewInputs {
      var best: (score: Int128, parts: [BoundedNode])?
      for split in widestGaps(bounded).prefix(Self.candidates) {
        let parts = halves(of: bounded, cutting: split).compactMap(bound)
        guard !parts.isEmpty else { return [] }
        // A part that is proved at once counts most.
        let score =
          (parts.map(\.substitution.value).min() ?? 0)
          - (parts.count > 1 ? 0 : bounded.substitution.value / 2)
        if best.map({ score > $0.score }) ?? true { best = (score, parts) }
      }
      if let best {
        return best.parts.sorted { $0.substitution.value > $1.substitution.value }.map { part in
          var node = part.node
          node.known = part.bounds
          node.slopes = part.slopes
          return node
        }
      }
    }
    return halves(ofBox: bounded)
  }

  /// The units that bend, those first whose line leaves the largest gap to the function.
  private func widestGaps(_ bounded: BoundedNode) -> [UnitSplit] {
    var gaps: [(gap: Int128, split: UnitSplit)] = []
    for (index, step) in bounded.substitution.steps.enumerated() {
      let layer = prover.hidden.count - 1 - index
      let bounds = bounded.bounds[layer]
      func add(
        _ function: PiecewiseLinear, _ ranges: IntegerBounds, _ coefficients: [Int64], _ multipliers: [Int64],
        isPair: Bool
      ) {
        for unit in coefficients.indices
        where function.bends(between: ranges.lower[unit], and: ranges.upper[unit]) {
          let remainders = function.corners(from: ranges.lower[unit], to: ranges.upper[unit]).map {
            Int128(coefficients[unit]) * Int128(function.value(at: $0)) - Int128(multipliers[unit])
              * Int128($0)
          }
          let gap = (remainders.max() ?? 0) - (remainders.min() ?? 0)
          gaps.append((gap, UnitSplit(layer: layer, unit: unit, isPair: isPair)))
        }
      }
      add(
        prover.layers[layer].activation.elementwise, bounds.preactivations, step.coefficients,
        step.multipliers, isPair: false)
      add(.positivePart, bounds.differences, step.pairCoefficients, step.pairMultipliers, isPair: true)
    }
    return gaps.filter { $0.gap > 0 }.sorted { $0.gap > $1.gap }.map(\.split)
  }

  /// Cuts the range of a unit or of a difference at a breakpoint.
  private func halves(of bounded: BoundedNode, cutting split: UnitSplit) -> [SearchNode] {
    let function = split.isPair ? .positivePart : prover.layers[split.layer].activation.elementwise
    let bounds = bounded.bounds[split.layer]
    let ranges = split.isPair ? bounds.differences : bounds.preactivations
    guard let cut = function.cut(from: ranges.lower[split.unit], to: ranges.upper[split.unit]) else {
      return [bounded.node]
    }
    return [cut.below, cut.above].map { range in
      var part = bounded.node
      part.known = bounded.bounds
      part.slopes = bounded.slopes
      part.splits.append(split)
      if split.isPair {
        part.known[split.layer].differences.restrict(split.unit, to: range)
      } else {
        part.known[split.layer].preactivations.restrict(split.unit, to: range)
      }
      return part
    }
  }

  /// Halves the range of the input that counts most: coefficient times width, or the widest.
  private func halves(ofBox bounded: BoundedNode) -> [SearchNode] {
    let box = bounded.node.box
    let coefficients = bounded.substitution.inputCoefficients
    // |Λ|·width ≤ 2^47·2^16 as Double, for a choice only; the width alone decides between equals.
    let weights = box.lower.indices.map { index in
      let width = Double(box.upper[index] - box.lower[index])
      return (coefficients.map { Double($0[index].magnitude) * width } ?? 0, width)
    }
    let splittable = box.lower.indices.filter { weights[$0].1 > 0 }
    guard let chosen = splittable.max(by: { weights[$0] < weights[$1] }) else { return [] }
    let middle = (box.lower[chosen] + box.upper[chosen]) >> 1
    var node = bounded.node
    node.known = bounded.bounds
    node.slopes = bounded.slopes
    var parts = [node, node]
    parts[0].box.upper[chosen] = middle
    parts[1].box.lower[chosen] = middle + 1
    return parts
  }
}
