import Claims
import Checker
import Header
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// The names of classes, features and targets, and the name of a header itself.
@Suite("Names in headers")
struct HeaderNameTests {
  /// Random UTF-8 of at most 255 bytes that likes what C text is easily spoiled by.
  static func names(_ count: Int, _ generator: inout HeaderModels) -> [String] {
    let pieces = [
      "?", "??", "??/", "*/", "/*", "//", "/", "*", "\\", "\"", "'", "\n", "\r", "\t", "\u{1}", "\u{7F}", "0",
      "7", "%s", "x41", "u0041", "W(1)", "#", "é", "ж", "\u{FEFF}", "\u{2028}", "\u{1F600}", "e\u{301}", " ",
      "N(", ")", ",", "R\"(",
    ]
    return (0..<count).map { _ in
      var name = ""
      for _ in 0..<generator.int(0...40) {
        let next =
          generator.next() % 3 == 0
          ? String(
            UnicodeScalar(UInt32(generator.int(1...0x10FFFF))).map(Character.init).map(String.init) ?? "a")
          : generator.pick(pieces)
        if (name + next).utf8.count <= 255 { name += next }
      }
      return name
    }
  }

  @Test func `Names of any UTF-8 are printable ASCII in C, the same bytes to compilers and to the reader`()
    throws
  {
    var generator = HeaderModels()
    var names = Self.names(600, &generator)
    names += [
      String(repeating: "?", count: 255), String(repeating: "\u{1F600}", count: 63), "", "*//*//**/??/",
    ]
    var model = try HeaderVerificationTests.model()
    (model.classNames, model.featureNames) = (names, Array(names.reversed()))
    let text = headerText(of: model)
    #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    let literals = text.split(separator: "\n").filter { $0.contains("N(\"") }
    for mark in ["??", "*/", "/*", "//"] {
      #expect(!literals.contains { $0.contains(mark) }, "\(mark) in a name")
    }
    let file = try parseHeader(text, path: "digits.h")
    #expect(file.claims.classNames.map { Array($0.utf8) } == names.map { Array($0.utf8) })
    #expect(file.claims == model && file.deviation == nil)

    let folder = try TestFolder()
    try folder.write([model])
    try folder.writeKernels()
    try folder.write(
      """
      #include "digits.h"
      #include <stdio.h>
      #define NAME(n) n,
      static const char *const names[] = {DIGITS_CLASS_NAMES(NAME) DIGITS_FEATURE_NAMES(NAME)};
      int main(void) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
          for (const char *c = names[i]; *c; c++) printf("%02x", (unsigned char)*c);
          puts("");
        }
        return digits_network()->layer_count == 3 ? 0 : 1;
      }

      """, as: "main.c")
    let expected = (names + names.reversed()).map { name in
      name.utf8.map { String($0 | 0, radix: 16) }.map { $0.count == 1 ? "0" + $0 : $0 }.joined() + "\n"
    }
    for compiler in [HeaderCompiler.gcc, .clang, .gccXX, HeaderCompiler(program: "gcc", standard: "c99")] {
      let build = try compiler.compile(
        ["-Wall", "-Wextra", "-Wpedantic", "-Wtrigraphs", "-Werror", "main.c", "kernels.c", "-o", "program"],
        in: folder)
      #expect(build.status == 0 && build.text.isEmpty, "\(compiler): \(build.text.prefix(2000))")
      #expect(try runProgram(folder.file("program"), [], in: folder).text == expected.joined())
    }
  }

  @Test func `A name of 255 bytes is taken; a longer one and one with a NUL are refused by name`() throws {
    let lines: [(String, String?)] = [
      (String(repeating: "é", count: 127) + "x", nil),
      (String(repeating: "é", count: 128), "'\(String(repeating: "é", count: 24))…': 256 bytes > 255"),
      ("a\u{0}b", "'a\u{0}b': a NUL within a name"),
    ]
    for (name, problem) in lines {
      let expected = problem.map { [$0] } ?? []
      var model = try HeaderVerificationTests.model()
      model.classNames[1] = name
      #expect(verification(of: model).problems == expected.map { "class name 1 \($0)" })
      model = try HeaderVerificationTests.model()
      model.featureNames[3] = name
      #expect(verification(of: model).problems == expected.map { "feature name 3 \($0)" })
    }
  }

  @Test func `Names of supnorm.h and of the C library's headers are reserved, no others`() {
    for name in ["supnorm", "supnorm_layer", "supnorm_format", "supnorm_", "stdint", "stddef", "string"] {
      #expect(isReservedHeaderName(name) && !isValidHeaderName(name), "\(name)")
    }
    for name in ["supnorms", "int8", "int", "a", "stdint_model", "my_supnorm"] {
      #expect(!isReservedHeaderName(name) && isValidHeaderName(name), "\(name)")
    }
  }

  @Test func `What supnorm.h defines begins with its name, and words of C and C++ do for a model`() throws {
    let folder = try TestFolder()
    let headers = ["supnorm", "supnorm_format", "supnorm_kernels", "supnorm_lanes", "supnorm_lanes_maxplus"]
    let macros = try headers.map { name in
      try runProgram("gcc", ["-E", "-dM", "-fpreprocessed", "\(supnormInclude)/\(name).h"], in: folder).text
    }.joined()
    let own = macros.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first }
    #expect(own.count > 60 && own.allSatisfy { $0.hasPrefix("SUPNORM_") })

    var model = try HeaderVerificationTests.model()
    let names = [
      "int", "int8", "int16", "uint8", "uint16", "size", "ptrdiff", "intmax", "sig", "wchar", "char", "long",
      "null", "eof", "main", "if", "class", "new", "template", "namespace", "linux", "unix", "nan", "flt",
      "dbl",
      "supnorms", "entry", "count", "columns", "layout", "sum", "list", "w", "b", "v", "row",
    ]
    for name in names {
      model.name = name
      try folder.write(headerText(of: model), as: "model_\(name).h")
    }
    let standard = [
      "assert", "ctype", "errno", "float", "inttypes", "limits", "locale", "math", "setjmp", "signal",
      "stdarg", "stdbool", "stddef", "stdint", "stdio", "stdlib", "string", "time", "wchar", "wctype",
    ].map { "#include <\($0).h>\n" }.joined()
    let models = names.map { "#include \"model_\($0).h\"\n" }.joined()
    try folder.write(standard + models + "typedef int something;\n", as: "after.c")
    try folder.write(models + standard + "typedef int something;\n", as: "before.c")
    for compiler in [HeaderCompiler.gcc, .clang, .gccXX, .clangXX] {
      for file in ["after.c", "before.c"] {
        let output = try compiler.compile(HeaderCompilationTests.strict + [file], in: folder)
        #expect(output.status == 0 && output.text.isEmpty, "\(compiler) \(file): \(output.text.prefix(2000))")
      }
    }
  }
}
