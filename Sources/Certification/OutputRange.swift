internal import Claims
internal import Integers

/// How low one output of a regression gets on a box of inputs: what is proved, and what was found.
public struct OutputMinimum: Equatable, Sendable {
  /// No input of the box gives less: certified, in accumulator units.
  public var bound: Int
  /// The least that was found, by a search: empirical, at or above the bound.
  public var found: Int
  /// Where.
  public var input: [Int16]
}

extension CertifiedNetwork {
  /// The minimum of an output over a box of inputs, or of its negative.
  ///
  /// The box is cut in two again and again, always that part whose bound is least, along its widest side. Each part is
  /// bounded by intervals and by linear bounds, and searched from its middle and from where its linear bound is least;
  /// what the search finds is the device's own answer. It ends early where both meet.
  ///
  /// - Parameters:
  ///   - output: 0 …< outputs.
  ///   - isNegated: whether the negative is meant, so that both numbers are negatives of the maximum's.
  ///   - box: a range for each input.
  ///   - parts: how many parts are bounded at most, at least 1.
  /// - Returns: nil for a last layer of maxima, which no header of a regression from training has.
  /// - Postcondition: `bound ≤ y ≤ …` for every y on the box, `bound ≤ found`.
  /// - Complexity: O(parts · non-zero weights · (1 + steps of the search)).
  public func minimum(
    ofOutput output: Int, isNegated: Bool = false, over box: [ClosedRange<Int16>], parts: Int
  ) -> OutputMinimum? {
    guard network.last.asWeighted != nil else { return nil }
    let sign: Int64 = isNegated ? -1 : 1
    var whole = IntegerBounds(at: box.map { Int64($0.lowerBound) })
    whole.upper = box.map { Int64($0.upperBound) }
    let search = OutputDescent(network, output: output, sign: sign)
    guard let first = prover.least(ofOutput: output, sign: sign, over: whole) else { return nil }
    var best = search.descent(from: whole.middle, in: whole, from: nil)
    best = search.descent(from: first.corner ?? whole.lower, in: whole, from: best)
    var open = [(box: whole, bound: first.value)]
    for _ in 0..<max(parts / 2, 0) {
      guard let place = open.indices.min(by: { open[$0].bound < open[$1].bound }),
        open[place].bound < best.value
      else { break }
      let part = open.remove(at: place)
      for half in part.box.halves {
        guard let least = prover.least(ofOutput: output, sign: sign, over: half) else { return nil }
        // A part's bound is no worse than that of what it is a part of.
        open.append((half, max(least.value, part.bound)))
        let corner = least.corner ?? half.lower
        let point = [corner, half.middle].min { search.value(at: $0) < search.value(at: $1) } ?? corner
        if search.value(at: point) < best.value { best = search.descent(from: point, in: whole, from: best) }
      }
      if open.isEmpty { break }
    }
    let bound = open.reduce(best.value) { min($0, $1.bound) }
    return OutputMinimum(
      bound: Int(bound), found: Int(best.value), input: best.point.map { Int16(clamping: $0) })
  }
}

extension BoxProver {
  /// What no input of a box makes an output, times a sign, fall below; and a corner where that might be so.
  fileprivate func least(
    ofOutput output: Int, sign: Int64, over box: IntegerBounds
  ) -> (value: Int64, corner: [Int64]?)? {
    guard let bounds = bounds(over: box, isTightened: true),
      var functional = last.functional(ofRow: output, sign: sign)
    else { return nil }
    let hiddenCount = last.columns - residualInputs.count
    functional.residual = Array(functional.coefficients[hiddenCount...])
    functional.coefficients.removeSubrange(hiddenCount...)
    let slopes = zip(hidden, bounds).map { LayerSlopes($0.activation, over: $1) }
    let found = lowerBound(of: functional, over: box, bounds: bounds, slopes: slopes)
    // An integer at or above value / 2^16 is at or above its ceiling; accumulators lie within 32 bits.
    let ceiling = -((-found.value) >> Int128(LinearFunctional.fractionBits))
    let value = Int64(min(max(ceiling, -(1 << 32)), 1 << 32))
    return (value, found.inputCoefficients.map { minimizer($0, over: box) })
  }
}

extension IntegerBounds {
  /// The middle, rounded down.
  fileprivate var middle: [Int64] { zip(lower, upper).map { ($0 + $1) >> 1 } }

  /// Both halves along the widest side; none of a point.
  fileprivate var halves: [IntegerBounds] {
    guard let side = lower.indices.max(by: { upper[$0] - lower[$0] < upper[$1] - lower[$1] }), !isPoint else {
      return []
    }
    var parts = (self, self)
    parts.0.upper[side] = middle[side]
    parts.1.lower[side] = middle[side] + 1
    return [parts.0, parts.1]
  }
}

/// A search for the least value of one output, times a sign, on a box.
private final class OutputDescent {
  /// A point and its value.
  struct Point {
    var point: [Int64]
    var value: Int64
  }

  private let pass: GradientPass
  private let output: Int
  private let sign: Int64
  /// Single inputs are tried one after the other only where there are few.
  private static let fewInputs = 64

  init(_ network: IntegerNetwork, output: Int, sign: Int64) {
    pass = GradientPass(network)
    self.output = output
    self.sign = sign
  }

  /// The output at a point, times the sign, by the device's kernels.
  func value(at point: [Int64]) -> Int64 {
    pass.run(point.map { Int16(clamping: $0) })
    return sign * Int64(pass.logits[output])
  }

  /// Goes down from a point by steps along the gradient, its signs and single inputs, of half the box's width at first and
  /// in the end of 1 LSB, each kept if it is one down.
  ///
  /// - Returns: the least of what it met and what was known.
  func descent(from start: [Int64], in box: IntegerBounds, from known: Point?) -> Point {
    var best = Point(point: start, value: value(at: start))
    var length = zip(box.lower, box.upper).reduce(1) { max($0, ($1.1 - $1.0) / 2) }
    while length > 0 {
      var tries = 0
      while tries < 8, let next = step(from: best, length: length, in: box) {
        best = next
        tries += 1
      }
      length /= 2
    }
    guard let known, known.value <= best.value else { return best }
    return known
  }

  private func step(from best: Point, length: Int64, in box: IntegerBounds) -> Point? {
    _ = value(at: best.point)
    pass.propagateBack(output, minus: nil)
    let gradient = pass.gradient.map { Float(sign) * $0 }
    let largest = gradient.reduce(0) { max($0, $1.magnitude) }
    var directions: [[Float]] = []
    if largest > 0, largest.isFinite {
      directions = [gradient.map { -$0 / largest }, gradient.map { $0 > 0 ? -1 : $0 < 0 ? 1 : 0 }]
    }
    if best.point.count <= Self.fewInputs {
      for index in best.point.indices {
        for side: Float in [1, -1] {
          directions.append(best.point.indices.map { $0 == index ? side : 0 })
        }
      }
    }
    for direction in directions {
      let point = best.point.indices.map { index in
        let moved = best.point[index] + Int64((direction[index] * Float(length)).rounded())
        return min(max(moved, box.lower[index]), box.upper[index])
      }
      let value = value(at: point)
      if value < best.value { return Point(point: point, value: value) }
    }
    return nil
  }
}
