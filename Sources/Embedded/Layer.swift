internal import CSupNorm

/// A layer in C memory and the table of its kind and layout: the kernels that work on it.
@safe struct Layer {
  let pointer: UnsafePointer<supnorm_layer>
  let kernels: UnsafePointer<supnorm_inference>

  /// A layer of a network that was opened, or is about to be checked.
  @unsafe init(_ checked: UnsafePointer<supnorm_layer>, kernels: UnsafePointer<supnorm_inference>) {
    unsafe pointer = checked
    unsafe self.kernels = kernels
  }

  /// Checks that the table is the layer's and, as the kind does, that its numbers and pointers can be; reads no array.
  func check(columns: Int, isLast: Bool, residuals: Int) throws(NetworkError) {
    guard unsafe kernels.pointee.kind == pointer.pointee.kind,
      unsafe kernels.pointee.layout == pointer.pointee.layout,
      unsafe Int(pointer.pointee.columns) == columns, columns > 0, rows > 0
    else { throw .malformed }
    let status = unsafe kernels.pointee.shape.unsafelyUnwrapped(pointer, isLast ? 1 : 0, UInt32(residuals))
    guard status == SUPNORM_OK else { throw NetworkError(status) }
  }

  /// How many counts the layer stores, after the kind has proved that they add up to the entries.
  ///
  /// - Precondition: the number of rows has been proved by a layer or output beside it.
  func counts() throws(NetworkError) -> Int {
    let count = unsafe kernels.pointee.counts.unsafelyUnwrapped(pointer)
    guard count >= 0 else { throw NetworkError(count) }
    return Int(count)
  }

  var rows: Int { unsafe Int(pointer.pointee.rows) }
  /// Whether a network with this layer needs a table of bounds.
  var needsBounds: Bool { unsafe kernels.pointee.needs_bounds != 0 }

  /// Whether every array can be read in words, so that a kernel may.
  var isAligned: Bool {
    var bits = unsafe UInt(bitPattern: pointer.pointee.weights) | UInt(bitPattern: pointer.pointee.biases)
    unsafe bits |= UInt(bitPattern: pointer.pointee.words) | UInt(bitPattern: pointer.pointee.row_entries)
    unsafe bits |= UInt(bitPattern: pointer.pointee.halfwords)
    return bits & 3 == 0
  }

  /// Computes every row, before the activation: requantised into `hidden`, or as logits; the other is nil.
  func infer(
    _ input: UnsafePointer<Int16>, hidden: UnsafeMutablePointer<Int16>?, logits: UnsafeMutablePointer<Int32>?,
    workspace: UnsafeMutableRawPointer
  ) {
    unsafe kernels.pointee.infer.unsafelyUnwrapped(pointer, input, hidden, logits, workspace)
  }

  /// `Int16` elements of workspace for a kernel that needs so many bytes for each column, in whole words of 8 bytes.
  func workspace(bytesPerColumn bytes: UInt8) -> UInt32 {
    // 65535 columns of 255 bytes stay below 2^24.
    unsafe ((UInt32(pointer.pointee.columns) &* UInt32(bytes) &+ 7) & ~7) &>> 1
  }
}

/// Which arrays a layer has, a bit for each in the order of the fields.
///
/// No `OptionSet`: its array literals would need an allocator.
struct LayerArrays {
  private let bits: UInt8

  static var none: LayerArrays { LayerArrays(bits: 0) }
  static var weights: LayerArrays { LayerArrays(bits: 1) }
  static var biases: LayerArrays { LayerArrays(bits: 2) }
  static var words: LayerArrays { LayerArrays(bits: 4) }
  static var rowEntries: LayerArrays { LayerArrays(bits: 8) }
  static var halfwords: LayerArrays { LayerArrays(bits: 16) }

  /// These arrays and others.
  func and(_ other: LayerArrays) -> LayerArrays { LayerArrays(bits: bits | other.bits) }

  /// The status of a layer that should have these arrays and no others.
  func status(of layer: UnsafePointer<supnorm_layer>) -> Int32 {
    var present: UInt8 = unsafe layer.pointee.weights == nil ? 0 : 1
    unsafe present |= layer.pointee.biases == nil ? 0 : 2
    unsafe present |= layer.pointee.words == nil ? 0 : 4
    unsafe present |= layer.pointee.row_entries == nil ? 0 : 8
    unsafe present |= layer.pointee.halfwords == nil ? 0 : 16
    guard bits & ~present == 0 else { return SUPNORM_ERROR_NULL }
    return present == bits ? SUPNORM_OK : SUPNORM_ERROR_MALFORMED
  }
}
