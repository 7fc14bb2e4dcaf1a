import Integers
import Claims
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

@Suite("Inference")
struct InferenceTests {
  @Test(arguments: NetworkStyle.allCases)
  func `Logits, class and bounds of memory on random networks equal the oracle's`(style: NetworkStyle) {
    var random = TestRandom("inference \(style)")
    for _ in 0..<(style == .wide ? 20 : 150) {
      let network = random.network(style)
      let device = CNetwork(network)
      #expect(device.selfCheck() == SUPNORM_OK, "\(random)")
      for _ in 0..<6 {
        let input = random.input(count: network.inputs)
        let logits = Oracle(network).logits(input)
        let outcome = device.infer(input)
        #expect(outcome?.status == SUPNORM_OK, "\(random)")
        #expect(outcome?.logits.map { Int64($0) } == logits, "\(network) at \(input); \(random)")
        #expect(outcome.map { Int($0.classIndex) } == Oracle.classIndex(logits), "\(random)")
      }
    }
  }

  @Test(arguments: IntegerActivation.allCases)
  func `Every activation in every depth equals the oracle's`(activation: IntegerActivation) {
    var random = TestRandom("activation \(activation)")
    for style in [NetworkStyle.plain, .small, .saturating, .deep, .tight] {
      for _ in 0..<60 {
        let network = random.network(style, activation: activation)
        let device = CNetwork(network)
        for _ in 0..<6 {
          let input = random.input(count: network.inputs)
          let logits = Oracle(network).logits(input)
          #expect(
            device.infer(input)?.logits.map { Int64($0) } == logits, "\(network) at \(input); \(random)")
        }
      }
    }
  }

  @Test func `Dense and sparse storage answer and certify alike`() {
    var random = TestRandom()
    for network in random.networks(12) {
      let pair = [false, true].map { isSparse in
        CNetwork(network.changed(layers: network.layers.map { $0.changed(isSparse: isSparse) }))
      }
      for _ in 0..<4 {
        let input = random.input(of: network)
        let outcome = pair[0].infer(input)
        #expect(outcome == pair[1].infer(input), "\(network) at \(input); \(random)")
        let classIndex = Int(outcome?.classIndex ?? 0)
        for radius in [0, 1, random.integer(2...65535)] {
          #expect(
            pair[0].certify(input, as: classIndex, radius: radius)
              == pair[1].certify(input, as: classIndex, radius: radius), "\(network) at \(input); \(random)")
        }
      }
    }
  }

  /// One layer whose logits come out at the ends of what admissibility allows.
  @Test func `Logits reach 2^31 - 1 on both sides and their margin 2^32 - 2`() throws {
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 3, weights: [-32768, -32767, 0, 32767, 32767, 1], biases: [32767, -32767],
          shift: 0, activation: .identity, rowSumBound: 65535, isSparse: false)
      ], unit: 32768, inputMinimum: -32768, inputMaximum: 32767)
    let outcome = CNetwork(network).infer([.min, .min, .min])
    #expect(outcome?.logits == [.max, -Int32.max])
    #expect(outcome?.classIndex == 0)
    // |w_0 - w_1| = 65535 + 65534 + 1; floor((2^32 - 2 - 1) / 131070) = 32768.
    #expect(outcome?.radius == 32768)
  }

  @Test func `A hidden layer requantizes and the last one does not`() throws {
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 1, columns: 1, weights: [3], biases: [0], shift: 1, activation: .identity, rowSumBound: 3,
          isSparse: false),
        IntegerLayer(
          rows: 2, columns: 1, weights: [3, 0], biases: [1, 0], shift: 4, activation: .identity,
          rowSumBound: 3, isSparse: true),
      ], unit: 32768, inputMinimum: -32768, inputMaximum: 32767)
    let device = CNetwork(network)
    // (3·3 + 1) >> 1 = 5, then 3·5 + 1 as it is.
    #expect(device.infer([3])?.logits == [16, 0])
    // (3·(-3) + 1) >> 1 = -4: half up, not away from zero.
    #expect(device.infer([-3])?.logits == [-11, 0])
    #expect(device.infer([32767])?.logits == [98302, 0])
    #expect(device.infer([-32768])?.logits == [-98303, 0])
  }
}
