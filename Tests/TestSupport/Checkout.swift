public import Foundation

/// The checkout the tests were built from, and the programs that work on it.
public enum Checkout {
  /// The root of the repository.
  public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The `supnorm` program, built beside the tests.
  public static var supnorm: URL {
    // The test runner lies in the folder of all products.
    let products = Bundle.allBundles.map(\.bundleURL) + [URL(fileURLWithPath: CommandLine.arguments[0])]
    let beside = products.map { $0.deletingLastPathComponent().appending(path: "supnorm") }
    return beside.first { FileManager.default.isExecutableFile(atPath: $0.path) }
      ?? root.appending(path: ".build/release/supnorm")
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - path: an absolute path, or a name on `PATH`.
  ///   - environment: added to the environment of the tests.
  public static func run(
    _ path: String, _ arguments: [String], folder: URL, environment: [String: String] = [:]
  ) throws -> ProgramResult {
    let process = try start(path, arguments, folder: folder, environment: environment)
    process.process.waitUntilExit()
    return process.result
  }

  /// Starts a program whose output goes to files, so that no pipe can block it.
  public static func start(
    _ path: String, _ arguments: [String], folder: URL, environment: [String: String] = [:]
  ) throws -> RunningProgram {
    let process = Process()
    let isName = !path.contains("/")
    process.executableURL = URL(fileURLWithPath: isName ? "/usr/bin/env" : path)
    process.arguments = isName ? [path] + arguments : arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let base = FileManager.default.temporaryDirectory.appending(path: "supnorm-test-\(UUID().uuidString)")
    let running = RunningProgram(
      process: process, output: base.appendingPathExtension("out"),
      errorOutput: base.appendingPathExtension("err"))
    for file in [running.output, running.errorOutput] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: running.output)
    process.standardError = try FileHandle(forWritingTo: running.errorOutput)
    try process.run()
    return running
  }
}

/// A started program.
public struct RunningProgram {
  /// The running process.
  public var process: Process
  var output: URL
  var errorOutput: URL

  /// What it left; call when it has ended.
  ///
  /// The files are gone afterwards.
  public var result: ProgramResult {
    defer { for file in [output, errorOutput] { try? FileManager.default.removeItem(at: file) } }
    let text = { (file: URL) in String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self) }
    // A signal is no exit status that a test could expect.
    return ProgramResult(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: text(output), errorOutput: text(errorOutput))
  }
}

/// What a finished program left.
public struct ProgramResult: Sendable {
  /// Exit status.
  public var status: Int32
  /// All of standard output.
  public var output: String
  /// All of standard error.
  public var errorOutput: String

  /// Standard output as one JSON object.
  public func json() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return value as? [String: Any] ?? [:]
  }
}

/// A folder of its own for one test, gone with it.
public final class TestFolder: Sendable {
  /// Where it is.
  public let path = NSTemporaryDirectory() + "supnorm-test-\(UUID().uuidString)"

  /// Makes an empty folder.
  public init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Where it is.
  public var url: URL { URL(fileURLWithPath: path) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The names of the files in it, sorted.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// Writes a file into it.
  public func write(_ text: String, as name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }

  /// Runs `supnorm` in it.
  public func supnorm(_ arguments: [String], environment: [String: String] = [:]) throws -> ProgramResult {
    try Checkout.run(Checkout.supnorm.path, arguments, folder: url, environment: environment)
  }
}
