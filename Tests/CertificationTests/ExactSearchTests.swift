import Integers
import Claims
import Certification
import Synchronization
import TestSupport
import Testing

@Suite("Exact search")
struct ExactSearchTests {
  /// Bounds that no test reaches by time.
  static let generous = SearchLimits(nodes: 1_000_000, seconds: 600)

  /// The same network with a declared range of a few LSB around an input, all of which can be looked at.
  private func narrowed(
    _ network: IntegerNetwork, around input: [Int16], by width: Int, _ random: inout TestRandom
  ) throws -> IntegerNetwork {
    let values = input.map { Int($0) }
    let least = (values.min() ?? 0) - random.integer(0...width)
    let greatest = (values.max() ?? 0) + random.integer(0...width)
    return try IntegerNetwork(
      layers: network.layers, unit: network.unit, inputMinimum: max(least, -32768),
      inputMaximum: min(greatest, 32767), residualInputs: network.residualInputs)
  }

  @Test(arguments: IntegerActivation.allCases)
  func `The exact radius is what looking at every input gives`(activation: IntegerActivation) throws {
    var random = TestRandom("exact radius \(activation)")
    var counts = (none: 0, inside: 0, all: 0, searched: 0, residual: 0)
    for _ in 0..<250 {
      let (drawn, input) = random.contestedNetwork(inputs: 2, activation: activation, spread: 4)
      let network = try narrowed(drawn, around: input, by: drawn.inputs == 1 ? 200 : 9, &random)
      let best = Oracle.classIndex(Oracle(network).logits(input))
      let widest =
        input.map {
          max(Int($0) - network.inputMinimum, network.inputMaximum - Int($0))
        }.max() ?? 0
      let truth = LinearBoundsTests.enumeratedRadius(network, input, as: best, upTo: widest)
      let result = try BoxProver(network).exactRadius(of: input, as: best, limits: Self.generous)
      // What holds on the whole range holds at every radius.
      let expected = truth >= widest ? 65535 : truth
      #expect(result.radius == .exact(expected), "\(network) at \(input); \(random)")
      #expect(result.radius.refuted <= result.empiricalLSB + 1, "\(network) at \(input); \(random)")
      if let point = result.counterExample {
        let distance = zip(point, input).map { abs(Int($0) - Int($1)) }.max()
        #expect(distance == truth + 1, "\(network) at \(input); \(random)")
        #expect(!Oracle.isStrictlyLargest(best, Oracle(network).logits(point)), "\(random)")
      } else {
        #expect(truth >= widest, "\(network) at \(input); \(random)")
      }
      counts.none += truth < 0 ? 1 : 0
      counts.inside += truth >= 0 && truth < widest ? 1 : 0
      counts.all += truth >= widest ? 1 : 0
      counts.searched += result.nodes > 0 ? 1 : 0
      counts.residual += network.residualInputs.isEmpty ? 0 : 1
    }
    #expect(counts.inside > 20 && counts.all > 30 && counts.residual > 40, "\(counts); \(random)")
    #expect(counts.searched > 5, "\(counts); \(random)")
  }

  /// More than eight inputs, so that hidden units are cut; one input after the other still has few values.
  @Test func `Cutting hidden units decides as looking at every input does`() throws {
    var random = TestRandom()
    var counts = (proved: 0, refuted: 0)
    for _ in 0..<400 {
      let drawn = random.bendingNetwork(
        inputs: 9, random.element(of: [.relu, .abs, .maxMin, .negate, .identity]))
      let network = drawn.network
      let best = Oracle.classIndex(Oracle(network).logits(drawn.input))
      let truth = LinearBoundsTests.enumeratedRadius(network, drawn.input, as: best, upTo: 1)
      let decision = try BoxProver(network).decide(drawn.input, as: best, within: 1, limits: Self.generous)
      switch decision {
      case .proved:
        counts.proved += 1
        #expect(truth >= 1, "\(network) at \(drawn.input); \(random)")
      case .refuted(let point):
        counts.refuted += 1
        #expect(truth < 1 && !Oracle.isStrictlyLargest(best, Oracle(network).logits(point)), "\(random)")
        #expect(zip(point, drawn.input).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(random)")
      case .undecided:
        Issue.record("\(network) at \(drawn.input) is undecided; \(random)")
      }
    }
    #expect(counts.proved > 20 && counts.refuted > 20, "\(counts); \(random)")
  }

  @Test func `A search cut short keeps sound ends, and more nodes only narrow them`() throws {
    var random = TestRandom()
    var between = 0
    for _ in 0..<150 {
      let (network, input) = random.contestedNetwork(inputs: 4)
      let prover = BoxProver(network)
      let best = Oracle.classIndex(Oracle(network).logits(input))
      for nodes in [0, 1, 7] {
        let result = try prover.exactRadius(
          of: input, as: best, limits: SearchLimits(nodes: nodes, seconds: 600))
        #expect(result.nodes <= nodes, "\(random)")
        #expect(result.radius.proved < result.radius.refuted, "\(random)")
        if !result.radius.isExact { between += 1 }
        if let point = result.counterExample {
          let distance = zip(point, input).map { abs(Int($0) - Int($1)) }.max()
          #expect(distance == result.radius.refuted, "\(network) at \(input); \(random)")
          #expect(!Oracle.isStrictlyLargest(best, Oracle(network).logits(point)), "\(random)")
        }
        let limit = LinearBoundsTests.enumerableRadius(network.inputs)
        let truth = LinearBoundsTests.enumeratedRadius(network, input, as: best, upTo: limit)
        #expect(min(result.radius.proved, limit) <= truth, "\(network) at \(input); \(random)")
        #expect(result.radius.refuted > truth, "\(network) at \(input); \(random)")
      }
    }
    #expect(between > 20, "\(between); \(random)")
  }

  @Test func `Every chain is ordered, and nothing within the proved radius changes the answer`() throws {
    var random = TestRandom()
    var attempts = 0
    var counts = (exact: 0, beyondLinear: 0)
    for network in random.networks(6, styles: NetworkStyle.allCases.filter { $0 != .wide }) {
      let certified = try CertifiedNetwork(network)
      let inputs = (0..<4).map { _ in random.input(of: network) }
      let chains = try certified.radiusChains(of: inputs, limits: SearchLimits(nodes: 30, seconds: 600))
      #expect(chains.map(\.sample) == Array(inputs.indices))
      for chain in chains {
        let input = inputs[chain.sample]
        #expect(chain.isOrdered, "\(chain) of \(network) at \(input); \(random)")
        counts.exact += chain.exact.isExact ? 1 : 0
        counts.beyondLinear += chain.exact.proved > max(chain.linearLSB, chain.globalLSB) ? 1 : 0
        guard chain.exact.proved > 0 else { continue }
        let attacker = Attacker(
          certified, AttackOptions(.corner, steps: 12, restarts: 4, seed: random.next()))
        let found = try attacker.counterExample(
          to: input, as: chain.classIndex, within: chain.exact.proved,
          range: network.inputMinimum...network.inputMaximum)
        attempts += attacker.attempts
        #expect(found == nil, "\(chain) of \(network) at \(input); \(random)")
      }
    }
    #expect(
      attempts > 5_000 && counts.exact > 100 && counts.beyondLinear > 20, "\(attempts) \(counts); \(random)")
  }

  @Test func `An attack's counter-example counts only when it is one`() throws {
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 1, weights: [1, 0], biases: [0, 100], shift: 0, activation: .identity,
          rowSumBound: 1, isSparse: false)
      ], unit: 32768, inputMinimum: -32768, inputMaximum: 32767)
    let certified = try CertifiedNetwork(network)
    // logit 0 is x, logit 1 is 100: class 0 from 101 on, a tie at 100.
    let none = SearchLimits(nodes: 0, seconds: 0)
    for point: [Int16] in [[100], [50], [101], [200], [1, 2], []] {
      let result = try certified.exactRadius(of: [200], as: 0, limits: none, attack: { _, _ in point })
      #expect(result.radius == .exact(99) && result.counterExample == [100], "\(point)")
    }
    #expect(try certified.exactRadius(of: [100], as: 1).radius == .exact(-1))
    #expect(try certified.exactRadius(of: [99], as: 1).radius == .exact(0))
    #expect(try certified.decide([200], as: 0, within: 99) == .proved)
    #expect(try certified.decide([200], as: 0, within: 100) == .refuted(counterExample: [100]))
  }

  @Test func `Inputs outside the range and networks too large are refused by one line`() throws {
    let layer = IntegerLayer(
      rows: 2, columns: 1, weights: [1, 0], biases: [0, 1], shift: 0, activation: .identity, rowSumBound: 1,
      isSparse: false)
    let small = try CertifiedNetwork(
      IntegerNetwork(layers: [layer], unit: 255, inputMinimum: 0, inputMaximum: 255))
    #expect(throws: SearchError.inputOutsideRange(index: 0, value: 300, minimum: 0, maximum: 255)) {
      try small.exactRadius(of: [300], as: 0)
    }
    let rows = CertifiedNetwork.searchLimit + 1
    let wide = IntegerLayer(
      rows: rows, columns: 1, weights: [Int16](repeating: 1, count: rows),
      biases: [Int32](repeating: 0, count: rows), shift: 0, activation: .relu, rowSumBound: 1, isSparse: false
    )
    let last = IntegerLayer(
      rows: 2, columns: rows, weights: [Int16](repeating: 1, count: 2 * rows), biases: [1, 0], shift: 0,
      activation: .identity, rowSumBound: rows, isSparse: false)
    let large = try CertifiedNetwork(
      IntegerNetwork(layers: [wide, last], unit: 255, inputMinimum: 0, inputMaximum: 255))
    #expect(throws: SearchError.tooManyHiddenUnits(4097, limit: 4096)) {
      try large.decide([3], as: 0, within: 1)
    }
    #expect(
      "\(SearchError.tooManyHiddenUnits(4097, limit: 4096))" == "exact search: 4097 hidden units > 4096")
  }

  @Test func `A cancelled batch returns what is finished, and counts stand on right answers only`() throws {
    var random = TestRandom()
    let network = random.network(.plain)
    let certified = try CertifiedNetwork(network)
    let inputs = (0..<20).map { _ in random.input(of: network) }
    let isCancelled = Atomic(false)
    let chains = try certified.radiusChains(
      of: inputs, progress: { if $0 >= 5 { isCancelled.store(true, ordering: .relaxed) } },
      isCancelled: { isCancelled.load(ordering: .relaxed) })
    #expect(chains.count >= 5 && chains.count < 20)
    let all = try certified.radiusChains(of: inputs)
    let right = all.map(\.classIndex)
    let wrong = right.map { $0 + 1 }
    #expect(ExactCounts(all, labels: wrong, radiusLSB: 0) == ExactCounts([], labels: [], radiusLSB: 0))
    for radius in [0, 1, 100, 65535] {
      let counts = ExactCounts(all, labels: right, radiusLSB: radius)
      #expect(counts.proved == all.count { $0.exact.proved >= radius }, "\(random)")
      #expect(counts.proved + counts.undecided + all.count { $0.exact.refuted <= radius } == 20, "\(random)")
    }
  }
}
