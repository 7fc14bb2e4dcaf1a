import Claims
import Integers
import Certification
import Embedded
import TestSupport
import Testing

@Suite("Abstaining inference")
struct AbstentionTests {
  @Test func `It answers exactly where a certificate reaches the required radius`() throws {
    var random = TestRandom()
    var answered = (global: 0, local: 0)
    var abstained = 0
    for network in random.networks(40) {
      let certified = try CertifiedNetwork(network)
      let input = random.oneIn(4) ? random.input(count: network.inputs) : random.input(of: network)
      let plain = try certified.answer(to: input)
      let local = try certified.localRadius(of: input, as: plain.classIndex)
      let edges = [plain.globalRadiusLSB, local ?? 0].flatMap { [$0, $0 + 1] }.filter { $0 <= 65535 }
      for radius in Set(edges + [0, 1, random.integer(0...65535)]).sorted() {
        let isGlobal = plain.globalRadiusLSB >= max(radius, 1)
        let isLocal = local.map { $0 >= radius } ?? false
        let answer = try certified.answer(to: input, within: radius)
        #expect((answer != nil) == (isGlobal || isLocal), "\(network) \(input) \(radius); \(random)")
        guard let answer else {
          abstained += 1
          continue
        }
        #expect(answer.logits == plain.logits && answer.classIndex == plain.classIndex, "\(random)")
        #expect(answer.globalRadiusLSB == max(plain.globalRadiusLSB, radius), "\(random)")
        if isGlobal { answered.global += 1 } else { answered.local += 1 }
      }
    }
    #expect(answered.global > 100 && answered.local > 100 && abstained > 100, "\(answered) \(abstained)")
  }

  @Test func `A tie is never answered, not even at radius 0`() throws {
    let layer = IntegerLayer(
      rows: 2, columns: 1, weights: [3, 3], biases: [1, 1], shift: 0, activation: .identity, rowSumBound: 3,
      isSparse: false)
    let certified = try CertifiedNetwork(
      IntegerNetwork(layers: [layer], unit: 1, inputMinimum: -9, inputMaximum: 9))
    #expect(try certified.answer(to: [4], within: 0) == nil)
    #expect(throws: NetworkError.radiusOutOfRange) { try certified.answer(to: [4], within: -1) }
    #expect(throws: NetworkError.radiusOutOfRange) { try certified.answer(to: [4], within: 65536) }
  }
}
