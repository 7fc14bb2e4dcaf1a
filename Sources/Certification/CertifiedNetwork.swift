public import Checker
public import Claims
internal import CSupNorm
internal import Embedded
public import Integers

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
/// let network = try CertifiedNetwork(readHeader("digits.h").verified())
/// #expect(try network.certifiedRadius(of: input) >= 40)
/// ```
@safe public final class CertifiedNetwork: @unchecked Sendable {
  // Unchecked: all memory is written in `init` and only read after it.

  /// The integers that run.
  public let network: IntegerNetwork
  /// The bounds that the global radius, or a regression's output change, is computed from.
  public let bounds: [ChangeBound]

  /// The same integers, prepared for proofs beyond interval bounds.
  let prover: BoxProver

  /// The input maps that the header states: none, one for all inputs or one for each.
  public let features: [FeatureClaims]

  private let memory: NetworkMemory
  private let view: Network

  /// Loads the network that proved claims describe, with the table of bounds that is proved there.
  ///
  /// - Throws: `NetworkError` when the kernels refuse the layout.
  public convenience init(_ verified: VerifiedClaims) throws {
    let claims = verified.claims
    let bounds = claims.bounds.map {
      ChangeBound(slope: UInt32(clamping: $0.slope), offset: UInt32(clamping: $0.offset))
    }
    try self.init(
      IntegerNetwork(claims), bounds: bounds, features: claims.features, toleranceLSB: claims.toleranceLSB)
  }

  /// Lays a network out in memory as a header does, with the table of bounds that follows from its integers.
  ///
  /// - Parameters:
  ///   - features: the input maps that a header states: none, one for all inputs or one for each.
  ///   - toleranceLSB: the radius that covers the declared tolerances, 0 for none.
  /// - Throws: `NetworkError` when the kernels refuse the layout.
  public convenience init(
    _ network: IntegerNetwork, features: [FeatureClaims] = [], toleranceLSB: Int = 0
  ) throws {
    try self.init(network, bounds: network.boundTable(), features: features, toleranceLSB: toleranceLSB)
  }

  /// Pairs a network with bounds that need not hold: only for tests that a false table is found out.
  package convenience init(_ network: IntegerNetwork, unproved bounds: [ChangeBound]) throws {
    try self.init(network, bounds: bounds, features: [], toleranceLSB: 0)
  }

  private init(
    _ network: IntegerNetwork, bounds: [ChangeBound], features: [FeatureClaims], toleranceLSB: Int
  ) throws {
    self.network = network
    prover = BoxProver(network)
    self.bounds = bounds
    self.features = features
    memory = NetworkMemory(
      network, bounds: bounds.map { supnorm_bound(slope: $0.slope, offset: $0.offset) }, features: features,
      toleranceLSB: toleranceLSB)
    view = try memory.checked()
  }

  /// The CRC-32 of the canonical byte string, as the device computes it.
  public var crc32: UInt32 { memory.statement.crc32 }
  /// The CRC-32 of its first record.
  public var headCRC32: UInt32 { memory.statement.headCRC32 }
  /// Scratch bytes for inference and the interval certificate, as the header states them.
  public var scratchBytes: Int { Int(memory.statement.scratchBytes) }
  /// Scratch bytes for inference alone.
  public var inferScratchBytes: Int { Int(memory.statement.inferScratchBytes) }

  /// How far beyond the greatest input a value may come to lie without having left the declared range: a range from -1
  /// to 1 ends one LSB above what 16 bits hold.
  public var upperSlackLSB: Int { network.inputMaximum == network.unit - 1 ? 1 : 0 }

  /// Encodes one reading by the device's integer map.
  ///
  /// - Returns: the input, and whether the reading lies outside the declared range, so that it was clamped.
  /// - Throws: `NetworkError` when the feature has no integer map.
  public func encoded(_ reading: Int32, feature: Int) throws -> (input: Int16, isClamped: Bool) {
    let input = try view.encode(reading, feature: feature)
    let value = Int(try view.scaled(reading, feature: feature))
    return (input, value < Int(input) || value > Int(input) + upperSlackLSB)
  }

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

  /// Runs the device's inference as `answer(to:)` does, in memory that the caller keeps.
  ///
  /// - Parameters:
  ///   - scratch: at least `inferScratchBytes / 2` elements, any content.
  ///   - logits: as many elements as the network has outputs, written.
  func infer(_ input: [Int16], scratch: inout [Int16], logits: inout [Int32]) throws {
    var scratchSpan = scratch.mutableSpan
    var logitSpan = logits.mutableSpan
    _ = try view.infer(input.span, scratch: &scratchSpan, logits: &logitSpan)
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
    return try largestRadius(provedFrom: 0, step: 1 << 10) {
      try isCertified(input, as: classIndex, within: $0)
    }
  }

  /// The largest radius in LSB that is certified for the network's answer to an input, by the global or the
  /// interval certificate.
  public func certifiedRadius(of input: [Int16]) throws -> Int {
    let answer = try answer(to: input)
    return max(answer.globalRadiusLSB, try localRadius(of: input, as: answer.classIndex) ?? 0)
  }
}
