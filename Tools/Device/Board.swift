internal import Foundation

/// A board that the firmware runs on: `Firmware/Boards/NAME/board.json` with its toolset and linker script beside it.
struct Board: Decodable {
  var description: String
  /// What `swift build --triple` takes.
  var triple: String
  /// The QEMU program and the arguments that choose the machine.
  var qemu: String
  var machineArguments: [String]

  /// The firmware package, beside the sources this program was built from or in the current folder.
  static func firmwareFolder() throws(CommandError) -> URL {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Firmware")
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).appending(path: "Firmware")
    for folder in [source, current]
    where FileManager.default.fileExists(atPath: folder.appending(path: "Boards").path) {
      return folder
    }
    throw .usage("no Firmware folder: run in a checkout of SupNorm")
  }

  /// The names of all boards there are.
  static func names() throws(CommandError) -> [String] {
    let boards = try firmwareFolder().appending(path: "Boards")
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: boards.path)) ?? []
    return entries.filter { entry in
      FileManager.default.fileExists(atPath: boards.appending(path: "\(entry)/board.json").path)
    }.sorted()
  }

  /// The memories of a board, from its linker script.
  static func memoryMap(of name: String) throws -> MemoryMap {
    let script = try firmwareFolder().appending(path: "Boards/\(name)/\(name).ld")
    return MemoryMap(script: try String(contentsOf: script, encoding: .utf8))
  }

  /// Loads a board by name.
  static func named(_ name: String) throws -> Board {
    let names = try names()
    guard names.contains(name) else {
      throw CommandError.usage("--board '\(name)': not one of \(names.joined(separator: ", "))")
    }
    let file = try firmwareFolder().appending(path: "Boards/\(name)/board.json")
    return try JSONDecoder().decode(Board.self, from: Data(contentsOf: file))
  }
}
