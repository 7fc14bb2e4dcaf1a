/// A point where a class is not strictly the largest logit: it disproves any certificate whose radius reaches it.
public struct CounterExample: Equatable, Sendable {
  /// The point in LSB.
  public var point: [Int16]
  /// Raw accumulators of the last layer at the point.
  public var logits: [Int32]
  /// The network's answer there.
  public var classIndex: Int
  /// Whether that is another class; false on a tie that the old class wins by its lower index.
  public var changesClass: Bool
  /// The largest change of an input.
  public var distanceLSB: Int
  /// The sum of the squares of all changes.
  public var squaredDistance: Int

  /// Creates a counter-example.
  public init(
    point: [Int16], logits: [Int32], classIndex: Int, changesClass: Bool, distanceLSB: Int,
    squaredDistance: Int
  ) {
    self.point = point
    self.logits = logits
    self.classIndex = classIndex
    self.changesClass = changesClass
    self.distanceLSB = distanceLSB
    self.squaredDistance = squaredDistance
  }
}
