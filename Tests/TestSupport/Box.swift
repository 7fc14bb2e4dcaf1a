/// All points of a small box, one after the other: the exact answer that bounds are compared with.
package struct Box: Sequence, IteratorProtocol {
  private let ranges: [ClosedRange<Int>]
  private var point: [Int]?

  /// The points of the product of the ranges.
  package init(_ ranges: [ClosedRange<Int>]) {
    self.ranges = ranges
    point = ranges.map(\.lowerBound)
  }

  /// How many points there are.
  package var count: Int { ranges.reduce(1) { $0 * $1.count } }

  package mutating func next() -> [Int]? {
    guard let current = point else { return nil }
    point = successor(of: current)
    return current
  }

  /// Counts up like an odometer.
  private func successor(of current: [Int]) -> [Int]? {
    var result = current
    for index in result.indices {
      if result[index] < ranges[index].upperBound {
        result[index] += 1
        return result
      }
      result[index] = ranges[index].lowerBound
    }
    return nil
  }
}
