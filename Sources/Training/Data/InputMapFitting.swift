extension InputMap {
  /// The map that suits the values of a data set.
  ///
  /// - Images share one map for all pixels, so that a gray level means the same everywhere. Whole numbers in 0 … 255
  ///   become `x = value / m` with m the largest value, at least 1, and a unit of `m * floor(32767 / m)` LSB; so each
  ///   raw step is a whole number of LSB and encoding is exact. m = 255 gives 32640, m = 16 gives 32752. Other values
  ///   become 0 … 1 from the least to the greatest of all pixels, at 32767 LSB.
  /// - A table gets a map for each feature, from its `min … max` to -1 … 1, at 32768 LSB a unit. A feature of whole
  ///   numbers at most 65,535 apart gets whole LSB for each step, see `exactSteps(of:)`, so that encoding is exact; one
  ///   that never changes is only shifted to zero.
  ///
  /// Each feature's `readings` are the grid on which its values lie.
  /// - Parameter dataset: not empty; its values are finite.
  /// - Complexity: O(values).
  public static func fitted(to dataset: Dataset) -> InputMap {
    dataset.imageSize == nil ? fittedToTable(dataset) : fittedToImages(dataset)
  }

  private static func fittedToImages(_ dataset: Dataset) -> InputMap {
    if let largest = dataset.largestGrayLevel {
      let unit = largest * (32767 / largest)
      return InputMap(
        offsets: [0], scales: [1 / Double(largest)], unit: unit, minimumLSB: 0, maximumLSB: unit)
    }
    let ranges = dataset.featureRanges
    let least = ranges.reduce(Double.infinity) { min($0, $1.lowerBound) }
    let greatest = ranges.reduce(-Double.infinity) { max($0, $1.upperBound) }
    let scale = 1 / (greatest - least)
    return InputMap(
      offsets: [least], scales: [scale.isFinite && scale > 0 ? scale : 1], unit: 32767, minimumLSB: 0,
      maximumLSB: 32767
    ).reading(dataset)
  }

  private static func fittedToTable(_ dataset: Dataset) -> InputMap {
    let ranges = dataset.featureRanges
    let readings = ranges.indices.map { ReadingUnit.fitting(dataset.column($0)) }
    var map = InputMap(
      offsets: ranges.map(\.middle),
      scales: ranges.map { range in
        let scale = 1 / range.halfWidth
        return scale.isFinite && scale > 0 ? scale : 1
      }, readings: readings, unit: 32768, minimumLSB: -32768, maximumLSB: 32767)
    for feature in ranges.indices where readings[feature] == .whole {
      guard let (offset, step) = exactSteps(of: ranges[feature]) else { continue }
      map.offsets[feature] = offset
      map.scales[feature] = Double(step) / 32768
    }
    return map
  }

  /// The offset and the LSB for each step of a feature of whole numbers that make encoding exact.
  ///
  /// The offset is the middle of the range. Where that lies between two readings, half a step must be whole LSB as
  /// well; where that leaves no step (32,768 … 65,535 steps, such as all of a 16-bit converter), it is the reading
  /// above.
  /// - Returns: nil when the range has no steps or too many.
  static func exactSteps(of range: ClosedRange<Double>) -> (offset: Double, step: Int)? {
    let count = range.upperBound - range.lowerBound
    guard count >= 1, count <= 65535 else { return nil }
    let middle = range.lowerBound + (count / 2).rounded(.up)
    guard Int(count) % 2 == 1 else { return (middle, 65534 / Int(count)) }
    let step = 65534 / Int(count) / 2 * 2
    return step > 0 ? (middle - 0.5, step) : (middle, 1)
  }

  /// The map in which the tolerances of all features are the same number of LSB.
  ///
  /// `x = (value - middle) · scale` with `scale = T / (tolerance · unit)`, and T, in LSB, the largest number at which
  /// every feature's range fits: `T = min over features of tolerance / halfRange · 32767`. A feature without a
  /// tolerance fills the range as in `fitted(to:)`, but for whole steps.
  ///
  /// - Parameters:
  ///   - dataset: not empty; its values are finite.
  ///   - tolerances: one for each feature in its own unit, 0 for none; at least one positive.
  /// - Returns: nil when a tolerance is below one LSB of the widest map: T would be less than 1.
  /// - Complexity: O(values).
  public static func fitted(to dataset: Dataset, tolerances: [Double]) -> InputMap? {
    precondition(tolerances.count == dataset.featureCount && tolerances.contains { $0 > 0 })
    let ranges = dataset.featureRanges
    let halves = ranges.map(\.halfWidth)
    let toleranceLSB = zip(tolerances, halves).reduce(32767.0) { least, feature in
      feature.0 > 0 && feature.1 > 0 ? min(least, feature.0 / feature.1 * 32767) : least
    }
    guard toleranceLSB >= 1 else { return nil }
    var map = InputMap(
      offsets: ranges.map(\.middle),
      scales: halves.map { $0 > 0 && (1 / $0).isFinite ? 1 / $0 : 1 },
      readings: ranges.indices.map { ReadingUnit.fitting(dataset.column($0)) }, unit: 32768,
      minimumLSB: -32768, maximumLSB: 32767)
    for (feature, tolerance) in tolerances.enumerated() where tolerance > 0 {
      map.scales[feature] = toleranceLSB.rounded(.down) / (tolerance * 32768)
    }
    return map
  }

  /// The map with the grid of a data set's values as its readings.
  ///
  /// - Complexity: O(values).
  public func reading(_ dataset: Dataset) -> InputMap {
    var map = self
    map.readings =
      offsets.count == 1
      ? [ReadingUnit.fitting((0..<dataset.featureCount).lazy.flatMap(dataset.column))]
      : offsets.indices.map { ReadingUnit.fitting(dataset.column($0)) }
    return map
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

extension ClosedRange<Double> {
  /// The middle; halved before it is added up, so that the widest finite range does not overflow.
  fileprivate var middle: Double { lowerBound / 2 + upperBound / 2 }

  /// Half the width, or the distance from the middle to the farther end where numbers are so coarse that they have no
  /// number in the middle: by an eighth of an LSB of 2^-15 and more.
  fileprivate var halfWidth: Double {
    let half = upperBound / 2 - lowerBound / 2
    let reach = Swift.max(upperBound - middle, middle - lowerBound)
    return reach > half * (1 + 0x1p-18) ? reach : half
  }
}

extension Dataset {
  /// The values of one feature, sample after sample.
  func column(_ feature: Int) -> some Sequence<Double> {
    (0..<count).lazy.map { value(sample: $0, feature: feature) }
  }

  /// The features of a table that never change in it, from which nothing can be learned; none of images.
  ///
  /// - Complexity: O(values).
  public var constantFeatures: [Int] {
    guard imageSize == nil else { return [] }
    return featureRanges.enumerated().filter { $0.element.lowerBound == $0.element.upperBound }.map(\.offset)
  }

  /// The least and the greatest value of each feature.
  public var featureRanges: [ClosedRange<Double>] {
    (0..<featureCount).map { feature in
      var (least, greatest) = (Double.infinity, -Double.infinity)
      for sample in 0..<count {
        let value = value(sample: sample, feature: feature)
        least = min(least, value)
        greatest = max(greatest, value)
      }
      return least...greatest
    }
  }

  /// The largest value, at least 1, when all values are integers in 0 … 255; nil otherwise.
  fileprivate var largestGrayLevel: Int? {
    if case .bytes(let bytes) = values { return max(Int(bytes.max() ?? 1), 1) }
    guard values.areBytes else { return nil }
    return Int((0..<values.count).reduce(1) { max($0, values[$1]) })
  }
}
