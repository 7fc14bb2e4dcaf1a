/// How an output of a regression becomes a number in its own unit: `value = offset + output · scale`.
public struct TargetMap: Equatable, Sendable {
  /// The value at output 0.
  public var offset: Double

  /// The unit of the value for each mapped unit of the output, positive.
  public var scale: Double

  /// Creates a map.
  public init(offset: Double, scale: Double) {
    self.offset = offset
    self.scale = scale
  }

  /// The map from -1 … 1 to the range of some values; a constant keeps its unit.
  public static func fitted(to values: [Double]) -> TargetMap {
    let (least, greatest) = (values.min() ?? 0, values.max() ?? 0)
    let scale = greatest / 2 - least / 2
    return TargetMap(offset: least / 2 + greatest / 2, scale: scale > 0 ? scale : 1)
  }

  /// The output for a value.
  public func mapped(_ value: Double) -> Float { Float((value - offset) / scale) }
}
