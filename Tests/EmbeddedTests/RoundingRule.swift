/// Ways to round `accumulator / 2^shift` to an integer, of which the kernel uses `halfUp`.
enum RoundingRule: CaseIterable, Sendable {
  case floor, truncation, halfUp, halfToEven, halfAwayFromZero

  /// Whether a row with `Σ|w| ≤ 2^shift` is nonexpansive under this rule.
  var isNonexpansive: Bool { self != .halfToEven && self != .halfAwayFromZero }

  /// The rounded quotient, not saturated.
  func rounded(_ accumulator: Int, shift: Int) -> Int {
    let power = 1 << shift
    let floor = accumulator >> shift
    let rest = accumulator - floor * power
    switch self {
    case .floor: return floor
    case .truncation: return accumulator / power
    case .halfUp: return (accumulator + power / 2) >> shift
    case .halfToEven: return floor + (2 * rest > power || 2 * rest == power && floor % 2 != 0 ? 1 : 0)
    case .halfAwayFromZero: return floor + (2 * rest > power || 2 * rest == power && floor >= 0 ? 1 : 0)
    }
  }
}
