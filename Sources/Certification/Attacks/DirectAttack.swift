// The attacks that only ask for answers: noise and corners.

extension Attacker {
  /// Tries Gaussian noise: of standard deviation `radius` in every input, cut to the ball, in ℓ2 of `radius / √inputs` and
  /// in ℓ1 of `radius / inputs`, so that its length is about the radius.
  func searchNoise() throws {
    let deviation = ball.radius * ball.share(of: ball.count)
    for _ in 0..<options.restarts where !isFinished {
      for index in offsets.indices { offsets[index] = deviation * random.gaussian() }
      try attempt()
    }
  }

  /// Tries corners of the ball and improves each: a random input goes to its other end, and stays there unless
  /// the smallest margin grows.
  ///
  /// The first corner is the one against the gradient, the others are random. In ℓ1 and ℓ2 a corner moves some of the
  /// inputs, all by the same amount, `floor(radius / √inputs moved)` in ℓ2; the ends of an input are that amount up and
  /// down, and when the ball has no room for one more, all of them come closer.
  func searchCorners() throws {
    for restart in 0..<options.restarts where !isFinished {
      let moved =
        ball.norm == .infinity || restart % 2 == 0 ? ball.count : 1 + random.index(below: ball.count)
      let end = max((ball.radius * ball.share(of: moved)).rounded(.down), 1)
      try drawCorner(moved: moved, end: end, againstGradient: restart == 0)
      var margin = try attempt()
      for _ in 0..<options.steps where !isFinished {
        let index = random.index(below: ball.count)
        // Where the range ends at the input there is nothing to flip to.
        guard ball.least[index] != ball.greatest[index] else { continue }
        // In ℓ1 and ℓ2 one input's move pulls at the others.
        let (kept, all) = (offsets[index], ball.norm == .infinity ? [] : offsets)
        offsets[index] = otherEnd(index, end)
        let next = try attempt()
        if next <= margin {
          margin = next
        } else if ball.norm == .infinity {
          offsets[index] = kept
        } else {
          offsets = all
        }
      }
    }
  }

  /// The end of an input's interval where it is not; a random one when it is at neither.
  private func otherEnd(_ index: Int, _ end: Float) -> Float {
    let ends = (max(-end, ball.least[index]), min(end, ball.greatest[index]))
    if offsets[index] == ends.0 { return ends.1 }
    return offsets[index] == ends.1 || random.sign() > 0 ? ends.0 : ends.1
  }

  /// Sets the offsets to a corner that moves about so many inputs.
  private func drawCorner(moved: Int, end: Float, againstGradient: Bool) throws {
    if againstGradient {
      guard let other = strongestOther else { return }
      computeGradient(over: other)
    }
    for index in offsets.indices {
      let slope = againstGradient ? pass.gradient[index] : 0
      let sign = slope == 0 ? random.sign() : (slope > 0 ? -1 : 1)
      offsets[index] = random.index(below: ball.count) < moved ? sign * end : 0
    }
  }
}
