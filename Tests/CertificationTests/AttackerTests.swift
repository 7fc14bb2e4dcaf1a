import Claims
import Integers
import Certification
import TestSupport
import Testing

@Suite("Attacker")
struct AttackerTests {
  /// All kinds and norms, with little effort.
  static func options(seed: UInt64) -> [AttackOptions] {
    BallNorm.allCases.flatMap { norm in
      [
        AttackOptions(.fgsm, norm: norm, restarts: 6, seed: seed),
        AttackOptions(.pgd, norm: norm, steps: 8, restarts: 4, seed: seed),
        AttackOptions(.noise, norm: norm, restarts: 40, seed: seed),
        AttackOptions(.corner, norm: norm, steps: 12, restarts: 4, seed: seed),
      ]
    }
  }

  /// A network and an input where little decides.
  static func target(_ style: NetworkStyle, _ random: inout TestRandom) -> (IntegerNetwork, [Int16]) {
    var network = random.network(style)
    if random.oneIn(3), let residual = random.residualNetwork(style) { network = residual }
    let input = random.input(of: network)
    random.balance(&network, at: input, radius: random.element(of: [2, 50, 1000]))
    return (network, input)
  }

  static func attacker(_ network: IntegerNetwork, _ options: AttackOptions) throws -> Attacker {
    Attacker(try CertifiedNetwork(network), options)
  }

  @Test func `What it finds is in the ball and in the range, and the oracle agrees`() throws {
    var random = TestRandom()
    var found: [AttackOptions: Int] = [:]
    for style in NetworkStyle.allCases.flatMap({ Array(repeating: $0, count: $0 == .wide ? 6 : 40) }) {
      let (network, input) = Self.target(style, &random)
      let oracle = Oracle(network)
      let best = Oracle.classIndex(oracle.logits(input))
      let radius = random.element(of: [0, 1, 3, 100, 5000, 65535])
      // Sometimes the input itself lies outside.
      let range = random.oneIn(4) ? -100...90 : network.inputMinimum...network.inputMaximum
      for options in Self.options(seed: 1) {
        let attacker = try Self.attacker(network, options)
        guard
          let example = try attacker.counterExample(to: input, as: best, within: radius, range: range)
        else { continue }
        found[options, default: 0] += 1
        let place = "\(options) on \(network) at \(input) within \(radius): \(example); \(random)" as Comment
        var squares = 0
        for (before, after) in zip(input, example.point) {
          squares += (Int(after) - Int(before)) * (Int(after) - Int(before))
          #expect(abs(Int(after) - Int(before)) <= radius, place)
          #expect(range.contains(Int(after)) || abs(Int(after)) <= abs(Int(before)), place)
        }
        #expect(options.norm == .infinity || squares <= radius * radius, place)
        #expect(example.squaredDistance == squares, place)
        #expect(
          example.distanceLSB == zip(input, example.point).map { abs(Int($0) - Int($1)) }.max(), place)
        let logits = oracle.logits(example.point)
        #expect(example.logits.map { Int64($0) } == logits, place)
        #expect(example.classIndex == Oracle.classIndex(logits), place)
        #expect(example.changesClass == (example.classIndex != best), place)
        #expect(!Oracle.isStrictlyLargest(best, logits), place)
      }
    }
    // Every kind of attack finds something in either norm.
    #expect(found.count == 8 && found.values.allSatisfy { $0 > 50 }, "\(found); \(random)")
  }

  @Test func `On small boxes gradient attacks find nearly everything that there is, and nothing else`() throws
  {
    var random = TestRandom()
    var existing = 0
    var missed: [AttackKind: Int] = [:]
    while existing < 150 {
      let (network, input) = Self.target(random.element(of: [.small, .tight, .plain, .deep]), &random)
      guard network.inputs <= 4, network.outputs > 1 else { continue }
      let oracle = Oracle(network)
      let best = Oracle.classIndex(oracle.logits(input))
      let radius = random.integer(1...3)
      let box = Box(input.map { max(Int($0) - radius, -32768)...min(Int($0) + radius, 32767) })
      let exists = box.contains { point in
        Oracle.classIndex(oracle.logits(point.map { Int16($0) })) != best
      }
      existing += exists ? 1 : 0
      for kind in [AttackKind.pgd, .corner] {
        let attacker = try Self.attacker(network, AttackOptions(kind))
        let example = try attacker.counterExample(
          to: input, as: best, within: radius, range: -32768...32767)
        let found = example?.changesClass == true
        #expect(exists || !found, "\(network) at \(input) within \(radius); \(random)")
        if exists, !found { missed[kind, default: 0] += 1 }
      }
    }
    #expect(missed[.pgd, default: 0] * 20 <= existing, "\(missed) of \(existing); \(random)")
    #expect(missed[.corner, default: 0] * 10 <= existing, "\(missed) of \(existing); \(random)")
  }

  @Test func `The same seed and part give the same search, whatever was searched before`() throws {
    var random = TestRandom()
    var different = 0
    for style in [NetworkStyle.plain, .small, .deep, .tight, .ties] {
      let (network, input) = Self.target(style, &random)
      let best = Oracle.classIndex(Oracle(network).logits(input))
      let range = network.inputMinimum...network.inputMaximum
      for options in Self.options(seed: 5) {
        let used = try Self.attacker(network, options)
        for radius in [900, 30] {
          _ = try used.counterExample(to: input, as: best, within: radius, range: range, part: 9)
        }
        let before = used.attempts
        let again = try used.counterExample(to: input, as: best, within: 2000, range: range, part: 3)
        let fresh = try Self.attacker(network, options)
        let first = try fresh.counterExample(to: input, as: best, within: 2000, range: range, part: 3)
        #expect(
          first == again && fresh.attempts == used.attempts - before, "\(options); \(random)")
        let other = try Self.attacker(network, options)
        let second = try other.counterExample(to: input, as: best, within: 2000, range: range, part: 4)
        if first != second || fresh.attempts != other.attempts { different += 1 }
      }
    }
    #expect(different > 5, "\(different); \(random)")
  }

  @Test func `It counts every verdict, and stops at its budget`() throws {
    // One logit stays ahead everywhere, so nothing is ever found.
    let network = try CertifiedNetwork(
      IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 2, columns: 3, weights: [1, 2, 3, 3, 2, 1], biases: [1_000_000, 0], shift: 0,
            activation: .identity, rowSumBound: 6, isSparse: false)
        ], unit: 1, inputMinimum: -32768, inputMaximum: 32767))
    let counts = [
      (AttackOptions(.fgsm, restarts: 3), 1 + 3 * 2), (AttackOptions(.noise, restarts: 50), 1 + 50),
      // Half-way PGD returns to its best point.
      (AttackOptions(.pgd, steps: 10, restarts: 2), 1 + 2 * (1 + 10 + 1)),
      (AttackOptions(.corner, steps: 10, restarts: 2), 1 + 2 * (1 + 10)),
    ]
    for (options, expected) in counts {
      let attacker = Attacker(network, options)
      for round in 1...2 {
        let found = try attacker.counterExample(
          to: [5, 6, 7], as: 0, within: 100, range: -32768...32767)
        #expect(found == nil)
        #expect(attacker.attempts == round * expected, "\(options)")
      }
    }
  }

  @Test func `A tie is a counter-example that changes no class, and an answer that changes is preferred`()
    throws
  {
    // logit 0 is x, logit 1 is 0: a tie at 0, another class below.
    let network = try CertifiedNetwork(
      IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 2, columns: 1, weights: [1, 0], biases: [0, 0], shift: 0, activation: .identity,
            rowSumBound: 1, isSparse: false)
        ], unit: 1, inputMinimum: 0, inputMaximum: 100))
    for kind in AttackKind.allCases {
      let options = AttackOptions(kind)
      let tie = try network.counterExample(to: [10], as: 0, within: 20, range: 0...100, options: options)
      #expect(tie?.point == [0] && tie?.changesClass == false && tie?.distanceLSB == 10, "\(kind)")
      let change = try network.counterExample(to: [10], as: 0, within: 20, range: -9...100, options: options)
      #expect(change?.changesClass == true, "\(kind)")
      #expect(
        try network.counterExample(to: [10], as: 0, within: 9, range: 0...100, options: options) == nil)
      // A class that is not the answer is its own counter-example.
      let wrong = try network.counterExample(to: [10], as: 1, within: 0, range: 0...100, options: options)
      #expect(wrong?.point == [10] && wrong?.changesClass == true, "\(kind)")
    }
  }

  @Test func `Wrong counts, classes and radii are errors`() throws {
    var random = TestRandom()
    let network = try CertifiedNetwork(random.network(.plain))
    let input = random.input(of: network.network)
    let options = AttackOptions(.pgd)
    let outputs = network.network.outputs
    for (point, label, radius) in [
      (input + [0], 0, 1), (input, -1, 1), (input, outputs, 1), (input, 0, -1), (input, 0, 65536),
    ] {
      #expect(throws: (any Error).self) {
        try network.counterExample(
          to: point, as: label, within: radius, range: -32768...32767, options: options)
      }
    }
    let numbers = try CertifiedNetwork(network.network.changed(task: .regression))
    #expect(throws: (any Error).self) {
      try numbers.counterExample(to: input, as: 0, within: 1, range: -32768...32767, options: options)
    }
  }
}
