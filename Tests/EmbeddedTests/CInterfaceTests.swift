import Claims
import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

/// The functions as C code sees them: every refusal has its status and writes nothing.
@Suite("C interface")
struct CInterfaceTests {
  static let input: [Int16] = [1000, -20_000, 32767]
  static let golden = Golden(input: input, logits: [0, 0, 0], classIndex: 0, radius: 0, localRadius: 0)

  /// The statuses of infer, certify and self_check on a network after a change of its C memory.
  static func statuses(_ change: (CNetwork) -> Void) throws -> [Int32?] {
    let device = CNetwork(try ExampleNetworks.mixed())
    change(device)
    let outcome = device.infer(input, scratchBytes: 64)
    if let outcome, outcome.status != SUPNORM_OK {
      #expect(outcome.logits.allSatisfy { $0 == InferOutcome.untouched })
      #expect(outcome.classIndex == InferOutcome.untouched)
      #expect(outcome.radius == UInt32(InferOutcome.untouched))
    }
    return [
      outcome?.status, device.certify(input, as: 0, radius: 0, scratchBytes: 64), device.selfCheck(),
      device.selfTest([golden]),
    ]
  }

  @Test func `Null pointers`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let scratch = device.scratch(64)
    let logits = device.logitMemory()
    var result = supnorm_result(class_index: -77, radius_lsb: 77)
    let input = Self.input
    #expect(
      unsafe CSupNorm.supnorm_infer(nil, input, scratch.pointer, 64, logits.pointer, &result)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_infer(device.model, nil, scratch.pointer, 64, logits.pointer, &result)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_infer(device.model, input, scratch.pointer, 64, nil, &result)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_infer(device.model, input, scratch.pointer, 64, logits.pointer, nil)
        == SUPNORM_ERROR_NULL)
    #expect(unsafe CSupNorm.supnorm_certify(nil, input, 0, 1, scratch.pointer, 64) == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_certify(device.model, nil, 0, 1, scratch.pointer, 64) == SUPNORM_ERROR_NULL)
    #expect(CSupNorm.supnorm_self_check(nil) == SUPNORM_ERROR_NULL)
    let golden = unsafe [supnorm_golden()]
    #expect(
      unsafe CSupNorm.supnorm_self_test(nil, golden, 1, scratch.pointer, 64, logits.pointer)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_self_test(device.model, nil, 1, scratch.pointer, 64, logits.pointer)
        == SUPNORM_ERROR_NULL)
    #expect(
      unsafe CSupNorm.supnorm_self_test(device.model, golden, 1, scratch.pointer, 64, nil)
        == SUPNORM_ERROR_NULL)
    var encoded: Int16 = 77
    #expect(unsafe CSupNorm.supnorm_encode(nil, 0, 1, &encoded) == SUPNORM_ERROR_NULL)
    #expect(unsafe CSupNorm.supnorm_encode(device.model, 0, 1, nil) == SUPNORM_ERROR_NULL)
    #expect(encoded == 77 && result.class_index == -77 && result.radius_lsb == 77)
    #expect(scratch.areGuardsIntact && scratch.values.allSatisfy { $0 == -12345 })
    #expect(logits.areGuardsIntact && logits.values.allSatisfy { $0 == InferOutcome.untouched })
  }

  @Test func `A golden vector with a null pointer`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    var golden = Self.golden
    golden.logits = nil
    #expect(device.selfTest([golden]) == SUPNORM_ERROR_NULL)
    golden = Self.golden
    golden.input = nil
    #expect(device.selfTest([golden]) == SUPNORM_ERROR_NULL)
  }

  @Test func `Null scratch is too small unless none is needed`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let logits = device.logitMemory()
    var result = supnorm_result()
    let input = Self.input
    #expect(
      unsafe CSupNorm.supnorm_infer(device.model, input, nil, 64, logits.pointer, &result)
        == SUPNORM_ERROR_SCRATCH)
    #expect(unsafe CSupNorm.supnorm_certify(device.model, input, 0, 1, nil, 64) == SUPNORM_ERROR_SCRATCH)
    let single = CNetwork(try ExampleNetworks.single())
    let one: [Int16] = [200, 4]
    #expect(
      unsafe CSupNorm.supnorm_infer(single.model, one, nil, 0, logits.pointer, &result) == SUPNORM_OK)
    #expect(logits.values.prefix(2) == [610, -390])
    // margin 1000, |w_0 - w_1| = 5 + 5.
    #expect(result.class_index == 0 && result.radius_lsb == 99)
    // Certificates of a sparse layer keep both ends of each column.
    #expect(unsafe CSupNorm.supnorm_certify(single.model, one, 0, 1, nil, 0) == SUPNORM_ERROR_SCRATCH)
  }

  @Test func `Null pointers inside the network`() throws {
    let nulls = [Int32?](repeating: SUPNORM_ERROR_NULL, count: 4)
    #expect(try Self.statuses { unsafe $0.network.pointee.layers = nil } == nulls)
    #expect(try Self.statuses { unsafe $0.network.pointee.bounds = nil } == nulls)
    for layer in 0..<3 { #expect(try Self.statuses { unsafe $0.layers[layer].biases = nil } == nulls) }
    for layer in [0, 2] { #expect(try Self.statuses { unsafe $0.layers[layer].weights = nil } == nulls) }
    #expect(try Self.statuses { unsafe $0.layers[1].words = nil } == nulls)
    #expect(try Self.statuses { unsafe $0.layers[1].row_entries = nil } == nulls)
  }

  @Test func `Another format version`() throws {
    for version: UInt16 in [0, 4, 5, 7, 262, .max] {
      let statuses = try Self.statuses { unsafe $0.network.pointee.format_version = version }
      #expect(statuses == Array(repeating: SUPNORM_ERROR_VERSION, count: 4))
    }
  }

  static let malformations: [(String, @Sendable (CNetwork) -> Void)] = [
    ("no layers", { unsafe $0.network.pointee.layer_count = 0 }),
    ("a layer short", { unsafe $0.network.pointee.layer_count = 2 }),
    ("more inputs", { unsafe $0.network.pointee.inputs += 1 }),
    ("fewer inputs", { unsafe $0.network.pointee.inputs -= 1 }),
    ("no inputs", { unsafe $0.network.pointee.inputs = 0 }),
    ("more outputs", { unsafe $0.network.pointee.outputs += 1 }),
    ("fewer outputs", { unsafe $0.network.pointee.outputs -= 1 }),
    ("empty input range", { unsafe ($0.network.pointee.input_min, $0.network.pointee.input_max) = (1, 0) }),
    ("an unknown task", { unsafe $0.network.pointee.task = 2 }),
    (
      "residual inputs that are no columns",
      { device in
        unsafe device.network.pointee.residual_inputs = device.copy([0])
        unsafe device.network.pointee.residual_count = 1
      }
    ),
    ("unknown kind", { unsafe $0.layers[0].kind = 2 }),
    ("dense as sparse counts", { unsafe $0.layers[1].kind = UInt8(SUPNORM_DENSE) }),
    ("unknown activation", { unsafe $0.layers[0].activation = 6 }),
    ("activation in the last layer", { unsafe $0.layers[2].activation = UInt8(SUPNORM_RELU) }),
    ("shift 16", { unsafe $0.layers[0].shift = 16 }),
    ("no rows", { unsafe $0.layers[0].rows = 0 }),
    ("a row more", { unsafe $0.layers[0].rows += 1 }),
    ("a row less", { unsafe $0.layers[1].rows -= 1 }),
    ("a column more", { unsafe $0.layers[1].columns += 1 }),
    ("a column less", { unsafe $0.layers[0].columns -= 1 }),
    ("an entry more, dense", { unsafe $0.layers[0].entries += 1 }),
    ("an entry less, dense", { unsafe $0.layers[0].entries -= 1 }),
    ("an entry more, sparse", { unsafe $0.layers[1].entries += 1 }),
    ("an entry less, sparse", { unsafe $0.layers[1].entries -= 1 }),
    (
      "a row with more entries",
      { device in unsafe device.layers[1].row_entries = device.copy([1, 2, 2, 0]) }
    ),
    (
      "a row with fewer entries",
      { device in unsafe device.layers[1].row_entries = device.copy([1, 1, 1, 0]) }
    ),
    (
      "counts beyond all entries",
      { device in unsafe device.layers[1].row_entries = device.copy([.max, .max, .max, 7]) }
    ),
    ("a sparse layer with weights", { device in unsafe device.layers[1].weights = device.copy([0]) }),
    ("a sparse layer with halfwords", { device in unsafe device.layers[1].halfwords = device.copy([0]) }),
    ("a dense layer with words", { device in unsafe device.layers[0].words = device.copy([0]) }),
    ("a dense layer with halfwords", { device in unsafe device.layers[0].halfwords = device.copy([0]) }),
    (
      "a dense layer with counts",
      { device in unsafe device.layers[0].row_entries = device.copy([3, 3, 3, 3]) }
    ),
  ]

  @Test(arguments: malformations.indices)
  func `Malformed shapes`(index: Int) throws {
    let (name, change) = Self.malformations[index]
    // With a head that is as it should be, or the start-up check would go no further.
    let statuses = try Self.statuses { device in
      change(device)
      device.sealHead()
    }
    #expect(statuses == Array(repeating: SUPNORM_ERROR_MALFORMED, count: 4), "\(name)")
  }

  @Test func `A sparse layer without entries answers with its biases, and its words must not be null`()
    throws
  {
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 3, weights: Array(repeating: 0, count: 6), biases: [-3, 4], shift: 0,
          activation: .identity, rowSumBound: 0, isSparse: true)
      ], unit: 1, inputMinimum: -9, inputMaximum: 9)
    let device = CNetwork(network)
    #expect(device.selfCheck() == SUPNORM_OK)
    let outcome = device.infer([1, 2, 3])
    #expect(outcome?.logits == [-3, 4])
    #expect(outcome?.radius == 65535)
    #expect(device.certify([1, 2, 3], as: 1, radius: 65535) == SUPNORM_OK)
    unsafe device.layers[0].words = nil
    #expect(device.selfCheck() == SUPNORM_ERROR_NULL)
    #expect(device.infer([1, 2, 3])?.status == SUPNORM_ERROR_NULL)
  }

  @Test func `A sparse layer reaches its last column, 32766, and with one more column is malformed`() throws {
    let columns = Int(SUPNORM_SPARSE_COLUMNS_MAX)
    var weights = [Int16](repeating: 0, count: columns)
    (weights[0], weights[columns - 1]) = (-5, 7)
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 1, columns: columns, weights: weights, biases: [1], shift: 0, activation: .identity,
          rowSumBound: 12, isSparse: true)
      ], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
    let device = CNetwork(network)
    #expect(device.selfCheck() == SUPNORM_OK)
    var input = [Int16](repeating: 3, count: columns)
    (input[0], input[columns - 1]) = (.min, .max)
    #expect(device.infer(input)?.logits == [1 + 5 * 32768 + 7 * 32767])
    unsafe device.layers[0].columns += 1
    unsafe device.network.pointee.inputs += 1
    device.sealHead()
    #expect(device.selfCheck() == SUPNORM_ERROR_MALFORMED)
  }

  @Test func `Scratch of less than is needed is refused, and the stated bytes suffice`() {
    var random = TestRandom()
    for network in random.networks(6) {
      let device = CNetwork(network)
      let input = random.input(of: network)
      #expect(device.infer(input)?.status == SUPNORM_OK, "\(random)")
      #expect((device.certify(input, as: 0, radius: 3) ?? -1) >= 0, "\(random)")
      for less in [1, 2, device.needed.infer] where device.needed.infer > 0 {
        let outcome = device.infer(input, scratchBytes: device.needed.infer - less)
        #expect(outcome?.status == SUPNORM_ERROR_SCRATCH, "\(random)")
        #expect(outcome?.logits.allSatisfy { $0 == InferOutcome.untouched } == true, "\(random)")
        #expect(outcome?.classIndex == InferOutcome.untouched, "\(random)")
        let bytes = device.needed.certify - less
        #expect(
          device.certify(input, as: 0, radius: 0, scratchBytes: bytes) == SUPNORM_ERROR_SCRATCH, "\(random)")
      }
    }
  }

  @Test func `A class or radius out of range is refused`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    for classIndex in [-1, 3, Int(Int32.min), Int(Int32.max)] {
      #expect(device.certify(Self.input, as: classIndex, radius: 0) == SUPNORM_ERROR_CLASS)
    }
    for radius in [-1, 65536, Int(Int32.min), Int(Int32.max)] {
      #expect(device.certify(Self.input, as: 0, radius: radius) == SUPNORM_ERROR_RADIUS)
    }
    for radius in [0, 65535] {
      #expect((device.certify(Self.input, as: 2, radius: radius) ?? -1) >= 0)
    }
  }

  @Test func `Scratch, logits and network around what is stated are never written`() {
    var random = TestRandom()
    for network in random.networks(8) {
      let device = CNetwork(network)
      let before = device.selfCheck()
      for _ in 0..<3 {
        let input = random.input(count: network.inputs)
        let classIndex = random.integer(0...network.outputs - 1)
        // nil when a guard word was written.
        #expect(device.infer(input) != nil, "\(network); \(random)")
        #expect(
          device.certify(input, as: classIndex, radius: random.integer(0...65535)) != nil,
          "\(network); \(random)")
      }
      #expect(before == SUPNORM_OK && device.selfCheck() == SUPNORM_OK, "\(random)")
    }
  }

  @Test func `The constants of Swift are those of supnorm.h, and those are what the format fixes`() {
    #expect(IntegerActivation.allCases.map(\.constant) == [0, 1, 2, 3, 4, 5, 6, 6])
    #expect(SUPNORM_FORMAT_VERSION == 6 && SUPNORM_DENSE == 0 && SUPNORM_SPARSE == 1)
    #expect(SUPNORM_OK == 0 && SUPNORM_UNCERTIFIED == 1 && SUPNORM_RADIUS_MAX == 65535)
    let errors: [NetworkError] = [
      .nullPointer, .otherVersion, .malformed, .scratchTooSmall, .radiusOutOfRange, .classOutOfRange,
      .checksumMismatch, .boundExceeded, .goldenMismatch, .otherTask, .noReadings, .noKernels, .unopened,
      .overlap,
    ]
    #expect(errors.map(\.status) == Array((-14...(-1)).reversed()))
    let names = (-15...2).map { unsafe String(cString: supnorm_status_name($0)) }
    #expect(Set(names.dropFirst()).count == 17, "\(names)")
    #expect(names.first == "unknown status" && names.last == "unknown status")
  }

  @Test func `Widths and counts of the types are those of the device`() {
    #expect(MemoryLayout<supnorm_bound>.size == 8)
    #expect(MemoryLayout<supnorm_result>.size == 8)
    #expect(MemoryLayout<supnorm_feature>.size == 16)
  }
}
