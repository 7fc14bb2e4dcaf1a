import CSupNorm
import TestSupport
import Testing

/// Buffers of one call at every distance from each other: refused exactly when two of them share a byte.
@Suite("Overlapping buffers")
struct OverlapTests {
  /// Memory that scratch, input and outputs of a call are cut from, anywhere.
  @safe private final class Arena {
    private let start = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 8)
    /// A network with scratch memory of some words, three inputs and three outputs.
    let device: CNetwork
    let model: UnsafePointer<supnorm_model>

    init() throws {
      device = CNetwork(try ExampleNetworks.mixed())
      unsafe model = device.model
      unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
    }

    deinit { unsafe start.deallocate() }

    var scratchBytes: Int { device.scratchBytes }
    func memory(_ offset: Int) -> UnsafeMutableRawPointer { unsafe start + offset }
    func values(_ offset: Int) -> UnsafeMutablePointer<Int16> {
      unsafe memory(offset).assumingMemoryBound(to: Int16.self)
    }
    func outputs(_ offset: Int) -> UnsafeMutablePointer<Int32> {
      unsafe memory(offset).assumingMemoryBound(to: Int32.self)
    }
  }

  private static func range(_ start: Int, _ bytes: Int) -> Range<Int> { start..<start + bytes }

  @Test func `Scratch, input and logits that share a byte are refused, neighbours are not`() throws {
    let arena = try Arena()
    let (scratch, bytes) = (256, arena.scratchBytes)
    var refused = 0
    for input in stride(from: 230, through: 256 + bytes + 20, by: 2) {
      for logits in stride(from: 220, through: 256 + bytes + 20, by: 4) {
        let ranges = [Self.range(scratch, bytes), Self.range(input, 6), Self.range(logits, 12)]
        let isShared =
          ranges[0].overlaps(ranges[1]) || ranges[0].overlaps(ranges[2]) || ranges[1].overlaps(ranges[2])
        var result = supnorm_result()
        let statuses = unsafe [
          CSupNorm.supnorm_infer(
            arena.model, arena.values(input), arena.memory(scratch), bytes, arena.outputs(logits), &result),
          CSupNorm.supnorm_infer_within(
            arena.model, arena.values(input), 1, arena.memory(scratch), bytes, arena.outputs(logits),
            &result),
        ]
        for status in statuses {
          #expect((status == SUPNORM_ERROR_OVERLAP) == isShared && (isShared || status >= 0))
        }
        let certified = unsafe CSupNorm.supnorm_certify(
          arena.model, arena.values(input), 0, 1, arena.memory(scratch), bytes)
        #expect((certified == SUPNORM_ERROR_OVERLAP) == ranges[0].overlaps(ranges[1]))
        refused += isShared ? 1 : 0
      }
    }
    #expect(refused > 100)
  }

  @Test func `Bounds that share a byte with anything are refused, neighbours are not`() throws {
    let arena = try Arena()
    let (scratch, input, bytes) = (256, 200, arena.scratchBytes)
    for lower in stride(from: 180, through: 256 + bytes + 16, by: 4) {
      for upper in stride(from: 180, through: 256 + bytes + 16, by: 4) {
        let ranges = [
          Self.range(scratch, bytes), Self.range(input, 6), Self.range(lower, 12), Self.range(upper, 12),
        ]
        let isShared = ranges.indices.contains { first in
          ranges.indices.contains { $0 > first && ranges[first].overlaps(ranges[$0]) }
        }
        let status = unsafe CSupNorm.supnorm_output_bounds(
          arena.model, arena.values(input), 1, arena.memory(scratch), bytes, arena.outputs(lower),
          arena.outputs(upper))
        #expect((status == SUPNORM_ERROR_OVERLAP) == isShared && (isShared || status >= 0))
      }
    }
  }

  @Test func `A self-test does not compare logits with themselves, nor work in what it compares`() throws {
    let arena = try Arena()
    let (scratch, bytes) = (256, arena.scratchBytes)
    func status(input: Int, expected: Int, logits: Int) -> Int32 {
      let golden = unsafe [
        supnorm_golden(
          input: arena.values(input), logits: arena.outputs(expected), class_index: 0, radius_lsb: 0,
          local_radius_lsb: -1)
      ]
      return unsafe CSupNorm.supnorm_self_test(
        arena.model, golden, 1, arena.memory(scratch), bytes, arena.outputs(logits))
    }
    #expect(status(input: 0, expected: 64, logits: 64) == SUPNORM_ERROR_OVERLAP)
    #expect(status(input: 0, expected: 64, logits: 72) == SUPNORM_ERROR_OVERLAP)
    #expect(status(input: 0, expected: 64, logits: 4) == SUPNORM_ERROR_OVERLAP)
    #expect(status(input: scratch, expected: 64, logits: 128) == SUPNORM_ERROR_OVERLAP)
    #expect(status(input: 0, expected: 64, logits: scratch) == SUPNORM_ERROR_OVERLAP)
    #expect(status(input: 0, expected: scratch, logits: 128) == SUPNORM_ERROR_OVERLAP)
    #expect(status(input: 0, expected: 64, logits: 128) == SUPNORM_ERROR_GOLDEN)
  }

  @Test func `Scratch memory of no size shares nothing`() throws {
    let network = CNetwork(try ExampleNetworks.single())
    let logits = network.logitMemory()
    var result = supnorm_result()
    var input: [Int16] = [200, 4, 0, 0, 0, 0, 0, 0]
    let model = unsafe network.model
    let status = unsafe input.withUnsafeMutableBytes { input in
      // The first address in the input's middle that is aligned to 8 bytes.
      let start = unsafe input.baseAddress.unsafelyUnwrapped
      return unsafe CSupNorm.supnorm_infer(
        model, start.assumingMemoryBound(to: Int16.self), start.alignedUp(toMultipleOf: 8), 0,
        logits.pointer, &result)
    }
    #expect(status == SUPNORM_OK)
  }
}
