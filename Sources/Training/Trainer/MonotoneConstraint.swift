/// An input in which the outputs shall be monotone.
public struct MonotoneConstraint: Equatable, Sendable {
  /// The input.
  public var input: Int

  /// Whether the outputs shall never fall when it grows; otherwise they shall never rise.
  public var isIncreasing: Bool

  /// Creates a constraint.
  public init(input: Int, isIncreasing: Bool) {
    self.input = input
    self.isIncreasing = isIncreasing
  }
}
