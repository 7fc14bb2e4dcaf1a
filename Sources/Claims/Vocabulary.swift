/// What a hidden layer applies to its outputs; all are exact on `Int16` and nonexpansive in the sup norm.
public enum IntegerActivation: CaseIterable, Sendable {
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
}

/// What the outputs of a network are.
public enum Task: Equatable, Sendable {
  /// The logits of classes; the largest wins.
  case classification
  /// Numbers, each of its own.
  case regression
}
