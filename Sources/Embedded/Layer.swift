internal import CSupNorm

/// A view of one layer in C memory whose shape has been checked, see `supnorm_layer` in supnorm.h.
@safe struct Layer {
  private let layer: supnorm_layer

  /// A layer that has been checked before.
  @unsafe init(_ checked: supnorm_layer) { unsafe layer = checked }

  /// Checks kind, shift, activation, pointers and counts; reads no parameter but the row counts.
  @unsafe init(
    checking layer: supnorm_layer, columns: Int, isLast: Bool
  ) throws(NetworkError) {
    guard unsafe layer.weights != nil, unsafe layer.biases != nil else { throw .nullPointer }
    let activations = UInt8(isLast ? SUPNORM_IDENTITY : SUPNORM_NEGATE)
    guard unsafe Int(layer.columns) == columns, columns > 0, unsafe layer.rows > 0, unsafe layer.shift <= 15,
      unsafe layer.activation <= activations
    else { throw .malformed }
    unsafe self.layer = layer
    switch unsafe Int32(layer.kind) {
    case SUPNORM_DENSE:
      guard unsafe layer.column_indices == nil, unsafe layer.row_entries == nil,
        entries == rows * self.columns
      else { throw .malformed }
    case SUPNORM_SPARSE:
      guard unsafe layer.column_indices != nil, unsafe layer.row_entries != nil else { throw .nullPointer }
      var sum = 0
      for row in 0..<rows { sum &+= entryCount(ofRow: row) }
      guard sum == entries else { throw .malformed }
    default:
      throw .malformed
    }
  }

  var rows: Int { unsafe Int(layer.rows) }
  var columns: Int { unsafe Int(layer.columns) }
  var entries: Int { unsafe Int(layer.entries) }
  var shift: Int32 { unsafe Int32(layer.shift) }
  var activation: Int32 { unsafe Int32(layer.activation) }
  var rowSumBound: UInt32 { unsafe layer.row_sum_bound }

  /// How many weights a row stores.
  @inline(__always)
  private func entryCount(ofRow row: Int) -> Int {
    unsafe layer.row_entries == nil ? columns : Int(layer.row_entries[row])
  }

  /// Calls `body` for each row with its weights, their columns (empty for a dense layer) and its bias.
  @inline(__always)
  func forEachRow(
    _ body: (_ row: Int, _ weights: Span<Int16>, _ columns: Span<UInt16>, _ bias: Int32) -> Void
  ) {
    var start = 0
    for row in 0..<rows {
      let count = entryCount(ofRow: row)
      withRow(row, start: start, count: count) { weights, columns, bias in body(row, weights, columns, bias) }
      start &+= count  // within `entries`, which fits
    }
  }

  /// Calls `body` with one row.
  ///
  /// - Complexity: O(row) for a sparse layer.
  @inline(__always)
  func withRow(_ row: Int, _ body: (Span<Int16>, Span<UInt16>, Int32) -> Void) {
    var start = 0
    for before in 0..<row { start &+= entryCount(ofRow: before) }
    withRow(row, start: start, count: entryCount(ofRow: row), body)
  }

  @inline(__always)
  private func withRow(
    _ row: Int, start: Int, count: Int, _ body: (Span<Int16>, Span<UInt16>, Int32) -> Void
  ) {
    let weights = unsafe Span(_unsafeStart: layer.weights + start, count: count)
    let columns = unsafe Span(
      _unsafeElements: UnsafeBufferPointer(
        start: layer.column_indices.map { unsafe $0 + start },
        count: layer.column_indices == nil ? 0 : count))
    unsafe body(weights, columns, layer.biases[row])
  }

  /// Adds the parameters to a checksum in the order that supnorm.h states.
  func update(_ checksum: inout Checksum) {
    if unsafe layer.row_entries != nil {
      for row in 0..<rows { unsafe checksum.update(UInt32(layer.row_entries[row]), bytes: 2) }
      for index in 0..<entries { unsafe checksum.update(UInt32(layer.column_indices[index]), bytes: 2) }
    }
    for index in 0..<entries {
      unsafe checksum.update(UInt32(UInt16(bitPattern: layer.weights[index])), bytes: 2)
    }
    for row in 0..<rows { unsafe checksum.update(UInt32(bitPattern: layer.biases[row]), bytes: 4) }
  }
}
