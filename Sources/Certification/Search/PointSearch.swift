internal import Integers

/// Single points for the search: their logits, by the device's kernels, and the way down a margin's gradient.
final class PointSearch {
  private let pass: GradientPass

  init(_ network: IntegerNetwork) { pass = GradientPass(network) }

  /// The least margin of a class at a point: its logit minus the largest other one; nil for a single logit.
  ///
  /// - Complexity: O(weights).
  func margin(of classIndex: Int, at point: [Int64]) -> Int64? {
    pass.run(point.map { Int16(clamping: $0) })
    let logits = pass.logits
    return logits.indices.filter { $0 != classIndex }
      .map { Int64(logits[classIndex]) - Int64(logits[$0]) }.min()
  }

  /// Goes down the gradient of `logit_first - logit_second` within a box, from end to end at first and then by
  /// smaller and smaller steps.
  ///
  /// - Returns: a point of the box where `logit_first ≤ logit_second`, or nil when none was met.
  /// - Complexity: O(steps · weights).
  func descent(
    _ first: Int, _ second: Int, from start: [Int64], in box: IntegerBounds, steps: Int
  ) -> [Int64]? {
    var point = start
    for step in 0...steps {
      pass.run(point.map { Int16(clamping: $0) })
      let logits = pass.logits
      if logits[first] <= logits[second] { return point }
      guard step < steps else { break }
      pass.propagateBack(first, minus: second)
      let gradient = pass.gradient
      var hasMoved = false
      for index in point.indices where gradient[index] != 0 {
        let width = box.upper[index] - box.lower[index]
        // A whole width, then half of one, shrinking to 1 LSB.
        let length = step < 2 ? width : max(width * Int64(steps - step) / Int64(2 * steps), min(width, 1))
        let moved = gradient[index] > 0 ? point[index] - length : point[index] + length
        let cut = min(max(moved, box.lower[index]), box.upper[index])
        hasMoved = hasMoved || cut != point[index]
        point[index] = cut
      }
      if !hasMoved { break }
    }
    return nil
  }
}
