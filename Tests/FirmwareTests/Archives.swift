import Foundation
import TestSupport
import Testing

/// The library for every core, built once for all tests.
struct Archives {
  /// The cores with an FPU have three libraries, the others one.
  static let names =
    [
      "cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m23", "rv32imc", "rv32imac", "rv32imac_zba_zbb_zbs",
    ]
    + ["m4", "m7", "m33", "m52", "m55", "m85"].flatMap { core in
      ["", "+softfp", "+hard"].map { "cortex-\(core)\($0)" }
    }

  /// A folder with `NAME.a` for each.
  static let folder = Result {
    let folder = try TestFolder()
    let result = try build(["all", folder.path])
    try #require(result.status == 0, "\(result.errorOutput)")
    return folder
  }

  static func build(_ arguments: [String]) throws -> ProgramResult {
    try Checkout.run(
      Checkout.root.appending(path: "Tools/library").path, arguments, folder: Checkout.root)
  }

  /// The path of an archive.
  static func path(_ name: String) throws -> String { try folder.get().file("\(name).a") }

  /// The words of each line that a tool of the toolchain prints of an archive.
  static func rows(_ tool: String, _ arguments: [String], _ name: String) throws -> [[String]] {
    let result = try Checkout.run(
      toolchainTool(tool), arguments + [path(name)], folder: folder.get().url)
    try #require(result.status == 0, "\(result.errorOutput)")
    return result.output.split(separator: "\n").map { line in
      line.split(whereSeparator: \.isWhitespace).map(String.init)
    }
  }

  /// The architecture whose instructions and names an archive has.
  static func architecture(_ name: String) -> String {
    let core = String(name.split(separator: "+")[0])
    switch core {
    case "cortex-m0", "cortex-m0plus": return "v6m"
    case "cortex-m3": return "v7m"
    case "cortex-m4", "cortex-m7": return "v7em"
    case "cortex-m23": return "v8m_base"
    case "cortex-m33": return "v8m_dsp"
    case "cortex-m52", "cortex-m55", "cortex-m85": return name == core ? "v8m_dsp" : "v81m_mve"
    default: return core
    }
  }
}
