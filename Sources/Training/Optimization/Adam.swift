/// Adam: `m ← β1 m + (1-β1) g`, `v ← β2 v + (1-β2) g²`, `w ← w - rate · m̂ / (√v̂ + δ)` with the usual corrections
/// of the first steps' bias.
///
/// Source: Kingma and Ba, ICLR 2015.
struct Adam: Sendable {
  // β1^t and β2^t by repeated multiplication, which is the same on every system.
  private var firstPower = 1.0
  private var secondPower = 1.0

  /// How many steps have begun.
  private(set) var stepCount = 0

  /// Creates the optimizer after that many steps.
  init(stepCount: Int = 0) {
    for _ in 0..<stepCount { _ = nextStep(rate: 0) }
  }

  private static let firstDecay = 0.9
  private static let secondDecay = 0.999
  private static let stabilizer: Float = 1e-8

  /// m and v of some parameters.
  struct Moments {
    let first: Panels
    let second: Panels

    /// Creates the moments of parameters that have taken no step.
    init(rows: Int, columns: Int) {
      first = Panels(rows: rows, columns: columns)
      second = Panels(rows: rows, columns: columns)
    }
  }

  /// One step of all parameters.
  struct Step {
    fileprivate let rate: Float
    fileprivate let stabilizer: Float

    /// Takes the step with one panel of parameters.
    ///
    /// - Parameters:
    ///   - gradients: as many lanes as the parameters have columns.
    ///   - scale: what the gradients are multiplied by first.
    @unsafe func update(
      _ parameters: Panels, panel: Int, _ moments: Moments, gradients: UnsafePointer<Lanes>, scale: Float
    ) {
      let w = unsafe parameters.panel(panel)
      let m = unsafe moments.first.panel(panel)
      let v = unsafe moments.second.panel(panel)
      let (keepFirst, keepSecond) = (Float(Adam.firstDecay), Float(Adam.secondDecay))
      let (takeFirst, takeSecond) = (Float(1 - Adam.firstDecay), Float(1 - Adam.secondDecay))
      for i in 0..<parameters.columns {
        let gradient = unsafe scale * gradients[i]
        var first = unsafe keepFirst * m[i] + takeFirst * gradient
        var second = unsafe keepSecond * v[i] + takeSecond * gradient * gradient
        unsafe w[i] -= rate * first / (second.squareRoot() + stabilizer)
        // Without gradients moments decay to subnormal numbers, on which some processors are slow.
        first.replace(with: 0, where: first.magnitudes .< 1e-30)
        second.replace(with: 0, where: second .< 1e-30)
        unsafe m[i] = first
        unsafe v[i] = second
      }
    }
  }

  /// Begins the next step.
  mutating func nextStep(rate: Float) -> Step {
    stepCount += 1
    firstPower *= Self.firstDecay
    secondPower *= Self.secondDecay
    // m̂ / √v̂ = m / √v · √(1-β2^t) / (1-β1^t); the stabilizer is scaled along.
    let correction = (1 - secondPower).squareRoot()
    return Step(
      rate: rate * Float(correction / (1 - firstPower)), stabilizer: Self.stabilizer * Float(correction))
  }
}
