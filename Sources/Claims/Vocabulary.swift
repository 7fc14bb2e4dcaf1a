/// What a hidden layer applies to its outputs; all are exact on `Int16` and nonexpansive in the sup norm.
public enum IntegerActivation: Equatable, Sendable, CustomStringConvertible {
  /// `y = x`.
  case identity
  /// `y = max(x, 0)`.
  case relu
  /// `y = min(|x|, 32767)`.
  case abs
  /// `(max(a, b), min(a, b))` of each pair; an odd last value stays.
  case maxMin
  /// The whole vector in ascending order.
  case sort
  /// `y = min(-x, 32767)`.
  case negate
  /// A table of nodes with straight lines between them, such as of tanh.
  case smooth(TableClaims)

  /// Those that have no numbers of their own.
  public static let plain: [IntegerActivation] = [.identity, .relu, .abs, .maxMin, .sort, .negate]

  /// The table, where there is one.
  public var table: TableClaims? {
    if case .smooth(let table) = self { table } else { nil }
  }

  /// The name of the case.
  public var description: String {
    switch self {
    case .identity: "identity"
    case .relu: "relu"
    case .abs: "abs"
    case .maxMin: "maxMin"
    case .sort: "sort"
    case .negate: "negate"
    case .smooth: "smooth"
    }
  }
}

/// What the outputs of a network are.
public enum Task: Equatable, Sendable {
  /// The logits of classes; the largest wins.
  case classification
  /// Numbers, each of its own.
  case regression
}
