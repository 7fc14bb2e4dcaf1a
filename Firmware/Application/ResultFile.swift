import Model
import Startup

/// results.bin, little-endian, as the processors are.
///
/// Int32 magic "SNR2", status, samples, outputs; for each sample outputs × Int32 logits, Int32 class, global
/// radius, local verdict (0 certified, 1 not), class within the deviation (-1 abstained), outputs × Int32 lower and
/// outputs × Int32 upper bounds of the logits within the deviation (zeros when there are none); then Int32 stack
/// bytes of supnorm_infer and of supnorm_certify. A regression has class -1, radius 0, verdict 1.
struct ResultFile {
  private let handle: Int32

  private static let magic: Int32 = 0x534E_5232

  /// Creates the file, or empties the one that is there.
  init() throws(RunError) {
    let name: StaticString = "results.bin"
    handle = unsafe semihosting_create(name.utf8Start, UInt32(name.utf8CodeUnitCount))
    guard handle >= 0 else { throw .notWritable }
  }

  func writeHeader(status: Int32, samples: Int32, outputs: Int32) throws(RunError) {
    try write(Self.magic)
    try write(status)
    try write(samples)
    try write(outputs)
  }

  /// The record that the model's last answer filled.
  func writeRecord(of model: DeployedModel) throws(RunError) {
    guard unsafe semihosting_write(handle, model_record(), model_record_bytes()) else { throw .notWritable }
  }

  func writeTrailer(_ stack: StackUse) throws(RunError) {
    try write(Int32(bitPattern: stack.inferBytes))
    try write(Int32(bitPattern: stack.certifyBytes))
  }

  /// A whole file of no samples that says why.
  func writeFailure(_ status: Int32, outputs: Int32) throws(RunError) {
    try writeHeader(status: status, samples: 0, outputs: outputs)
    try writeTrailer(StackUse())
    close()
  }

  func close() {
    semihosting_close(handle)
  }

  private func write(_ word: Int32) throws(RunError) {
    var word = word
    let isComplete = unsafe semihosting_write(handle, &word, UInt32(MemoryLayout<Int32>.size))
    guard isComplete else { throw .notWritable }
  }
}
