internal import Integers

/// The inputs within a length of one input, in LSB: all whole numbers Δ with `‖Δ‖ ≤ radius`.
public struct InputBall: Equatable, Sendable {
  /// How the encoding of readings moves an input off what was asked for.
  public enum Rounding: Sendable {
    /// Not at all: readings are changed by whole LSB.
    case none
    /// By up to 1/2 LSB after the change: the sample itself lies on the grid.
    case perturbed
    /// By up to 1/2 LSB before and after it, and by what floating point adds to that, far less than 1/1024 LSB.
    case both
  }

  /// The norm of changes.
  public let norm: BallNorm
  /// D, rounded up where it is irrational.
  public let radius: UpperBound

  /// The inputs within a length in LSB.
  public init(_ norm: BallNorm, radius: UpperBound) {
    self.norm = norm
    self.radius = radius
  }

  /// The same for a whole number, 0 and more.
  public init(_ norm: BallNorm, radiusLSB radius: Int) { self.init(norm, radius: UpperBound(radius)) }

  /// What readings become that are at most epsilon away, in mapped units.
  ///
  /// `D = ε·U + r·n^(1/p)` with r = 0, 1/2 or 1 for the rounding of n inputs; in ℓ∞ `ceil(ε·U)`, and one more where the
  /// sample is rounded.
  public init(_ norm: BallNorm, _ epsilon: Epsilon, unit: Int, inputs count: Int, rounding: Rounding) {
    self.norm = norm
    guard norm != .infinity else {
      radius = UpperBound(epsilon.deviation(unit: unit) + (rounding == .both ? 1 : 0))
      return
    }
    let change = UpperBound(epsilon.numerator * unit, over: epsilon.denominator)
    let length = norm.length(repeatElement(1, count: count))
    let share: UpperBound? =
      switch rounding {
      case .none: nil
      case .perturbed: UpperBound(numerator: 1, shift: 1)
      case .both: UpperBound(numerator: 1025, shift: 10)
      }
    radius = share.map { change.adding(length.multiplied(by: $0)) } ?? change
  }

  /// How far one input moves at most: changes are whole numbers.
  public var reach: Int { radius.floor(limit: 65535) }

  /// The largest sum of changes, in ℓ2 of their squares, that the ball allows.
  var power: Int {
    norm == .two ? radius.multiplied(by: radius).floor(limit: .max) : radius.floor(limit: .max)
  }
}
