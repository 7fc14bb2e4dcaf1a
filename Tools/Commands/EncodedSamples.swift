internal import Certification
internal import Quantization
internal import Training

/// Samples as the device sees them.
struct EncodedSamples {
  var data: Dataset
  var inputs: [[Int16]]
  /// Whether every value is a whole reading, which the device encodes to the same input; otherwise rounding may have put
  /// an input one LSB off.
  var isExact: Bool
  /// Values of each sample outside the declared range, which were clamped.
  var clampedCounts: [Int]

  /// Values outside the declared range.
  var clampedCount: Int { clampedCounts.reduce(0, +) }

  /// The LSB by which an input may be off: a radius holds for so much less around the real readings.
  var slackLSB: Int { isExact ? 0 : 1 }

  /// Encodes a data set.
  ///
  /// - Parameters:
  ///   - encoder: of a network with as many inputs as the data has features.
  ///   - limit: only the first so many samples become inputs.
  /// - Complexity: O(values).
  init(_ data: Dataset, encoder: InputEncoder, limit: Int? = nil) throws {
    self.data = data
    (isExact, clampedCounts) = (true, [])
    inputs = []
    let count = min(data.count, limit ?? .max)
    inputs.reserveCapacity(count)
    // Bytes repeat, so that each is encoded once where all inputs share a map.
    let bytes = try encoder.isShared ? (0...255).map { try encoder.encoded(Double($0), feature: 0) } : []
    for sample in 0..<count {
      var clamped = 0
      var input: [Int16] = []
      input.reserveCapacity(data.featureCount)
      for feature in 0..<data.featureCount {
        let value = data.value(sample: sample, feature: feature)
        let encoded =
          try UInt8(exactly: value).flatMap { bytes.isEmpty ? nil : bytes[Int($0)] }
          ?? encoder.encoded(value, feature: feature)
        input.append(encoded.input)
        isExact = isExact && encoded.isReading
        clamped += encoded.isClamped ? 1 : 0
      }
      inputs.append(input)
      clampedCounts.append(clamped)
    }
  }

  /// The radius in LSB that covers a perturbation of `epsilon`: `ceil(epsilon · unit)`, and one more where encoding
  /// was not exact.
  func radius(_ epsilon: Epsilon, unit: Int) -> Int {
    epsilon.deviation(unit: unit) + slackLSB
  }

  /// What was clamped, in one line; nil when nothing was.
  func clampingText(source: String) -> String? {
    Tools.clampingText(source, clampedCounts, features: data.featureCount, noun: "samples")
  }
}

/// What was clamped of samples or rows, in one line; nil when nothing was.
///
/// - Parameter counts: the values of each that lay outside the declared range.
func clampingText(_ source: String, _ counts: [Int], features: Int, noun: String) -> String? {
  let total = counts.reduce(0, +)
  guard total > 0 else { return nil }
  return
    "\(source): \(total) of \(counts.count * features) readings lie outside the declared input range and were clamped, "
    + "in \(counts.count { $0 > 0 }) of \(counts.count) \(noun); certificates speak of the clamped inputs"
}
