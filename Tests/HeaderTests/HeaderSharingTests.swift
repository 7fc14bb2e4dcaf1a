import Integers
import Header
import Claims
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// Programs of two files that include the same header.
@Suite("Shared parameters")
struct HeaderSharingTests {
  /// A compiler with the options that make it link, and whether its files are C++.
  struct Linker: CustomTestStringConvertible, Sendable {
    var compiler: HeaderCompiler
    var options: [String] = []
    var testDescription: String { ([compiler.testDescription] + options).joined(separator: " ") }

    /// Compiles `a.c` and `b.c` with their own options, and links them with kernels.
    func build(_ defines: [String: [String]] = [:], linking: [String] = [], in folder: TestFolder) throws {
      for file in ["a", "b", "kernels"] {
        let own = options.filter { !$0.hasPrefix("-Wl") }
        let output = try compiler.compile(
          HeaderCompilationTests.strict.filter { $0 != "-o" && $0 != "/dev/null" } + own
            + (defines[file] ?? []) + ["\(file).c", "-o", "\(file).o"], in: folder)
        #expect(output.status == 0 && output.text.isEmpty, "\(testDescription): \(output.text)")
      }
      let output = try runProgram(
        compiler.program, options + linking + ["a.o", "b.o", "kernels.o", "-o", "program"], in: folder)
      #expect(output.status == 0 && output.text.isEmpty, "\(testDescription): \(output.text)")
    }
  }

  static let bareARM = Linker(
    compiler: .arm, options: ["-nostdlib", "-Wl,-e,main", "-Wl,--gc-sections", "-mcpu=cortex-m4", "-mthumb"])

  static let collecting: [Linker] =
    ["-O0", "-O2"].flatMap { level in
      [HeaderCompiler.clang, .gcc, .gccXX11, HeaderCompiler(program: "clang++", standard: "c++14")].map {
        Linker(compiler: $0, options: [level, "-Wl,--gc-sections"])
      }
    } + [
      bareARM, Linker(compiler: .gcc, options: ["-fPIC", "-pie", "-Wl,--gc-sections", "-Wl,-z,text"]),
      Linker(compiler: .clang, options: ["-fPIE", "-Wl,--gc-sections", "-Wl,-z,text"]),
      Linker(compiler: .gcc, options: ["-fno-pic", "-no-pie", "-Wl,--gc-sections"]),
    ]

  /// Without --gc-sections: inline variables, or all files but one declare only.
  static let plain: [Linker] = [HeaderCompiler.clang, .gcc, .gccXX11, .clangXX, .gccXX].map {
    Linker(compiler: $0, options: ["-O1"])
  }

  static let (weightBytes, place) = (100 * 64 * 2, "layer0_weights")

  /// A header whose weights of the first layer are `weightBytes`, and two files that use its network.
  static func folder(_ versions: [ModelClaims]) throws -> TestFolder {
    let folder = try TestFolder()
    for (file, model) in zip(["a", "b"], versions + versions.suffix(1)) {
      try folder.write(headerText(of: model), as: "digits_\(file).h")
    }
    let isShared = versions.count == 1
    let prologue = "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
    let functions =
      "const supnorm_network *network_a(void);\nconst supnorm_network *network_b(void);\n#ifdef __cplusplus\n}\n#endif\n"
    try folder.write(
      """
      #include "digits_a.h"
      \(prologue)\(functions)
      const supnorm_network *network_a(void) { return digits_network(); }
      int main(void) {
        const supnorm_network *a = network_a(), *b = network_b();
        int same = a == b && a->layers == b->layers && a->layers[0].weights == b->layers[0].weights;
        int aligned = (uintptr_t)a->layers[0].weights % 8 == 0 && (uintptr_t)a->layers[0].biases % 8 == 0;
        if (a->layers[0].weights[5] != \(versions[0].layers[0].rows[0][5].weight)) return 3;
        if (b->layers[0].weights[5] != \(versions[versions.count - 1].layers[0].rows[0][5].weight)) return 4;
        if (b->crc32 != \(versions[versions.count - 1].crc32)) return 5;
        return !aligned ? 2 : same == \(isShared ? 1 : 0) ? 0 : 1;
      }

      """, as: "a.c")
    try folder.write(
      """
      #include "digits_b.h"
      \(prologue)\(functions)
      const supnorm_network *network_b(void) { return digits_network(); }

      """, as: "b.c")
    try folder.writeKernels()
    return folder
  }

  static func models() throws -> [ModelClaims] {
    var generator = HeaderModels()
    let network = try IntegerNetwork(
      layers: [
        generator.layer(rows: 64, columns: 100, isSparse: false, activation: .relu, bound: 32768),
        generator.layer(rows: 5, columns: 64, isSparse: true, activation: .identity),
      ], unit: 32640, inputMinimum: 0, inputMaximum: 32640)
    var first = try generator.claims(network)
    // Far below the bound, so that another version is one that compiles.
    for row in 0..<64 {
      for column in 0..<100 { first.layers[0].rows[row][column].weight = (row + column) % 7 - 3 }
    }
    var second = first
    second.layers[0].rows[0][5].weight += 1
    second.crc32 ^= 0x1234_5678
    return [first, second]
  }

  /// The symbols of the program that hold weights of the first layer, and the bytes of all its constants.
  func constants(_ linker: Linker, in folder: TestFolder) throws -> (weights: [String], bytes: Int) {
    let prefix = linker.compiler.program.hasPrefix("arm-") ? "arm-none-eabi-" : ""
    let symbols = try runProgram("\(prefix)nm", ["program"], in: folder).text.split(separator: "\n")
      .compactMap { $0.split(separator: " ").last.map(String.init) }
    let sections = try runProgram("\(prefix)size", ["-A", "program"], in: folder).text.split(separator: "\n")
      .map { $0.split(separator: " ") }
    let bytes = sections.filter {
      $0.first?.hasPrefix(".rodata") == true || $0.first == ".text" && prefix != ""
    }
    .reduce(0) { $0 + (Int($1[1]) ?? 0) }
    return (symbols.filter { $0.contains(Self.place) }, bytes)
  }

  func expectOneCopy(_ linker: Linker, _ model: ModelClaims, in folder: TestFolder) throws {
    let found = try constants(linker, in: folder)
    let checksum = String(model.crc32 | 1 << 32, radix: 16, uppercase: true).dropFirst()
    #expect(found.weights == ["digits_layer0_weights_\(checksum)"], "\(linker.testDescription)")
    #expect((Self.weightBytes..<2 * Self.weightBytes).contains(found.bytes), "\(linker.testDescription)")
    if linker.compiler.program.hasPrefix("arm-") { return }
    #expect(try runProgram(folder.file("program"), [], in: folder).status == 0, "\(linker.testDescription)")
  }

  @Test(arguments: collecting)
  func `With --gc-sections one copy remains, named by its checksum, aligned and without text relocations`(
    linker: Linker
  ) throws {
    let model = try Self.models()[0]
    let folder = try Self.folder([model])
    try linker.build(in: folder)
    try expectOneCopy(linker, model, in: folder)
  }

  @Test(arguments: plain)
  func `Without it one copy remains when the other file declares only, whichever that is`(linker: Linker)
    throws
  {
    let model = try Self.models()[0]
    let folder = try Self.folder([model])
    for file in ["a", "b"] {
      try linker.build([file: ["-DDIGITS_DECLARE_ONLY"]], in: folder)
      try expectOneCopy(linker, model, in: folder)
      let symbols = try runProgram("nm", ["\(file).o"], in: folder).text
      #expect(symbols.contains("U digits_network_") && !symbols.contains(Self.place), "\(symbols)")
    }
    guard linker.compiler.standard == "c++17" else { return }
    try linker.build(in: folder)
    try expectOneCopy(linker, model, in: folder)
  }

  @Test func `Optimization across files leaves one copy or none, and the same answers`() throws {
    let folder = try Self.folder([Self.models()[0]])
    for compiler in [HeaderCompiler.gcc, .gccXX] {
      for options in [["-O2", "-flto"], ["-O0", "-flto"]] {
        let linker = Linker(compiler: compiler, options: options + ["-Wl,--gc-sections"])
        try linker.build(in: folder)
        #expect(try runProgram(folder.file("program"), [], in: folder).status == 0)
        #expect(try constants(linker, in: folder).bytes < 2 * Self.weightBytes)
      }
    }
  }

  @Test func `Two versions of a model stay two, each file with its own`() throws {
    for linker in Self.plain + Self.collecting.prefix(4) {
      let folder = try Self.folder(Self.models())
      try linker.build(in: folder)
      #expect(try constants(linker, in: folder).weights.count == 2)
      #expect(try runProgram(folder.file("program"), [], in: folder).status == 0, "\(linker.testDescription)")
    }
  }

  @Test func `A Swift program and C share one copy, and Embedded Swift compiles it`() throws {
    let model = try Self.models()[0]
    let folder = try Self.folder([model])
    try folder.write(headerText(of: model), as: "digits.h")
    try folder.write("module Digits { header \"digits.h\" export * }\n", as: "module.modulemap")
    for name in ["main", "other"] {
      try folder.write(
        """
        import CSupNorm
        import Digits

        \(name == "main" ? "@_silgen_name(\"network_b\") func networkOfC() -> UnsafePointer<supnorm_network>\nprint(networkOfC() == other(), other() == digits_network(), digits_golden()[0].class_index)" : "func other() -> UnsafePointer<supnorm_network> { digits_network() }")
        """, as: "\(name).swift")
    }
    for file in ["b", "kernels"] {
      let output = try HeaderCompiler.gcc.compile(["-c", "\(file).c", "-o", "\(file).o"], in: folder)
      #expect(output.status == 0, "\(output.text)")
    }
    let include = ["-I", folder.path, "-I", supnormInclude]
    let build = try runProgram(
      "swiftc", include + ["main.swift", "other.swift", "b.o", "kernels.o", "-o", "program"], in: folder)
    #expect(build.status == 0 && !build.text.contains("warning"), "\(build.text)")
    let run = try runProgram(folder.file("program"), [], in: folder)
    #expect(run.text == "true true \(model.golden[0].classIndex)\n")
    #expect(try constants(Linker(compiler: .gcc), in: folder).weights.count == 1)
    let embedded = try runProgram(
      "swiftc",
      include + [
        "-enable-experimental-feature", "Embedded", "-target", "armv7em-none-none-eabi", "-wmo", "-Osize",
        "-parse-as-library", "-Xcc", "-ffreestanding", "-c", "other.swift", "-o", "other.o",
      ], in: folder)
    #expect(embedded.status == 0, "\(embedded.text)")
  }

  @Test(arguments: HeaderCompiler.all)
  func `Scratch is declared with and without static, at file and block scope, large and aligned enough`(
    compiler: HeaderCompiler
  ) throws {
    let folder = try TestFolder()
    var model = try Self.models()[0]
    model.scratchBytes = 4099
    try folder.write([model])
    try folder.write(
      """
      #include "digits.h"
      #ifdef __cplusplus
      extern "C" {
      #endif
      void *take(void *memory, size_t bytes);
      void *use(void);
      #ifdef __cplusplus
      }
      #endif
      static DIGITS_SCRATCH(own);
      DIGITS_SCRATCH(common);
      struct everything { char first; DIGITS_SCRATCH(member); };
      SUPNORM_PROVE(sizeof own == 4104 && sizeof common == 4104, "size");
      SUPNORM_PROVE(offsetof(struct everything, member) % 8 == 0, "alignment");
      void *use(void) {
        static DIGITS_SCRATCH(lasting);
        DIGITS_SCRATCH(local);
        take(own, sizeof own);
        take(common, sizeof common);
        take(local, sizeof local);
        return take(lasting, sizeof lasting);
      }

      """, as: "scratch.c")
    for options in [["-O0"], ["-O2"]] {
      let output = try compiler.compile(HeaderCompilationTests.strict + options + ["scratch.c"], in: folder)
      #expect(output.status == 0 && output.text.isEmpty, "\(compiler): \(output.text)")
    }
  }
}
