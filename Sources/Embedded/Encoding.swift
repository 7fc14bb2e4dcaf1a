internal import CSupNorm

extension Network {
  /// Encodes one raw integer reading: `clamp(((reading - origin) · multiplier + addend) >> shift)`, the result clamped
  /// to the declared input range.
  ///
  /// Nondecreasing in the reading; readings at most t apart give results at most `ceil(t · multiplier / 2^shift)` apart.
  ///
  /// - Parameters:
  ///   - reading: full `Int32` range.
  ///   - feature: 0 …< inputs.
  /// - Throws: `malformed` when there is no such feature or no map, `noReadings` when a host must encode it.
  /// - Complexity: O(1).
  public func encode(_ reading: Int32, feature: Int) throws(NetworkError) -> Int16 {
    let value = try scaled(reading, feature: feature)
    if value < Int64(truncatingIfNeeded: inputMinimum) { return Int16(truncatingIfNeeded: inputMinimum) }
    if value > Int64(truncatingIfNeeded: inputMaximum) { return Int16(truncatingIfNeeded: inputMaximum) }
    return Int16(truncatingIfNeeded: value)
  }

  /// What `encode` clamps.
  package func scaled(_ reading: Int32, feature: Int) throws(NetworkError) -> Int64 {
    guard let map = self.feature(feature), map.isInRange else { throw .malformed }
    guard map.multiplier > 0 else { throw .noReadings }
    let distance = Int64(truncatingIfNeeded: reading) &- Int64(truncatingIfNeeded: map.origin)
    // |distance| ≤ 2^32 - 1, so |product| ≤ (2^32 - 1)(2^31 - 1) ≤ 2^63 - 2^32, and |addend| ≤ 2^31: &* and &+ are exact.
    let product = distance &* Int64(truncatingIfNeeded: map.multiplier)
    return (product &+ Int64(truncatingIfNeeded: map.addend)) &>> Int64(truncatingIfNeeded: map.shift)
  }
}

extension supnorm_feature {
  /// Whether the numbers are those of a map, or all zero for a feature without readings.
  var isInRange: Bool {
    multiplier > 0 ? shift >= 0 && shift <= 31 : origin | multiplier | addend | shift == 0
  }
}
