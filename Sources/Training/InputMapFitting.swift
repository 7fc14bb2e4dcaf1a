extension InputMap {
  /// The map that suits the values of a data set.
  ///
  /// - When every raw value is an integer in 0 … 255 (gray levels, counts): one map for all features,
  ///   `x = value / m` with m the largest value, at least 1, and a unit of `m * floor(32767 / m)` LSB; so each
  ///   raw step is a whole number of LSB and encoding is exact. m = 255 gives 32640, m = 16 gives 32752.
  /// - Otherwise one map for each feature, from its `min … max` to -1 … 1, at 32768 LSB a unit; a feature that
  ///   never changes is only shifted to zero.
  ///
  /// - Parameter dataset: not empty; its values are finite.
  /// - Complexity: O(values).
  public static func fitted(to dataset: Dataset) -> InputMap {
    if let largest = dataset.largestGrayLevel {
      let unit = largest * (32767 / largest)
      return InputMap(
        offsets: [0], scales: [1 / Double(largest)], unit: unit, minimumLSB: 0, maximumLSB: unit)
    }
    var minima = Array(repeating: Double.infinity, count: dataset.featureCount)
    var maxima = Array(repeating: -Double.infinity, count: dataset.featureCount)
    for sample in 0..<dataset.count {
      for feature in 0..<dataset.featureCount {
        let value = dataset.value(sample: sample, feature: feature)
        minima[feature] = min(minima[feature], value)
        maxima[feature] = max(maxima[feature], value)
      }
    }
    // Halved before they are combined, so that the widest finite range does not overflow.
    let offsets = zip(minima, maxima).map { $0 / 2 + $1 / 2 }
    let scales = zip(minima, maxima).map { minimum, maximum in
      let scale = 1 / (maximum / 2 - minimum / 2)
      return scale.isFinite && scale > 0 ? scale : 1
    }
    return InputMap(offsets: offsets, scales: scales, unit: 32768, minimumLSB: -32768, maximumLSB: 32767)
  }

  /// The declared input range in mapped units.
  public var mappedRange: ClosedRange<Float> {
    Float(minimumLSB) / Float(unit)...Float(maximumLSB) / Float(unit)
  }

  /// The inputs a network sees for a data set: every value encoded as on the device and divided by the unit,
  /// `count * featureCount` of them, sample after sample, all within `mappedRange`.
  ///
  /// - Complexity: O(values).
  public func mappedInputs(of dataset: Dataset) -> [Float] {
    let scale = Float(unit)
    if case .bytes(let bytes) = dataset.values, offsets.count == 1 {
      let table = (0...255).map { Float(encoded(Double($0), feature: 0)) / scale }
      return bytes.map { table[Int($0)] }
    }
    var inputs: [Float] = []
    inputs.reserveCapacity(dataset.count * dataset.featureCount)
    for sample in 0..<dataset.count {
      for feature in 0..<dataset.featureCount {
        let value = dataset.value(sample: sample, feature: feature)
        inputs.append(Float(encoded(value, feature: feature)) / scale)
      }
    }
    return inputs
  }
}

extension Dataset {
  /// The largest value, at least 1, when all values are integers in 0 … 255; nil otherwise.
  fileprivate var largestGrayLevel: Int? {
    switch values {
    case .bytes(let bytes):
      return max(Int(bytes.max() ?? 1), 1)
    case .reals(let reals):
      var largest = 1.0
      for value in reals {
        guard value >= 0, value <= 255, value == value.rounded(.down) else { return nil }
        largest = max(largest, value)
      }
      return Int(largest)
    }
  }
}
