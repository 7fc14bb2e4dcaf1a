public import CSupNorm

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
    try withModel { model throws(NetworkError) in try model.encode(reading, feature: feature) }
  }

  /// What `encode` clamps: `((reading - origin) · multiplier + addend) >> shift`, saturated to 32 bits.
  package func scaled(_ reading: Int32, feature: Int) throws(NetworkError) -> Int32 {
    try withModel { model throws(NetworkError) in try model.scaled(reading, feature: feature) }
  }
}

extension Model {
  fileprivate func encode(_ reading: Int32, feature: Int) throws(NetworkError) -> Int16 {
    Int16(clamping: min(max(try scaled(reading, feature: feature), inputMinimum), inputMaximum))
  }

  fileprivate func scaled(_ reading: Int32, feature: Int) throws(NetworkError) -> Int32 {
    guard let map = self.feature(feature), map.isInRange else { throw .malformed }
    guard map.multiplier > 0 else { throw .noReadings }
    // In two words, since a conversion to Int64 may allocate on 32-bit targets. |reading - origin| ≤ 2^32 - 1 and
    // multiplier ≤ 2^31 - 1, so the product is within 2^63 - 2^32, and |addend| ≤ 2^31: the sum fits in 64 bits.
    let product = reading.multipliedFullWidth(by: map.multiplier)
    let start = map.origin.multipliedFullWidth(by: map.multiplier)
    let difference = product.low.subtractingReportingOverflow(start.low)
    let sum = difference.partialValue.addingReportingOverflow(UInt32(bitPattern: map.addend))
    let high =
      product.high &- start.high &- (difference.overflow ? 1 : 0) &+ (sum.overflow ? 1 : 0)
      &+ (map.addend &>> 31)
    // Smart shifts: those of 32 places give zero.
    let low = Int32(bitPattern: sum.partialValue >> map.shift | UInt32(bitPattern: high) << (32 &- map.shift))
    let isWhole = high &>> map.shift == low &>> 31
    return isWhole ? low : high < 0 ? Int32.min : Int32.max
  }

  /// The map of one raw input, or nil when there is none.
  private func feature(_ index: Int) -> supnorm_feature? {
    let count = unsafe Int(network.pointee.feature_count)
    guard index >= 0, index < inputs, count == 1 || count == inputs else { return nil }
    return unsafe network.pointee.features?[count == 1 ? 0 : index]
  }
}

extension supnorm_feature {
  /// Whether the numbers are those of a map, or all zero for a feature without readings.
  var isInRange: Bool {
    multiplier > 0 ? shift >= 0 && shift <= 31 : origin | multiplier | addend | shift == 0
  }
}

/// See `supnorm_encode` in supnorm.h.
@c public func supnorm_encode(
  _ model: UnsafePointer<supnorm_model>?, _ feature: UInt32, _ reading: Int32,
  _ encoded: UnsafeMutablePointer<Int16>?
) -> Int32 {
  unsafe status(model) { model throws(NetworkError) in
    guard let encoded = unsafe encoded else { throw .nullPointer }
    unsafe encoded.pointee = try model.encode(reading, feature: Int(clamping: feature))
    return SUPNORM_OK
  }
}
