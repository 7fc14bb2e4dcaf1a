internal import Claims
internal import Integers
internal import Certification
internal import Files

/// `supnorm run`.
enum RunCommand: Command {
  static let name = "run"
  static let summary = "run a header's network on a board in QEMU and compare it with the host bit for bit"
  static let usage = "N.h --board NAME --data SRC [--epsilon E] [--json]"
  static var discussion: String {
    """
    Builds the firmware with the header in it, lets the board test itself, streams every sample through it and
    compares logits, class, global radius and, at epsilon, the interval certificate, the abstaining inference and
    the bounds of the logits. Instructions are counted in
    QEMU's execution trace: instruction counts, not cycles or time of a chip.

    Boards: \(((try? Board.names()) ?? []).joined(separator: ", "))
    """
  }
  static let options = [
    Option("--board", "NAME", "the board"), Option.data,
    Option("--epsilon", "E", "where certificates are compared (default: the declared tolerances, or 1/16)"),
    Option("--limit", "N", "only the first N samples"), .label, .json,
  ]
  static let positionalCount = 1...1

  /// The result, as `--json` prints it and `report --device` reads it.
  struct Output: Codable, Equatable {
    var board, description: String
    var samples: Int
    /// Samples on which logits, class, global radius, local verdict, abstention or bounds differ between device and
    /// host.
    var mismatches: Int
    var radiusLSB: Int
    /// Samples whose answer the device's interval certificate proves at that radius, right or wrong.
    var locallyCertified: Int
    /// Samples on which the device's abstaining inference gives no class at that radius.
    var abstained: Int
    var instructionsPerInference, instructionsPerCertificate: Int
    var textBytes, dataBytes, bssBytes: Int
    /// The deepest of inference and certificate, below the caller's frame.
    var stackBytes: Int
    var scratchBytes, parameterBytes: Int
    /// Code of the library for inference and both certificates, part of `textBytes`.
    var inferenceCodeBytes: Int
  }

  static func run(_ arguments: Arguments) throws {
    let header = try LoadedHeader(arguments.positionals[0])
    let boardName = try arguments.required("--board")
    let board = try Board.named(boardName)
    _ = try Subprocess.require(board.qemu, package: DeviceRun.package(of: board.qemu))
    let epsilon = try header.epsilon(arguments, usual: "1/16")
    let limit = try arguments.integer("--limit", 1...Int(Int32.max))
    let samples = try header.samples(arguments, limit: limit)
    Interruption.watch()
    let output = try compare(header, boardName: boardName, board: board, samples: samples, epsilon: epsilon)
    try Console.print(output, arguments, text: text(of: output))
    guard output.mismatches == 0 else {
      throw CommandError.failedCheck("\(output.mismatches) of \(output.samples) samples differ from the host")
    }
  }

  /// Builds, runs, counts and compares.
  static func compare(
    _ header: LoadedHeader, boardName: String, board: Board, samples: EncodedSamples, epsilon: Epsilon
  ) throws -> Output {
    try withTemporaryFolder { folder in
      let bar = ProgressBar(boardName)
      bar.update(0, "building the firmware")
      let image = try FirmwareImage(
        board: boardName, triple: board.triple, header: header.path, model: header.claims.name, in: folder)
      let run = DeviceRun(board: board, image: image, folder: folder)
      let deviation = min(samples.radius(epsilon, unit: header.claims.unit), 65535)
      let device = try run.results(for: samples.inputs, outputs: header.claims.outputs, deviation: deviation)
      {
        bar.update($0 * 0.8, "running \(samples.inputs.count) samples")
      }
      bar.update(0.8, "counting instructions")
      // Large networks execute millions of instructions a sample, and each is a line of the trace.
      let traced = header.network.network.layers.reduce(0) { $0 + $1.storedCount } > 20_000 ? 1 : 4
      let counts = try run.instructionCounts(for: Array(samples.inputs.prefix(traced)), deviation: deviation)
      var mismatches = 0
      for (input, answer) in zip(samples.inputs, device.answers) {
        if try answer != DeviceAnswer(ofHost: header.network, to: input, within: deviation) {
          mismatches += 1
        }
      }
      bar.finish("\(samples.inputs.count) samples, \(mismatches) differ from the host")
      return Output(
        board: boardName, description: board.description, samples: samples.inputs.count,
        mismatches: mismatches, radiusLSB: deviation,
        locallyCertified: device.answers.count { $0.localVerdict == 0 },
        abstained: device.answers.count { $0.classWithin < 0 },
        instructionsPerInference: InstructionCounts.mean(counts.infer),
        instructionsPerCertificate: InstructionCounts.mean(counts.certify),
        textBytes: image.textBytes, dataBytes: image.dataBytes, bssBytes: image.bssBytes,
        stackBytes: max(device.inferStackBytes, device.certifyStackBytes),
        scratchBytes: header.claims.scratchBytes, parameterBytes: header.network.network.parameterBytes,
        inferenceCodeBytes: image.code.answers)
    }
  }

  static func text(of output: Output) -> String {
    table([
      ["board", "\(output.board) (\(output.description))"],
      ["samples", "\(output.samples)"],
      ["differ from the host", "\(output.mismatches)"],
      ["locally certified at \(output.radiusLSB) LSB", "\(output.locallyCertified)"],
      ["abstains at \(output.radiusLSB) LSB", "\(output.abstained)"],
      ["instructions per inference (QEMU count)", "\(output.instructionsPerInference)"],
      ["instructions per certificate (QEMU count)", "\(output.instructionsPerCertificate)"],
      ["code for inference and both certificates", "\(output.inferenceCodeBytes) bytes"],
      ["parameters", "\(output.parameterBytes) bytes"],
      ["text (all code and constants)", "\(output.textBytes) bytes"],
      ["data", "\(output.dataBytes) bytes"],
      ["bss", "\(output.bssBytes) bytes"],
      ["stack", "\(output.stackBytes) bytes"],
      ["scratch (part of bss)", "\(output.scratchBytes) bytes"],
    ])
  }
}
