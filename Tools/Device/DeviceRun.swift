internal import Integers
internal import Claims
internal import Certification
internal import DeviceRecord
internal import Foundation

/// What the device computed for one sample.
struct DeviceAnswer: Equatable {
  var logits: [Int32]
  var classIndex: Int32
  var radiusLSB: Int32
  /// 0 certified, 1 not.
  var localVerdict: Int32
  /// The class that is certified within the deviation, by the abstaining inference; -1 when it abstained.
  var classWithin: Int32
  /// Bounds of each logit within the deviation; zeros for an input outside the declared range.
  var lower: [Int32]
  var upper: [Int32]
}

extension DeviceAnswer {
  /// What the host computes for the same input.
  init(ofHost network: CertifiedNetwork, to input: [Int16], within deviation: Int) throws {
    let answer = try network.answer(to: input)
    logits = answer.logits
    classIndex = Int32(answer.classIndex)
    radiusLSB = Int32(answer.globalRadiusLSB)
    let isRegression = network.network.task == .regression
    let isLocal = try !isRegression && network.isCertified(input, as: answer.classIndex, within: deviation)
    localVerdict = isLocal ? 0 : 1
    classWithin =
      isRegression ? -1 : Int32(try network.answer(to: input, within: deviation)?.classIndex ?? -1)
    let bounds = try network.outputBounds(of: input, within: deviation)
    lower = bounds?.map(\.lowerBound) ?? logits.map { _ in 0 }
    upper = bounds?.map(\.upperBound) ?? logits.map { _ in 0 }
  }
}

/// All answers of one run, and the stack they took.
struct DeviceResults: Equatable {
  var answers: [DeviceAnswer]
  var inferStackBytes: Int
  var certifyStackBytes: Int
}

/// A firmware image in QEMU; samples and results go through semihosting files.
struct DeviceRun {
  var board: Board
  var image: FirmwareImage
  var folder: URL

  /// Runs every sample.
  ///
  /// - Parameter deviation: the radius at which the device is asked for its interval certificate.
  /// - Throws: the device's own status when a self-check, a self-test or an answer failed.
  func results(
    for inputs: [[Int16]], outputs: Int, deviation: Int, progress: (Double) -> Void
  ) throws -> DeviceResults {
    let qemu = try prepare(inputs, deviation: deviation, isCounted: false)
    let file = folder.appending(path: "results.bin")
    let recordBytes = 4 * Int(device_record_words(Int32(outputs)))
    let expected = Double(
      MemoryLayout<device_results>.size + inputs.count * recordBytes + MemoryLayout<device_stack>.size)
    let result = try Subprocess.run(
      qemu, arguments, folder: folder, timeout: 1800,
      poll: {
        let size = (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
        progress(min(Double(size) / expected, 1))
      })
    return try DeviceResults(
      of: [UInt8]((try? Data(contentsOf: file)) ?? Data()), samples: inputs.count, outputs: outputs,
      run: result)
  }

  /// Counts the instructions of `supnorm_infer` and `supnorm_certify` over a few samples, from QEMU's execution trace.
  ///
  /// The few instructions of the calls themselves are included. Never cycles or time of a chip.
  func instructionCounts(for inputs: [[Int16]], deviation: Int) throws -> InstructionCounts {
    let qemu = try prepare(inputs, deviation: deviation, isCounted: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: qemu)
    process.arguments = arguments + ["-d", "exec,nochain,in_asm"]
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    // Without -D the trace goes to standard error, and a pipe holds the device back while it is counted.
    let trace = Pipe()
    process.standardError = trace
    try process.run()
    defer { Subprocess.end(process) }
    var counter = InstructionCounter(addresses: image.addresses, isThumb: board.triple.hasPrefix("arm"))
    while let chunk = try trace.fileHandleForReading.read(upToCount: 1 << 20), !chunk.isEmpty {
      counter.consume(chunk)
      if Interruption.wasRequested { throw CommandError(description: "interrupted", exitStatus: 130) }
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CommandError.failedCheck("the traced run ended with status \(process.terminationStatus)")
    }
    return counter.counts
  }

  private var arguments: [String] {
    board.machineArguments + [
      "-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native",
      "-kernel", image.file.path,
    ]
  }

  private func prepare(_ inputs: [[Int16]], deviation: Int, isCounted: Bool) throws -> String {
    let header = device_samples(
      magic: DEVICE_SAMPLES_MAGIC, count: Int32(inputs.count), inputs: Int32(inputs[0].count),
      deviation: Int32(deviation), is_counted: isCounted ? 1 : 0)
    var bytes = unsafe withUnsafeBytes(of: header) { unsafe Data($0) }
    for value in inputs.joined() {
      bytes.append(contentsOf: [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)])
    }
    try bytes.write(to: folder.appending(path: "samples.bin"))
    try? FileManager.default.removeItem(at: folder.appending(path: "results.bin"))
    return try Subprocess.require(board.qemu, package: Self.package(of: board.qemu))
  }

  /// Debian's package that has a QEMU program.
  static func package(of qemu: String) -> String {
    qemu == "qemu-system-arm" ? "qemu-system-arm" : "qemu-system-misc"
  }
}

extension DeviceResults {
  /// Reads results.bin, see device_record.h.
  ///
  /// - Parameter run: how QEMU ended, which says why a file is not whole.
  /// - Throws: `CommandError` for a file that is none, a status that the device reported, and for another number of
  ///   samples or outputs than was asked for.
  init(of bytes: [UInt8], samples: Int, outputs: Int, run: Subprocess.Result) throws {
    let words = (0..<bytes.count / 4).map { word in
      (0..<4).reduce(Int32(0)) { $0 | Int32(bytes[4 * word + $1]) << (8 * $1) }
    }
    let headerWords = MemoryLayout<device_results>.size / 4
    let stackWords = MemoryLayout<device_stack>.size / 4
    let said = run.errorOutput.split(separator: "\n").last.map { ": \($0)" } ?? ""
    guard words.count >= headerWords + stackWords, words[0] == DEVICE_RESULTS_MAGIC else {
      throw CommandError.failedCheck("the device left no results (QEMU status \(run.status))\(said)")
    }
    let header = device_results(magic: words[0], status: words[1], samples: words[2], outputs: words[3])
    guard header.status == 0, run.status == 0 else {
      throw CommandError.failedCheck("the device stopped with status \(header.status)\(said)")
    }
    let record = Int(device_record_words(Int32(outputs)))
    guard words.count == headerWords + samples * record + stackWords, bytes.count == 4 * words.count,
      header.samples == samples, header.outputs == outputs
    else {
      throw CommandError.failedCheck("the device answered \(header.samples) of \(samples) samples")
    }
    answers = (0..<samples).map { sample in
      let start = headerWords + sample * record
      return DeviceAnswer(words[start..<start + record], outputs: outputs)
    }
    inferStackBytes = Int(words[words.count - 2])
    certifyStackBytes = Int(words[words.count - 1])
  }
}

extension DeviceAnswer {
  /// One record: logits, a `device_answer`, lower and upper bounds.
  fileprivate init(_ record: ArraySlice<Int32>, outputs: Int) {
    logits = Array(record.prefix(outputs))
    let answer = Array(record.dropFirst(outputs).prefix(record.count - 3 * outputs))
    (classIndex, radiusLSB, localVerdict, classWithin) = (answer[0], answer[1], answer[2], answer[3])
    lower = Array(record.suffix(2 * outputs).prefix(outputs))
    upper = Array(record.suffix(outputs))
  }
}
