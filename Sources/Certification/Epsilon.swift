/// A perturbation size in mapped units, kept as the exact fraction that was written: `0.1`, `1/16`, `2e-3`.
public struct Epsilon: Equatable, Sendable, CustomStringConvertible {
  /// The text as the user wrote it.
  public let description: String
  /// The part above, below 2^31.
  public let numerator: Int
  /// The part below, 1 … 10^9 or what was written.
  public let denominator: Int

  /// Parses a non-negative decimal number or a fraction of two whole numbers; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    description = String(text)
    if parts.count == 2, let above = Self.wholeNumber(parts[0]), let below = Self.wholeNumber(parts[1]) {
      guard below > 0 else { return nil }
      (numerator, denominator) = (above, below)
      return
    }
    guard parts.count == 1 else { return nil }
    let halves = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), let exponent = halves.count == 2 ? Int(halves[1]) : 0,
      (-9...9).contains(exponent)
    else { return nil }
    let digits = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(digits.count), let value = Self.wholeNumber(digits.joined()) else { return nil }
    let scale = exponent - (digits.count == 2 ? digits[1].count : 0)
    guard (-9...9).contains(scale) else { return nil }
    let power = (0..<abs(scale)).reduce(1) { result, _ in result * 10 }
    let (scaled, overflow) = value.multipliedReportingOverflow(by: scale > 0 ? power : 1)
    guard !overflow, scaled < 1 << 31 else { return nil }
    (numerator, denominator) = (scaled, scale < 0 ? power : 1)
  }

  private static func wholeNumber(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.allSatisfy({ ("0"..."9").contains($0) }), let value = Int(text),
      value < 1 << 31
    else { return nil }
    return value
  }

  /// The value in floating point, for display and for training; never for a certificate.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// The deviation `ceil(epsilon · unit)` in LSB, exact.
  public func deviation(unit: Int) -> Int {
    (numerator * unit + denominator - 1) / denominator
  }
}
