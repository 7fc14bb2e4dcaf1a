/// A bound `(slope·d + offset) / 2^24` on how far a value moves when no input moves by more than d LSB.
///
/// Nothing grows beyond 2^62, far above any bound of use.
struct MoveBound {
  var slope: Int128
  var offset: Int128

  static let one: Int128 = 1 << 24
  private static let limit: Int128 = 1 << 62

  /// An input moves by d.
  static let input = MoveBound(slope: one, offset: 0)
  static let none = MoveBound(slope: 0, offset: 0)

  /// `Σ|w|·bound` over some columns.
  static func combination(
    _ terms: some Sequence<(column: Int, weight: Int)>, of columns: [MoveBound]
  ) -> MoveBound {
    var sum = none
    for term in terms {
      let weight = Int128(abs(term.weight))
      sum.slope = min(sum.slope + min(weight * columns[term.column].slope, limit), limit)
      sum.offset = min(sum.offset + min(weight * columns[term.column].offset, limit), limit)
    }
    return sum
  }

  static func + (first: MoveBound, second: MoveBound) -> MoveBound {
    MoveBound(
      slope: min(first.slope + second.slope, limit), offset: min(first.offset + second.offset, limit))
  }

  /// The larger slope with the larger offset.
  static func larger(_ first: MoveBound, _ second: MoveBound) -> MoveBound {
    MoveBound(slope: max(first.slope, second.slope), offset: max(first.offset, second.offset))
  }

  /// After `(… + 2^(f-1)) >> f`: `a' = ceil(a / 2^f)`, `b' = ceil((b + (2^f - 1)·2^24) / 2^f)`, or a' and
  /// `ceil(b / 2^f)` both rounded up to whole multiples of 2^24; whichever is smaller at d = 1024, the whole ones on a
  /// tie.
  func requantized(shift: Int) -> MoveBound {
    let power: Int128 = 1 << Int128(shift)
    let (one, limit) = (Self.one, Self.limit)
    let rounded = MoveBound(
      slope: Self.up(slope, power), offset: Self.up(min(offset + (power - 1) * one, limit), power))
    let whole = MoveBound(
      slope: min(Self.up(Self.up(slope, power), one) * one, limit),
      offset: min(Self.up(Self.up(offset, power), one) * one, limit))
    return rounded.atReference < whole.atReference ? rounded : whole
  }

  private var atReference: Int128 { min(min(slope * 1024, Self.limit) + offset, Self.limit) }

  private static func up(_ value: Int128, _ divisor: Int128) -> Int128 {
    value >= limit ? limit : (value + divisor - 1) / divisor
  }

  /// In whole accumulator units, cut at 32 bits: slope and offset.
  var stated: (slope: Int, offset: Int) {
    (
      Int(min(Self.up(slope, Self.one), 4_294_967_295)), Int(min(Self.up(offset, Self.one), 4_294_967_295))
    )
  }
}
