public import Training

/// Why a float model has no integer network.
public enum QuantizationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No shift lets the layer's weights, row sums and biases fit in 16 and 32 bits.
  case layerTooLarge(layer: Int, rowSum: Double)
  /// A layer has more rows or columns than a header can hold.
  case tooWide(layer: Int, width: Int, bound: Int)
  /// A distance that reaches beyond 16 bits.
  case offsetTooLarge(layer: Int, row: Int, offset: Int)
  /// Distances over an input range of more than 32,767 LSB.
  case rangeTooWide(Int)
  /// Parameters that take more flash than they may, whatever is dropped.
  case overBudget(bytes: Int, budget: Int)
  /// A feature whose readings have no integer map of 32 bits within half an LSB of the real one.
  case noIntegerMap(feature: Int, readings: ReadingUnit)
  /// A residual term that does not outweigh the layers, or layers that nothing bounds.
  case notMonotone(input: Int, weight: Float, bound: Float?)
  /// A feature's tolerance is as wide as the whole input range.
  case toleranceTooLarge(feature: Int, tolerance: Double, bound: Double)

  /// One line: place, value and bound.
  public var description: String {
    switch self {
    case .layerTooLarge(let layer, let rowSum):
      "layer \(layer): row sum \(rowSum) (or its bias) does not fit, bound 65535 at shift 0"
    case .notMonotone(let input, let weight, let bound):
      "residual input \(input): weight \(weight), \(bound.map { "the layers reach \($0)" } ?? "a layer is not bounded")"
    case .toleranceTooLarge(let feature, let tolerance, let bound):
      "feature \(feature): tolerance \(tolerance) > \(bound), the whole input range"
    case .offsetTooLarge(let layer, let row, let offset):
      "layer \(layer) row \(row): offset \(offset) is not in -32768 ... 32767"
    case .overBudget(let bytes, let budget):
      "flash budget: \(bytes) bytes of parameters at least, \(budget) allowed"
    case .rangeTooWide(let width): "an input range of \(width) LSB, distances take at most 32767"
    case .tooWide(let layer, let width, let bound): "layer \(layer): width \(width) > \(bound)"
    case .noIntegerMap(let feature, let readings):
      "feature \(feature): readings of value · \(readings) have no integer map of 32 bits within half an LSB of the real map"
    }
  }
}
