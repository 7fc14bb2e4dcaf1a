internal import CSupNorm
internal import Embedded

/// The device's answer to one input.
public struct Answer: Equatable, Sendable {
  /// Raw accumulators of the last layer.
  public var logits: [Int32]
  /// Index of the largest logit, the lowest index on a tie.
  public var classIndex: Int
  /// The certified global radius in LSB, as the device computes it from the pair table.
  public var globalRadiusLSB: Int
}

/// An integer network on the host, answered and certified by the device's own kernels.
///
/// ```swift
/// let network = try CertifiedNetwork(header: "digits.h")
/// #expect(network.certifiedRadius(of: input) >= 40)
/// ```
@safe public final class CertifiedNetwork: @unchecked Sendable {
  // Unchecked: all memory is written in `init` and only read after it.

  /// The integers that run.
  public let network: IntegerNetwork
  /// The margin bounds the global radius is computed from.
  public let pairs: [PairBound]

  /// The same integers, prepared for proofs beyond interval bounds.
  let prover: BoxProver

  private let memory: NetworkMemory
  private let view: Network

  /// Lays a network out in memory as a header does, with its own pair table unless one is given.
  ///
  /// - Throws: `NetworkError` when the kernels refuse the layout.
  public init(_ network: IntegerNetwork, pairs: [PairBound]? = nil) throws {
    self.network = network
    prover = BoxProver(network)
    self.pairs = pairs ?? network.pairTable()
    memory = NetworkMemory(network, pairs: self.pairs)
    view = try unsafe Network(checking: memory.pointer)
    try view.selfCheck()
  }

  /// The CRC-32 of the parameters in the device's order.
  public var crc32: UInt32 { unsafe memory.pointer.pointee.crc32 }
  /// Scratch bytes for inference and the interval certificate, as the header states them.
  public var scratchBytes: Int { max(2 * view.certifyScratchCount, 4) }
  /// Scratch bytes for inference alone.
  public var inferScratchBytes: Int { max(2 * view.inferScratchCount, 4) }

  /// Runs the device's inference on one input.
  ///
  /// - Parameter input: as many `Int16` values as the network has inputs.
  /// - Complexity: O(weights).
  public func answer(to input: [Int16]) throws -> Answer {
    var scratch = [Int16](repeating: 0, count: view.inferScratchCount)
    var logits = [Int32](repeating: 0, count: view.outputs)
    var scratchSpan = scratch.mutableSpan
    var logitSpan = logits.mutableSpan
    let result = try view.infer(input.span, scratch: &scratchSpan, logits: &logitSpan)
    return Answer(
      logits: logits, classIndex: Int(result.class_index), globalRadiusLSB: Int(result.radius_lsb))
  }

  /// Runs the device's interval certificate: whether every input within `radius` LSB, cut to the declared
  /// range, has the class `classIndex`.
  ///
  /// - Complexity: two passes over the hidden weights, `outputs - 1` over two rows of the last layer.
  public func isCertified(_ input: [Int16], as classIndex: Int, within radius: Int) throws -> Bool {
    var scratch = [Int16](repeating: 0, count: view.certifyScratchCount)
    var span = scratch.mutableSpan
    return try view.certify(input.span, classIndex: classIndex, radius: radius, scratch: &span)
  }

  /// The largest radius that the interval certificate proves, or nil when it proves none, not even 0.
  ///
  /// A larger radius means a larger box and never tighter bounds, so bisection finds it.
  /// - Complexity: at most 18 interval certificates.
  public func localRadius(of input: [Int16], as classIndex: Int) throws -> Int? {
    guard try isCertified(input, as: classIndex, within: 0) else { return nil }
    var proved = 0
    var refused = Int(SUPNORM_RADIUS_MAX) + 1
    while refused - proved > 1 {
      let middle = (proved + refused) / 2
      if try isCertified(input, as: classIndex, within: middle) { proved = middle } else { refused = middle }
    }
    return proved
  }

  /// The largest radius in LSB that is certified for the network's answer to an input, by the global or the
  /// interval certificate.
  public func certifiedRadius(of input: [Int16]) throws -> Int {
    let answer = try answer(to: input)
    return max(answer.globalRadiusLSB, try localRadius(of: input, as: answer.classIndex) ?? 0)
  }
}

/// One network in the C layout of supnorm.h; frees it with itself.
@safe private final class NetworkMemory {
  let pointer: UnsafeMutablePointer<supnorm_network>
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  init(_ network: IntegerNetwork, pairs: [PairBound]) {
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
    let table = pairs.map { supnorm_pair(slope: $0.slope, offset: $0.offset) }
    unsafe pointer.initialize(
      to: supnorm_network(
        format_version: UInt16(SUPNORM_FORMAT_VERSION), layer_count: UInt16(layers.count),
        inputs: UInt16(network.inputs), outputs: UInt16(network.outputs), unit: Int32(network.unit),
        input_min: Int16(network.inputMinimum), input_max: Int16(network.inputMaximum), scratch_bytes: 0,
        infer_scratch_bytes: 0, crc32: network.checksum, layers: copy(layers), pairs: copy(table),
        features: nil, feature_count: 0, reserved: 0))
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
