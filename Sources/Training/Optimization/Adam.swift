/// Adam: `m ← β1 m + (1-β1) g`, `v ← β2 v + (1-β2) g²`, `w ← w - rate · m̂ / (√v̂ + δ)` with the usual corrections
/// of the first steps' bias.
///
/// Source: Kingma and Ba, ICLR 2015.
struct Adam: Optimizer {
  /// What networks of different layers are trained with; β1 is 0.9 for all.
  struct Constants: Sendable {
    /// β2.
    var secondDecay: Double
    /// δ.
    var stabilizer: Float
    /// Below it v becomes 0: without gradients it would decay to subnormal numbers, on which some processors are slow.
    var leastSecond: Float
    /// Whether `(1-β2) g²` is the product with the square, and not `((1-β2) g) g`: the last bit of every weight.
    var squaresFirst: Bool

    /// Those of the paper.
    static let usual = Constants(
      secondDecay: 0.999, stabilizer: 1e-8, leastSecond: 1e-30, squaresFirst: false)

    /// For gradients of high powers, which are so small that with 1e-8 most weights would hardly move; the faster
    /// second moment follows them while the exponent grows.
    static let powers = Constants(
      secondDecay: 0.99, stabilizer: 1e-10, leastSecond: 1e-36, squaresFirst: true)
  }

  private let constants: Constants
  // β1^t and β2^t by repeated multiplication, which is the same on every system.
  private var firstPower = 1.0
  private var secondPower = 1.0
  // Of the current step, corrected.
  private var rate: Float = 0
  private var stabilizer: Float = 0

  private static let firstDecay = 0.9

  /// Creates the optimizer of parameters that have taken no step.
  init(_ constants: Constants) { self.constants = constants }

  /// m and v.
  func moments(of parameters: any LaneStore) -> Moments {
    Moments(first: parameters.zeros(), second: parameters.zeros())
  }

  mutating func restoreStepCount(_ count: Int) {
    (firstPower, secondPower) = (1, 1)
    for _ in 0..<count { begin(rate: 0) }
  }

  mutating func begin(rate: Float) {
    firstPower *= Self.firstDecay
    secondPower *= constants.secondDecay
    // m̂ / √v̂ = m / √v · √(1-β2^t) / (1-β1^t); the stabilizer is scaled along.
    let correction = (1 - secondPower).squareRoot()
    self.rate = rate * Float(correction / (1 - firstPower))
    stabilizer = constants.stabilizer * Float(correction)
  }

  @unsafe func move(
    _ parameters: any LaneStore, part: Int, _ moments: Moments, gradients: UnsafePointer<Lanes>, scale: Float
  ) {
    let weights = unsafe parameters.part(part)
    guard let w = weights.baseAddress, let m = unsafe moments.first.part(part).baseAddress,
      let v = unsafe moments.second?.part(part).baseAddress
    else { return }
    let (keepFirst, keepSecond) = (Float(Self.firstDecay), Float(constants.secondDecay))
    let (takeFirst, takeSecond) = (Float(1 - Self.firstDecay), Float(1 - constants.secondDecay))
    for i in 0..<weights.count {
      let gradient = unsafe scale * gradients[i]
      var first = unsafe keepFirst * m[i] + takeFirst * gradient
      let square =
        constants.squaresFirst ? takeSecond * (gradient * gradient) : takeSecond * gradient * gradient
      var second = unsafe keepSecond * v[i] + square
      unsafe w[i] -= rate * first / (second.squareRoot() + stabilizer)
      first.replace(with: 0, where: first.magnitudes .< 1e-30)
      second.replace(with: 0, where: second .< constants.leastSecond)
      unsafe m[i] = first
      unsafe v[i] = second
    }
  }
}
