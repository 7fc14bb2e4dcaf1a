import Foundation
import TestSupport
import Testing
@testable import Tools

/// What the linked firmware contains, and how the device treats a model that is not what it says.
@Suite("Firmware images", .serialized)
struct FirmwareSymbolTests {
  /// Headers of a small network of weights and of one of max-plus layers, made without any data set.
  private static let header = trained(["--loss", "cross-entropy"])
  private static let distances = trained(["--layers", "distance"])

  private static func trained(_ options: [String]) -> Result<String, any Error> {
    Result { try header(options) }
  }

  private static func header(_ options: [String]) throws -> String {
    let folder = try TestFolder()
    try folder.write("a,b,label\n0,0,0\n0,9,1\n9,0,1\n9,9,0\n", as: "xor.csv")
    for arguments in [
      [
        "train", "--data", "xor.csv", "--hidden", "8,6", "--epochs", "200", "--batch", "4", "--out",
        "m.safetensors",
      ] + options,
      ["export", "m.safetensors", "--name", "xor", "--out", "xor.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    return try String(contentsOf: folder.url.appending(path: "xor.h"), encoding: .utf8)
  }

  /// The names of all symbols of a program.
  static func names(_ program: URL) throws -> [String] {
    try Checkout.run(toolchainTool("llvm-nm"), [program.path], folder: program.deletingLastPathComponent())
      .output.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
  }

  @Test(arguments: BoardTests.boards)
  func
    `A firmware has the kernels of its model's kinds, its core's instructions, no allocator and no soft float`(
      _ board: String
    ) throws
  {
    let headers = [("weights", try Self.header.get()), ("max-plus", try Self.distances.get())]
    for (name, header) in headers {
      let build = try FirmwareBuild(board: board, header: header, model: "xor")
      let names = try Self.names(build.elf)
      #expect(names.contains("supnorm_infer") && names.contains("supnorm_certify"))
      Self.expectNoRuntime(names)
      for activation in ["RELU", "ABS", "MAXMIN", "SORT", "NEGATE"] {
        let functions = ["", "_bound"].map { "supnorm_\(activation.lowercased())\($0)" }
        let found = functions.filter(names.contains)
        let isUsed = header.contains("_ACTIVATION SUPNORM_\(activation)\n")
        #expect(found.isEmpty != isUsed, "\(name) on \(board), \(activation): \(found)")
      }
      for (kind, marks) in Self.kinds {
        let constant = "_KIND SUPNORM_" + (kind == "max-plus" ? "MAXPLUS" : kind.uppercased()) + "\n"
        let found = names.filter { name in marks.contains { name.contains($0) } }
        let isUsed = header.contains(constant)
        #expect(found.isEmpty != isUsed, "\(name) on \(board), \(kind): \(found)")
        #expect(name != "max-plus" || isUsed == (kind == "max-plus"))
        #expect(name != "weights" || !isUsed || kind != "max-plus")
      }
      // The triple is the Cortex-M4's, whose instructions for pairs a Cortex-M3 does not have.
      if board == "mps2-an385" { try Self.expectNoInstructionForPairs(build) }
    }
  }

  /// Expects no allocator, no floating point in software and no 64-bit division.
  private static func expectNoRuntime(_ names: [String]) {
    let allocators: Set = [
      "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "swift_allocObject",
      "swift_slowAlloc", "sbrk", "_sbrk",
    ]
    #expect(allocators.isDisjoint(with: names), "\(allocators.intersection(names))")
    // The run-time functions of floating point: __aeabi_fadd, __aeabi_d2iz, __adddf3, __floatsisf …
    let float = names.filter { name in
      [
        "__aeabi_f", "__aeabi_d", "__aeabi_i2f", "__aeabi_i2d", "__aeabi_ui2", "__aeabi_l2", "__float",
        "__fix",
      ]
      .contains { name.hasPrefix($0) } || name.hasSuffix("sf3") || name.hasSuffix("df3")
    }
    #expect(float.isEmpty, "\(float)")
    #expect(!names.contains("__aeabi_ldivmod") && !names.contains("__divdi3"))
  }

  /// Expects no instruction of the DSP extension of ARMv7E-M.
  private static func expectNoInstructionForPairs(_ build: FirmwareBuild) throws {
    let text = try Checkout.run(
      toolchainTool("llvm-objdump"), ["-d", "--no-show-raw-insn", build.elf.path], folder: build.folder.url
    ).output
    let mnemonics = text.split(separator: "\n").compactMap { line in
      line.split(separator: "\t").dropFirst().first?.split { " .".contains($0) }.first.map(String.init)
    }
    #expect(mnemonics.contains("mla") && mnemonics.contains("ldrh"))
    let products =
      /smla[bt]{2}|smlaw[bt]|sml[as]l?d\w*|smlal[bt]{2}|smul[bt]{2}|smulw[bt]|smu[as]d\w*|smm\w+|umaal/
    let sums = /(q|uq|sh|uh|s|u)(add|sub|asx|sax)(8|16)?|qd(add|sub)|[su]xta\w+|[su]xtb16|[su]sat16|usad\w*/
    let others = /pkh\w+|sel/
    let found = Set(mnemonics).filter { mnemonic in
      mnemonic.wholeMatch(of: products) != nil || mnemonic.wholeMatch(of: sums) != nil
        || mnemonic.wholeMatch(of: others) != nil
    }
    #expect(found.isEmpty, "\(found)")
  }

  /// What the names of a kind's kernels have, in C and in Swift.
  private static let kinds = [
    "dense": ["supnorm_dense", "ense_"], "sparse": ["supnorm_sparse", "parse_"],
    "max-plus": ["supnorm_maxplus", "MaxPlus", "axPlus"],
  ]

  @Test func `Answers and certificates of one kind take at most 5 KB on a Cortex-M4`() throws {
    let dense = try Self.header.get()
    let kinds = Set(
      dense.split(separator: "\n").filter { $0.contains("_KIND ") }.map { $0.split(separator: " ")[2] })
    #expect(kinds == ["SUPNORM_DENSE"])
    for (kind, header) in [("dense", dense), ("max-plus", try Self.distances.get())] {
      let build = try FirmwareBuild(board: "mps2-an386", header: header, model: "xor")
      let output = { (tool: String, arguments: [String]) in
        try Checkout.run(toolchainTool(tool), arguments + [build.elf.path], folder: build.folder.url).output
      }
      let functions = FirmwareImage.functions(of: try output("llvm-nm", ["-S"]))
      let calls = CodeSizes.calls(of: try output("llvm-objdump", ["-d"]), functions: functions)
      let bytes = CodeSizes(of: functions, calls: calls).answers
      print("\(kind): \(bytes) bytes of code for answers and certificates on a Cortex-M4")
      #expect((1000...5120).contains(bytes))
    }
  }

  @Test func `The device refuses a header whose CRC, row sum or golden vector is not what it says`() throws {
    let header = try Self.header.get()
    func line(_ prefix: String) throws -> String {
      try #require(header.split(separator: "\n").first { $0.hasPrefix(prefix) }.map(String.init))
    }
    let golden = try line("#define XOR_GOLDEN0_RADIUS ")
    // The compiler would refuse the second one; with the proof skipped the device must.
    let changes: [(status: Int32, line: String, replacement: String)] = [
      (-7, try line("#define XOR_CRC32 "), "#define XOR_CRC32 0x1"),
      (-8, try line("#define XOR_LAYER0_ROW_SUM_BOUND "), "#define XOR_LAYER0_ROW_SUM_BOUND 10"),
      (-9, golden, golden + "7"),
    ]
    for change in changes {
      let text = header.replacingOccurrences(of: change.line, with: change.replacement)
      #expect(text != header)
      let build = try FirmwareBuild(board: "mps2-an386", header: text, model: "xor", skipsProof: true)
      let result = try build.run()
      #expect(result.status == 1, "\(result.errorOutput)")
      let words = try Data(contentsOf: build.folder.url.appending(path: "results.bin"))
      let status = (4..<8).reversed().reduce(Int32(0)) { $0 << 8 | Int32(words[$1]) }
      #expect(status == change.status)
    }
  }
}
