import Integers
import Certification
import TestSupport
import Testing

/// How tight the certificates are; that they hold is for `AttackSoakTests`.
@Suite("Certificates at their limits")
struct AttackTests {
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
        // From a random start a step against the gradient of each pair in turn leads to the worst corner.
        for options in [
          AttackOptions(.fgsm, restarts: network.outputs), AttackOptions(.pgd, restarts: network.outputs),
        ] {
          let attacked = try certified.counterExample(
            to: input, as: best, within: local + 1, range: range, options: options)
          #expect(attacked != nil, "\(options) on \(network) at \(input); \(random)")
        }
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
