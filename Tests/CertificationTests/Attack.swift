import Certification
import TestSupport

/// Searches for an input within a radius of another where a class is no longer the only largest.
///
/// It tries corners of the box, random points, and coordinate descent on the smallest margin. What it finds
/// disproves a certificate; what it does not find proves nothing.
struct Attack {
  let network: CertifiedNetwork
  /// The values inputs may take.
  let range: ClosedRange<Int>
  /// How many inputs were tried, all networks together.
  private(set) var attempts = 0

  init(_ network: CertifiedNetwork, range: ClosedRange<Int>) {
    self.network = network
    self.range = range
  }

  /// An input that changes the answer, or nil.
  mutating func counterExample(
    to input: [Int16], as classIndex: Int, within radius: Int, tries: Int, _ random: inout TestRandom
  ) throws -> [Int16]? {
    for attempt in 0..<tries {
      var point = input.map { value -> Int16 in
        let step = attempt % 3 == 0 ? random.integer(-radius...radius) : random.oneIn(2) ? radius : -radius
        return moved(value, by: step)
      }
      var margin = try smallestMargin(at: point, classIndex)
      if margin <= 0 { return point }
      // One sweep: each coordinate goes to the end of its interval that is worse.
      for index in point.indices.prefix(12) {
        let before = point[index]
        for step in [-radius, radius] {
          let candidate = moved(input[index], by: step)
          guard candidate != point[index] else { continue }
          let kept = point[index]
          point[index] = candidate
          let next = try smallestMargin(at: point, classIndex)
          if next < margin { margin = next } else { point[index] = kept }
        }
        if point[index] != before, margin <= 0 { return point }
      }
    }
    return nil
  }

  private func moved(_ value: Int16, by step: Int) -> Int16 {
    Int16(min(max(Int(value) + step, range.lowerBound), range.upperBound))
  }

  /// The class's logit minus the largest other one.
  private mutating func smallestMargin(at point: [Int16], _ classIndex: Int) throws -> Int {
    attempts += 1
    let logits = try network.answer(to: point).logits
    let others = logits.indices.filter { $0 != classIndex }.map { Int(logits[$0]) }
    return Int(logits[classIndex]) - (others.max() ?? Int(Int32.min) - 1)
  }
}
