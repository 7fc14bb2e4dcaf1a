import Foundation
import TestSupport
import Testing

/// A firmware built by the command that Firmware/Package.swift states, without `supnorm run` in between.
struct FirmwareBuild {
  /// What `Boards/NAME/board.json` says.
  struct Board: Decodable {
    var triple: String
    var qemu: String
    var machineArguments: [String]
  }

  var board: Board
  var elf: URL
  var folder: TestFolder

  /// Builds the header `NAME.h`, with text of any kind, for a board.
  init(board name: String, header: String, model: String, skipsProof: Bool = false) throws {
    folder = try TestFolder()
    try folder.write(header, as: "\(model).h")
    let boards = Checkout.root.appending(path: "Firmware/Boards")
    board = try JSONDecoder().decode(
      Board.self, from: Data(contentsOf: boards.appending(path: "\(name)/board.json")))
    let result = try Checkout.run(
      "swift",
      [
        "build", "--package-path", Checkout.root.appending(path: "Firmware").path, "--scratch-path",
        folder.file("build"), "--build-system", "native", "-c", "release", "--product", "Application",
        "--triple", board.triple, "--toolset", boards.appending(path: "toolset.json").path, "--toolset",
        boards.appending(path: "\(name)/toolset.json").path, "-Xcc",
        "-DSUPNORM_MODEL_HEADER=\"\(model).h\"", "-Xcc", "-DSUPNORM_MODEL_NAME=\(model)", "-Xcc",
        "-I\(folder.url.path)",
      ] + (skipsProof ? ["-Xcc", "-DSUPNORM_SKIP_PROOF"] : []), folder: folder.url)
    try #require(result.status == 0, "\(result.output)\(result.errorOutput)")
    elf = folder.url.appending(path: "build/\(board.triple)/release/Application")
  }

  /// Runs it in QEMU, in its own folder.
  func run() throws -> ProgramResult {
    try Checkout.run(
      board.qemu,
      board.machineArguments + [
        "-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native",
        "-kernel", elf.path,
      ], folder: folder.url)
  }
}

/// A tool that comes with the Swift toolchain.
func toolchainTool(_ name: String) throws -> String {
  let swift = try Checkout.run("which", ["swift"], folder: Checkout.root).output
    .trimmingCharacters(in: .whitespacesAndNewlines)
  return URL(fileURLWithPath: swift).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: name).path
}
