import Model
import Record
import Startup

/// samples.bin, see device_record.h.
struct SampleFile {
  /// How many samples follow.
  let count: Int32
  /// The radius in LSB at which to ask for the local certificate.
  let deviation: Int32
  /// Whether instructions are counted, so that nothing is to run but inferences and certificates.
  let isCounted: Bool
  private let handle: Int32

  /// Opens the file and reads its header.
  init(inputs: Int32) throws(RunError) {
    let name: StaticString = "samples.bin"
    handle = unsafe semihosting_open_to_read(name.utf8Start, UInt32(name.utf8CodeUnitCount))
    guard handle >= 0 else { throw .noSamples }
    let header = try Self.readHeader(handle)
    guard header.magic == DEVICE_SAMPLES_MAGIC, header.count >= 0 else { throw .notSamples }
    guard header.inputs == inputs else { throw .otherShape }
    count = header.count
    deviation = header.deviation
    isCounted = header.is_counted != 0
  }

  private static func readHeader(_ handle: Int32) throws(RunError) -> device_samples {
    var header = device_samples()
    let isComplete = unsafe withUnsafeMutableBytes(of: &header) { bytes in
      unsafe semihosting_read(handle, bytes.baseAddress, UInt32(bytes.count))
    }
    guard isComplete else { throw .notSamples }
    return header
  }

  /// Fills the model's input buffer.
  func readNext(into model: DeployedModel) throws(RunError) {
    let bytes = UInt32(model.inputs) * UInt32(MemoryLayout<Int16>.size)
    guard unsafe semihosting_read(handle, model_input(), bytes) else { throw .truncatedSamples }
  }

  func close() {
    semihosting_close(handle)
  }
}
