/// What stands between two layers: exact in integers and nonexpansive in the sup norm, each of them.
public enum Activation: String, CaseIterable, Sendable {
  /// `x`.
  case identity
  /// `max(x, 0)`.
  case relu
  /// `|x|`.
  case abs
  /// Each pair `(a, b)` becomes `(max(a, b), min(a, b))`; an odd last element stays.
  case maxMin
}
