extension ReportContent {
  /// Every radius that is known of some test samples, from the loosest proof to the best attack.
  struct Tightness: Equatable, Sendable {
    /// How many samples were to be searched; an interrupted search finished fewer.
    var asked: Int
    /// When the search gave up, such as "10,000 nodes and 2 seconds a sample"; may be empty.
    var limits: String
    /// What looked for counter-examples beside the search, such as "PGD, 3 starts of 20 steps"; may be empty.
    var attack: String
    var chains: [Chain]
  }

  /// The radii of one answer, in LSB.
  struct Chain: Equatable, Sendable {
    /// Which test sample.
    var sample: Int
    var isCorrect: Bool
    /// As the device reports it; 0 claims nothing but the answer itself.
    var global: Int
    /// By interval bounds, -1 for none.
    var local: Int
    /// By linear bounds, -1 for none.
    var linear: Int
    /// The largest radius proved by branch and bound, -1 for none.
    var proved: Int
    /// The smallest radius with a counter-example; nil when none is known.
    var refuted: Int?
    /// The largest radius up to which attacks alone found nothing; nil when they found nothing at all.
    var empirical: Int?

    /// The largest radius that is not refuted; nil when none is.
    var unrefuted: Int? { refuted.map { $0 - 1 } }
    /// Whether what is proved meets what is refuted.
    var isExact: Bool {
      // Nothing beyond 65535 is asked about.
      unrefuted.map { $0 == proved } ?? (proved >= 65535)
    }
  }
}

extension ReportContent.Tightness {
  /// One kind of radius over all samples.
  struct Series {
    var role: ReportContent.Curve.Role
    /// In the order of the chains; nil for a radius without an end.
    var radii: [Int?]
    var name: String { role.className }
  }

  /// The four that are always shown.
  var series: [Series] {
    [
      Series(role: .global, radii: chains.map(\.global)), Series(role: .local, radii: chains.map(\.local)),
      Series(role: .exact, radii: chains.map(\.proved)),
      Series(role: .empirical, radii: chains.map(\.empirical)),
    ]
  }

  /// The radius at which charts end: the largest that has an end.
  var largest: Int {
    max(
      chains.map { $0.empirical ?? $0.unrefuted ?? $0.proved }.max() ?? 0, chains.map(\.proved).max() ?? 0, 1)
  }

  /// Linear bounds, where the eye can tell them from interval bounds and from the search.
  var visibleLinear: Series? {
    let least = largest / 100 * chains.count
    let overLocal = chains.reduce(0) { $0 + abs($1.linear - $1.local) }
    let belowExact = chains.reduce(0) { $0 + abs($1.proved - $1.linear) }
    guard overLocal > least, belowExact > least else { return nil }
    return Series(role: .linear, radii: chains.map(\.linear))
  }

  /// The share of the exact radius that a certificate proves, summed over the samples where it is positive and
  /// refuted somewhere: the least and the greatest it can be, equal when every radius is exact.
  ///
  /// - Returns: tenths of a percent, the first rounded down, the second up; nil without such a sample.
  func share(of radius: (ReportContent.Chain) -> Int) -> ClosedRange<Int>? {
    let known = chains.filter { $0.proved > 0 && $0.refuted != nil }
    let part = known.reduce(0) { $0 + max(radius($1), 0) }
    let least = known.reduce(0) { $0 + $1.proved }
    let greatest = known.reduce(0) { $0 + ($1.unrefuted ?? 0) }
    guard least > 0, greatest >= least else { return nil }
    let lower = part * 1000 / greatest
    return lower...(greatest == least ? lower : max(lower, (part * 1000 + least - 1) / least))
  }
}
