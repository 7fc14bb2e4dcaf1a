/// An input in which a network shall be monotone.
public struct MonotoneConstraint: Equatable, Sendable {
  /// The input.
  public var input: Int

  /// Whether the outputs shall never fall when it grows; otherwise they shall never rise.
  public var isIncreasing: Bool

  /// The class whose lead over each other class is meant, so that an answer of it stays; nil for every output of a
  /// regression.
  public var classIndex: Int?

  /// Creates a constraint.
  public init(input: Int, isIncreasing: Bool, classIndex: Int? = nil) {
    self.input = input
    self.isIncreasing = isIncreasing
    self.classIndex = classIndex
  }
}
