import Claims
import Integers
import CSupNorm
import Certification
import Embedded
import TestSupport

/// What a call of `supnorm_infer` left behind.
struct InferOutcome: Equatable {
  var status: Int32
  var logits: [Int32]
  var classIndex: Int32
  var radius: UInt32

  /// What logits, class and radius hold before a call.
  static let untouched: Int32 = 0x5AA5_C33C
}

/// A golden vector; nil becomes a null pointer.
struct Golden {
  var input: [Int16]?
  var logits: [Int32]?
  var classIndex: Int32
  var radius: UInt32
  var localRadius: Int32
}

/// A network in C memory that a test may corrupt, called through the C functions of supnorm.h with guard words
/// around everything they may write.
///
/// It is laid out apart from `NetworkMemory`, with checksums of the oracle's, so that each is a check of the other's
/// order of fields and counts.
@safe final class CNetwork {
  let network: UnsafeMutablePointer<supnorm_network>
  let layers: UnsafeMutablePointer<supnorm_layer>
  private let handle = UnsafeMutablePointer<supnorm_model>.allocate(capacity: 1)
  /// The widest even and the widest odd hidden layer together, each made a multiple of four: the `Int16` values that
  /// inference keeps.
  let hiddenWidth: Int
  /// Bytes of scratch memory that answers and that certificates need, though C has no empty array.
  let needed: (infer: Int, certify: Int)
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  init(_ source: IntegerNetwork, features: [supnorm_feature] = [], toleranceLSB: Int = 0) {
    var hidden = [0, 0]
    for (index, layer) in source.layers.dropLast().enumerated() {
      let isBeforeLast = index == source.layers.count - 2
      let width = layer.rows + (isBeforeLast ? source.residualInputs.count : 0)
      hidden[index % 2] = max(hidden[index % 2], width)
    }
    hiddenWidth = hidden.reduce(0) { $0 + ($1 + 3) / 4 * 4 }
    let workspaces = source.layers.map(Self.workspace)
    let infer = 2 * hiddenWidth + (workspaces.map(\.infer).max() ?? 0)
    needed = (infer, max(infer, 4 * hiddenWidth + (workspaces.map(\.certify).max() ?? 0)))
    unsafe network = UnsafeMutablePointer<supnorm_network>.allocate(capacity: 1)
    unsafe layers = UnsafeMutablePointer<supnorm_layer>.allocate(capacity: source.layers.count)
    for (index, layer) in source.layers.enumerated() {
      let isMaxPlus = layer.kind == .maxPlus
      let rows = isMaxPlus ? CanonicalOracle.storedRows(layer) : []
      let counts = isMaxPlus ? rows.map { UInt16($0.count) } : layer.storedCounts
      let entries = rows.joined().map { $0.step << CanonicalOracle.placeBits(layer) + $0.place }
      let biases = isMaxPlus ? CanonicalOracle.bases(layer).map { Int32($0) } : layer.biases
      let isWords = isMaxPlus && Int32(layer.layout) == SUPNORM_WORDS
      let words = isWords ? entries.map { UInt32($0) } : layer.storedWords
      unsafe (layers + index).initialize(
        to: supnorm_layer(
          kind: UInt8(layer.kind.constant), activation: UInt8(layer.activation.constant),
          shift: UInt8(layer.shift), layout: UInt8(layer.layout), rows: UInt16(layer.rows),
          columns: UInt16(layer.columns), row_sum_bound: UInt32(layer.rowSumBound),
          entries: UInt32(isMaxPlus ? entries.count : layer.isSparse ? words.count : layer.weights.count),
          input_min: Int16(layer.inputRange.lowerBound), input_max: Int16(layer.inputRange.upperBound),
          table_gain: UInt16(layer.activation.table?.gain ?? 0),
          table_shift: UInt16(layer.activation.table?.shift ?? 0),
          weights: isMaxPlus || layer.isSparse ? nil : copy(layer.weights), biases: copy(biases),
          words: isWords || layer.isSparse ? copy(words) : nil,
          row_entries: layer.kind == .dense ? nil : copy(counts),
          halfwords: isMaxPlus && !isWords ? copy(entries.map { UInt16($0) }) : nil,
          nodes: layer.activation.table.map { unsafe copy($0.nodes.map { Int16($0) }) }))
    }
    let inference = unsafe source.layers.map {
      unsafe supnorm_inference_of(UInt8($0.kind.constant), UInt8($0.layout))
    }
    let activations = unsafe source.layers.map {
      unsafe supnorm_activation_of(UInt8($0.activation.constant))
    }
    let isRegression = source.task == .regression
    let certificates = unsafe source.layers.map { layer in
      let (kind, layout) = (UInt8(layer.kind.constant), UInt8(layer.layout))
      return unsafe isRegression ? supnorm_bounds_of(kind, layout) : supnorm_certificate_of(kind, layout)
    }
    let table = source.boundTable().map { supnorm_bound(slope: $0.slope, offset: $0.offset) }
    let scratch = (all: max(needed.certify, 8), infer: max(needed.infer, 8))
    let canonical = CanonicalOracle(
      source, bounds: source.boundTable(),
      features: features.map { [Int($0.origin), Int($0.multiplier), Int($0.addend), Int($0.shift)] },
      toleranceLSB: toleranceLSB, scratch: scratch)
    unsafe network.initialize(
      to: supnorm_network(
        format_version: UInt16(SUPNORM_FORMAT_VERSION), layer_count: UInt16(source.layers.count),
        inputs: UInt16(source.inputs), outputs: UInt16(source.outputs), unit: Int32(source.unit),
        input_min: Int16(source.inputMinimum), input_max: Int16(source.inputMaximum),
        scratch_bytes: UInt32(scratch.all), infer_scratch_bytes: UInt32(scratch.infer),
        task: UInt16(isRegression ? SUPNORM_REGRESSION : SUPNORM_CLASSIFICATION),
        tolerance_lsb: UInt16(toleranceLSB), feature_count: UInt16(features.count),
        residual_count: UInt16(source.residualInputs.count), crc32: canonical.checksum,
        head_crc32: canonical.headChecksum, layers: layers,
        bounds: source.isMaxPlus ? nil : copy(table),
        features: features.isEmpty ? nil : copy(features),
        residual_inputs: source.residualInputs.isEmpty ? nil : copy(source.residualInputs.map { UInt16($0) }),
        activations: copy(activations), inference: copy(inference), certificates: copy(certificates)))
  }

  /// Bytes of workspace that a layer's kernels need, in whole words of 8 bytes.
  private static func workspace(of layer: IntegerLayer) -> (infer: Int, certify: Int) {
    let bytesPerColumn: (infer: Int, certify: Int) =
      switch layer.kind {
      case .dense: (4, 6)
      case .sparse: (0, 4)
      case .maxPlus: Int32(layer.layout) == SUPNORM_WORDS ? (4, 4) : (2, 2)
      }
    let bytes = (layer.columns * bytesPerColumn.infer, layer.columns * bytesPerColumn.certify)
    return ((bytes.0 + 7) / 8 * 8, (bytes.1 + 7) / 8 * 8)
  }

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
    unsafe handle.deallocate()
    unsafe layers.deallocate()
    unsafe network.deallocate()
  }

  /// Memory of its own for an array, never null; lives as long as the network.
  func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: elements.count + 1)
    for index in elements.indices { unsafe (block + index).initialize(to: elements[index]) }
    unsafe blocks.append(UnsafeMutableRawPointer(block))
    return unsafe UnsafePointer(block)
  }

  var inferScratchBytes: Int { unsafe Int(network.pointee.infer_scratch_bytes) }
  var scratchBytes: Int { unsafe Int(network.pointee.scratch_bytes) }
  private var outputs: Int { unsafe Int(network.pointee.outputs) }

  /// The model of the network as it is now; not open when that is refused.
  var model: UnsafePointer<supnorm_model> {
    _ = unsafe CSupNorm.supnorm_open(network, handle)
    return unsafe UnsafePointer(handle)
  }

  /// The status of opening the network as it is now, or that of a function with the model.
  private func opened(_ function: (UnsafePointer<supnorm_model>) -> Int32) -> Int32 {
    let status = unsafe CSupNorm.supnorm_open(network, handle)
    return unsafe status == SUPNORM_OK ? function(handle) : status
  }

  /// Runs `supnorm_infer`; nil when it wrote outside its memory.
  func infer(_ input: [Int16], scratchBytes: Int? = nil) -> InferOutcome? {
    let bytes = scratchBytes ?? inferScratchBytes
    let scratch = scratch(bytes)
    let logits = logitMemory()
    let untouched = InferOutcome.untouched
    var result = supnorm_result(class_index: untouched, radius_lsb: UInt32(untouched))
    let status = unsafe opened {
      unsafe CSupNorm.supnorm_infer($0, input, scratch.pointer, bytes, logits.pointer, &result)
    }
    guard scratch.areGuardsIntact, logits.areGuardsIntact else { return nil }
    return InferOutcome(
      status: status, logits: logits.values, classIndex: result.class_index, radius: result.radius_lsb)
  }

  /// The status of `supnorm_certify`; nil when it wrote outside its scratch memory.
  func certify(_ input: [Int16], as classIndex: Int, radius: Int, scratchBytes: Int? = nil) -> Int32? {
    let bytes = scratchBytes ?? self.scratchBytes
    let scratch = scratch(bytes)
    let status = unsafe opened {
      unsafe CSupNorm.supnorm_certify($0, input, Int32(classIndex), Int32(radius), scratch.pointer, bytes)
    }
    return scratch.areGuardsIntact ? status : nil
  }

  /// Runs `supnorm_infer_within`; nil when it wrote outside its memory.
  func infer(_ input: [Int16], within radius: Int, scratchBytes: Int? = nil) -> InferOutcome? {
    let bytes = scratchBytes ?? self.scratchBytes
    let scratch = scratch(bytes)
    let logits = logitMemory()
    let untouched = InferOutcome.untouched
    var result = supnorm_result(class_index: untouched, radius_lsb: UInt32(untouched))
    let status = unsafe opened {
      unsafe CSupNorm.supnorm_infer_within(
        $0, input, Int32(radius), scratch.pointer, bytes, logits.pointer, &result)
    }
    guard scratch.areGuardsIntact, logits.areGuardsIntact else { return nil }
    return InferOutcome(
      status: status, logits: logits.values, classIndex: result.class_index, radius: result.radius_lsb)
  }

  /// Runs `supnorm_output_bounds`; nil when it wrote outside its memory.
  func outputBounds(
    _ input: [Int16], radius: Int, scratchBytes: Int? = nil
  ) -> (status: Int32, lower: [Int32], upper: [Int32])? {
    let bytes = scratchBytes ?? self.scratchBytes
    let scratch = scratch(bytes)
    let (lower, upper) = (logitMemory(), logitMemory())
    let status = unsafe opened {
      unsafe CSupNorm.supnorm_output_bounds(
        $0, input, Int32(radius), scratch.pointer, bytes, lower.pointer, upper.pointer)
    }
    guard scratch.areGuardsIntact, lower.areGuardsIntact, upper.areGuardsIntact else { return nil }
    return (status, lower.values, upper.values)
  }

  /// The status of `supnorm_output_change` and what it wrote.
  func outputChange(_ output: Int, radius: Int) -> (status: Int32, change: UInt32) {
    var change: UInt32 = 0
    let status = unsafe opened {
      unsafe CSupNorm.supnorm_output_change($0, Int32(output), Int32(radius), &change)
    }
    return (status, change)
  }

  /// States the checksum that the head has now.
  func sealHead() { unsafe network.pointee.head_crc32 = headChecksum(of: network) }

  func selfCheck() -> Int32 { unsafe opened { unsafe CSupNorm.supnorm_self_check($0) } }

  /// The status of `supnorm_self_test`; nil when it wrote outside its memory.
  func selfTest(_ golden: [Golden], scratchBytes: Int? = nil) -> Int32? {
    let bytes = scratchBytes ?? self.scratchBytes
    let scratch = scratch(bytes)
    let logits = logitMemory()
    let vectors = unsafe golden.map { golden in
      unsafe supnorm_golden(
        input: golden.input.map { unsafe copy($0) }, logits: golden.logits.map { unsafe copy($0) },
        class_index: golden.classIndex, radius_lsb: golden.radius, local_radius_lsb: golden.localRadius)
    }
    let status = unsafe opened {
      unsafe CSupNorm.supnorm_self_test($0, vectors, golden.count, scratch.pointer, bytes, logits.pointer)
    }
    return scratch.areGuardsIntact && logits.areGuardsIntact ? status : nil
  }

  /// Encodes one reading; nil when the status is an error.
  func encode(_ reading: Int32, feature: UInt32 = 0) -> Int16? {
    var encoded: Int16 = 0
    let status = unsafe opened { unsafe CSupNorm.supnorm_encode($0, feature, reading, &encoded) }
    return status == SUPNORM_OK ? encoded : nil
  }

  /// Exactly so many bytes, filled with rubbish.
  func scratch(_ bytes: Int) -> GuardedMemory<Int16> {
    GuardedMemory(count: bytes / 2, filler: -12345, guardWord: 0x5AA5)
  }

  func logitMemory() -> GuardedMemory<Int32> {
    GuardedMemory(count: outputs, filler: InferOutcome.untouched, guardWord: -0x2345_6789)
  }
}
