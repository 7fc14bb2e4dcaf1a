import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport
import Testing

/// The handle that `supnorm_open` makes, and the tables of kernels that a network names.
@Suite("Opened models")
struct ModelTests {
  static let input: [Int16] = [1000, -20_000, 32767]

  /// The statuses of every function that takes a model, in the order of supnorm.h; nothing may be written.
  static func statuses(_ model: UnsafePointer<supnorm_model>?, _ device: CNetwork) -> [Int32] {
    let scratch = device.scratch(64)
    let (first, second) = (device.logitMemory(), device.logitMemory())
    var result = supnorm_result(class_index: 77, radius_lsb: 77)
    var change: UInt32 = 77
    var encoded: Int16 = 77
    let golden = unsafe [supnorm_golden()]
    let statuses = unsafe [
      CSupNorm.supnorm_infer(model, input, scratch.pointer, 64, first.pointer, &result),
      CSupNorm.supnorm_infer_within(model, input, 1, scratch.pointer, 64, first.pointer, &result),
      CSupNorm.supnorm_certify(model, input, 0, 1, scratch.pointer, 64),
      CSupNorm.supnorm_output_bounds(model, input, 1, scratch.pointer, 64, first.pointer, second.pointer),
      CSupNorm.supnorm_output_change(model, 0, 1, &change),
      CSupNorm.supnorm_self_check(model),
      CSupNorm.supnorm_self_test(model, golden, 1, scratch.pointer, 64, first.pointer),
      CSupNorm.supnorm_encode(model, 0, 1, &encoded),
    ]
    #expect(change == 77 && encoded == 77 && result.class_index == 77 && result.radius_lsb == 77)
    #expect((first.values + second.values).allSatisfy { $0 == InferOutcome.untouched })
    #expect(scratch.areGuardsIntact && scratch.values.allSatisfy { $0 == -12345 })
    return statuses
  }

  @Test func `A model that was never opened is refused by every function, and nothing is written`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let unopened = [Int32](repeating: SUPNORM_ERROR_UNOPENED, count: 8)
    var model = unsafe supnorm_model()
    #expect(unsafe Self.statuses(&model, device) == unopened)
    // Memory that was never written, with a network in it or not.
    var random = TestRandom()
    for round in 0..<200 {
      unsafe model = supnorm_model(
        network: UnsafePointer(device.network), even_elements: UInt32(truncatingIfNeeded: random.next()),
        odd_elements: UInt32(truncatingIfNeeded: random.next()),
        inference_workspace: UInt32(truncatingIfNeeded: random.next()),
        certificate_workspace: UInt32(truncatingIfNeeded: random.next()),
        seal: UInt32(truncatingIfNeeded: random.next()))
      if round == 0 { unsafe (model.even_elements, model.odd_elements, model.seal) = (4, 4, 0) }
      #expect(unsafe Self.statuses(&model, device) == unopened, "\(random)")
    }
    #expect(unsafe Self.statuses(nil, device) == Array(repeating: SUPNORM_ERROR_NULL, count: 8))
  }

  @Test func `Every flipped bit of an opened model is refused`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let opened = unsafe device.model.pointee
    for bit in 0..<32 {
      for field in 0..<5 {
        var model = unsafe opened
        if field == 0 { unsafe model.even_elements ^= 1 << UInt32(bit) }
        if field == 1 { unsafe model.odd_elements ^= 1 << UInt32(bit) }
        if field == 2 { unsafe model.inference_workspace ^= 1 << UInt32(bit) }
        if field == 3 { unsafe model.certificate_workspace ^= 1 << UInt32(bit) }
        if field == 4 { unsafe model.seal ^= 1 << UInt32(bit) }
        #expect(unsafe CSupNorm.supnorm_self_check(&model) == SUPNORM_ERROR_UNOPENED)
      }
      var model = unsafe opened
      let address = unsafe UInt(bitPattern: opened.network) ^ (1 << UInt(bit))
      unsafe model.network = UnsafePointer(bitPattern: address)
      #expect(unsafe CSupNorm.supnorm_self_check(&model) == SUPNORM_ERROR_UNOPENED)
    }
  }

  @Test func `A copy of an opened model is one, and it takes at most 32 bytes`() throws {
    #expect(unsafe MemoryLayout<supnorm_model>.size <= 32)
    let device = CNetwork(try ExampleNetworks.mixed())
    var copy = unsafe device.model.pointee
    #expect(unsafe CSupNorm.supnorm_self_check(&copy) == SUPNORM_OK)
  }

  @Test func `Opening that fails leaves no open model behind`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    var model = unsafe device.model.pointee
    unsafe device.network.pointee.head_crc32 ^= 1
    #expect(unsafe CSupNorm.supnorm_open(device.network, &model) == SUPNORM_ERROR_CHECKSUM)
    #expect(unsafe CSupNorm.supnorm_self_check(&model) == SUPNORM_ERROR_UNOPENED)
    unsafe device.network.pointee.head_crc32 ^= 1
    #expect(unsafe CSupNorm.supnorm_open(device.network, &model) == SUPNORM_OK)
    #expect(unsafe CSupNorm.supnorm_open(nil, &model) == SUPNORM_ERROR_NULL)
    #expect(unsafe CSupNorm.supnorm_self_check(&model) == SUPNORM_ERROR_UNOPENED)
    #expect(unsafe CSupNorm.supnorm_open(device.network, nil) == SUPNORM_ERROR_NULL)
  }

  @Test func `Numbers that change after opening are caught by the self-check before they index anything`()
    throws
  {
    let device = CNetwork(try ExampleNetworks.mixed())
    var model = unsafe device.model.pointee
    unsafe device.network.pointee.layer_count = 200
    #expect(unsafe CSupNorm.supnorm_self_check(&model) == SUPNORM_ERROR_CHECKSUM)
    device.sealHead()
    unsafe device.network.pointee.layer_count = 2
    device.sealHead()
    #expect(unsafe CSupNorm.supnorm_self_check(&model) == SUPNORM_ERROR_MALFORMED)
  }

  static let names: [(UInt8, UInt8)] = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]

  @Test func `A table of another kind or layout is refused for every layer`() throws {
    var random = TestRandom()
    var refused = 0
    for network in random.networks(2) {
      let device = CNetwork(network)
      for (index, layer) in network.layers.enumerated() {
        for (kind, layout) in Self.names {
          let isOwn = Int(kind) == Int(layer.kind.constant) && Int(layout) == Int(layer.layout)
          let expected = isOwn ? SUPNORM_OK : SUPNORM_ERROR_MALFORMED
          let tables = unsafe (device.network.pointee.inference, device.network.pointee.certificates)
          let count = network.layers.count
          var inference = unsafe (0..<count).map { unsafe tables.0?[$0] }
          unsafe inference[index] = supnorm_inference_of(kind, layout)
          unsafe device.network.pointee.inference = device.copy(inference)
          #expect(device.selfCheck() == expected, "layer \(index) as \(kind), \(layout); \(random)")
          unsafe device.network.pointee.inference = tables.0
          for isComplete in [true, false] {
            let table =
              unsafe isComplete ? supnorm_certificate_of(kind, layout) : supnorm_bounds_of(kind, layout)
            var certificates = unsafe (0..<count).map { unsafe tables.1?[$0] }
            unsafe certificates[index] = table
            unsafe device.network.pointee.certificates = device.copy(certificates)
            #expect(device.selfCheck() == expected, "layer \(index) as \(kind), \(layout); \(random)")
          }
          unsafe device.network.pointee.certificates = tables.1
          refused += isOwn ? 0 : 1
        }
      }
    }
    #expect(refused > 50)
    #expect(unsafe supnorm_inference_of(3, 0) == nil && supnorm_inference_of(0, 1) == nil)
    #expect(unsafe supnorm_certificate_of(2, 4) == nil && supnorm_bounds_of(255, 255) == nil)
  }

  @Test func `A network without tables, as headers had none before, is refused`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let count = unsafe Int(device.network.pointee.layer_count)
    let tables = unsafe device.network.pointee.inference
    unsafe device.network.pointee.inference = nil
    #expect(device.selfCheck() == SUPNORM_ERROR_NULL)
    for index in 0..<count {
      unsafe device.network.pointee.inference = device.copy(
        (0..<count).map { unsafe $0 == index ? nil : tables?[$0] })
      #expect(device.selfCheck() == SUPNORM_ERROR_NULL)
    }
    unsafe device.network.pointee.inference = tables
    let certificates = unsafe device.network.pointee.certificates
    for index in 0..<count {
      unsafe device.network.pointee.certificates = device.copy(
        (0..<count).map { unsafe $0 == index ? nil : certificates?[$0] })
      #expect(device.selfCheck() == SUPNORM_ERROR_NULL)
    }
  }

  @Test func `Without kernels for certificates a network answers, and says that it cannot certify`() throws {
    let device = CNetwork(try ExampleNetworks.mixed())
    let answer = try #require(device.infer(Self.input))
    let golden = Golden(
      input: Self.input, logits: answer.logits, classIndex: answer.classIndex, radius: answer.radius,
      localRadius: 12)
    #expect(device.selfTest([golden]) == SUPNORM_ERROR_GOLDEN)
    unsafe device.network.pointee.certificates = nil
    #expect(device.infer(Self.input) == answer && device.selfCheck() == SUPNORM_OK)
    #expect(device.infer(Self.input, within: 0)?.status == SUPNORM_ERROR_KERNELS)
    #expect(device.certify(Self.input, as: 0, radius: 0) == SUPNORM_ERROR_KERNELS)
    #expect(device.outputBounds(Self.input, radius: 0)?.status == SUPNORM_ERROR_KERNELS)
    // All but the local radius is compared.
    #expect(device.selfTest([golden]) == SUPNORM_OK)
    var other = golden
    other.radius += 1
    #expect(device.selfTest([other]) == SUPNORM_ERROR_GOLDEN)
  }

  @Test func `Tables of bounds alone bound the logits of a classifier, and certify no class`() throws {
    let network = try ExampleNetworks.mixed()
    let device = CNetwork(network)
    let bounds = try #require(device.outputBounds(Self.input, radius: 9))
    let tables = unsafe network.layers.map {
      unsafe supnorm_bounds_of(UInt8($0.kind.constant), UInt8($0.layout))
    }
    unsafe device.network.pointee.certificates = device.copy(tables)
    let again = try #require(device.outputBounds(Self.input, radius: 9))
    #expect(again.status == SUPNORM_OK && again.lower == bounds.lower && again.upper == bounds.upper)
    #expect(device.certify(Self.input, as: 0, radius: 0) == SUPNORM_ERROR_KERNELS)
    #expect(device.infer(Self.input, within: 0)?.status == SUPNORM_ERROR_KERNELS)
  }
}
