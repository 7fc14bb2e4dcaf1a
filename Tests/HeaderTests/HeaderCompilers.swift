import Header
import FileAccess
import Claims
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// A compiler with the language standard it is asked for.
struct HeaderCompiler: CustomTestStringConvertible, Sendable {
  var program: String
  var standard: String

  var testDescription: String { "\(program) -std=\(standard)" }
  var isCXX: Bool { standard.hasPrefix("c++") }

  static let clang = HeaderCompiler(program: "clang", standard: "c11")
  static let gcc = HeaderCompiler(program: "gcc", standard: "c11")
  static let arm = HeaderCompiler(program: "arm-none-eabi-gcc", standard: "c11")
  static let clangXX = HeaderCompiler(program: "clang++", standard: "c++17")
  static let gccXX = HeaderCompiler(program: "g++", standard: "c++17")
  /// The oldest standard, in which every function of the proof is one expression, and the newest.
  static let gccXX11 = HeaderCompiler(program: "g++", standard: "c++11")
  static let clangXX20 = HeaderCompiler(program: "clang++", standard: "c++20")

  /// Those whose proofs differ: chains in C, lists in C++.
  static let provers = [clang, gcc, gccXX11, clangXX20]

  /// Every compiler and standard that the article "Header format" promises.
  static let all =
    [clang, gcc, arm].flatMap { compiler in
      ["c99", "c11", "c17"].map { HeaderCompiler(program: compiler.program, standard: $0) }
    } + [clangXX, gccXX, gccXX11, clangXX20]

  /// Compiles one file; the messages are in the output.
  func compile(_ arguments: [String], in folder: TestFolder) throws -> ProgramOutput {
    try runProgram(
      program, ["-x", isCXX ? "c++" : "c", "-std=\(standard)", "-I", supnormInclude] + arguments, in: folder)
  }
}

/// The folder of supnorm.h.
let supnormInclude =
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("Sources/CSupNorm/include").path

/// How a program ended and all that it printed.
struct ProgramOutput {
  var status: Int32
  var text: String
}

/// A compiler that the tests need and the machine lacks: a failure, since a skipped test proves nothing.
struct MissingProgram: Error, CustomStringConvertible {
  var name: String
  var description: String {
    "\(name) is not on the PATH; the header tests run clang, clang++, gcc, g++, arm-none-eabi-gcc and swiftc"
  }
}

/// Runs a program from the PATH, or from the folder when its name has a slash, and waits for it.
func runProgram(_ name: String, _ arguments: [String], in folder: TestFolder) throws -> ProgramOutput {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  let candidates = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
  guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
    throw MissingProgram(name: name)
  }
  let result = try Checkout.run(path, arguments, folder: folder.url)
  return ProgramOutput(status: result.status, text: result.output + result.errorOutput)
}

extension TestFolder {
  /// Writes kernels that do nothing as `kernels.c`, for a program that reads a header's data and links no library.
  func writeKernels() throws {
    try write(
      """
      #include "supnorm.h"
      #define KIND(kind) \\
        int32_t supnorm_##kind##_shape(const supnorm_layer *l, int32_t i, uint32_t r) { return l && i && r; } \\
        int32_t supnorm_##kind##_counts(const supnorm_layer *l) { return !!l; } \\
        int32_t supnorm_##kind##_check(const supnorm_layer *l) { return !!l; }
      #define KERNELS(name) \\
        void supnorm_##name##_infer(const supnorm_layer *l, const int16_t *i, int16_t *h, int32_t *o, void *w) { \\
          (void)l, (void)i, (void)h, (void)o, (void)w; \\
        } \\
        void supnorm_##name##_bound(const supnorm_layer *l, const supnorm_box *b, int16_t *x, int16_t *y, int32_t *u, \\
                                    int32_t *v, void *w) { \\
          (void)l, (void)b, (void)x, (void)y, (void)u, (void)v, (void)w; \\
        } \\
        int32_t supnorm_##name##_exceeds(const supnorm_layer *l, uint32_t r, const supnorm_box *b, void *w) { \\
          return l && r && b && w; \\
        }
      #define VALUES(name) \\
        void supnorm_##name(int16_t *v, uint32_t n, const supnorm_layer *l) { (void)v, (void)n, (void)l; }
      #define ENDS(name) \\
        void supnorm_##name##_bound(int16_t *l, int16_t *u, uint32_t n) { (void)l, (void)u, (void)n; }
      VALUES(relu) VALUES(abs) ENDS(abs) VALUES(maxmin) VALUES(sort) VALUES(negate) ENDS(negate) VALUES(smooth)
      int32_t supnorm_smooth_shape(const supnorm_layer *l) { return !!l; }
      int32_t supnorm_smooth_check(const supnorm_layer *l) { return !!l; }
      KIND(dense) KERNELS(dense) KIND(sparse) KERNELS(sparse) KIND(maxplus) KERNELS(maxplus_words)
      KERNELS(maxplus_bytes) KERNELS(maxplus_halfwords)

      """, as: "kernels.c")
  }

  /// Writes the header of each model under its name.
  func write(_ models: [ModelClaims]) throws {
    for model in models { try AtomicFile.write(headerText(of: model), to: file("\(model.name).h")) }
  }
}
