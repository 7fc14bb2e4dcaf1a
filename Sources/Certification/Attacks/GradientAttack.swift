// FGSM and PGD are one descent: FGSM is its first step from each start.

extension Attacker {
  /// Descends on the margin over another class.
  ///
  /// The first start is the input itself, the others are random points of the ball. Its target is the strongest
  /// other class of each point; the next starts aim at one class each, the strongest first, then it begins again.
  func descend() throws {
    var targets: [Int?] = [nil]
    targets += otherClasses
    for restart in 0..<options.restarts where !isFinished {
      clearOffsets()
      if restart > 0 { drawStart() }
      try attempt()
      try descend(on: targets[restart % targets.count])
    }
  }

  /// Takes the steps of one start, `2 · radius · (1 - t / steps)` long: the first one reaches a corner (in ℓ2 the
  /// surface) from wherever it starts, the last ones settle.
  ///
  /// Half-way it returns to the best point so far (Croce and Hein 2020, arXiv 2003.01690).
  private func descend(on target: Int?) throws {
    var previous = offsets
    var best = (margin: Int.max, offsets: offsets)
    for step in 0..<options.steps where !isFinished {
      guard let other = target ?? strongestOther else { return }
      if step > 0, step == options.steps / 2 {
        offsets = best.offsets
        previous = offsets
        try attempt()
      }
      computeGradient(over: other)
      let rest = 1 - Float(step) / Float(options.steps)
      takeStep(max(2 * ball.radius * rest, 1), &previous)
      let margin = try attempt()
      if margin < best.margin { best = (margin, offsets) }
    }
  }

  /// Moves the offsets against the gradient, by `length` in the ball's norm, and on by a part of the last move.
  private func takeStep(_ length: Float, _ previous: inout [Float]) {
    let gradient = pass.gradient
    let norm = euclideanNorm(gradient)
    let momentum = options.momentum
    for index in offsets.indices {
      let before = offsets[index]
      let descent: Float =
        switch ball.norm {
        case _ where norm == 0: random.sign() * length
        case .infinity: gradient[index] == 0 ? 0 : (gradient[index] > 0 ? -length : length)
        // In ℓ1 the projection leaves the largest of them.
        case .one, .two: -gradient[index] / norm * length
        }
      offsets[index] = before + descent + momentum * (before - previous[index])
      previous[index] = before
    }
  }

  /// A random point: uniform in the ℓ∞ ball, a Gaussian direction of random length in ℓ2, in ℓ1 along some of the inputs.
  private func drawStart() {
    let radius = ball.radius
    switch ball.norm {
    case .infinity:
      for index in offsets.indices { offsets[index] = random.signed() * radius }
    case .two:
      for index in offsets.indices { offsets[index] = random.gaussian() }
      let scale = radius * random.uniform() / max(euclideanNorm(offsets), 1e-6)
      for index in offsets.indices { offsets[index] *= scale }
    case .one:
      let moved = 1 + random.index(below: ball.count)
      for index in offsets.indices {
        offsets[index] = random.index(below: ball.count) < moved ? random.gaussian() : 0
      }
      let scale = radius * random.uniform() / max(offsets.reduce(0) { $0 + $1.magnitude }, 1e-6)
      for index in offsets.indices { offsets[index] *= scale }
    }
  }
}
