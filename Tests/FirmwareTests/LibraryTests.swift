import Foundation
import TestSupport
import Testing

/// What is in the archives of `Tools/library`.
@Suite("Library", .serialized)
struct LibraryTests {
  @Test func `Every core has its library, and another run in another place writes the same bytes`() throws {
    let folder = try Archives.folder.get()
    #expect(try folder.names == Archives.names.map { "\($0).a" }.sorted())
    for name in ["cortex-m55+hard", "rv32imac"] {
      let other = try TestFolder()
      #expect(try Archives.build([name, other.file("again.a")]).status == 0)
      #expect(
        try Data(contentsOf: other.url.appending(path: "again.a"))
          == Data(contentsOf: folder.url.appending(path: "\(name).a")), "\(name)")
    }
  }

  @Test(arguments: Archives.names)
  func `A library shows what supnorm.h declares, under the names of its architecture, and nothing else`(
    _ name: String
  ) throws {
    let suffix = "_\(Archives.architecture(name))"
    var visible: Set<String> = []
    var undefined: Set<String> = []
    var hidden: Set<String> = []
    for words in try Archives.rows("llvm-objdump", ["-t"], name) {
      // Address, scope, section, size, visibility, name.
      guard words.count > 2, words[0].count == 8, let symbol = words.last else { continue }
      if words[1] == "*UND*" { undefined.insert(symbol) }
      if words[1] == "g" {
        if words.contains(".hidden") { hidden.insert(symbol) } else { visible.insert(symbol) }
      }
    }
    let declared = try Self.declared.get()
    #expect(visible == Set(declared.map { $0 + suffix }))
    #expect(hidden.isDisjoint(with: visible))
    #expect(hidden.allSatisfy { $0.hasPrefix("supnorm_") && $0.hasSuffix(suffix) }, "\(hidden)")
    // What every C library and compiler has; no allocator, no float, no trap handler.
    let common: Set = [
      "memcpy", "memset", "memmove", "__aeabi_lmul", "__aeabi_uidiv", "__aeabi_uidivmod", "__aeabi_idiv",
      "__aeabi_idivmod", "__aeabi_llsl", "__aeabi_llsr", "__aeabi_lasr",
    ]
    let foreign = undefined.subtracting(visible).subtracting(hidden).subtracting(common)
    #expect(foreign.allSatisfy { $0.hasPrefix("__aeabi_mem") }, "\(foreign)")
  }

  /// The functions of supnorm.h: names with nothing behind them but parameters.
  private static let declared = Result {
    let include = Checkout.root.appending(path: "Sources/CSupNorm/include").path
    let text = try Checkout.run(
      "arm-none-eabi-gcc", ["-mcpu=cortex-m0", "-E", "-P", "\(include)/supnorm.h"], folder: Checkout.root
    ).output
    let pattern = try Regex(#"__asm__\s*\("(supnorm_\w+)" "_" "v6m"\)"#, as: (Substring, Substring).self)
    let names = Set(text.matches(of: pattern).map { String($0.output.1) })
    #expect(names.isSuperset(of: ["supnorm_open", "supnorm_infer", "supnorm_dense_infer"]))
    return names
  }

  @Test(arguments: Archives.names)
  func
    `A member is one function or constant in sections of its own, without a path of the machine that built it`(
      _ name: String
    ) throws
  {
    var sections: Set<String> = []
    for words in try Archives.rows("llvm-objdump", ["-h"], name) where words.count > 2 {
      // Number, name, size; the first section has no name.
      if let number = Int(words[0]), number > 0 { sections.insert(words[1]) }
    }
    let known: Set = [
      ".text", ".symtab", ".strtab", ".shstrtab", ".ARM.attributes", ".riscv.attributes",
    ]
    let starts = [".text.supnorm_", ".rodata"].flatMap { start in ["", ".rel", ".rela"].map { $0 + start } }
    let others = sections.subtracting(known).filter { section in
      !starts.contains { section.hasPrefix($0) }
    }
    #expect(others.isEmpty, "\(others)")
    let members = try Archives.rows("llvm-ar", ["t"], name).count
    let defined = try Archives.rows("llvm-nm", ["--defined-only", "--extern-only"], name)
      .filter { $0.count == 3 }
    #expect(members == defined.count && members > 40)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Archives.path(name)))
    for path in [Checkout.root.path, NSTemporaryDirectory(), "/Sources/", ".swift"] {
      #expect(bytes.range(of: Data(path.utf8)) == nil, "\(path)")
    }
  }

  /// The instructions of each architecture, in the disassembler's words.
  private static let instructions = [
    "v6m": ["--mcpu=cortex-m0"], "v7m": ["--mcpu=cortex-m3"], "v7em": ["--mcpu=cortex-m4"],
    "v8m_base": ["--mcpu=cortex-m23"], "v8m_dsp": ["--mcpu=cortex-m33"], "v81m_mve": ["--mcpu=cortex-m52"],
    "rv32imc": ["--mattr=+m,+c"], "rv32imac": ["--mattr=+m,+a,+c"],
    "rv32imac_zba_zbb_zbs": ["--mattr=+m,+a,+c,+zba,+zbb,+zbs"],
  ]

  /// How many instructions of an archive are none of an architecture's.
  private static func foreignInstructions(_ name: String, _ architecture: String) throws -> Int {
    // The attributes would add what the archive says of itself.
    let folder = try TestFolder()
    let copy = folder.file("copy.a")
    let removal = try Checkout.run(
      toolchainTool("llvm-objcopy"),
      [
        "--remove-section=.ARM.attributes", "--remove-section=.riscv.attributes", Archives.path(name), copy,
      ], folder: folder.url)
    try #require(removal.status == 0, "\(removal.errorOutput)")
    let triple = architecture.hasPrefix("rv32") ? [] : ["--triple=thumb-none-eabi"]
    let result = try Checkout.run(
      toolchainTool("llvm-objdump"),
      ["-d", copy] + triple + (instructions[architecture] ?? []), folder: folder.url)
    try #require(result.status == 0 && result.output.contains("<supnorm_infer_"), "\(result.errorOutput)")
    return result.output.components(separatedBy: "<unknown>").count - 1
  }

  @Test(arguments: Archives.names)
  func `A library has its core's instructions only`(_ name: String) throws {
    #expect(try Self.foreignInstructions(name, Archives.architecture(name)) == 0)
  }

  @Test(arguments: [
    ("cortex-m4", "v7m"), ("cortex-m3", "v6m"), ("cortex-m23", "v6m"), ("cortex-m55+hard", "v8m_dsp"),
    ("rv32imac_zba_zbb_zbs", "rv32imac"),
  ])
  func `The disassembler does find the instructions that a lesser architecture lacks`(
    _ name: String, _ architecture: String
  ) throws {
    #expect(try Self.foreignInstructions(name, architecture) > 0)
  }

  @Test(arguments: [
    ["cortex-m99", "x.a"], ["cortex-m3+hard", "x.a"], ["cortex-m4+double", "x.a"], ["mps2-an386", "x.o"],
    ["cortex-m4"], [],
  ])
  func `An unknown core or ABI gives one line that names those there are, and no file`(_ arguments: [String])
    throws
  {
    let folder = try TestFolder()
    let result = try Checkout.run(
      Checkout.root.appending(path: "Tools/library").path, arguments, folder: folder.url)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.errorOutput.split(separator: "\n").count == 1, "\(result.errorOutput)")
    #expect(Archives.names.allSatisfy { result.errorOutput.contains($0) })
    #expect(arguments.count < 2 || result.errorOutput.hasPrefix("no library for \(arguments[0]): "))
    #expect(try folder.names.isEmpty)
  }
}
