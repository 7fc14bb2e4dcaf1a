import Foundation
import TestSupport
import Testing

/// What the linked firmware contains, and how the device treats a model that is not what it says.
@Suite("Firmware images", .serialized)
struct FirmwareSymbolTests {
  /// A header of a small network, made without any data set.
  private static let header = Result { () throws -> String in
    let folder = try TestFolder()
    try folder.write("a,b,label\n0,0,0\n0,9,1\n9,0,1\n9,9,0\n", as: "xor.csv")
    for arguments in [
      [
        "train", "--data", "xor.csv", "--hidden", "8,6", "--epochs", "200", "--batch", "4", "--loss",
        "cross-entropy", "--out", "m.safetensors",
      ],
      ["export", "m.safetensors", "--name", "xor", "--out", "xor.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    return try String(contentsOf: folder.url.appending(path: "xor.h"), encoding: .utf8)
  }

  @Test(
    "no allocator, no soft float and no 64-bit division in any firmware",
    arguments: ["mps2-an386", "microbit", "riscv32-virt"])
  func symbols(_ board: String) throws {
    let build = try FirmwareBuild(board: board, header: Self.header.get(), model: "xor")
    let names = try Checkout.run(toolchainTool("llvm-nm"), [build.elf.path], folder: build.folder.url).output
      .split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
    #expect(names.contains("supnorm_infer") && names.contains("supnorm_certify"))
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

  @Test("the device refuses a header whose CRC, row sum or golden vector is not what it says")
  func refusals() throws {
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
