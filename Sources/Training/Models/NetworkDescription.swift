extension FloatNetwork: CustomStringConvertible {
  /// Such as `64-16-10 network of dense layers in floating point, relu between them, 1210 parameters`.
  public var description: String {
    let widths = (layers.prefix(1).map(\.columns) + layers.map(\.rows)).map { "\($0)" }.joined(separator: "-")
    let kinds = LayerKind.allCases.filter { kind in layers.contains { $0.kind == kind } }
    let names = kinds.map(\.rawValue).joined(separator: " and ")
    let count =
      layers.reduce(0) { $0 + $1.weights.count + $1.biases.count }
      + residuals.reduce(0) { $0 + $1.weights.count }
    let between = kinds == [.distance] || layers.count == 1 ? "" : ", \(activation.rawValue) between them"
    return "\(widths) network of \(names) layers in floating point\(between), \(count) parameters"
  }
}
