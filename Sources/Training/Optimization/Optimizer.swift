/// What moves parameters along their gradients, one part at a time.
protocol Optimizer: Sendable {
  /// What it keeps of parameters that have taken no step.
  func moments(of parameters: any LaneStore) -> Moments

  /// Makes the next step the one after that many.
  mutating func restoreStepCount(_ count: Int)

  /// Begins the next step.
  mutating func begin(rate: Float)

  /// Takes the current step with one part of some parameters.
  ///
  /// - Parameters:
  ///   - gradients: as many lanes as the part has.
  ///   - scale: what the gradients are multiplied by first.
  @unsafe func move(
    _ parameters: any LaneStore, part: Int, _ moments: Moments, gradients: UnsafePointer<Lanes>, scale: Float)
}

/// What an optimizer keeps of some parameters from step to step.
struct Moments {
  /// Of gradients.
  let first: any LaneStore
  /// Of their squares; nil where the optimizer has none.
  var second: (any LaneStore)?

  /// Shows them to a body that may change their elements.
  func visitElements(_ body: (inout [Float]) -> Void) {
    first.visitElements(body)
    second?.visitElements(body)
  }
}

/// Gradient descent with momentum: `v ← μ v + g`, `w ← w - rate · v`; without momentum plain descent.
struct MomentumDescent: Optimizer {
  /// μ, at least 0 and below 1.
  let momentum: Float
  private var rate: Float = 0

  init(momentum: Float) { self.momentum = momentum }

  func moments(of parameters: any LaneStore) -> Moments { Moments(first: parameters.zeros()) }

  mutating func restoreStepCount(_ count: Int) {}

  mutating func begin(rate: Float) { self.rate = rate }

  @unsafe func move(
    _ parameters: any LaneStore, part: Int, _ moments: Moments, gradients: UnsafePointer<Lanes>, scale: Float
  ) {
    let weights = unsafe parameters.part(part)
    guard let w = weights.baseAddress, let v = unsafe moments.first.part(part).baseAddress else { return }
    for i in 0..<weights.count {
      let velocity = unsafe momentum * v[i] + scale * gradients[i]
      unsafe v[i] = velocity
      unsafe w[i] -= rate * velocity
    }
  }
}
