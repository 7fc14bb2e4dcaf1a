public import CSupNorm

// The entry points of max-plus layers, three for each layout.

private enum Words: MaxPlusLayout { static var bits: Int32 { 0 } }
private enum ByteColumns: MaxPlusLayout { static var bits: Int32 { SUPNORM_BYTE_COLUMNS } }
private enum ByteOffsets: MaxPlusLayout { static var bits: Int32 { SUPNORM_BYTE_OFFSETS } }
private enum Bytes: MaxPlusLayout { static var bits: Int32 { SUPNORM_BYTE_COLUMNS | SUPNORM_BYTE_OFFSETS } }

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_words_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Words.infer(layer, input, hidden, logits)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_words_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Words.bound(layer, box, lower, upper, logitLower, logitUpper)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_words_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe Words.exceeds(layer, row, box)
}

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_byte_columns_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe ByteColumns.infer(layer, input, hidden, logits)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_byte_columns_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe ByteColumns.bound(layer, box, lower, upper, logitLower, logitUpper)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_byte_columns_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe ByteColumns.exceeds(layer, row, box)
}

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_byte_offsets_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe ByteOffsets.infer(layer, input, hidden, logits)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_byte_offsets_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe ByteOffsets.bound(layer, box, lower, upper, logitLower, logitUpper)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_byte_offsets_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe ByteOffsets.exceeds(layer, row, box)
}

/// See `supnorm_inference.infer`.
@c public func supnorm_maxplus_bytes_infer(
  _ layer: UnsafePointer<supnorm_layer>, _ input: UnsafePointer<Int16>,
  _ hidden: UnsafeMutablePointer<Int16>?,
  _ logits: UnsafeMutablePointer<Int32>?, _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Bytes.infer(layer, input, hidden, logits)
}

/// See `supnorm_certificate.bound`.
@c public func supnorm_maxplus_bytes_bound(
  _ layer: UnsafePointer<supnorm_layer>, _ box: UnsafePointer<supnorm_box>,
  _ lower: UnsafeMutablePointer<Int16>?, _ upper: UnsafeMutablePointer<Int16>?,
  _ logitLower: UnsafeMutablePointer<Int32>?, _ logitUpper: UnsafeMutablePointer<Int32>?,
  _ workspace: UnsafeMutableRawPointer?
) {
  unsafe Bytes.bound(layer, box, lower, upper, logitLower, logitUpper)
}

/// See `supnorm_certificate.exceeds`.
@c public func supnorm_maxplus_bytes_exceeds(
  _ layer: UnsafePointer<supnorm_layer>, _ row: UInt32, _ box: UnsafePointer<supnorm_box>,
  _ workspace: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe Bytes.exceeds(layer, row, box)
}
