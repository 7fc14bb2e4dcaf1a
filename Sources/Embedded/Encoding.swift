internal import CSupNorm

extension Network {
  /// Encodes one raw integer reading: `clamp((reading · multiplier + addend) >> shift)`, where the product and the
  /// sum saturate at the ends of `Int32` and the result is clamped to the declared input range.
  ///
  /// Nondecreasing in the reading, and where nothing saturates a change of the reading by t moves the result by at
  /// most `ceil(t · multiplier / 2^shift)` LSB.
  ///
  /// - Parameters:
  ///   - reading: full `Int32` range.
  ///   - feature: 0 …< inputs.
  /// - Throws: `malformed` when there is no such feature or no map.
  /// - Complexity: O(1).
  public func encode(_ reading: Int32, feature: Int) throws(NetworkError) -> Int16 {
    guard let map = self.feature(feature), map.shift >= 0, map.shift <= 15, map.multiplier >= 0 else {
      throw .malformed
    }
    let product = reading.multipliedReportingOverflow(by: map.multiplier)
    let scaled = product.overflow ? (reading > 0 ? Int32.max : Int32.min) : product.partialValue
    let sum = scaled.addingReportingOverflow(map.addend)
    let total = sum.overflow ? (map.addend > 0 ? Int32.max : Int32.min) : sum.partialValue
    return Int16(clamping: min(max(total &>> map.shift, inputMinimum), inputMaximum))
  }
}
