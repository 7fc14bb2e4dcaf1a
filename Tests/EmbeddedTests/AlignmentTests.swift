import Claims
import CSupNorm
import Certification
import TestSupport
import Testing

/// What must be aligned, and what need not be: inputs and logits lie where their type may, scratch and parameters do
/// not.
@Suite("Alignment")
struct AlignmentTests {
  /// Bytes at a chosen distance from a multiple of 64, all of them rubbish, with more rubbish around them.
  @safe private final class PlacedBytes {
    let start: UnsafeMutableRawPointer
    private let block: UnsafeMutableRawPointer
    private let size: Int
    private static let filler: UInt8 = 0xA5

    init(_ count: Int, offset: Int) {
      size = count + 128
      unsafe block = .allocate(byteCount: size, alignment: 64)
      unsafe block.initializeMemory(as: UInt8.self, repeating: Self.filler, count: size)
      unsafe start = block + 64 + offset
    }

    deinit { unsafe block.deallocate() }

    var isUntouched: Bool {
      (0..<size).allSatisfy { unsafe block.load(fromByteOffset: $0, as: UInt8.self) == Self.filler }
    }

    func pointer<Element: BitwiseCopyable>(_ type: Element.Type) -> UnsafeMutablePointer<Element> {
      unsafe start.assumingMemoryBound(to: type)
    }

    /// Copies values to the place.
    convenience init<Element: BitwiseCopyable>(_ values: [Element], offset: Int) {
      self.init(values.count * MemoryLayout<Element>.stride, offset: offset)
      for (index, value) in values.enumerated() {
        unsafe start.storeBytes(
          of: value, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
      }
    }
  }

  /// The statuses and outputs of every function that takes scratch, with all memory at chosen places.
  private struct Outcome: Equatable {
    var statuses: [Int32] = []
    var outputs: [[Int32]] = []
    var isUntouched = true

    /// Calls with input and outputs so many bytes from a multiple of 64, and scratch likewise.
    init(
      _ device: CNetwork, _ input: [Int16], inputOffset: Int = 0, outputOffset: Int = 0,
      scratchOffset: Int = 0,
      missingBytes: Int = 0
    ) {
      let outputs = unsafe Int(device.network.pointee.outputs)
      let placed = PlacedBytes(input, offset: inputOffset)
      let values = unsafe UnsafePointer(placed.pointer(Int16.self))
      let infer = device.inferScratchBytes - missingBytes
      let bytes = device.scratchBytes - missingBytes
      // What it answers, so that a golden vector needs the memory of certificates as well.
      let answer = device.infer(input)
      let golden = unsafe [
        supnorm_golden(
          input: values, logits: device.copy(answer?.logits ?? []), class_index: answer?.classIndex ?? -1,
          radius_lsb: answer?.radius ?? 0, local_radius_lsb: -1)
      ]
      func status(
        _ function: Int, _ scratch: UnsafeMutableRawPointer, _ first: UnsafeMutablePointer<Int32>,
        _ second: UnsafeMutablePointer<Int32>, _ result: UnsafeMutablePointer<supnorm_result>
      ) -> Int32 {
        switch function {
        case 0: unsafe CSupNorm.supnorm_infer(device.model, values, scratch, infer, first, result)
        case 1:
          unsafe CSupNorm.supnorm_infer_within(device.model, values, 65535, scratch, bytes, first, result)
        case 2: unsafe CSupNorm.supnorm_certify(device.model, values, 0, 1, scratch, bytes)
        case 3:
          unsafe CSupNorm.supnorm_output_bounds(device.model, values, 1, scratch, bytes, first, second)
        default: unsafe CSupNorm.supnorm_self_test(device.model, golden, 1, scratch, bytes, first)
        }
      }
      for function in 0..<5 {
        let scratch = PlacedBytes(device.scratchBytes, offset: scratchOffset)
        let written = (0..<2).map { _ in PlacedBytes(4 * outputs, offset: outputOffset) }
        let result = PlacedBytes(8, offset: outputOffset)
        statuses.append(
          unsafe status(
            function, scratch.start, written[0].pointer(Int32.self), written[1].pointer(Int32.self),
            result.pointer(supnorm_result.self)))
        self.outputs += (written + [result]).enumerated().map { index, memory in
          (0..<(index < 2 ? outputs : 2)).map { unsafe memory.pointer(Int32.self)[$0] }
        }
        isUntouched = isUntouched && (written + [result, scratch]).allSatisfy(\.isUntouched)
      }
    }
  }

  /// A classifier or regression of each style, and one without hidden layers.
  private static func devices(_ random: inout TestRandom) throws -> [(device: CNetwork, input: [Int16])] {
    var devices = NetworkStyle.allCases.enumerated().map { index, style in
      var network = random.network(style)
      if index % 3 == 1 { network = network.changed(task: .regression) }
      return (CNetwork(network), random.input(of: network))
    }
    devices.append((CNetwork(try ExampleNetworks.single()), [200, 4]))
    let halfwords = try MaxPlusTests.example(SUPNORM_HALFWORDS)
    devices.append((CNetwork(halfwords), random.input(of: halfwords)))
    return devices
  }

  @Test func `Inputs at any even address and outputs at any multiple of 4 get the same answers`() throws {
    var random = TestRandom()
    for (device, input) in try Self.devices(&random) {
      let expected = Outcome(device, input)
      #expect(expected.statuses[0] == SUPNORM_OK && !expected.isUntouched, "\(random)")
      for inputOffset in stride(from: 0, to: 16, by: 2) {
        for outputOffset in stride(from: 0, to: 16, by: 4) {
          #expect(
            Outcome(device, input, inputOffset: inputOffset, outputOffset: outputOffset) == expected,
            "input at \(inputOffset), outputs at \(outputOffset); \(random)")
        }
      }
      for scratchOffset in [8, 16, 24] {
        #expect(Outcome(device, input, scratchOffset: scratchOffset) == expected, "\(random)")
      }
    }
  }

  @Test func `Scratch that is not aligned to 8 bytes is refused by every function, and nothing is written`()
    throws
  {
    var random = TestRandom()
    for (device, input) in try Self.devices(&random) {
      for offset in Array(1...7) + [9, 12, 31] {
        let outcome = Outcome(device, input, scratchOffset: offset)
        #expect(outcome.statuses == Array(repeating: SUPNORM_ERROR_SCRATCH, count: 5), "\(offset); \(random)")
        #expect(outcome.isUntouched, "\(offset); \(random)")
      }
    }
  }

  @Test func `Scratch that is one byte short is refused by every function that needs it`() throws {
    var random = TestRandom()
    var count = 0
    for (device, input) in try Self.devices(&random) where device.needed.infer > 0 {
      count += 1
      let outcome = Outcome(device, input, missingBytes: 1)
      let isRegression = unsafe Int32(device.network.pointee.task) == SUPNORM_REGRESSION
      let refused = Array(repeating: SUPNORM_ERROR_SCRATCH, count: 5)
      // A regression refuses what is for classes, and its golden vector needs the memory of inference alone.
      let expected =
        isRegression ? [refused[0], SUPNORM_ERROR_TASK, SUPNORM_ERROR_TASK, refused[3]] : refused
      #expect(Array(outcome.statuses.prefix(expected.count)) == expected, "\(random)")
    }
    #expect(count > 5)
  }

  /// Moves one of a layer's seven arrays to a place of its own; nil where the layer does not have it.
  private static func move(
    _ array: Int, of layer: UnsafeMutablePointer<supnorm_layer>, offset: Int
  ) -> PlacedBytes? {
    var place: PlacedBytes?
    func moved<Element: BitwiseCopyable>(
      _ pointer: UnsafePointer<Element>?, _ count: Int
    ) -> UnsafePointer<Element>? {
      guard let pointer = unsafe pointer else { return nil }
      let bytes = PlacedBytes((0..<count).map { unsafe pointer[$0] }, offset: offset)
      place = bytes
      return unsafe UnsafePointer(bytes.pointer(Element.self))
    }
    let old = unsafe layer.pointee
    let (rows, entries) = unsafe (Int(old.rows), Int(old.entries))
    switch array {
    case 0: unsafe layer.pointee.weights = moved(old.weights, entries)
    case 1: unsafe layer.pointee.biases = moved(old.biases, rows)
    case 2: unsafe layer.pointee.words = moved(old.words, entries)
    case 3:
      unsafe layer.pointee.row_entries = moved(
        old.row_entries, rows * (Int32(old.kind) == SUPNORM_SPARSE ? 2 : 1))
    default: unsafe layer.pointee.halfwords = moved(old.halfwords, entries)
    }
    return place
  }

  @Test func `Parameters that no load of a word may read are malformed`() throws {
    var random = TestRandom()
    var moved = [Int](repeating: 0, count: 5)
    for (device, _) in try Self.devices(&random) {
      for index in unsafe 0..<Int(device.network.pointee.layer_count) {
        let layer = unsafe device.layers + index
        let original = unsafe layer.pointee
        for array in 0..<5 {
          // As the types allow: 16 bits at even addresses.
          for offset in [1, 2].contains(array) ? [0, 4] : [0, 4, 2, 6] {
            guard let place = unsafe Self.move(array, of: layer, offset: offset) else { continue }
            withExtendedLifetime(place) {
              #expect(
                device.selfCheck() == (offset % 4 == 0 ? SUPNORM_OK : SUPNORM_ERROR_MALFORMED),
                "array \(array) at \(offset); \(random)")
            }
            moved[array] += 1
            unsafe layer.pointee = original
          }
        }
      }
    }
    #expect(moved.allSatisfy { $0 > 0 }, "\(moved); \(random)")
  }
}
