internal import CSupNorm
internal import Embedded

/// One network in the C layout of supnorm.h; frees it with itself.
@safe final class NetworkMemory {
  let pointer: UnsafeMutablePointer<supnorm_network>
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  init(_ network: IntegerNetwork, bounds: [ChangeBound]) {
    unsafe pointer = UnsafeMutablePointer<supnorm_network>.allocate(capacity: 1)
    let layers = unsafe network.layers.map { layer in
      let stored = layer.isSparse ? layer.weights.filter { $0 != 0 } : layer.weights
      let columns = layer.isSparse ? layer.storedColumns : []
      return unsafe supnorm_layer(
        kind: UInt8(layer.isSparse ? SUPNORM_SPARSE : SUPNORM_DENSE),
        activation: UInt8(layer.activation.constant), shift: UInt8(layer.shift), reserved: 0,
        rows: UInt16(layer.rows), columns: UInt16(layer.columns), row_sum_bound: UInt32(layer.rowSumBound),
        entries: UInt32(stored.count), weights: copy(stored), biases: copy(layer.biases),
        column_indices: layer.isSparse ? copy(columns) : nil,
        row_entries: layer.isSparse ? copy(layer.storedCounts) : nil)
    }
    let table = bounds.map { supnorm_bound(slope: $0.slope, offset: $0.offset) }
    unsafe pointer.initialize(
      to: supnorm_network(
        format_version: UInt16(SUPNORM_FORMAT_VERSION), layer_count: UInt16(layers.count),
        inputs: UInt16(network.inputs), outputs: UInt16(network.outputs), unit: Int32(network.unit),
        input_min: Int16(network.inputMinimum), input_max: Int16(network.inputMaximum), scratch_bytes: 0,
        infer_scratch_bytes: 0, crc32: network.checksum, layers: copy(layers), bounds: copy(table),
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
  /// The columns of the non-zero weights, row after row.
  public var storedColumns: [UInt16] {
    weights.indices.lazy.filter { self.weights[$0] != 0 }.map { UInt16($0 % self.columns) }
  }

  /// How many non-zero weights each row has.
  public var storedCounts: [UInt16] {
    (0..<rows).map { UInt16(row($0).count { $0 != 0 }) }
  }
}

extension IntegerNetwork {
  /// The CRC-32 of the parameters, in the order that supnorm.h states.
  ///
  /// - Complexity: O(parameters).
  public var checksum: UInt32 {
    var checksum = Checksum()
    for layer in layers {
      if layer.isSparse {
        for count in layer.storedCounts { checksum.update(UInt32(count), bytes: 2) }
        for column in layer.storedColumns { checksum.update(UInt32(column), bytes: 2) }
      }
      for weight in layer.weights where !layer.isSparse || weight != 0 {
        checksum.update(UInt32(UInt16(bitPattern: weight)), bytes: 2)
      }
      for bias in layer.biases { checksum.update(UInt32(bitPattern: bias), bytes: 4) }
    }
    return checksum.value
  }
}
