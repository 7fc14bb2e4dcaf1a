/// What stands between two layers: nonexpansive in the sup norm, each of them.
public enum Activation: String, CaseIterable, Sendable {
  /// `x`.
  case identity
  /// `max(x, 0)`.
  case relu
  /// `|x|`.
  case abs
  /// Each pair `(a, b)` becomes `(max(a, b), min(a, b))`; an odd last element stays.
  case maxMin
  /// The whole vector in ascending order.
  case sort
  /// `tanh x`, from -1 to 1.
  case tanh
  /// `1 / (1 + e^-x)`, from 0 to 1; its slope is at most 1/4.
  case sigmoid

  /// Whether `f(s·x) = s·f(x)` for every s > 0, so that a common factor of a layer can move into the next one.
  public var isHomogeneous: Bool {
    switch self {
    case .identity, .relu, .abs, .maxMin, .sort: true
    case .tanh, .sigmoid: false
    }
  }

  /// The bound on hidden rows that suits the activation where nothing else is asked for.
  ///
  /// Homogeneous ones lose nothing by 1. Rows of 1 would keep tanh and sigmoid near the straight part of their curves:
  /// on the digits 4 and 16 were the least that cost nothing.
  public var suitableBound: Float {
    switch self {
    case .identity, .relu, .abs, .maxMin, .sort: 1
    case .tanh: 4
    case .sigmoid: 16
    }
  }
}
