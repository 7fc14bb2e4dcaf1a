internal import FileAccess
internal import Foundation
internal import Files

/// Programs that do part of the work: the Swift toolchain, compilers, QEMU.
enum Subprocess {
  /// What a finished program left.
  struct Result {
    var status: Int32
    var output: String
    /// Standard error, or its last lines when it was long.
    var errorOutput: String
  }

  /// The path of a program, or one line that says how to get it.
  static func require(_ name: String, package: String) throws(CommandError) -> String {
    guard let path = executablePath(of: name) else {
      throw .usage("\(name) is not installed or not on PATH (Debian: apt-get install \(package))")
    }
    return path
  }

  /// A tool that comes with the Swift toolchain, beside `swift` itself.
  static func toolchainTool(_ name: String) throws(CommandError) -> String {
    let swift = try require("swift", package: "a Swift 6.3 toolchain")
    let beside = URL(fileURLWithPath: swift).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: name).path
    if FileManager.default.isExecutableFile(atPath: beside) { return beside }
    return try require(name, package: "llvm")
  }

  /// Runs a program to its end; its output goes through files, so that no pipe can fill up and block it.
  ///
  /// - Parameters:
  ///   - timeout: seconds after which the program is killed and the run is an error.
  ///   - poll: called about ten times a second while it runs.
  static func run(
    _ path: String, _ arguments: [String], folder: URL, timeout: Double, poll: () throws -> Void = {}
  ) throws -> Result {
    let outputFile = folder.appending(path: "\(UUID().uuidString).out")
    let errorFile = folder.appending(path: "\(UUID().uuidString).err")
    defer {
      try? FileManager.default.removeItem(at: outputFile)
      try? FileManager.default.removeItem(at: errorFile)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    // What compilers leave behind goes with the folder, however they end.
    process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": folder.path]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try emptyFile(outputFile)
    process.standardError = try emptyFile(errorFile)
    try process.run()
    defer { end(process) }
    let start = Date()
    while process.isRunning {
      usleep(20_000)
      try poll()
      if Date().timeIntervalSince(start) > timeout {
        throw CommandError.usage("\(path): not finished after \(Int(timeout)) s")
      }
      if Interruption.wasRequested { throw CommandError(description: "interrupted", exitStatus: 130) }
    }
    return Result(
      status: process.terminationStatus, output: text(of: outputFile), errorOutput: text(of: errorFile))
  }

  /// Kills a process that still runs, and what it started, before its folder goes.
  static func end(_ process: Process) {
    guard process.isRunning else { return }
    // It first, or it would start more. Not terminate(): Foundation starts children with SIGTERM blocked.
    kill(process.processIdentifier, SIGSTOP)
    Descendants.end(of: process.processIdentifier)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private static func emptyFile(_ url: URL) throws -> FileHandle {
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  private static func text(of url: URL) -> String {
    String(decoding: (try? Data(contentsOf: url)) ?? Data(), as: UTF8.self)
  }
}

/// A folder that is gone, with everything in it, when the work is done or the program ends by a signal.
func withTemporaryFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appending(path: "supnorm-\(UUID().uuidString)")
  guard TemporaryFiles.create(folder.path, { unsafe mkdir(folder.path, 0o700) }) == 0 else {
    throw CommandError.usage("\(folder.path): the folder cannot be made: \(AtomicFile.systemMessage())")
  }
  defer { TemporaryFiles.remove(folder.path) }
  return try body(folder)
}
