import Record

/// Why a run ended before its last sample.
enum RunError: Error {
  /// The library refused the model: the negative status of the self check or the self test; or it took memory that it
  /// must refuse: 0 or another status than it should give.
  case model(Int32)
  /// No samples.bin in QEMU's current folder.
  case noSamples
  /// samples.bin does not begin with the header of a sample file.
  case notSamples
  /// samples.bin was written for another number of inputs.
  case otherShape
  /// samples.bin ends before its last sample.
  case truncatedSamples
  /// results.bin cannot be created or written.
  case notWritable

  /// What results.bin says: a status of the library, or one of the runner's own.
  var status: Int32 {
    switch self {
    case .model(let status): status
    case .noSamples: DEVICE_ERROR_NO_SAMPLES
    case .notSamples: DEVICE_ERROR_NOT_SAMPLES
    case .otherShape: DEVICE_ERROR_OTHER_SHAPE
    case .truncatedSamples: DEVICE_ERROR_TRUNCATED_SAMPLES
    case .notWritable: DEVICE_ERROR_NOT_WRITABLE
    }
  }

  /// One line for the console.
  func report() {
    Console.write("error ")
    Console.write(status)
    Console.write(": ")
    switch self {
    case .model(let status): Console.writeName(ofStatus: status)
    case .noSamples: Console.write("no samples.bin")
    case .notSamples: Console.write("samples.bin is no sample file")
    case .otherShape: Console.write("samples.bin has another number of inputs than the model")
    case .truncatedSamples: Console.write("samples.bin ends before its last sample")
    case .notWritable: Console.write("results.bin cannot be written")
    }
    Console.write("\n")
  }
}
