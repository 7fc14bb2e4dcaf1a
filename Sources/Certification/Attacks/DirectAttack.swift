// The attacks that only ask for answers: noise and corners.

extension Attacker {
  /// Tries Gaussian noise: of standard deviation `radius` in every input, cut to the ball, or in ℓ2 of
  /// `radius / √inputs`, so that its length is about the radius.
  func searchNoise() throws {
    let deviation =
      ball.norm == .infinity ? Float(ball.radius) : Float(ball.radius) / Float(ball.count).squareRoot()
    for _ in 0..<options.restarts where !isFinished {
      for index in offsets.indices { offsets[index] = deviation * random.gaussian() }
      try attempt()
    }
  }

  /// Tries corners of the ball and improves each: a random input goes to its other end, and stays there unless
  /// the smallest margin grows.
  ///
  /// The first corner is the one against the gradient, the others are random. In ℓ2 a corner moves some of the
  /// inputs, all by the same amount, `floor(radius / √inputs moved)`.
  func searchCorners() throws {
    for restart in 0..<options.restarts where !isFinished {
      try drawCorner(againstGradient: restart == 0)
      var margin = try attempt()
      for _ in 0..<options.steps where !isFinished {
        let index = random.index(below: ball.count)
        // Where the range ends at the input there is nothing to flip to.
        guard ball.least[index] != ball.greatest[index], let flipped = otherEnd(index) else { continue }
        let kept = offsets[index]
        offsets[index] = flipped
        let next = try attempt()
        if next <= margin { margin = next } else { offsets[index] = kept }
      }
    }
  }

  private func otherEnd(_ index: Int) -> Float? {
    switch ball.norm {
    case .infinity: offsets[index] == ball.greatest[index] ? ball.least[index] : ball.greatest[index]
    case .two: offsets[index] == 0 ? nil : -offsets[index]
    }
  }

  private func drawCorner(againstGradient: Bool) throws {
    if againstGradient {
      guard let other = strongestOther else { return }
      computeGradient(over: other)
    }
    let moved = ball.norm == .infinity || random.sign() > 0 ? ball.count : 1 + random.index(below: ball.count)
    let reach =
      ball.norm == .infinity
      ? Float(ball.radius) : (Float(ball.radius) / Float(moved).squareRoot()).rounded(.down)
    for index in offsets.indices {
      let slope = againstGradient ? pass.gradient[index] : 0
      let sign = slope == 0 ? random.sign() : (slope > 0 ? -1 : 1)
      offsets[index] = random.index(below: ball.count) < moved ? sign * reach : 0
    }
  }
}
