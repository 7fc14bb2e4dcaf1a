internal import CSupNorm
internal import Embedded

/// One network in the C layout of supnorm.h; frees it with itself.
@safe final class NetworkMemory {
  let pointer: UnsafeMutablePointer<supnorm_network>
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  init(_ network: IntegerNetwork, bounds: [ChangeBound]) {
    unsafe pointer = UnsafeMutablePointer<supnorm_network>.allocate(capacity: 1)
    let layers = unsafe network.layers.map { layer in
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
    let table = bounds.map { supnorm_bound(slope: $0.slope, offset: $0.offset) }
    unsafe pointer.initialize(
      to: supnorm_network(
        format_version: UInt16(SUPNORM_FORMAT_VERSION), layer_count: UInt16(layers.count),
        inputs: UInt16(network.inputs), outputs: UInt16(network.outputs), unit: Int32(network.unit),
        input_min: Int16(network.inputMinimum), input_max: Int16(network.inputMaximum), scratch_bytes: 0,
        infer_scratch_bytes: 0, crc32: network.checksum, layers: copy(layers),
        bounds: network.isMaxPlus ? nil : copy(table),
        features: nil, residual_inputs: copy(network.residualInputs.map { UInt16($0) }), feature_count: 0,
        residual_count: UInt16(network.residualInputs.count), tolerance_lsb: 0,
        task: UInt16(network.task == .regression ? SUPNORM_REGRESSION : SUPNORM_CLASSIFICATION)))
  }

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
    unsafe pointer.deallocate()
  }

  /// Copies an array into memory of its own; one spare element keeps the pointer valid when it is empty.
  private func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: elements.count + 1)
    for index in elements.indices { unsafe (block + index).initialize(to: elements[index]) }
    unsafe blocks.append(UnsafeMutableRawPointer(block))
    return unsafe UnsafePointer(block)
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

extension IntegerNetwork {
  /// The CRC-32 of the parameters, in the order that supnorm.h states.
  ///
  /// - Complexity: O(parameters).
  public var checksum: UInt32 {
    var checksum = Checksum()
    for layer in layers {
      for count in layer.storedCounts { checksum.update(UInt32(count), bytes: 2) }
      for column in layer.storedColumns {
        checksum.update(UInt32(column), bytes: layer.usesByteColumns ? 1 : 2)
      }
      for offset in layer.storedOffsets {
        checksum.update(UInt32(truncatingIfNeeded: offset), bytes: layer.usesByteOffsets ? 1 : 2)
      }
      for weight in layer.storedWeights { checksum.update(UInt32(UInt16(bitPattern: weight)), bytes: 2) }
      for bias in layer.biases { checksum.update(UInt32(bitPattern: bias), bytes: 4) }
    }
    return checksum.value
  }
}
