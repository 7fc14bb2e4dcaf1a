import Foundation
import TestSupport

/// A started `supnorm` whose words are read as it says them, so that a test need not guess when.
final class WatchedProgram {
  private let process = Process()
  private let output = Pipe()
  private let errorOutput = Pipe()
  private var said = Data()

  init(_ arguments: [String], in folder: TestFolder) throws {
    process.executableURL = Checkout.supnorm
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errorOutput
    try process.run()
  }

  /// Waits until standard error has some words.
  ///
  /// - Returns: whether it has; otherwise the program has ended.
  func says(_ words: String) -> Bool {
    while !String(decoding: said, as: UTF8.self).contains(words) {
      let more = errorOutput.fileHandleForReading.availableData
      guard !more.isEmpty else { return false }
      said += more
    }
    return true
  }

  /// Sends Ctrl-C and waits for the end.
  ///
  /// - Returns: the exit status, negative for a signal, and all that was said.
  func interrupt() -> (status: Int32, output: String, errorOutput: String) {
    process.interrupt()
    said += errorOutput.fileHandleForReading.readDataToEndOfFile()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let status = process.terminationStatus
    return (
      process.terminationReason == .exit ? status : -status, String(decoding: printed, as: UTF8.self),
      String(decoding: said, as: UTF8.self)
    )
  }
}
