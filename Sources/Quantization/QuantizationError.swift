/// Why a float model has no integer network.
public enum QuantizationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No shift lets the layer's weights, row sums and biases fit in 16 and 32 bits.
  case layerTooLarge(layer: Int, rowSum: Double)
  /// A layer has more rows or columns than a header can hold.
  case tooWide(layer: Int, width: Int, bound: Int)
  /// A feature's range is so small that its integer map does not fit in 32 bits.
  case featureTooFine(feature: Int, unitsPerReading: Double)
  /// A feature's tolerance is as wide as the whole input range.
  case toleranceTooLarge(feature: Int, tolerance: Double, bound: Double)

  /// One line: place, value and bound.
  public var description: String {
    switch self {
    case .layerTooLarge(let layer, let rowSum):
      "layer \(layer): row sum \(rowSum) (or its bias) does not fit, bound 65535 at shift 0"
    case .toleranceTooLarge(let feature, let tolerance, let bound):
      "feature \(feature): tolerance \(tolerance) > \(bound), the whole input range"
    case .tooWide(let layer, let width, let bound): "layer \(layer): width \(width) > \(bound)"
    case .featureTooFine(let feature, let slope):
      "feature \(feature): \(slope) LSB for each unit of the reading, bound 2147483647"
    }
  }
}
