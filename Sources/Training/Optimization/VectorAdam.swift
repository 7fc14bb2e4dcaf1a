/// Adam for the padded rows of distance networks, see `Adam`; with the constants those are trained with.
///
/// The stabilizer is as small as it is because the gradients of high exponents are: with 1e-8 most weights would hardly
/// move. The faster second moment follows them while p grows.
struct VectorAdam: Sendable {
  private var firstMoments: [Vector]
  private var secondMoments: [Vector]
  private var firstPower = 1.0
  private var secondPower = 1.0

  private static let firstDecay = 0.9
  private static let secondDecay = 0.99
  private static let stabilizer: Float = 1e-10

  /// Creates the state of that many vectors of parameters.
  init(count: Int) {
    firstMoments = Array(repeating: .zero, count: count)
    secondMoments = firstMoments
  }

  /// Shows both moments to a body that may change them.
  mutating func visitState(_ body: (inout [Float]) -> Void) {
    visit(&firstMoments, body)
    visit(&secondMoments, body)
  }

  /// Makes the next step the one after that many.
  mutating func restoreStepCount(_ count: Int) {
    (firstPower, secondPower) = (1, 1)
    for _ in 0..<count {
      firstPower *= Self.firstDecay
      secondPower *= Self.secondDecay
    }
  }

  /// Takes one step along the sum of two gradients, times `scale`.
  ///
  /// - Complexity: O(n).
  mutating func step(
    _ parameters: inout [Vector], gradients first: [Vector], _ second: [Vector], scale: Float, rate: Float
  ) {
    let count = firstMoments.count
    precondition(parameters.count == count && first.count == count && second.count == count)
    firstPower *= Self.firstDecay
    secondPower *= Self.secondDecay
    let correction = (1 - secondPower).squareRoot()
    let scaledRate = rate * Float(correction / (1 - firstPower))
    let stabilizer = Self.stabilizer * Float(correction)
    let (keepFirst, keepSecond) = (Float(Self.firstDecay), Float(Self.secondDecay))
    let (takeFirst, takeSecond) = (Float(1 - Self.firstDecay), Float(1 - Self.secondDecay))
    for i in 0..<count {
      let gradient = (first[i] + second[i]) * scale
      let mean = firstMoments[i] * keepFirst + gradient * takeFirst
      let square = secondMoments[i] * keepSecond + gradient * gradient * takeSecond
      // Without gradients moments decay to subnormal numbers, on which some processors are slow.
      firstMoments[i] = mean.replacing(with: 0, where: magnitude(mean) .< 1e-30)
      secondMoments[i] = square.replacing(with: 0, where: square .< 1e-36)
      parameters[i] -= mean * scaledRate / (square.squareRoot() + stabilizer)
    }
  }
}
