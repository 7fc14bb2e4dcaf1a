import Claims
import Integers
import Certification
import Embedded
import TestSupport
import Testing

@Suite("Outputs of a regression")
struct OutputBoundTests {
  static func regressions(_ rounds: Int, _ random: inout TestRandom) -> [IntegerNetwork] {
    random.networks(rounds, styles: NetworkStyle.allCases.filter { $0 != .wide }).map {
      $0.changed(task: .regression)
    }
  }

  /// `Σ|w_jc|·δ_c` in `Int64`, or the largest δ of the entries, from the deviations.
  static func change(_ network: IntegerNetwork, _ output: Int, _ deviation: Int) -> Int {
    let last = network.layers[network.layers.count - 1]
    let deviations = network.deviations(within: deviation)
    if last.kind == .maxPlus { return last.entries[output].map { deviations[$0.column] }.max() ?? 0 }
    return deviations.enumerated().reduce(0) { sum, column in
      sum + abs(Int(last.weights[output * last.columns + column.offset])) * column.element
    }
  }

  @Test func `The table bounds the change of every output at every deviation`() throws {
    var random = TestRandom()
    var isTight = 0
    for network in Self.regressions(10, &random) {
      let certified = try CertifiedNetwork(network)
      for deviation in [0, 1, 2, random.integer(3...500), random.integer(501...65534), 65535] {
        for output in 0..<network.outputs {
          let exact = Self.change(network, output, deviation)
          guard let bound = try certified.outputChange(output, within: deviation) else { continue }
          #expect(Int(bound) >= exact, "\(network) \(output) at \(deviation); \(random)")
          if Int(bound) == exact { isTight += 1 }
        }
      }
    }
    #expect(isTight > 200, "\(isTight); \(random)")
  }

  @Test
  func `No two inputs within d change an output by more than the bound, and some change it by just that`()
    throws
  {
    var random = TestRandom()
    var reached = 0
    for network in Self.regressions(20, &random) {
      let certified = try CertifiedNetwork(network)
      for deviation in [1, random.integer(2...50), random.integer(51...20_000)] {
        for _ in 0..<6 {
          let input = random.input(count: network.inputs)
          let other = input.map { Int16(clamping: Int($0) + (random.oneIn(2) ? deviation : -deviation)) }
          let outputs = (try certified.answer(to: input).logits, try certified.answer(to: other).logits)
          for output in 0..<network.outputs {
            guard let bound = try certified.outputChange(output, within: deviation) else { continue }
            let change = abs(Int(outputs.0[output]) - Int(outputs.1[output]))
            #expect(change <= Int(bound), "\(network) \(input) \(other); \(random)")
            if change > 0, change == Int(bound) { reached += 1 }
          }
        }
      }
    }
    #expect(reached > 20, "\(reached); \(random)")
  }

  @Test func `Every output over a box lies between its bounds`() throws {
    var random = TestRandom()
    var attained = 0
    for network in Self.regressions(20, &random) {
      let certified = try CertifiedNetwork(network)
      let range = network.inputMinimum...network.inputMaximum
      let input = random.input(of: network)
      let radius = random.oneIn(3) ? random.integer(0...3) : random.integer(4...65535)
      let bounds = try #require(try certified.outputBounds(of: input, within: radius))
      for _ in 0..<20 {
        let point = input.map { value in
          let step = random.oneIn(2) ? (random.oneIn(2) ? radius : -radius) : random.integer(-radius...radius)
          return Int16(min(max(Int(value) + step, range.lowerBound), range.upperBound))
        }
        for (output, interval) in zip(try certified.answer(to: point).logits, bounds) {
          #expect(interval.contains(output), "\(network) \(input) \(point) within \(radius); \(random)")
          if output == interval.lowerBound || output == interval.upperBound { attained += 1 }
        }
      }
      // At radius 0 the intervals are the outputs themselves.
      let own = try certified.answer(to: input).logits
      #expect(try certified.outputBounds(of: input, within: 0)?.map(\.lowerBound) == own, "\(random)")
    }
    #expect(attained > 100, "\(attained); \(random)")
  }

  @Test func `An input outside the declared range has no bounds, and a classifier no change bound`() throws {
    var random = TestRandom()
    let network = random.network(.small).changed(inputMinimum: -5, inputMaximum: 5)
    let certified = try CertifiedNetwork(network)
    var input = [Int16](repeating: 5, count: network.inputs)
    #expect(try certified.outputBounds(of: input, within: 3) != nil)
    input[0] = 6
    #expect(try certified.outputBounds(of: input, within: 3) == nil)
    #expect(throws: NetworkError.otherTask) { try certified.outputChange(0, within: 1) }
  }

  @Test func `A regression has neither class nor radius`() throws {
    var random = TestRandom()
    for network in Self.regressions(2, &random) {
      let certified = try CertifiedNetwork(network)
      let input = random.input(of: network)
      let answer = try certified.answer(to: input)
      #expect(answer.classIndex == -1 && answer.globalRadiusLSB == 0)
      #expect(answer.logits.map { Int64($0) } == Oracle(network).logits(input), "\(network); \(random)")
      #expect(throws: NetworkError.otherTask) { try certified.isCertified(input, as: 0, within: 1) }
      #expect(throws: NetworkError.otherTask) { try certified.answer(to: input, within: 1) }
      #expect(throws: NetworkError.otherTask) { try certified.certifiedRadius(of: input) }
      #expect(throws: NetworkError.otherTask) {
        try certified.isCertifiedByLinearBounds(input, as: 0, within: 1)
      }
      #expect(throws: NetworkError.otherTask) { try certified.linearRadius(of: input, as: 0) }
      #expect(throws: NetworkError.otherTask) { try certified.exactRadius(of: input, as: 0) }
      #expect(throws: NetworkError.otherTask) { try certified.decide(input, as: 0, within: 1) }
      #expect(throws: NetworkError.otherTask) { try certified.radiusChains(of: [input]) }
      #expect(throws: NetworkError.otherTask) {
        try certified.certifiedAccuracy(inputs: [input], labels: [0], radii: [1])
      }
      #expect(throws: NetworkError.otherTask) {
        try certified.attackedAccuracy(
          inputs: [input], labels: [0], radii: [1], options: AttackOptions(.fgsm))
      }
      #expect(throws: NetworkError.otherTask) {
        try certified.counterExample(
          to: input, as: 0, within: 1, range: 0...1, options: AttackOptions(.fgsm))
      }
    }
  }
}
