internal import CSupNorm
internal import Embedded

/// The device's answer to one input.
public struct Answer: Equatable, Sendable {
  /// Raw accumulators of the last layer.
  public var logits: [Int32]
  /// Index of the largest logit, the lowest index on a tie; -1 for a regression, which has no classes.
  public var classIndex: Int
  /// The certified global radius in LSB, as the device computes it from the pair table; 0 for a regression.
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
  /// The bounds that the global radius, or a regression's output change, is computed from.
  public let bounds: [ChangeBound]

  private let memory: NetworkMemory
  private let view: Network

  /// Lays a network out in memory as a header does, with its own table of bounds unless one is given.
  ///
  /// - Throws: `NetworkError` when the kernels refuse the layout.
  public init(_ network: IntegerNetwork, bounds: [ChangeBound]? = nil) throws {
    self.network = network
    self.bounds = bounds ?? network.boundTable()
    memory = NetworkMemory(network, bounds: self.bounds)
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

  /// Runs the device's abstaining inference: the class only when every input within `radius` LSB is certified to
  /// have it, by the global radius or, within the declared range, by intervals.
  ///
  /// - Returns: the answer, its radius the larger of the global one and what was proved, or nil.
  /// - Complexity: O(weights), and an interval certificate where the global radius falls short.
  public func answer(to input: [Int16], within radius: Int) throws -> Answer? {
    var scratch = [Int16](repeating: 0, count: view.certifyScratchCount)
    var logits = [Int32](repeating: 0, count: view.outputs)
    var scratchSpan = scratch.mutableSpan
    var logitSpan = logits.mutableSpan
    let result = try view.infer(input.span, within: radius, scratch: &scratchSpan, logits: &logitSpan)
    guard result.class_index != SUPNORM_NO_CLASS else { return nil }
    return Answer(
      logits: logits, classIndex: Int(result.class_index), globalRadiusLSB: Int(result.radius_lsb))
  }

  /// Bounds every output over all inputs within `radius` LSB, cut to the declared range, by the device's intervals.
  ///
  /// - Returns: one interval for each output in accumulator units, or nil for an input outside the declared range.
  /// - Complexity: two passes over the weights.
  public func outputBounds(of input: [Int16], within radius: Int) throws -> [ClosedRange<Int32>]? {
    var scratch = [Int16](repeating: 0, count: view.certifyScratchCount)
    var lower = [Int32](repeating: 0, count: view.outputs)
    var upper = lower
    var scratchSpan = scratch.mutableSpan
    var lowerSpan = lower.mutableSpan
    var upperSpan = upper.mutableSpan
    let isBounded = try view.outputBounds(
      input.span, radius: radius, scratch: &scratchSpan, lower: &lowerSpan, upper: &upperSpan)
    return isBounded ? zip(lower, upper).map { $0...$1 } : nil
  }

  /// The most by which an output of a regression changes when no input moves by more than `radius` LSB, whatever the
  /// input; nil where 32 bits hold no bound.
  ///
  /// - Throws: `NetworkError.otherTask` for a classifier.
  public func outputChange(_ output: Int, within radius: Int) throws -> UInt32? {
    let change = try view.outputChange(output, radius: radius)
    return change == .max ? nil : change
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
