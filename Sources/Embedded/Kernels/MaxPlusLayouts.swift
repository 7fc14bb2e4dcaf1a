public import CSupNorm

// The entry points of max-plus layers, three for each layout, and what layouts with shortfalls of one size share.

private protocol ByteShortfalls: MaxPlusLayout {}

extension ByteShortfalls {
  static func writeShortfalls(
    _ layer: UnsafePointer<supnorm_layer>, _ lower: UnsafePointer<Int16>, _ upper: UnsafePointer<Int16>,
    _ shortfalls: UnsafeMutableRawPointer
  ) {
    unsafe writeByteShortfalls(layer, lower, upper, shortfalls)
  }
  static func approach(
    _ layer: UnsafePointer<supnorm_layer>, _ deviation: Int32, _ shortfalls: UnsafeMutableRawPointer
  ) {
    unsafe approachBytes(layer, deviation, shortfalls)
  }
  static func turn(_ layer: UnsafePointer<supnorm_layer>, _ shortfalls: UnsafeMutableRawPointer) {
    unsafe turnBytes(layer, shortfalls)
  }
}

@inline(never)
private func writeByteShortfalls(
  _ layer: UnsafePointer<supnorm_layer>, _ lower: UnsafePointer<Int16>, _ upper: UnsafePointer<Int16>,
  _ shortfalls: UnsafeMutableRawPointer
) {
  unsafe supnorm_shortfalls(layer, lower, upper, shortfalls, UInt32(SUPNORM_BYTES))
}

@inline(never)
private func approachBytes(
  _ layer: UnsafePointer<supnorm_layer>, _ deviation: Int32, _ shortfalls: UnsafeMutableRawPointer
) {
  // Most boxes are no vector's.
  if deviation != 0 { unsafe supnorm_approach(layer, deviation, shortfalls, UInt32(SUPNORM_BYTES)) }
}

@inline(never)
private func turnBytes(_ layer: UnsafePointer<supnorm_layer>, _ shortfalls: UnsafeMutableRawPointer) {
  unsafe supnorm_turn(layer, shortfalls, UInt32(SUPNORM_BYTES))
}

private enum Bytes: ByteShortfalls { static var number: UInt32 { UInt32(SUPNORM_BYTES) } }
private enum Halfwords: ByteShortfalls { static var number: UInt32 { UInt32(SUPNORM_HALFWORDS) } }

private enum Words: MaxPlusLayout {
  static var number: UInt32 { UInt32(SUPNORM_WORDS) }

  @inline(never)
  static func writeShortfalls(
    _ layer: UnsafePointer<supnorm_layer>, _ lower: UnsafePointer<Int16>, _ upper: UnsafePointer<Int16>,
    _ shortfalls: UnsafeMutableRawPointer
  ) {
    unsafe supnorm_shortfalls(layer, lower, upper, shortfalls, number)
  }
  @inline(never)
  static func approach(
    _ layer: UnsafePointer<supnorm_layer>, _ deviation: Int32, _ shortfalls: UnsafeMutableRawPointer
  ) {
    if deviation != 0 { unsafe supnorm_approach(layer, deviation, shortfalls, number) }
  }
  @inline(never)
  static func turn(_ layer: UnsafePointer<supnorm_layer>, _ shortfalls: UnsafeMutableRawPointer) {
    unsafe supnorm_turn(layer, shortfalls, number)
  }
}

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_words_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Words.infer(layer, input, hidden, logits, workspace)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_words_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Words.bound(layer, box, lower, upper, logitLower, logitUpper, workspace)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_words_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe Words.exceeds(layer, row, box, workspace)
}

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_bytes_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Bytes.infer(layer, input, hidden, logits, workspace)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_bytes_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Bytes.bound(layer, box, lower, upper, logitLower, logitUpper, workspace)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_bytes_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe Bytes.exceeds(layer, row, box, workspace)
}

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_halfwords_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Halfwords.infer(layer, input, hidden, logits, workspace)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_halfwords_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Halfwords.bound(layer, box, lower, upper, logitLower, logitUpper, workspace)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_halfwords_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe Halfwords.exceeds(layer, row, box, workspace)
}
