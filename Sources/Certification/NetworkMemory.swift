internal import CSupNorm
internal import Embedded

/// One network in the C layout of supnorm.h; frees it with itself.
@safe final class NetworkMemory {
  private let pointer = UnsafeMutablePointer<supnorm_network>.allocate(capacity: 1)
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  init(_ network: IntegerNetwork, bounds: [ChangeBound], features: [FeatureClaims], toleranceLSB: Int) {
    let layers = unsafe network.layers.map { unsafe cLayer($0) }
    let table = bounds.map { supnorm_bound(slope: $0.slope, offset: $0.offset) }
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
        infer_scratch_bytes: 0, crc32: 0, head_crc32: 0, layers: copy(layers),
        bounds: network.isMaxPlus ? nil : copy(table), features: copy(features.map(supnorm_feature.init)),
        residual_inputs: copy(network.residualInputs.map { UInt16($0) }),
        feature_count: UInt16(features.count), residual_count: UInt16(network.residualInputs.count),
        tolerance_lsb: UInt16(toleranceLSB),
        task: UInt16(network.task == .regression ? SUPNORM_REGRESSION : SUPNORM_CLASSIFICATION),
        inference: copy(inference), certificates: copy(certificates)))
  }

  /// The network with the scratch sizes it needs and its checksums, computed by the device's own code.
  ///
  /// - Throws: `NetworkError` when the kernels refuse the layout.
  func checked() throws -> Network {
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
  var statement: (crc32: UInt32, headCRC32: UInt32, scratchBytes: UInt32, inferScratchBytes: UInt32) {
    unsafe (
      pointer.pointee.crc32, pointer.pointee.head_crc32, pointer.pointee.scratch_bytes,
      pointer.pointee.infer_scratch_bytes
    )
  }

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
    unsafe pointer.deallocate()
  }

  private func cLayer(_ layer: IntegerLayer) -> supnorm_layer {
    let columns = layer.storedColumns
    let offsets = layer.storedOffsets
    let isMaxPlus = layer.kind == .maxPlus
    let weights = isMaxPlus ? offsets.map { Int16(truncatingIfNeeded: $0) } : layer.storedWeights
    return unsafe supnorm_layer(
      kind: UInt8(layer.kind.constant), activation: UInt8(layer.activation.constant),
      shift: UInt8(layer.shift), layout: UInt8(layer.layout), rows: UInt16(layer.rows),
      columns: UInt16(layer.columns), row_sum_bound: UInt32(layer.rowSumBound),
      entries: UInt32(layer.storedCount), weights: layer.usesByteOffsets ? nil : copy(weights),
      biases: isMaxPlus ? nil : copy(layer.biases),
      column_indices: layer.kind == .dense || layer.usesByteColumns ? nil : copy(columns),
      row_entries: layer.kind == .dense ? nil : copy(layer.storedCounts),
      byte_columns: layer.usesByteColumns ? copy(columns.map { UInt8($0) }) : nil,
      byte_offsets: layer.usesByteOffsets ? copy(offsets.map { UInt8($0) }) : nil)
  }

  /// Copies an array into memory of its own; one spare element keeps the pointer valid when it is empty.
  private func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
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

extension IntegerLayer {
  /// The layout bits of supnorm.h.
  public var layout: Int32 {
    (usesByteColumns ? SUPNORM_BYTE_COLUMNS : 0) | (usesByteOffsets ? SUPNORM_BYTE_OFFSETS : 0)
  }

  /// The weights of a dense or sparse layer that the device stores, row after row.
  public var storedWeights: [Int16] { isSparse ? weights.filter { $0 != 0 } : weights }

  /// The columns that the device stores, row after row; empty for a dense layer.
  ///
  /// Of the non-zero weights of a sparse layer, or of the entries of a max-plus one, byte columns modulo 256.
  public var storedColumns: [UInt16] {
    switch kind {
    case .dense: []
    case .sparse: weights.indices.lazy.filter { self.weights[$0] != 0 }.map { UInt16($0 % self.columns) }
    case .maxPlus: entries.joined().map { UInt16(usesByteColumns ? $0.column % 256 : $0.column) }
    }
  }

  /// The offsets of a max-plus layer as the device stores them, row after row: byte offsets are `-s·o`.
  public var storedOffsets: [Int] { entries.joined().map { usesByteOffsets ? $0.center : $0.offset } }

  /// The counts that the device stores, row after row; empty for a dense layer.
  ///
  /// How many weights each row of a sparse layer has, or how many entries each group of a max-plus one.
  public var storedCounts: [UInt16] {
    switch kind {
    case .dense: return []
    case .sparse: return (0..<rows).map { UInt16(row($0).count { $0 != 0 }) }
    case .maxPlus:
      return entries.flatMap { row in
        var counts = [UInt16](repeating: 0, count: groupsPerRow)
        for entry in row { counts[group(of: entry)] += 1 }
        return counts
      }
    }
  }
}
