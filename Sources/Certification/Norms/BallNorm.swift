/// How changes of inputs and outputs are measured.
public enum BallNorm: String, CaseIterable, Sendable {
  /// The sum of all changes.
  case one = "1"
  /// The root of the sum of their squares.
  case two = "2"
  /// The largest change.
  case infinity = "inf"
}
