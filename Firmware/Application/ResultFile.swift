import Model
import Record
import Startup

/// results.bin, see device_record.h.
struct ResultFile {
  private let handle: Int32

  /// Creates the file, or empties the one that is there.
  init() throws(RunError) {
    let name: StaticString = "results.bin"
    handle = unsafe semihosting_create(name.utf8Start, UInt32(name.utf8CodeUnitCount))
    guard handle >= 0 else { throw .notWritable }
  }

  func writeHeader(status: Int32, samples: Int32, outputs: Int32) throws(RunError) {
    try write(
      device_results(magic: DEVICE_RESULTS_MAGIC, status: status, samples: samples, outputs: outputs))
  }

  /// The record that the model's last answer filled.
  func writeRecord(of model: DeployedModel) throws(RunError) {
    guard unsafe semihosting_write(handle, model_record(), model_record_bytes()) else { throw .notWritable }
  }

  func writeTrailer(_ stack: device_stack) throws(RunError) {
    try write(stack)
  }

  /// A whole file of no samples that says why.
  func writeFailure(_ status: Int32, outputs: Int32) throws(RunError) {
    try writeHeader(status: status, samples: 0, outputs: outputs)
    try writeTrailer(device_stack())
    close()
  }

  func close() {
    semihosting_close(handle)
  }

  private func write<Words: BitwiseCopyable>(_ words: Words) throws(RunError) {
    let isComplete = unsafe withUnsafeBytes(of: words) { bytes in
      unsafe semihosting_write(handle, bytes.baseAddress, UInt32(bytes.count))
    }
    guard isComplete else { throw .notWritable }
  }
}
