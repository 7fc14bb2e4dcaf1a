/// The points an attack may try: the integer points of a ball around an input, cut to a range.
///
/// Offsets from the input are real numbers while an attack searches; `write(_:to:)` takes them to a point that
/// is certainly inside.
struct AttackBall {
  let center: [Int16]
  let radius: Int
  let norm: AttackNorm
  /// How far each input may go down and up, whole numbers; 0 is always between.
  let least: [Float]
  let greatest: [Float]

  /// - Parameters:
  ///   - radius: 0 … 65535 LSB.
  ///   - range: the values inputs may take; an input that lies outside may stay where it is or move towards it.
  init(around center: [Int16], radius: Int, norm: AttackNorm, range: ClosedRange<Int>) {
    self.center = center
    self.radius = radius
    self.norm = norm
    let lower = max(range.lowerBound, Int(Int16.min))
    let upper = min(range.upperBound, Int(Int16.max))
    least = center.map { Float(max(-radius, min(0, lower - Int($0)))) }
    greatest = center.map { Float(min(radius, max(0, upper - Int($0)))) }
  }

  var count: Int { center.count }

  /// Brings offsets back into the ball, up to the rounding of `Float`.
  ///
  /// - Complexity: O(count).
  func project(_ offsets: inout [Float]) {
    for index in offsets.indices { offsets[index] = min(max(offsets[index], least[index]), greatest[index]) }
    guard norm == .two else { return }
    let length = euclideanNorm(offsets)
    guard length > Float(radius) else { return }
    let scale = Float(radius) / length
    for index in offsets.indices { offsets[index] *= scale }
  }

  /// Writes the point at some offsets: projected, then rounded to nearest in ℓ∞ and towards the input in ℓ2.
  ///
  /// Postcondition: `|point - center| ≤ radius` in the ball's norm, in integers, and within the range.
  /// - Complexity: O(count).
  func write(_ offsets: inout [Float], to point: inout [Int16]) {
    project(&offsets)
    for index in offsets.indices {
      let offset = norm == .two ? offsets[index].rounded(.towardZero) : offsets[index].rounded()
      // Between least and greatest, which are whole numbers, so within Int16.
      point[index] = Int16(Int(center[index]) + Int(offset))
    }
    if norm == .two { shrink(&point) }
  }

  /// Takes back what rounding in `Float` may have left outside the ball, one LSB at a time.
  private func shrink(_ point: inout [Int16]) {
    while squaredDistance(to: point) > radius * radius {
      var farthest = 0
      for index in point.indices where move(to: point, index).magnitude > move(to: point, farthest).magnitude
      {
        farthest = index
      }
      point[farthest] -= Int16(move(to: point, farthest).signum())
    }
  }

  private func move(to point: [Int16], _ index: Int) -> Int { Int(point[index]) - Int(center[index]) }

  /// The largest change of an input.
  func distance(to point: [Int16]) -> Int {
    point.indices.reduce(0) { max($0, abs(move(to: point, $1))) }
  }

  /// The sum of the squares of all changes, below 65535 · 2^32.
  func squaredDistance(to point: [Int16]) -> Int {
    var sum = 0
    for index in point.indices {
      let move = move(to: point, index)
      sum += move * move
    }
    return sum
  }
}

/// The ℓ2 norm, scaled by the largest element so that no square overflows.
func euclideanNorm(_ values: [Float]) -> Float {
  var largest: Float = 0
  for value in values { largest = max(largest, value.magnitude) }
  guard largest > 0 else { return 0 }
  var sum: Float = 0
  for value in values { sum += (value / largest) * (value / largest) }
  return largest * sum.squareRoot()
}
