public import CSupNorm

/// A network in C memory whose shapes and counts have been proved: the handle of supnorm.h for Swift, where pointers
/// become spans.
///
/// It holds no memory of its own; the network must stay alive and unchanged while the handle is used. All functions are
/// reentrant and work in the scratch memory that the caller gives.
@safe public struct Network {
  /// What a C function takes.
  private let model: supnorm_model

  /// Opens a network: proves the numbers of its struct by their checksum, then shapes, pointers, tables and counts.
  ///
  /// It does not read the weights; `selfCheck()` does.
  /// - Throws: `nullPointer`, `otherVersion`, `checksumMismatch` or `malformed`.
  /// - Complexity: O(rows).
  @unsafe public init(opening pointer: UnsafePointer<supnorm_network>) throws(NetworkError) {
    try unsafe self.init(stating: pointer, isStated: true)
  }

  /// The same, also of a network that does not state its scratch sizes and checksums yet.
  ///
  /// - Parameter isStated: false when nobody but the caller can have changed the network.
  @unsafe package init(
    stating pointer: UnsafePointer<supnorm_network>, isStated: Bool = false
  ) throws(NetworkError) {
    var model = unsafe supnorm_model()
    try unsafe withUnsafeMutablePointer(to: &model) { model throws(NetworkError) in
      try unsafe model.open(pointer, isStated: isStated)
    }
    unsafe self.model = model
  }

  /// Runs `body` on the model.
  func withModel<Result, Failure: Error>(
    _ body: (Model) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withUnsafePointer(to: model) { model throws(Failure) in try body(unsafe Model(sealed: model)) }
  }

  /// How many inputs one sample has.
  public var inputs: Int { withModel { $0.inputs } }
  /// How many logits one sample gets.
  public var outputs: Int { withModel { $0.outputs } }
  /// `Int16` elements of scratch that `infer` needs.
  public var inferScratchCount: Int { withModel { $0.plan.inferCount } }
  /// `Int16` elements of scratch that every function needs.
  public var certifyScratchCount: Int { withModel { $0.plan.certifyCount } }
}
