internal import Foundation

/// A firmware with one model in it, built for one board, and what its sections and symbols say.
struct FirmwareImage {
  var file: URL
  /// Bytes of vectors, code and constants, the weights included.
  var textBytes: Int
  var dataBytes: Int
  var bssBytes: Int
  /// The library's code, by what needs it.
  var code: CodeSizes
  /// Addresses of functions by name.
  var addresses: [String: UInt64]

  /// Builds the firmware in a folder of its own, so that nothing stale is linked and builds can run side by side.
  ///
  /// - Parameters:
  ///   - header: the model header; copied, so that its path may hold any characters.
  ///   - name: the prefix of its identifiers.
  init(board name: String, triple: String, header: String, model: String, in folder: URL) throws {
    let swift = try Subprocess.require("swift", package: "a Swift 6.3 toolchain")
    let firmware = try Board.firmwareFolder()
    let include = folder.appending(path: "include")
    try FileManager.default.createDirectory(at: include, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: header), to: include.appending(path: "\(model).h"))
    let scratch = folder.appending(path: "build")
    let result = try Subprocess.run(
      swift,
      [
        "build", "--package-path", firmware.path, "--scratch-path", scratch.path, "--manifest-cache", "local",
        "--build-system", "native", "-c", "release", "--product", "Application", "--triple", triple,
        "--toolset", firmware.appending(path: "Boards/toolset.json").path,
        "--toolset", firmware.appending(path: "Boards/\(name)/toolset.json").path, "-Xcc",
        "-DSUPNORM_MODEL_HEADER=\"\(model).h\"", "-Xcc", "-DSUPNORM_MODEL_NAME=\(model)", "-Xcc",
        "-I\(include.path)",
      ], folder: folder, timeout: 600)
    guard result.status == 0 else {
      let output = result.output + result.errorOutput
      if let overflow = try Board.memoryMap(of: name).overflow(in: output) {
        throw CommandError.usage("\(header) does not fit \(name): \(overflow)")
      }
      let lines = output.split(separator: "\n").filter { $0.contains("error:") }
      throw CommandError.usage(
        "building the firmware for \(name) failed: \(lines.first ?? "see swift build")")
    }
    file = scratch.appending(path: "\(triple)/release/Application")

    let sections = Self.sections(of: try Self.output("llvm-objdump", ["-h", file.path], in: folder))
    textBytes = [".vectors", ".text", ".rodata"].reduce(0) { $0 + (sections[$1] ?? 0) }
    dataBytes = sections[".data"] ?? 0
    bssBytes = sections[".bss"] ?? 0
    let functions = Self.functions(of: try Self.output("llvm-nm", ["-S", file.path], in: folder))
    addresses = Dictionary(functions.map { ($0.name, $0.address) }) { first, _ in first }
    let disassembly = try Self.output("llvm-objdump", ["-d", "--no-show-raw-insn", file.path], in: folder)
    code = CodeSizes(of: functions, calls: CodeSizes.calls(of: disassembly, functions: functions))
  }

  /// Section sizes from `llvm-objdump -h`: index, name, size, address, type.
  static func sections(of text: String) -> [String: Int] {
    var sizes: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 4, Int(fields[0]) != nil, let size = Int(fields[2], radix: 16) else { continue }
      sizes[String(fields[1])] = size
    }
    return sizes
  }

  /// Function symbols from `llvm-nm -S`: address, size, type, name.
  static func functions(of text: String) -> [CodeSizes.Function] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 3)
      guard fields.count == 4, "tTwW".contains(fields[2]), let address = UInt64(fields[0], radix: 16),
        let size = Int(fields[1], radix: 16)
      else { return nil }
      // The lowest bit of a Thumb function's address is a flag.
      return CodeSizes.Function(name: String(fields[3]), address: address & ~1, size: size)
    }
  }

  /// Names of the symbol table as they stand in the source, in their order.
  static func readable(_ names: [String]) throws -> [String] {
    // Of another name than Swift's the tool makes one of Swift's.
    let mangled = names.filter { $0.hasPrefix("$") }
    guard !mangled.isEmpty else { return names }
    let lines = try withTemporaryFolder { folder in
      try output("swift-demangle", ["--compact", "--simplified"] + mangled, in: folder)
    }
    let readable = Dictionary(zip(mangled, lines.split(separator: "\n").map(String.init))) { first, _ in first
    }
    return names.map { readable[$0] ?? $0 }
  }

  private static func output(_ tool: String, _ arguments: [String], in folder: URL) throws -> String {
    let result = try Subprocess.run(
      try Subprocess.toolchainTool(tool), arguments, folder: folder, timeout: 60)
    guard result.status == 0 else { throw CommandError.usage("\(tool) failed: \(result.errorOutput)") }
    return result.output
  }
}
