/// In which inputs a regression shall be convex.
public struct ConvexOptions: Equatable, Sendable {
  /// The inputs, in increasing order; none for a network that need not be convex.
  public var inputs: [Int] = []

  /// Creates the default: nothing is convex.
  public init() {}

  /// Checks what convexity takes of the other options.
  ///
  /// - Throws: `TrainingError.invalidOption` for classes, for distances, and for an activation that is not both convex
  ///   and nowhere falling.
  func validate(in options: TrainingOptions) throws(TrainingError) {
    guard !inputs.isEmpty else { return }
    let isAllowed = options.activation == .relu || options.activation == .identity
    guard options.loss.isRegression, !options.kind.hasDistances, isAllowed else {
      throw .invalidOption(.convex, Double(inputs.count))
    }
  }
}
