/// The points an attack may try: the integer points of a ball around an input, cut to a range.
///
/// Offsets from the input are real numbers while an attack searches; `write(_:to:)` takes them to a point that
/// is certainly inside.
struct AttackBall {
  let center: [Int16]
  let norm: BallNorm
  /// The length of offsets, about.
  let radius: Float
  /// What the moves, or in ℓ2 their squares, may add up to.
  private let power: Int
  /// How far each input may go down and up, whole numbers; 0 is always between.
  let least: [Float]
  let greatest: [Float]

  /// - Parameters:
  ///   - ball: its radius and norm.
  ///   - range: the values inputs may take; an input that lies outside may stay where it is or move towards it.
  init(around center: [Int16], _ ball: InputBall, range: ClosedRange<Int>) {
    self.center = center
    norm = ball.norm
    power = ball.power
    let reach = ball.reach
    radius = ball.norm == .infinity ? Float(reach) : Float(ball.radius.roundedUp)
    let lower = max(range.lowerBound, Int(Int16.min))
    let upper = min(range.upperBound, Int(Int16.max))
    least = center.map { Float(max(-reach, min(0, lower - Int($0)))) }
    greatest = center.map { Float(min(reach, max(0, upper - Int($0)))) }
  }

  var count: Int { center.count }

  /// How far each of so many inputs may move when all move by the same amount, as a share of the radius.
  func share(of moved: Int) -> Float {
    switch norm {
    case .one: 1 / Float(moved)
    case .two: 1 / Float(moved).squareRoot()
    case .infinity: 1
    }
  }

  /// Brings offsets back into the ball, up to the rounding of `Float`.
  ///
  /// - Complexity: O(count).
  func project(_ offsets: inout [Float]) {
    for index in offsets.indices { offsets[index] = min(max(offsets[index], least[index]), greatest[index]) }
    switch norm {
    case .infinity: break
    case .two:
      let length = euclideanNorm(offsets)
      guard length > radius else { return }
      let scale = radius / length
      for index in offsets.indices { offsets[index] *= scale }
    case .one:
      let threshold = threshold(of: offsets)
      guard threshold > 0 else { return }
      for index in offsets.indices {
        let rest = max(offsets[index].magnitude - threshold, 0)
        offsets[index] = offsets[index] < 0 ? -rest : rest
      }
    }
  }

  /// What to take from every magnitude so that they add up to the radius; not positive inside the ball.
  ///
  /// Source: Duchi et al., Efficient Projections onto the l1-Ball for Learning in High Dimensions, ICML 2008.
  private func threshold(of offsets: [Float]) -> Float {
    var sum: Float = 0
    var threshold: Float = 0
    for (index, magnitude) in offsets.map(\.magnitude).sorted(by: >).enumerated() {
      sum += magnitude
      let next = (sum - radius) / Float(index + 1)
      guard next < magnitude else { break }
      threshold = next
    }
    return threshold
  }

  /// Writes the point at some offsets: projected, then rounded to nearest in ℓ∞ and towards the input in ℓ1 and ℓ2.
  ///
  /// Postcondition: `|point - center| ≤ radius` in the ball's norm, in integers, and within the range.
  /// - Complexity: O(count).
  func write(_ offsets: inout [Float], to point: inout [Int16]) {
    project(&offsets)
    for index in offsets.indices {
      let offset = norm == .infinity ? offsets[index].rounded() : offsets[index].rounded(.towardZero)
      // Between least and greatest, which are whole numbers, so within Int16.
      point[index] = Int16(Int(center[index]) + Int(offset))
    }
    shrink(&point)
  }

  /// Takes back what rounding in `Float` may have left outside the ball, one LSB at a time.
  private func shrink(_ point: inout [Int16]) {
    while !contains(point) {
      var farthest = 0
      for index in point.indices where move(to: point, index).magnitude > move(to: point, farthest).magnitude
      {
        farthest = index
      }
      point[farthest] -= Int16(move(to: point, farthest).signum())
    }
  }

  /// Whether a point within the range is in the ball.
  func contains(_ point: [Int16]) -> Bool {
    switch norm {
    case .infinity: true  // Least and greatest see to that.
    case .two: squaredDistance(to: point) <= power
    case .one: point.indices.reduce(0) { $0 + abs(move(to: point, $1)) } <= power
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
