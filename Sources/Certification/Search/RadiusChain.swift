/// Every radius that is known of one input, from the loosest proof to the best attack.
public struct RadiusChain: Equatable, Sendable {
  /// Which of the inputs.
  public var sample: Int
  /// The network's answer, which all of it is about.
  public var classIndex: Int
  /// What the device computes from the pair table; it speaks of all inputs, also beyond the declared range.
  public var globalLSB: Int
  /// The largest radius that interval bounds prove, -1 for none.
  public var localLSB: Int
  /// A radius that linear bounds prove, -1 for none.
  public var linearLSB: Int
  /// What branch and bound proves and refutes.
  public var exact: ExactRadius
  /// The smallest radius minus 1 at which attacks alone found a counter-example; 65535 for none.
  public var empiricalLSB: Int
  /// How many nodes the search took.
  public var nodes: Int

  /// Whether the radii stand in the order that they must have:
  /// `max(global, local) ≤ max(global, linear) ≤ exact.proved < exact.refuted ≤ empirical + 1`.
  ///
  /// A global radius of 0 claims nothing but the answer itself, which stands on a tie too.
  public var isOrdered: Bool {
    let global = globalLSB > 0 ? globalLSB : -1
    return max(global, localLSB) <= max(global, linearLSB) && max(global, linearLSB) <= exact.proved
      && exact.proved < exact.refuted && exact.refuted <= empiricalLSB + 1
  }
}

/// How many samples a search proves at one radius.
public struct ExactCounts: Equatable, Sendable {
  /// The radius that was asked for, in LSB.
  public var radiusLSB: Int
  /// Right, and proved.
  public var proved: Int
  /// Right, and neither proved nor refuted.
  public var undecided: Int

  /// Counts the chains whose answer is right.
  ///
  /// - Parameters:
  ///   - chains: of some or all samples.
  ///   - labels: the right class of each sample.
  public init(_ chains: [RadiusChain], labels: [Int], radiusLSB: Int) {
    self.radiusLSB = radiusLSB
    let right = chains.filter { $0.classIndex == labels[$0.sample] }
    proved = right.count { $0.exact.proved >= radiusLSB }
    undecided = right.count { $0.exact.proved < radiusLSB && radiusLSB < $0.exact.refuted }
  }
}

extension CertifiedNetwork {
  /// Every radius of one input.
  ///
  /// - Throws: `NetworkError`, `SearchError`, what the attack throws.
  public func radiusChain(
    of input: [Int16], sample: Int = 0, limits: SearchLimits = SearchLimits(), attack: ExternalAttack? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> RadiusChain {
    let answer = try answer(to: input)
    try check(input, answer.classIndex, 0)
    let search = try prover.exactRadius(
      of: input, as: answer.classIndex, limits: limits, atLeast: answer.globalRadiusLSB, attack: attack,
      isCancelled: isCancelled)
    return RadiusChain(
      sample: sample, classIndex: answer.classIndex, globalLSB: answer.globalRadiusLSB,
      localLSB: try localRadius(of: input, as: answer.classIndex) ?? -1,
      linearLSB: try linearRadius(of: input, as: answer.classIndex) ?? -1, exact: search.radius,
      empiricalLSB: search.empiricalLSB, nodes: search.nodes)
  }

  /// The chains of many inputs, on all cores.
  ///
  /// - Parameters:
  ///   - inputs: samples as the device sees them, within the declared range.
  ///   - limits: for each sample.
  ///   - attack: one more source of counter-examples, called from any thread.
  ///   - progress: called with the number of finished samples, from any thread.
  ///   - isCancelled: asked at every node; afterwards the samples finished until then are returned.
  /// - Throws: the first error of a sample.
  /// - Complexity: at most `limits.seconds` for each sample, and the time of its attacks.
  public func radiusChains(
    of inputs: [[Int16]], limits: SearchLimits = SearchLimits(), attack: ExternalAttack? = nil,
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [RadiusChain] {
    let chains = try parallelSum(
      of: inputs.count, chunk: 1, from: [RadiusChain](), progress: progress, adding: +
    ) {
      range in
      guard !isCancelled() else { return nil }
      let chain = try self.radiusChain(
        of: inputs[range.lowerBound], sample: range.lowerBound, limits: limits, attack: attack,
        isCancelled: isCancelled)
      // A search that was cut short proves less than its limits allow.
      return isCancelled() ? nil : [chain]
    }
    return chains.sum.sorted { $0.sample < $1.sample }
  }
}
