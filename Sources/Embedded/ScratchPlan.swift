internal import CSupNorm

/// Where values lie in the scratch memory, in `Int16` elements.
///
/// The outputs of the hidden layers 0, 2, 4 … and of the hidden layers 1, 3, 5 … alternate between two parts, each of
/// the widest of its layers; behind both lie the same two parts for upper bounds. Every part is a multiple of
/// 8 bytes, so that all are aligned alike. The workspace of the kernels comes last: for inference behind the outputs,
/// for intervals behind the upper bounds.
@safe struct ScratchPlan {
  private let model: UnsafePointer<supnorm_model>

  /// The plan that an opened model keeps.
  @unsafe init(_ model: UnsafePointer<supnorm_model>) { unsafe self.model = model }

  private var even: Int { unsafe Int(truncatingIfNeeded: model.pointee.even_elements) }
  private var outputCount: Int { unsafe even &+ Int(truncatingIfNeeded: model.pointee.odd_elements) }

  /// Elements that inference needs.
  var inferCount: Int {
    unsafe outputCount &+ Int(truncatingIfNeeded: model.pointee.inference_workspace)
  }
  /// Elements that every function needs.
  var certifyCount: Int {
    unsafe max(inferCount, 2 &* outputCount &+ Int(truncatingIfNeeded: model.pointee.certificate_workspace))
  }

  /// The outputs of a hidden layer, or their lower bounds.
  func outputs(ofLayer index: Int, in memory: UnsafeMutablePointer<Int16>) -> UnsafeMutablePointer<Int16> {
    unsafe memory + (index & 1 == 0 ? 0 : even)
  }

  /// The upper bounds of the same values.
  func upperBounds(ofLayer index: Int, in memory: UnsafeMutablePointer<Int16>) -> UnsafeMutablePointer<Int16>
  {
    unsafe outputs(ofLayer: index, in: memory + outputCount)
  }

  /// The workspace of the kernels of inference.
  func inferenceWorkspace(in memory: UnsafeMutablePointer<Int16>) -> UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(memory + outputCount)
  }

  /// The workspace of the kernels of certificates.
  func certificateWorkspace(in memory: UnsafeMutablePointer<Int16>) -> UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(memory + 2 &* outputCount)
  }
}

/// Scratch memory that a caller gave.
@safe struct Scratch {
  private let start: UnsafeMutablePointer<Int16>?
  private let count: Int

  /// Of a C function; null is allowed when nothing is needed.
  ///
  /// - Throws: `scratchTooSmall` for memory that is not aligned to 8 bytes, since the kernels may read and write it in
  ///   words of so many.
  @unsafe init(_ memory: UnsafeMutableRawPointer?, bytes: Int) throws(NetworkError) {
    guard UInt(bitPattern: memory) & 7 == 0 else { throw .scratchTooSmall }
    unsafe start = memory?.assumingMemoryBound(to: Int16.self)
    // A negative size is none.
    count = unsafe memory == nil ? 0 : max(bytes, 0) &>> 1
  }

  /// Of a Swift function.
  @unsafe init(_ memory: UnsafeMutableBufferPointer<Int16>) {
    unsafe start = memory.baseAddress
    count = memory.count
  }

  /// The memory when it has at least so many elements.
  ///
  /// Without hidden layers nothing is read or written: any address will do.
  func memory(_ needed: Int) throws(NetworkError) -> UnsafeMutablePointer<Int16> {
    guard count >= needed else { throw .scratchTooSmall }
    return unsafe start ?? UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
  }
}
