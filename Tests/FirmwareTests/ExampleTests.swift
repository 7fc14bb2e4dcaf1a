import Foundation
import TestSupport
import Testing

/// The examples in C and C++ with the compilers and C libraries of Debian, on every board.
///
/// QEMU has no Cortex-M23, M52 or M85: their programs run on the nearest core that has all of their instructions.
@Suite("Examples", .serialized)
struct ExampleTests {
  /// A program: for a board, with the library of a core.
  struct Target: CustomTestStringConvertible {
    var board: String
    var library: String
    /// The flags of a core that this gcc does not know.
    var flags: String?

    init(_ board: String, _ library: String, flags: String? = nil) {
      (self.board, self.library, self.flags) = (board, library, flags)
    }

    var testDescription: String { "\(library) on \(board)" }
    var core: String { String(library.split(separator: "+")[0]) }
    var float: String { library.split(separator: "+").dropFirst().first.map(String.init) ?? "soft" }
  }

  private static let helium = "-march=armv8.1-m.main+mve.fp+fp.dp"

  /// Every board with its own core, hard float where it has an FPU.
  static let boards = [
    Target("microbit", "cortex-m0"), Target("mps2-an385", "cortex-m3"),
    Target("mps2-an386", "cortex-m4+hard"),
    Target("mps2-an500", "cortex-m7+hard"), Target("mps2-an505", "cortex-m33+hard"),
    Target("mps3-an547", "cortex-m55+hard"), Target("riscv32-virt", "rv32imac"),
  ]

  /// The other cores and ABIs.
  static let others =
    [
      Target("microbit", "cortex-m0plus"), Target("mps2-an386", "cortex-m4"),
      Target("mps2-an386", "cortex-m4+softfp"), Target("mps2-an500", "cortex-m7"),
      Target("mps2-an500", "cortex-m7+softfp"), Target("mps2-an505", "cortex-m23"),
      Target("mps2-an505", "cortex-m33"), Target("mps2-an505", "cortex-m33+softfp"),
      Target("mps3-an547", "cortex-m55"), Target("mps3-an547", "cortex-m55+softfp"),
      Target("riscv32-virt", "rv32imc"), Target("riscv32-virt", "rv32imac_zba_zbb_zbs"),
    ]
    + ["cortex-m52", "cortex-m85"].flatMap { core in
      ["", "+softfp", "+hard"].map { Target("mps3-an547", core + $0, flags: helium) }
    }

  private static let digits = Result {
    let folder = try TestFolder()
    for arguments in [
      ["train", "--data", "digits", "--epochs", "5", "--out", "m.safetensors"],
      ["export", "m.safetensors", "--name", "digits", "--out", "digits.h"],
    ] {
      let result = try folder.supnorm(arguments)
      try #require(result.status == 0, "\(result.errorOutput)")
    }
    return folder
  }

  /// Makes an example, with the library that it asks for or another.
  private static func make(
    _ example: String, _ target: Target, library: String? = nil, in folder: TestFolder, _ more: [String]
  ) throws -> ProgramResult {
    try Checkout.run(
      "make",
      [
        "-s", "-C", Checkout.root.appending(path: "Firmware/Examples/\(example)").path,
        "BUILD=\(folder.path)",
        "MODEL=\(digits.get().file("digits.h"))", "LIBRARY=\(Archives.path(library ?? target.library))",
        "BOARD=\(target.board)", "CORE=\(target.core)", "FLOAT=\(target.float)",
      ] + (target.flags.map { ["CPU=\($0)"] } ?? []) + more, folder: folder.url)
  }

  /// What an example prints: newlib on the emulator's standard output, picolibc on its console, which is the other.
  private static func run(_ example: String, _ target: Target) throws -> String {
    let result = try make(example, target, in: TestFolder(), ["run"])
    let text = result.output + result.errorOutput
    #expect(result.status == 0 && text.hasSuffix("ok\n"), "\(text)")
    return text
  }

  @Test(arguments: boards + others)
  func `The C example links without a warning and gives the host's answers`(_ target: Target) throws {
    #expect(try Self.run("C", target).components(separatedBy: "certified within").count == 5)
  }

  @Test(arguments: boards)
  func `The C++ example links without a warning and abstains where the host does`(_ target: Target) throws {
    #expect(try Self.run("CPlusPlus", target).components(separatedBy: "10/1000").count == 5)
  }

  @Test(arguments: [
    (Target("mps2-an385", "cortex-m3"), "cortex-m4", "v7m"),
    (Target("mps2-an386", "cortex-m4"), "cortex-m3", "v7em"),
    (Target("microbit", "cortex-m0"), "cortex-m3", "v6m"),
    (Target("mps2-an505", "cortex-m23"), "cortex-m33", "v8m_base"),
    (Target("mps2-an505", "cortex-m33+hard"), "cortex-m55+hard", "v8m_dsp"),
    (Target("mps3-an547", "cortex-m55+hard"), "cortex-m33+hard", "v81m_mve"),
    (Target("riscv32-virt", "rv32imc"), "rv32imac", "rv32imc"),
    (Target("riscv32-virt", "rv32imac"), "rv32imac_zba_zbb_zbs", "rv32imac"),
  ])
  func `With the library of another core the linker names the function and the architecture that are missing`(
    _ target: Target, _ library: String, _ architecture: String
  ) throws {
    let result = try Self.make("C", target, library: library, in: TestFolder(), [])
    #expect(result.status != 0)
    #expect(
      result.errorOutput.contains("undefined reference to `supnorm_open_\(architecture)'"),
      "\(result.errorOutput)")
  }

  @Test func `With the library of another float ABI the linker says so`() throws {
    let result = try Self.make(
      "C", Target("mps2-an386", "cortex-m4+hard"), library: "cortex-m4", in: TestFolder(), [])
    #expect(
      result.status != 0 && result.errorOutput.contains("uses VFP register arguments"),
      "\(result.errorOutput)")
  }

  @Test(arguments: ["cortex-m4+hard", "cortex-m0"])
  func `A program has the same functions of the library, of the same sizes, with and without --gc-sections`(
    _ library: String
  ) throws {
    let target = try #require(Self.boards.first { $0.library == library })
    let sizes = try ["-Wl,--gc-sections", "-Wl,--no-gc-sections"].map { option in
      let folder = try TestFolder()
      let result = try Self.make("C", target, in: folder, ["LINK=\(option)"])
      try #require(result.status == 0, "\(result.errorOutput)")
      let lines = try Checkout.run(
        toolchainTool("llvm-nm"), ["-S", folder.file("example.elf")], folder: folder.url
      ).output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      // Address, size, kind, name.
      return Set(
        lines.filter { $0.count == 4 && "tT".contains($0[2]) && $0[3].hasPrefix("supnorm_") }
          .map { "\($0[3]) \($0[1])" })
    }
    #expect(sizes[0] == sizes[1], "\(sizes[0].symmetricDifference(sizes[1]))")
    #expect(sizes[0].contains { $0.hasPrefix("supnorm_infer_") })
    // Nothing that the program does not call.
    #expect(!sizes[0].contains { $0.hasPrefix("supnorm_encode") || $0.hasPrefix("supnorm_maxplus") })
  }
}
