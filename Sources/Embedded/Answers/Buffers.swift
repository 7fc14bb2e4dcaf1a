internal import CSupNorm

extension Model {
  /// The scratch memory that a C function was given, when no two of the buffers that the function works on share a byte.
  ///
  /// - Parameters:
  ///   - bytes: the size of the scratch memory; all of it counts, also what the network does not need.
  ///   - input: `inputs` values.
  ///   - output: `outputs` values to be written, or null.
  /// - Throws: `overlap`; `scratchTooSmall` for memory that is not aligned to 8 bytes.
  @inline(never)
  func scratch(
    _ memory: UnsafeMutableRawPointer?, bytes: Int, reading input: UnsafePointer<Int16>,
    writing output: UnsafeMutablePointer<Int32>?
  ) throws(NetworkError) -> Scratch {
    let inputExtent = unsafe Extent(input, bytes: 2 &* inputs)
    let outputExtent = unsafe Extent(output, bytes: output == nil ? 0 : 4 &* outputs)
    guard !inputExtent.overlaps(outputExtent) else { throw .overlap }
    // Memory that is not there, or has no size, shares nothing.
    if let memory = unsafe memory, bytes > 0 {
      let extent = unsafe Extent(memory, bytes: bytes)
      guard !extent.overlaps(inputExtent), !extent.overlaps(outputExtent) else { throw .overlap }
    }
    return try unsafe Scratch(memory, bytes: bytes)
  }

  /// Throws `overlap` when two arrays of `outputs` values share a byte.
  func requireApart(
    _ first: UnsafePointer<Int32>, _ second: UnsafePointer<Int32>
  ) throws(NetworkError) {
    let bytes = 4 &* outputs
    guard unsafe !Extent(first, bytes: bytes).overlaps(Extent(second, bytes: bytes)) else { throw .overlap }
  }
}

/// Where a buffer lies.
private struct Extent {
  let start: UInt
  let bytes: UInt

  init(_ address: UnsafeRawPointer?, bytes: Int) {
    start = UInt(bitPattern: address)
    self.bytes = UInt(bitPattern: bytes)
  }

  /// Whether one of them begins within the other: a difference below 0 wraps to more than any size.
  func overlaps(_ other: Extent) -> Bool {
    other.start &- start < bytes || start &- other.start < other.bytes
  }
}
