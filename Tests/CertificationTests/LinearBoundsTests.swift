import Integers
import Claims
import Certification
import TestSupport
import Testing

@Suite("Linear bounds")
struct LinearBoundsTests {
  /// The largest radius within which every point, each one looked at, has the class strictly, up to a limit.
  static func enumeratedRadius(
    _ network: IntegerNetwork, _ input: [Int16], as classIndex: Int, upTo limit: Int
  ) -> Int {
    let oracle = Oracle(network)
    let box = Box(oracle.box(around: input, radius: limit).map { Int($0.lowerBound)...Int($0.upperBound) })
    var refuted = limit + 1
    for point in box {
      let distance = zip(point, input).map { abs($0 - Int($1)) }.max() ?? 0
      if distance < refuted, !Oracle.isStrictlyLargest(classIndex, oracle.logits(point.map { Int16($0) })) {
        refuted = distance
      }
    }
    return refuted - 1
  }

  /// A radius whose box around an input has a few hundred points at most.
  static func enumerableRadius(_ inputs: Int) -> Int { [0, 120, 9, 3, 2, 1, 1, 1][inputs] }

  @Test(arguments: IntegerActivation.allCases)
  func `What they prove holds at every point, and they prove what intervals prove`(
    activation: IntegerActivation
  ) throws {
    var random = TestRandom("linear bounds \(activation)")
    var counts = (proved: 0, refused: 0, more: 0, tight: 0)
    for _ in 0..<1500 {
      let (network, input) = random.contestedNetwork(inputs: 4, activation: activation)
      let prover = BoxProver(network)
      let best = Oracle.classIndex(Oracle(network).logits(input))
      let limit = Self.enumerableRadius(network.inputs)
      let truth = Self.enumeratedRadius(network, input, as: best, upTo: limit)
      for radius in 0...limit {
        let isProved = prover.isProved(input, as: best, within: radius)
        let byIntervals = prover.isProvedByIntervals(input, as: best, within: radius)
        if isProved { counts.proved += 1 } else { counts.refused += 1 }
        if isProved, !byIntervals { counts.more += 1 }
        if isProved, radius == truth, truth < limit { counts.tight += 1 }
        #expect(!isProved || radius <= truth, "\(network) at \(input) within \(radius); \(random)")
        #expect(isProved || !byIntervals, "\(network) at \(input) within \(radius); \(random)")
        #expect(byIntervals == Oracle(network).isProved(input, as: best, radius: radius), "\(random)")
      }
    }
    // Sorting is bounded by its intervals, so that only an earlier layer can gain something.
    let gain = activation == .sort ? 0 : 100
    #expect(counts.proved > 1000 && counts.refused > 1000 && counts.tight > 50, "\(counts); \(random)")
    #expect(counts.more >= gain, "\(counts); \(random)")
  }

  @Test(arguments: NetworkStyle.allCases)
  func `On every style the linear radius is proved, and none beyond the truth`(style: NetworkStyle) throws {
    var random = TestRandom("linear radius \(style)")
    var counts = (equal: 0, more: 0)
    for _ in 0..<(style == .wide ? 10 : 100) {
      let network = random.network(style)
      let certified = try CertifiedNetwork(network)
      let input = random.input(of: network)
      let best = try certified.answer(to: input).classIndex
      let local = try certified.localRadius(of: input, as: best)
      let linear = try certified.linearRadius(of: input, as: best)
      guard let linear, let local else {
        #expect(linear == nil && local == nil, "\(random)")
        continue
      }
      #expect(linear >= local, "\(network) at \(input); \(random)")
      #expect(try certified.isCertifiedByLinearBounds(input, as: best, within: linear), "\(random)")
      if linear > local { counts.more += 1 } else { counts.equal += 1 }
      guard network.inputs <= 4 else { continue }
      let limit = Self.enumerableRadius(network.inputs)
      let truth = Self.enumeratedRadius(network, input, as: best, upTo: limit)
      #expect(min(linear, limit) <= truth, "\(network) at \(input); \(random)")
    }
    #expect(counts.equal + counts.more > 0, "\(counts); \(random)")
  }

  @Test func `Ties, other classes and inputs outside the declared range are never proved`() throws {
    var random = TestRandom()
    var counts = (ties: 0, outside: 0)
    for network in random.networks(40, styles: NetworkStyle.allCases.filter { $0 != .wide }) {
      let certified = try CertifiedNetwork(network)
      let input = random.input(count: network.inputs)
      let logits = try certified.answer(to: input).logits
      let isOutside = input.contains { !(network.inputMinimum...network.inputMaximum).contains(Int($0)) }
      counts.outside += isOutside ? 1 : 0
      for index in 0..<network.outputs {
        let isLargest = Oracle.isStrictlyLargest(index, logits.map { Int64($0) })
        if !isLargest, logits[index] == logits.max() { counts.ties += 1 }
        let isProved = try certified.isCertifiedByLinearBounds(input, as: index, within: 0)
        #expect(isProved == (isLargest && !isOutside), "\(network) at \(input); \(random)")
        if !isProved { #expect(try certified.linearRadius(of: input, as: index) == nil, "\(random)") }
      }
    }
    #expect(counts.ties > 50 && counts.outside > 50, "\(counts); \(random)")
  }

  @Test func `Nothing within the linear radius changes the answer`() throws {
    var random = TestRandom()
    var attempts = 0
    var gained = 0
    let styles = NetworkStyle.allCases.filter { $0 != .oneOutput && $0 != .wide }
    for network in random.networks(90, styles: styles) {
      let certified = try CertifiedNetwork(network)
      for _ in 0..<4 {
        let input = random.input(of: network)
        let best = try certified.answer(to: input).classIndex
        guard let radius = try certified.linearRadius(of: input, as: best), radius > 0 else { continue }
        if let local = try certified.localRadius(of: input, as: best), local < radius { gained += 1 }
        for kind in AttackKind.allCases {
          let attacker = Attacker(
            certified,
            AttackOptions(kind, steps: kind.takesSteps ? 12 : nil, restarts: 20, seed: random.next()))
          let found = try attacker.counterExample(
            to: input, as: best, within: radius, range: network.inputMinimum...network.inputMaximum)
          attempts += attacker.attempts
          #expect(found == nil, "\(network) at \(input) within \(radius); \(random)")
        }
      }
    }
    #expect(attempts > 100_000 && gained > 100, "\(attempts) attempts, \(gained) gained; \(random)")
  }

  @Test func `Wrong arguments are refused as the device refuses them`() throws {
    var random = TestRandom()
    let network = random.network(.plain)
    let certified = try CertifiedNetwork(network)
    let input = random.input(of: network)
    let calls: [(input: [Int16], classIndex: Int, radius: Int)] = [
      (input + [0], 0, 0), (input, -1, 0), (input, network.outputs, 0), (input, 0, -1), (input, 0, 65536),
    ]
    for call in calls {
      var errors: [(any Error)?] = [nil, nil]
      do { _ = try certified.isCertified(call.input, as: call.classIndex, within: call.radius) } catch {
        errors[0] = error
      }
      do {
        _ = try certified.isCertifiedByLinearBounds(call.input, as: call.classIndex, within: call.radius)
      } catch { errors[1] = error }
      #expect("\(errors[0], default: "none")" == "\(errors[1], default: "none")" && errors[0] != nil)
    }
  }

  /// |a - b| through two rectifications and two layers: intervals lose what the two have in common.
  @Test func `They prove a function whose intervals prove nothing`() throws {
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 2, weights: [64, 64, 64, 64], biases: [0, 64], shift: 7, activation: .relu,
          rowSumBound: 128, isSparse: false),
        IntegerLayer(
          rows: 2, columns: 2, weights: [1, 0, 0, 1], biases: [2, 0], shift: 0, activation: .identity,
          rowSumBound: 1, isSparse: false),
      ], unit: 32768, inputMinimum: 0, inputMaximum: 32767)
    // Logits ceil-like rounded means of the same sum: 2 apart, less at most 1 by rounding.
    let certified = try CertifiedNetwork(network)
    #expect(try certified.localRadius(of: [1000, 2000], as: 0) == 0)
    #expect(try certified.linearRadius(of: [1000, 2000], as: 0) == 65535)
  }
}
