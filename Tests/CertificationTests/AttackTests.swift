import Certification
import TestSupport
import Testing

/// An attack that succeeds inside a certified radius is a failing test.
@Suite("Certificates under attack")
struct AttackTests {
  enum Certificate: CaseIterable { case global, local, either }

  @Test(arguments: Certificate.allCases)
  func `Nothing within a certified radius changes the answer`(certificate: Certificate) throws {
    var random = TestRandom("attack \(certificate)")
    var attempts = 0
    var attacked = 0
    let styles = NetworkStyle.allCases.filter { $0 != .oneOutput && $0 != .wide }
    for network in random.networks(60, styles: styles) + random.networks(4, styles: [.wide]) {
      let certified = try CertifiedNetwork(network)
      for _ in 0..<6 {
        let input = random.input(of: network)
        let answer = try certified.answer(to: input)
        let radius: Int
        // The global certificate speaks of all inputs, the local one of those within the range.
        var range = -32768...32767
        switch certificate {
        case .global:
          radius = answer.globalRadiusLSB
        case .local:
          radius = try certified.localRadius(of: input, as: answer.classIndex) ?? 0
          range = network.inputMinimum...network.inputMaximum
        case .either:
          radius = try certified.certifiedRadius(of: input)
          range = network.inputMinimum...network.inputMaximum
        }
        guard radius > 0 else { continue }
        attacked += 1
        var attack = Attack(certified, range: range)
        let found = try attack.counterExample(
          to: input, as: answer.classIndex, within: radius, tries: network.inputs > 100 ? 2 : 5, &random)
        attempts += attack.attempts
        #expect(found == nil, "\(network) at \(input) within \(radius); \(random)")
      }
    }
    #expect(attempts > 100_000 && attacked > 1_000, "\(attempts) attempts on \(attacked) inputs; \(random)")
  }

  /// Both certificates are exact on one layer: just beyond the radius there is a tie or another class.
  @Test func `On one layer the attack succeeds one LSB beyond the certified radius`() throws {
    var random = TestRandom()
    var found = 0
    for _ in 0..<600 {
      let network = random.network(.oneLayer)
      let certified = try CertifiedNetwork(network)
      let input = random.input(of: network)
      let answer = try certified.answer(to: input)
      let best = answer.classIndex
      let layer = network.layers[0]
      func worstMargin(_ other: Int, _ radius: Int, _ range: ClosedRange<Int>) -> Int {
        let point = input.indices.map { column in
          let weight =
            Int(layer.row(best)[best * layer.columns + column])
            - Int(layer.row(other)[other * layer.columns + column])
          return min(max(Int(input[column]) - weight.signum() * radius, range.lowerBound), range.upperBound)
        }
        let logits = Oracle(network).accumulators(ofLayer: 0, point.map { Int64($0) })
        return Int(logits[best] - logits[other])
      }
      let others = (0..<network.outputs).filter { $0 != best }
      // Without a range, as the global certificate has it: inputs beyond Int16 serve to show that it is tight.
      let global = answer.globalRadiusLSB
      if global < 65535 {
        #expect(
          others.contains { worstMargin($0, global + 1, -200_000...200_000) <= 0 }, "\(network); \(random)")
        found += 1
      }
      let range = network.inputMinimum...network.inputMaximum
      if let local = try certified.localRadius(of: input, as: best), local < 65535 {
        #expect(others.contains { worstMargin($0, local + 1, range) <= 0 }, "\(network); \(random)")
        #expect(others.allSatisfy { worstMargin($0, local, range) > 0 }, "\(network); \(random)")
      }
    }
    #expect(found > 400, "\(random)")
  }

  @Test func `No two inputs within d move a logit difference by more than M(d)`() throws {
    var random = TestRandom()
    var reached = 0
    for network in random.networks(12) where network.outputs > 1 {
      let oracle = Oracle(network)
      for deviation in [1, random.integer(2...50), random.integer(51...20_000), 65535] {
        let bounds = network.marginDeviations(within: deviation)
        for _ in 0..<6 {
          let input = random.input(count: network.inputs)
          let other = input.map { Int16(clamping: Int($0) + (random.oneIn(2) ? deviation : -deviation)) }
          let logits = (oracle.logits(input), oracle.logits(other))
          for first in 0..<network.outputs {
            for second in 0..<network.outputs {
              let change = abs(
                (logits.0[first] - logits.0[second]) - (logits.1[first] - logits.1[second]))
              #expect(Int(change) <= bounds[first][second], "\(network) \(input) \(other); \(random)")
              if change > 0, Int(change) == bounds[first][second] { reached += 1 }
            }
          }
        }
      }
    }
    #expect(reached > 50, "the bound is attained \(reached) times; \(random)")
  }
}
