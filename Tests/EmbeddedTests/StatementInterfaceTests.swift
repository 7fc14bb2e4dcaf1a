import Claims
import Integers
import CSupNorm
import Certification
import TestSupport
import Testing

/// The C functions of abstaining inference and of output bounds: what they write, and that they refuse cleanly.
@Suite("C interface: abstaining and outputs")
struct StatementInterfaceTests {
  static func regression() throws -> IntegerNetwork {
    try ExampleNetworks.mixed().changed(task: .regression)
  }

  @Test func `Null pointers`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let scratch = device.scratch(64)
    let (first, second) = (device.logitMemory(), device.logitMemory())
    let input: [Int16] = [1, 2, 3]
    var result = supnorm_result()
    var change: UInt32 = 7
    #expect(
      unsafe CSupNorm.supnorm_infer_within(nil, input, 1, scratch.pointer, 64, first.pointer, &result)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_infer_within(
        device.model, nil, 1, scratch.pointer, 64, first.pointer, &result)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_infer_within(device.model, input, 1, scratch.pointer, 64, nil, &result)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_infer_within(device.model, input, 1, scratch.pointer, 64, first.pointer, nil)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_output_bounds(nil, input, 1, scratch.pointer, 64, first.pointer, second.pointer)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_output_bounds(
        device.model, nil, 1, scratch.pointer, 64, first.pointer, second.pointer) == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_output_bounds(
        device.model, input, 1, scratch.pointer, 64, nil, second.pointer)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_output_bounds(device.model, input, 1, scratch.pointer, 64, first.pointer, nil)
        == SUPNORM_ERROR_NULL)
    #expect(unsafe CSupNorm.supnorm_output_change(nil, 0, 1, &change) == SUPNORM_ERROR_NULL)
    #expect(unsafe CSupNorm.supnorm_output_change(device.model, 0, 1, nil) == SUPNORM_ERROR_NULL)
    #expect(change == 7 && first.values.allSatisfy { $0 == InferOutcome.untouched })
  }

  @Test func `A task's functions refuse the other task`() throws {
    let input: [Int16] = [1000, -20_000, 32767]
    let classifier = CNetwork(try ExampleNetworks.mixed())
    #expect(classifier.outputChange(0, radius: 1).status == SUPNORM_ERROR_TASK)
    let regression = CNetwork(try Self.regression())
    #expect(regression.infer(input, within: 1)?.status == SUPNORM_ERROR_TASK)
    #expect(regression.certify(input, as: 0, radius: 1) == SUPNORM_ERROR_TASK)
    let outcome = try #require(regression.infer(input))
    #expect(outcome.status == SUPNORM_OK && outcome.classIndex == SUPNORM_NO_CLASS && outcome.radius == 0)
    #expect(outcome.logits == classifier.infer(input)?.logits)
    // The outputs of both can be bounded, and are the same.
    let bounds = try #require(regression.outputBounds(input, radius: 9))
    let others = try #require(classifier.outputBounds(input, radius: 9))
    #expect(bounds.status == SUPNORM_OK && others.status == SUPNORM_OK)
    #expect(bounds.lower == others.lower && bounds.upper == others.upper)
  }

  @Test func `Radii, outputs and scratch out of range`() throws {
    let input: [Int16] = [1000, -20_000, 32767]
    let device = CNetwork(try ExampleNetworks.mixed())
    let regression = CNetwork(try Self.regression())
    for radius in [-1, 65536] {
      #expect(device.infer(input, within: radius)?.status == SUPNORM_ERROR_RADIUS)
      #expect(device.outputBounds(input, radius: radius)?.status == SUPNORM_ERROR_RADIUS)
      #expect(regression.outputChange(0, radius: radius).status == SUPNORM_ERROR_RADIUS)
    }
    for output in [-1, 3] {
      #expect(regression.outputChange(output, radius: 1).status == SUPNORM_ERROR_CLASS)
    }
    let bytes = device.scratchBytes - 2
    #expect(device.infer(input, within: 1, scratchBytes: bytes)?.status == SUPNORM_ERROR_SCRATCH)
    #expect(device.outputBounds(input, radius: 1, scratchBytes: bytes)?.status == SUPNORM_ERROR_SCRATCH)
  }

  @Test func `A saturated bound stays no bound, and sums beyond 32 bits saturate`() throws {
    let regression = CNetwork(try Self.regression())
    func change(_ slope: UInt32, _ offset: UInt32, _ radius: Int) -> UInt32 {
      let bounds = [supnorm_bound](repeating: supnorm_bound(slope: slope, offset: offset), count: 3)
      unsafe regression.network.pointee.bounds = regression.copy(bounds)
      return regression.outputChange(1, radius: radius).change
    }
    #expect(change(3, 5, 7) == 26)
    #expect(change(0, 0, 65535) == 0)
    #expect(change(65537, 0, 65535) == .max)  // 65537 · 65535 = 2^32 - 1: the mark of no bound
    #expect(change(65536, 65534, 65535) == 65536 * 65535 + 65534)
    #expect(change(65536, 65537, 65535) == .max)
    #expect(change(70_000, 0, 65535) == .max)
    #expect(change(.max, 0, 0) == .max && change(0, .max, 0) == .max)
  }

  @Test func `Residual inputs reach the last layer as the oracle has it, and what they need is checked`()
    throws
  {
    var random = TestRandom()
    for network in random.networks(60, styles: [.residual]) where !network.residualInputs.isEmpty {
      let device = CNetwork(network)
      let oracle = Oracle(network)
      let input = random.input(of: network)
      let outcome = try #require(device.infer(input), "\(network); \(random)")
      #expect(outcome.logits.map { Int64($0) } == oracle.logits(input), "\(network) \(input); \(random)")
      let classIndex = Int(outcome.classIndex)
      for radius in [0, random.integer(1...200), random.integer(201...65535)] {
        let verdict = device.certify(input, as: classIndex, radius: radius)
        let isProved = oracle.isProved(input, as: classIndex, radius: radius)
        #expect(verdict == (isProved ? SUPNORM_OK : SUPNORM_UNCERTIFIED), "\(network) \(input); \(random)")
      }
      let stored = network.residualInputs.map { UInt16($0) }
      for wrong in [stored.reversed(), stored.map { _ in UInt16(network.inputs) }] where wrong != stored {
        unsafe device.network.pointee.residual_inputs = device.copy(wrong)
        #expect(device.infer(input)?.status == SUPNORM_ERROR_MALFORMED, "\(wrong)")
      }
      unsafe device.network.pointee.residual_inputs = nil
      #expect(device.infer(input)?.status == SUPNORM_ERROR_NULL)
    }
  }
}
