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

  // MARK: Classes

  /// Where the lead of a class never falls, an answer of it stays: on the kernels, LSB by LSB and in leaps.
  @Test func `An answer stays when an input grows, or falls, in which its class is monotone`() throws {
    var random = TestRandom()
    var (proved, kept, others) = (0, 0, 0)
    for network in random.networks(400, styles: [.residual]) where network.outputs > 1 {
      let certified = try CertifiedNetwork(network)
      for claim in network.monotoneClaims where claim.classIndex >= 0 {
        proved += 1
        for _ in 0..<12 {
          var input = random.input(count: network.inputs)
          let before = try certified.answer(to: input)
          let step = claim.direction * (random.oneIn(2) ? 1 : random.integer(1...65535))
          guard let moved = Int16(exactly: Int(input[claim.input]) + step) else { continue }
          input[claim.input] = moved
          let after = try certified.answer(to: input)
          for other in 0..<network.outputs {
            let leads = [before, after].map { Int($0.logits[claim.classIndex]) - Int($0.logits[other]) }
            #expect(leads[0] <= leads[1], "\(network) \(input) \(claim); \(random)")
          }
          guard before.classIndex == claim.classIndex else {
            others += 1
            continue
          }
          #expect(after.classIndex == claim.classIndex, "\(network) \(input) \(claim); \(random)")
          kept += 1
        }
      }
    }
    #expect(proved > 100 && kept > 200 && others > 200, "\(proved) \(kept) \(others); \(random)")
  }

  /// Two hidden units of slope -1/4 and 1/4, three classes, the residual input for class 1 alone.
  static func classifier(residual: Int16, bias: Int32 = 0) throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 1, weights: [-1, 1], biases: [0, 0], shift: 2, activation: .identity,
          rowSumBound: 65535, isSparse: false),
        // Against class 0 the layers reach |3 - 0| + |0 - 1| = 4, against class 2 |3 + 2| + 0 = 5.
        IntegerLayer(
          rows: 3, columns: 3, weights: [0, 1, 0, 3, 0, residual, -2, 0, 0], biases: [0, 0, bias], shift: 0,
          activation: .identity, rowSumBound: 65535, isSparse: false),
      ], unit: 1, inputMinimum: -100, inputMaximum: 100, residualInputs: [0])
  }

  @Test
  func
    `The residual weight must outweigh the layers against every other class, and one LSB less does not do`()
    throws
  {
    let statement = MonotoneInput(input: 0, isIncreasing: true, classIndex: 1)
    for (residual, isProved) in [(Int16(5), true), (4, false)] {
      let network = try Self.classifier(residual: residual)
      #expect(network.isMonotone(statement) == isProved)
      let certified = try CertifiedNetwork(network)
      let leads = try (-100...100).map { value in
        let logits = try certified.answer(to: [Int16(value)]).logits
        return logits[1] - logits[2]
      }
      #expect(zip(leads, leads.dropFirst()).allSatisfy { $0 <= $1 } == isProved)
      // A bias of class 2 between the two leads makes a class of the witness: 1 at an input and 2 one LSB above.
      let fall = Array(zip(leads, leads.dropFirst())).last { $0 > $1 }
      #expect((fall == nil) == isProved)
      let contested = try CertifiedNetwork(Self.classifier(residual: residual, bias: fall?.0 ?? 0))
      let answers = try (-100...100).map { try contested.answer(to: [Int16($0)]).classIndex }
      #expect(zip(answers, answers.dropFirst()).contains { $0 == 1 && $1 == 2 } != isProved)
    }
    // Not for the other classes, not the other way, and not for a class that is not there.
    let network = try Self.classifier(residual: 5)
    #expect(network.monotoneClaims == [MonotoneClaims(input: 0, direction: 1, classIndex: 1)])
    #expect(!network.isMonotone(MonotoneInput(input: 0, isIncreasing: true, classIndex: 3)))
    #expect(!network.isMonotone(MonotoneInput(input: 0, isIncreasing: true, classIndex: -1)))
  }

  @Test func `A tie stays with the lower index while no lead falls`() throws {
    // Hidden layers that see nothing: the logits of 0 and 1 are equal until the input is above 0.
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 1, columns: 2, weights: [0, 0], biases: [0], shift: 0, activation: .relu, rowSumBound: 0,
          isSparse: false),
        IntegerLayer(
          rows: 2, columns: 2, weights: [0, 0, 0, 1], biases: [0, 0], shift: 0, activation: .identity,
          rowSumBound: 1, isSparse: false),
      ], unit: 1, inputMinimum: -2, inputMaximum: 2, residualInputs: [0])
    let certified = try CertifiedNetwork(network)
    #expect(try (-2...2).map { try certified.answer(to: [Int16($0), 0]).classIndex } == [0, 0, 0, 1, 1])
    #expect(network.isMonotone(MonotoneInput(input: 0, isIncreasing: true, classIndex: 1)))
    #expect(network.isMonotone(MonotoneInput(input: 0, isIncreasing: false, classIndex: 0)))
    #expect(network.isMonotone(MonotoneInput(input: 1, isIncreasing: true, classIndex: 0)))
  }
}
