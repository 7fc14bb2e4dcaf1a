import Claims
import Integers
import Certification
import TestSupport
import Testing

@Suite("Monotone inputs")
struct MonotonicityTests {
  /// What is proved holds on the kernels, LSB by LSB and in leaps, from everywhere.
  @Test func `No output moves the wrong way when a monotone input grows`() throws {
    var random = TestRandom()
    var proved = 0
    var moved = 0
    for network in random.networks(300, styles: [.residual]) {
      let certified = try CertifiedNetwork(network)
      for column in 0..<network.inputs {
        for isIncreasing in [true, false] {
          guard network.isMonotone(MonotoneInput(input: column, isIncreasing: isIncreasing)) else { continue }
          proved += 1
          for _ in 0..<12 {
            var input = random.input(count: network.inputs)
            let before = try certified.answer(to: input).logits
            let step = random.oneIn(2) ? 1 : random.integer(1...65535)
            let raised = Int(input[column]) + step
            guard raised <= 32767 else { continue }
            input[column] = Int16(raised)
            for (old, new) in zip(before, try certified.answer(to: input).logits) {
              #expect(isIncreasing ? new >= old : new <= old, "\(network) \(input) \(column); \(random)")
              if new != old { moved += 1 }
            }
          }
        }
      }
    }
    #expect(proved > 200 && moved > 500, "\(proved) \(moved); \(random)")
  }

  /// `4·relu(x0/4) ≤` moves by at most 4 accumulator units an LSB, rounding included, and no less than that in places.
  static func network(hidden: [Int16], shift: Int, last: [Int16], residual: Int16) throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 1, columns: 2, weights: hidden, biases: [0], shift: shift, activation: .identity,
          rowSumBound: 65535, isSparse: false),
        IntegerLayer(
          rows: 1, columns: 2, weights: last + [residual], biases: [0], shift: 0, activation: .identity,
          rowSumBound: 65535, isSparse: false),
      ], unit: 1, inputMinimum: -100, inputMaximum: 100, residualInputs: [0], task: .regression)
  }

  @Test func `The residual weight must outweigh the rounded slope, and one LSB less does not do`() throws {
    // y = floor((-x0 + 2) / 4): of slope -1/4, but one LSB can cost a whole LSB.
    for (residual, isProved) in [(Int16(3), true), (2, false)] {
      let network = try Self.network(hidden: [-1, 0], shift: 2, last: [3], residual: residual)
      #expect(network.isMonotone(MonotoneInput(input: 0, isIncreasing: true)) == isProved)
      let certified = try CertifiedNetwork(network)
      let outputs = try (-100...100).map { try certified.answer(to: [Int16($0), 0]).logits[0] }
      #expect(zip(outputs, outputs.dropFirst()).allSatisfy { $0 <= $1 } == isProved)
    }
  }

  @Test func `An input that is not passed on, or of another direction, is not monotone`() throws {
    let network = try Self.network(hidden: [1, 1], shift: 0, last: [5], residual: 5)
    #expect(network.isMonotone(MonotoneInput(input: 0, isIncreasing: true)))
    #expect(!network.isMonotone(MonotoneInput(input: 0, isIncreasing: false)))
    #expect(!network.isMonotone(MonotoneInput(input: 1, isIncreasing: true)))
    #expect(!network.isMonotone(MonotoneInput(input: 2, isIncreasing: true)))
  }
}
