package import CSupNorm
package import Claims
package import Embedded

/// One network in the C layout of supnorm.h; frees it with itself.
@safe package final class NetworkMemory {
  private let pointer = UnsafeMutablePointer<supnorm_network>.allocate(capacity: 1)
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  /// Lays a network out as a header does.
  ///
  /// - Parameters:
  ///   - bounds: of the pairs of classes or of the outputs; read only where the network needs a table.
  ///   - toleranceLSB: the radius that covers the declared tolerances, 0 for none.
  package init(
    _ network: IntegerNetwork, bounds: [supnorm_bound], features: [FeatureClaims], toleranceLSB: Int
  ) {
    let layers = unsafe network.layers.map { layer in
      var result = unsafe layer.content.cLayer(in: self)
      if let table = layer.activation.table {
        unsafe result.setTable(table, nodes: copy(table.nodes.map { Int16($0) }))
      }
      return unsafe result
    }
    let activations = unsafe layers.map { unsafe supnorm_activation_of($0.activation) }
    let inference = unsafe layers.map { unsafe supnorm_inference_of($0.kind, $0.layout) }
    // A regression has bounds and no class to certify.
    let certificates = unsafe layers.map { layer in
      unsafe network.task == .regression
        ? supnorm_bounds_of(layer.kind, layer.layout) : supnorm_certificate_of(layer.kind, layer.layout)
    }
    unsafe pointer.initialize(
      to: supnorm_network(
        format_version: UInt16(SUPNORM_FORMAT_VERSION), layer_count: UInt16(layers.count),
        inputs: UInt16(network.inputs), outputs: UInt16(network.outputs), unit: Int32(network.unit),
        input_min: Int16(network.inputMinimum), input_max: Int16(network.inputMaximum), scratch_bytes: 0,
        infer_scratch_bytes: 0,
        task: UInt16(network.task == .regression ? SUPNORM_REGRESSION : SUPNORM_CLASSIFICATION),
        tolerance_lsb: UInt16(toleranceLSB), feature_count: UInt16(features.count),
        residual_count: UInt16(network.residualInputs.count), crc32: 0, head_crc32: 0, layers: copy(layers),
        bounds: network.passesChangesOn ? nil : copy(bounds),
        features: copy(features.map(supnorm_feature.init)),
        residual_inputs: copy(network.residualInputs.map { UInt16($0) }),
        activations: copy(activations), inference: copy(inference), certificates: copy(certificates)))
  }

  /// The network with the scratch sizes it needs and its checksums, computed by the device's own code.
  ///
  /// - Throws: `NetworkError` when the kernels refuse the layout.
  package func checked() throws -> Network {
    let view = try unsafe Network(stating: pointer)
    // C has no empty arrays, so a network that needs no scratch asks for a word of it.
    unsafe pointer.pointee.scratch_bytes = UInt32(max(2 * view.certifyScratchCount, 8))
    unsafe pointer.pointee.infer_scratch_bytes = UInt32(max(2 * view.inferScratchCount, 8))
    unsafe pointer.pointee.head_crc32 = headChecksum(of: pointer)
    unsafe pointer.pointee.crc32 = try view.checksum()
    try view.selfCheck()
    return view
  }

  /// What a header states of the network.
  package var statement: (crc32: UInt32, headCRC32: UInt32, scratchBytes: UInt32, inferScratchBytes: UInt32) {
    unsafe (
      pointer.pointee.crc32, pointer.pointee.head_crc32, pointer.pointee.scratch_bytes,
      pointer.pointee.infer_scratch_bytes
    )
  }

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
    unsafe pointer.deallocate()
  }

  /// Copies an array into memory of its own; one spare element keeps the pointer valid when it is empty.
  func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: elements.count + 1)
    for index in elements.indices { unsafe (block + index).initialize(to: elements[index]) }
    unsafe blocks.append(UnsafeMutableRawPointer(block))
    return unsafe UnsafePointer(block)
  }
}

extension supnorm_feature {
  /// The integer part of an input map; the numbers fit, which the checker proves of claims.
  fileprivate init(_ feature: FeatureClaims) {
    self.init(
      origin: Int32(feature.origin), multiplier: Int32(feature.multiplier), addend: Int32(feature.addend),
      shift: Int32(feature.shift))
  }
}

extension IntegerActivation {
  /// The constant of supnorm.h.
  package var constant: Int32 {
    switch self {
    case .identity: SUPNORM_IDENTITY
    case .relu: SUPNORM_RELU
    case .abs: SUPNORM_ABS
    case .maxMin: SUPNORM_MAXMIN
    case .sort: SUPNORM_SORT
    case .negate: SUPNORM_NEGATE
    case .smooth: SUPNORM_SMOOTH
    }
  }
}

extension supnorm_layer {
  /// Takes over a table whose numbers were proved, with its nodes in memory that outlives the layer.
  @unsafe mutating func setTable(_ table: TableClaims, nodes: UnsafePointer<Int16>) {
    unsafe table_shift = UInt16(table.shift)
    unsafe table_gain = UInt16(table.gain)
    unsafe self.nodes = nodes
  }
}
