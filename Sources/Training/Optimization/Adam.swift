/// Adam, for one array of parameters: `m ← β1 m + (1-β1) g`, `v ← β2 v + (1-β2) g²`,
/// `w ← w - rate · m̂ / (√v̂ + δ)` with the usual corrections of the first steps' bias.
///
/// Source: Kingma and Ba, ICLR 2015.
struct Adam: Sendable {
  private var firstMoments: [Float]
  private var secondMoments: [Float]
  // β1^t and β2^t by repeated multiplication, which is the same on every system.
  private var firstPower = 1.0
  private var secondPower = 1.0

  private static let firstDecay = 0.9
  private static let secondDecay = 0.999
  private static let stabilizer: Float = 1e-8

  /// Creates the state of that many parameters.
  init(count: Int) {
    firstMoments = Array(repeating: 0, count: count)
    secondMoments = firstMoments
  }

  /// Shows both moments to a body that may change them.
  mutating func visitState(_ visit: (inout [Float]) -> Void) {
    visit(&firstMoments)
    visit(&secondMoments)
  }

  /// Makes the next step the one after that many.
  mutating func restoreStepCount(_ count: Int) {
    (firstPower, secondPower) = (1, 1)
    for _ in 0..<count {
      firstPower *= Self.firstDecay
      secondPower *= Self.secondDecay
    }
  }

  /// Takes one step.
  ///
  /// - Complexity: O(n).
  mutating func step(_ parameters: inout [Float], gradients: [Float], rate: Float) {
    let count = parameters.count
    precondition(gradients.count == count && firstMoments.count == count && secondMoments.count == count)
    firstPower *= Self.firstDecay
    secondPower *= Self.secondDecay
    // m̂ / √v̂ = m / √v · √(1-β2^t) / (1-β1^t); the stabilizer is scaled along.
    let correction = (1 - secondPower).squareRoot()
    let scaledRate = rate * Float(correction / (1 - firstPower))
    let stabilizer = Self.stabilizer * Float(correction)
    let (keepFirst, keepSecond) = (Float(Self.firstDecay), Float(Self.secondDecay))
    let (takeFirst, takeSecond) = (Float(1 - Self.firstDecay), Float(1 - Self.secondDecay))
    unsafe parameters.withUnsafeMutableBufferPointer { parameters in
      unsafe gradients.withUnsafeBufferPointer { gradients in
        unsafe firstMoments.withUnsafeMutableBufferPointer { firstMoments in
          unsafe secondMoments.withUnsafeMutableBufferPointer { secondMoments in
            guard let w = parameters.baseAddress, let g = gradients.baseAddress,
              let m = firstMoments.baseAddress, let v = secondMoments.baseAddress
            else { return }
            for i in 0..<count {
              let gradient = unsafe g[i]
              let first = unsafe keepFirst * m[i] + takeFirst * gradient
              let second = unsafe keepSecond * v[i] + takeSecond * gradient * gradient
              // Without gradients moments decay to subnormal numbers, on which some processors are slow.
              unsafe m[i] = first.magnitude < 1e-30 ? 0 : first
              unsafe v[i] = second < 1e-30 ? 0 : second
              unsafe w[i] -= scaledRate * first / (second.squareRoot() + stabilizer)
            }
          }
        }
      }
    }
  }
}
