internal import CSupNorm

extension BoxProver {
  /// See `CertifiedNetwork.decide`.
  package func decide(
    _ input: [Int16], as classIndex: Int, within radius: Int, limits: SearchLimits
  ) throws(SearchError) -> SearchDecision {
    try check(input)
    var budget = SearchBudget(limits, isCancelled: { false })
    let points = PointSearch(network)
    switch decide(input.map { Int64($0) }, as: classIndex, within: radius, points, &budget) {
    case .proved: return .proved
    case .refuted(let point): return .refuted(counterExample: point.map { Int16(clamping: $0) })
    case .undecided: return .undecided
    }
  }

  /// See `CertifiedNetwork.exactRadius`.
  ///
  /// - Parameter floor: a radius that is known to be proved if it is positive.
  package func exactRadius(
    of input: [Int16], as classIndex: Int, limits: SearchLimits, atLeast floor: Int = 0,
    attack: ExternalAttack? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> SearchResult {
    try check(input)
    let points = PointSearch(network)
    if let margin = points.margin(of: classIndex, at: input.map { Int64($0) }), margin <= 0 {
      return SearchResult(radius: .exact(-1), counterExample: input, empiricalLSB: -1, nodes: 0)
    }
    var search = RadiusBisection(
      prover: self, points: points, input: input, classIndex: classIndex,
      proved: max(linearRadius(of: input, as: classIndex) ?? 0, floor))
    if let point = try attack?(input, classIndex) { search.refute(by: point.map { Int64($0) }) }
    search.attack()
    let empirical = search.refuted - 1
    var budget = SearchBudget(limits, isCancelled: isCancelled)
    let nodes = search.run(&budget)
    return SearchResult(
      radius: search.radius, counterExample: search.counterExample.map { $0.map { Int16(clamping: $0) } },
      empiricalLSB: empirical, nodes: nodes)
  }

  private func check(_ input: [Int16]) throws(SearchError) {
    let units = hidden.reduce(0) { $0 + $1.rows }
    guard units <= CertifiedNetwork.searchLimit else {
      throw .tooManyHiddenUnits(units, limit: CertifiedNetwork.searchLimit)
    }
    for (index, value) in input.enumerated() where !(inputMinimum...inputMaximum).contains(Int64(value)) {
      throw .inputOutsideRange(
        index: index, value: Int(value), minimum: Int(inputMinimum), maximum: Int(inputMaximum))
    }
  }

  /// Decides one radius: cheap bounds, then an attack, then a tree for each class that is left.
  fileprivate func decide(
    _ center: [Int64], as classIndex: Int, within radius: Int, _ points: PointSearch,
    _ budget: inout SearchBudget
  ) -> SearchOutcome {
    guard let box = box(around: center.map { Int16(clamping: $0) }, radius: radius),
      let plain = bounds(over: box)
    else { return .proved }
    var others = (0..<outputs).filter { $0 != classIndex }
    others = unproved(classIndex, against: others, over: box, bounds: plain)
    others = unprovedByLinearBounds(classIndex, against: others, over: box, bounds: plain)
    guard !others.isEmpty else { return .proved }
    guard let bounds = hidden.count > 1 ? bounds(over: box, within: plain, isTightened: true) : plain else {
      return .proved
    }
    others = unproved(classIndex, against: others, over: box, bounds: bounds)
    others = unprovedByLinearBounds(classIndex, against: others, over: box, bounds: bounds)
    if let point = attack(classIndex, others, from: center, in: box, points) { return .refuted(point) }
    var outcome = SearchOutcome.proved
    for other in others {
      let tree = BranchAndBound(self, points, classIndex, over: other)
      switch tree.search(box, within: bounds, &budget) {
      case .proved: continue
      case .refuted(let point): return .refuted(point)
      case .undecided: outcome = .undecided
      }
      if budget.isSpent { break }
    }
    return outcome
  }

  /// A point of a box where one of the other classes is not below `classIndex`, or nil when none was met: down from
  /// the center, and from where the linear bound is least.
  fileprivate func attack(
    _ classIndex: Int, _ others: [Int], from center: [Int64], in box: IntegerBounds, _ points: PointSearch
  ) -> [Int64]? {
    guard let bounds = bounds(over: box) else { return nil }
    let slopes = zip(hidden, bounds).map { LayerSlopes($0.activation, over: $1) }
    for other in others {
      let functional = margin(classIndex, other, over: bounds.last?.outputs ?? box)
      let bound = lowerBound(of: functional, over: box, bounds: bounds, slopes: slopes)
      if bound.value > 0 { continue }
      let starts = [center, bound.inputCoefficients.map { minimizer($0, over: box) }]
      for start in starts.compactMap({ $0 }) {
        if let point = points.descent(classIndex, other, from: start, in: box, steps: 16) { return point }
      }
    }
    return nil
  }
}

extension SearchBudget {
  init(_ limits: SearchLimits, isCancelled: @escaping @Sendable () -> Bool) {
    nodes = limits.nodes
    deadline = .now + .seconds(max(limits.seconds, 0))
    self.isCancelled = isCancelled
  }
}

/// The bisection between what is proved and what is refuted.
private struct RadiusBisection {
  let prover: BoxProver
  let points: PointSearch
  let center: [Int64]
  let classIndex: Int
  private(set) var proved: Int
  private(set) var refuted = Int(SUPNORM_RADIUS_MAX) + 1
  private(set) var counterExample: [Int16]?
  /// From here on the box is the whole declared range.
  let reach: Int

  init(prover: BoxProver, points: PointSearch, input: [Int16], classIndex: Int, proved: Int) {
    self.prover = prover
    self.points = points
    center = input.map { Int64($0) }
    self.classIndex = classIndex
    self.proved = proved
    let distances = center.map { max($0 - prover.inputMinimum, prover.inputMaximum - $0) }
    reach = Int(distances.max() ?? 0)
    cover()
  }

  var radius: ExactRadius {
    // Nothing beyond 65535 is asked about.
    refuted - proved == 1 ? .exact(proved) : .between(proved: proved, refuted: refuted)
  }

  /// What is proved on the whole range is proved at every radius.
  private mutating func cover() {
    if proved >= reach { proved = Int(SUPNORM_RADIUS_MAX) }
  }

  /// Takes over a counter-example if it is one, and draws it closer as long as it stays one.
  mutating func refute(by point: [Int64]) {
    var nearest = distance(of: point)
    guard isCounterExample(point), nearest < refuted else { return }
    var best = point
    var low = proved
    while nearest - low > 1 {
      let middle = (low + nearest) / 2
      let closer = zip(best, center).map { $1 + min(max($0 - $1, Int64(-middle)), Int64(middle)) }
      if isCounterExample(closer) {
        best = closer
        nearest = distance(of: closer)
      } else {
        low = middle
      }
    }
    refuted = nearest
    counterExample = best.map { Int16(clamping: $0) }
  }

  private func distance(of point: [Int64]) -> Int {
    Int(zip(point, center).map { abs($0 - $1) }.max() ?? 0)
  }

  private func isCounterExample(_ point: [Int64]) -> Bool {
    guard point.count == center.count,
      point.allSatisfy({ (prover.inputMinimum...prover.inputMaximum).contains($0) }),
      let margin = points.margin(of: classIndex, at: point)
    else { return false }
    return margin <= 0
  }

  /// Lowers the refuted radius by attacks alone.
  mutating func attack() {
    let others = (0..<prover.outputs).filter { $0 != classIndex }
    var low = proved
    var next = min(reach, refuted - 1)
    while next > low {
      let input = center.map { Int16(clamping: $0) }
      if let box = prover.box(around: input, radius: next),
        let point = prover.attack(classIndex, others, from: center, in: box, points)
      {
        refute(by: point)
      } else {
        low = next
      }
      next = (low + min(refuted, reach)) / 2
    }
  }

  /// Decides radii between the two ends until they meet or the budget is spent; returns the nodes it took.
  ///
  /// A radius that stays undecided is taken as an upper end for the time being, so that the rest of the budget goes to
  /// radii that are easier to prove.
  mutating func run(_ budget: inout SearchBudget) -> Int {
    let start = budget.nodes
    var share = 0.25
    var limit = refuted
    while refuted - proved > 1, !budget.isSpent {
      if limit - proved <= 1 {
        guard share < 1 else { break }
        share *= 2
        limit = refuted
      }
      let middle = (proved + min(limit, reach + 1)) / 2
      var part = budget.share(share)
      let nodes = part.nodes
      switch prover.decide(center, as: classIndex, within: middle, points, &part) {
      case .proved:
        proved = middle
        cover()
      case .refuted(let point):
        refute(by: point)
        limit = min(limit, refuted)
      case .undecided:
        limit = middle
      }
      budget.nodes -= nodes - part.nodes
    }
    return start - budget.nodes
  }
}
