internal import Claims
public import Integers

/// A bound on a change: `slope·d + offset` accumulator units for inputs at most d LSB apart, for every d ≥ 0.
///
/// Of a pair of classes it bounds their margin deviation `M_jk(d)`, of an output of a regression its own change. A
/// bound that does not fit in 32 bits is saturated, which leaves no positive radius and no output bound.
public struct ChangeBound: Equatable, Sendable {
  /// A, in accumulator units for each LSB.
  public var slope: UInt32
  /// B, in accumulator units.
  public var offset: UInt32

  /// Creates a bound.
  public init(slope: UInt32, offset: UInt32) {
    self.slope = slope
    self.offset = offset
  }
}

/// A bound `δ(d) ≤ (slope·d + offset) / 2^24` on how far one value moves.
///
/// Slopes and offsets are integers, every step rounds up, and both saturate far above any bound of use.
struct AffineBound: Deviation {
  var slope: UInt64
  var offset: UInt64

  static let fractionBits: UInt64 = 24
  static let one: UInt64 = 1 << fractionBits
  static let ceiling: UInt64 = 1 << 62

  /// The deviation at which two valid bounds are compared to keep the better: 1024 LSB, 1/32 of a unit.
  static let reference: UInt64 = 1024

  private var atReference: UInt64 { Self.sum(Self.product(slope, Self.reference), offset) }

  /// An input, which moves by d.
  static let input = AffineBound(slope: one, offset: 0)
  static let none = AffineBound(slope: 0, offset: 0)

  private static func sum(_ first: UInt64, _ second: UInt64) -> UInt64 { min(first + second, ceiling) }

  private static func product(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let (value, overflow) = first.multipliedReportingOverflow(by: second)
    return overflow ? ceiling : min(value, ceiling)
  }

  /// `ceil(value / 2^bits)`; what has saturated stays saturated.
  private static func ceilingShift(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value >= ceiling ? ceiling : (value + (1 << bits) - 1) >> bits
  }

  /// `value` rounded up to a multiple of `one`.
  private static func roundedToOne(_ value: UInt64) -> UInt64 {
    value >= ceiling ? ceiling : ceilingShift(value, fractionBits) << fractionBits
  }

  static func + (first: AffineBound, second: AffineBound) -> AffineBound {
    AffineBound(slope: sum(first.slope, second.slope), offset: sum(first.offset, second.offset))
  }

  func multiplied(by weight: Int) -> AffineBound {
    AffineBound(slope: Self.product(slope, UInt64(weight)), offset: Self.product(offset, UInt64(weight)))
  }

  /// Whole accumulator units, rounded up and cut at 32 bits.
  var roundedUp: ChangeBound {
    ChangeBound(
      slope: UInt32(clamping: Self.ceilingShift(slope, Self.fractionBits)),
      offset: UInt32(clamping: Self.ceilingShift(offset, Self.fractionBits)))
  }

  static func larger(_ first: AffineBound, _ second: AffineBound) -> AffineBound {
    AffineBound(slope: max(first.slope, second.slope), offset: max(first.offset, second.offset))
  }

  /// Bounds `ceil(N / 2^shift)` for an integer `N ≤ self`, by the better of two ways.
  ///
  /// Adding the rounding: `ceil(N / 2^f) ≤ N / 2^f + (2^f - 1) / 2^f`. Or rounding the coefficients up to whole
  /// numbers, `ceil(α·d + β) ≤ ceil(α)·d + ceil(β)`, which costs nothing where α is a whole number: that is the
  /// zero slack of a row with `R = 2^f`.
  func requantized(shift: Int) -> AffineBound {
    let shift = UInt64(shift)
    let rounding = Self.product((1 << shift) - 1, Self.one)
    let slack = AffineBound(
      slope: Self.ceilingShift(slope, shift),
      offset: Self.ceilingShift(Self.sum(offset, rounding), shift))
    let whole = AffineBound(
      slope: Self.roundedToOne(Self.ceilingShift(slope, shift)),
      offset: Self.roundedToOne(Self.ceilingShift(offset, shift)))
    return slack.atReference < whole.atReference ? slack : whole
  }
}

extension IntegerNetwork {
  /// The bounds of the header, of the pairs of classes or of the outputs of a regression.
  ///
  /// None where every layer passes changes on unchanged: slope 2 for every pair, 1 for every output, offset 0.
  public func boundTable() -> [ChangeBound] {
    if passesChangesOn { return [] }
    return switch task {
    case .classification: pairTable()
    case .regression: outputTable()
    }
  }

  /// For each pair j < k, in the order (0,1) (0,2) … (1,2) …, integers with `M_jk(d) ≤ slope·d + offset` for every d.
  ///
  /// - Complexity: O(weights + outputs² · columns of the last layer).
  package func pairTable() -> [ChangeBound] {
    let columns = boundedColumns
    let last = last.certified
    return (0..<outputs).flatMap { first in
      (first + 1..<max(outputs, first + 1)).map { last.differenceDeviation(first, $0, columns).roundedUp }
    }
  }

  /// For each output, integers with `|y_j(x) - y_j(x')| ≤ slope·d + offset` for inputs at most d apart.
  ///
  /// - Complexity: O(weights).
  package func outputTable() -> [ChangeBound] {
    last.certified.rowDeviations(boundedColumns).map(\.roundedUp)
  }

  /// What the last layer reads, rounded up at every layer as `AffineBound.requantized` says.
  private var boundedColumns: [AffineBound] { walk(from: Array(repeating: .input, count: inputs)) }
}
