import Header
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// Text that could mean one thing to the reader and another to a compiler.
@Suite("Ambiguous headers")
struct HeaderAmbiguityTests {
  static func text() throws -> String { headerText(of: try HeaderVerificationTests.model()) }

  /// The first complaint about the header after one replacement; the old text must stand there once.
  static func complaint(_ old: String, _ new: String) throws -> String {
    let text = try text()
    try #require(text.ranges(of: old).count == 1, "\(old)")
    return HeaderVerificationTests.complaints(text.replacing(old, with: new)).first ?? "nothing"
  }

  private static let shift = "#define DIGITS_LAYER0_SHIFT 12"

  @Test(arguments: [
    "014", "12L", "12u", "0xC", "0b1100", "+12", "12.0", "1'2", "1_2", "(12)", "((12))", "12 + 0", "6 * 2",
    "- -12",
    "'\\014'", "'c'", "12 /* */ 0", "DIGITS_LAYERS", "", "\"12\"", "\\u0031\\u0032", "1\\\n2", "~-13", "12;",
    "12##0", "#12", "\u{661}\u{662}", "１２",
  ])
  func `A number in another form than plain decimal is refused`(number: String) throws {
    #expect(try Self.complaint(Self.shift, "#define DIGITS_LAYER0_SHIFT \(number)") != "nothing")
    // In a row of weights too: the first weight of row 0 is -988.
    let row = "#define DIGITS_LAYER0_ROW0(W) W(-988)"
    #expect(try Self.complaint(row, "#define DIGITS_LAYER0_ROW0(W) W(\(number))") != "nothing")
  }

  @Test(arguments: [
    "DIGITS_LAYER0_ROW0 (W)", "DIGITS_LAYER0_ROW0/**/(W)", "DIGITS_LAYER0_ROW0(W, ...)",
    "DIGITS_LAYER0_ROW0(...)",
    "DIGITS_LAYER0_ROW0(W, X)", "DIGITS_LAYER0_ROW0()", "DIGITS_LAYER0_ROW0(V)", "DIGITS_LAYER0_ROW0(W...)",
    "DIGITS_LAYER0_\\\nROW0(W)", "DIGITS_LAYER0_ROW0\\\n(W)", "DIGITS_LAYER0_ROW0(__VA_ARGS__)",
    "DIGITS_LAYER0_ROW0",
    "DIGITS_LAYER0_ROW0((W))",
  ])
  func `A macro with other parameters is refused`(head: String) throws {
    let row = "#define DIGITS_LAYER0_ROW0(W)"
    #expect(try Self.complaint(row, "#define \(head)") != "nothing")
  }

  @Test func `White space that turns a macro with a parameter into one without is refused`() throws {
    // No number stands in this macro, so only its tokens tell.
    for space in [" ", "\t", "/* */", "\\\n "] {
      #expect(
        try Self.complaint("DIGITS_LAYER0_BIAS_FITS(b) ", "DIGITS_LAYER0_BIAS_FITS\(space)(b) ")
          .hasSuffix("white space before '(' that changes its meaning"))
    }
  }

  @Test func `A proof drawn into the macro before it is refused`() throws {
    // All tokens stay, but the compiler reads a macro that nobody uses where the proof was.
    let text = try Self.text()
    let lines = HeaderVerificationTests.lines(text).all
    for (index, line) in lines.enumerated() where line.hasPrefix("#define DIGITS_LAYER0_BIAS_FITS") {
      for join in [" ", " \\\n", " /* \n */ "] {
        let edited =
          (lines[...index].joined(separator: "\n") + join + lines[(index + 1)...].joined(separator: "\n"))
        #expect(
          HeaderVerificationTests.complaints(edited).first?.hasSuffix(
            "white space before 'SUPNORM_PROVE' that changes its meaning") == true)
      }
    }
    // And the other way: a directive that ends early.
    #expect(
      try Self.complaint("#if DIGITS_FORMAT_VERSION != SUP", "#if DIGITS_FORMAT_VERSION\n!= SUP")
        .hasSuffix("white space before '!' that changes its meaning"))
  }

  @Test func `Operators and words torn apart or grown together are refused`() throws {
    for operation in ["= =", "=/**/=", "=\\\n=", "=\n=", "=\\\n ="] {
      #expect(
        try Self.complaint("DIGITS_LAYER0_COLUMNS == D", "DIGITS_LAYER0_COLUMNS \(operation) D") != "nothing")
    }
    // A joined line without white space makes one word of two.
    #expect(
      try Self.complaint("static inline uint32_t", "static\\\ninline uint32_t")
        .hasSuffix("a continued line without white space"))
    #expect(
      try Self.complaint("static inline uint32_t", "static\\\n\\\ninline uint32_t")
        .hasSuffix("a continued line without white space"))
    #expect(try Self.complaint("static inline uint32_t", "static\\\n inline uint32_t") == "nothing")
    #expect(try Self.complaint("static inline uint32_t", "static \\\ninline uint32_t") == "nothing")
    #expect(try Self.complaint("static inline uint32_t", "static\\ \n inline uint32_t") != "nothing")
    #expect(try Self.complaint("static inline uint32_t", "sta\\\ntic inline uint32_t") != "nothing")
  }

  @Test func `A comment that a compiler ends elsewhere is refused`() throws {
    for (comment, words) in [
      ("/* a *\\\n/ #undef X\n/* */", "a backslash in a comment"),
      ("/* a *\\\r\n/ int x; /* */", "a backslash in a comment"),
      ("/* a *\\ \n/ int x; /* */", "a backslash in a comment"),
      ("/* a *??/\n/ int x; /* */", "a trigraph"),
      ("// a \\\n#define SUPNORM_SKIP_PROOF\n", "a backslash in a comment"),
      ("// a \\ \n#define X\n", "a backslash in a comment"),
      ("// a ??/\n#define X\n", "a trigraph"),
      ("// a \r#define SUPNORM_SKIP_PROOF\n", "a carriage return alone"),
      ("/* a \r */", "a carriage return alone"),
      ("// a \u{0}\n", "byte 0 is not part of a header"),
      ("// a \u{B}\n", "byte 11 is not part of a header"),
      ("/* a \u{C} */", "byte 12 is not part of a header"),
      ("/* a \u{1A} */", "byte 26 is not part of a header"),
      ("/* a", "a comment that does not end"),
      ("/* a */ /", "'/' where the format has"),
      ("/\\\n* a */", "a continued line without white space"),
      ("/ * a */", "'/' where the format has"),
    ] {
      let complaint = try Self.complaint("#include \"supnorm.h\"\n", "\(comment)\n#include \"supnorm.h\"\n")
      // A comment that does not end may meet the end of the next one.
      #expect(complaint.contains(words) || comment == "/* a", "\(comment.debugDescription): \(complaint)")
      #expect(complaint != "nothing")
    }
  }

  @Test func `Bytes that some compilers take for white space or nothing are refused outside of comments`()
    throws
  {
    for byte in [
      "\u{0}", "\u{B}", "\u{C}", "\u{1A}", "\u{7F}", "\r ", "\u{A0}", "\u{FEFF}", "\u{2028}", "$", "`", "@",
    ] {
      #expect(try Self.complaint(Self.shift, Self.shift + byte) != "nothing", "\(byte.debugDescription)")
      #expect(try Self.complaint(Self.shift, byte + Self.shift) != "nothing", "\(byte.debugDescription)")
    }
    #expect(HeaderVerificationTests.complaints("\u{FEFF}" + (try Self.text())) != [])
  }

  @Test(arguments: [
    "\"yes", "\"y\\x65s\"", "\"y\\\nes\"", "\"y\\145s\"", "\"y\" \"es\"", "L\"yes\"", "u8\"yes\"",
    "R\"(yes)\"",
    "'yes'", "yes", "\"yes\"\"\"", "\"y\\u0065s\"", "\"y\u{65}\u{301}s\"", "\"y??/es\"", "\"\\yes\"",
    "(\"yes\")",
    "\"yes\" \"no\"", "\"yes\"_x", "\"y\r\nes\"", "\"y\tes\"",
  ])
  func `A name in another form than the format's is refused`(literal: String) throws {
    #expect(try Self.complaint("N(\"yes\")", "N(\(literal))") != "nothing")
  }

  /// Edits of white space, comments and line breaks, which the reader must judge as the preprocessors do.
  private static let insertions = [
    " ", "\t", "\n", "\r\n", "\r", "\\\n", " \\\n", "\\\n ", "\\\r\n", "\\ \n", " \\ \n ", "/**/", "/* a */",
    "// a\n",
    "/*\n*/", "/* \" */", "// \"\n", "??/\n", "??/", "\\", "/", "*", "//", "/*", "*/", "\u{C}", "\u{B}",
    "\u{0}", "#", "\"",
    "'", "%:", "\n#\n", "\n\n", "/*/", "/**\\\n/", "// a\r", "// a\\\n", "/*\\\n*/", "?", ".", "&", "=", "<",
    "-", "(", ")",
  ]

  @Test func `What the reader accepts, the preprocessors of clang and gcc read as the original`() throws {
    let model = try HeaderVerificationTests.model()
    let original = headerText(of: model)
    let bytes = Array(original.utf8)
    var generator = TestRandom()
    var accepted: [String] = []
    var tried = 0
    while accepted.count < 120 && tried < 20_000 {
      tried += 1
      var edited = bytes
      for _ in 0..<Int.random(in: 1...2, using: &generator) {
        let place = Int.random(in: 0..<edited.count, using: &generator)
        let insertion = Array(Self.insertions.randomElement(using: &generator).map(\.utf8) ?? "".utf8)
        // Half of the edits replace the white space that the place happens to have.
        let isSpace = edited[place] == UInt8(ascii: " ") || edited[place] == UInt8(ascii: "\n")
        edited.replaceSubrange(
          place..<place + (isSpace && Bool.random(using: &generator) ? 1 : 0), with: insertion)
      }
      let text = String(decoding: edited, as: UTF8.self)
      // An edited name is another name, to the reader and to a compiler.
      let file = try? parseHeader(text, path: "digits.h")
      if let file, file.check().problems.isEmpty, file.claims == model { accepted.append(text) }
    }
    print("\(accepted.count) of \(tried) edits of white space and comments accepted")
    #expect(accepted.count == 120)

    let folder = try TestFolder()
    let uses = [
      "UNIT", "INPUTS", "LAYERS", "CRC32", "SCRATCH_BYTES", "INPUT_MIN", "LAYER0_SHIFT", "LAYER1_KIND",
    ]
    .map { "DIGITS_\($0)" }.joined(separator: " ")
    let user = "\nbegin \(uses) DIGITS_CLASS_NAMES(name) DIGITS_FEATURE_NAMES(name) end\n"
    // Empty instead of supnorm.h: its macros stay visible as names.
    try folder.write("#pragma once\n", as: "supnorm.h")
    var files: [String] = []
    for (index, text) in ([original] + accepted).enumerated() {
      try folder.write(text, as: "h\(index).h")
      try folder.write("marker\n#include \"h\(index).h\"\(user)", as: "f\(index).c")
      files.append("f\(index).c")
    }
    for program in ["clang", "gcc"] {
      let output = try runProgram(
        program, ["-std=c11", "-E", "-P", "-w", "-DSUPNORM_FORMAT_VERSION=6", "-I", folder.path] + files,
        in: folder)
      #expect(output.status == 0, "\(output.text.prefix(2000))")
      let readings = output.text.split(separator: "marker").map { text in
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
      #expect(readings.count == 121)
      // White space between tokens comes out as it was; tokens do not contain any but in strings.
      let plain = readings.map { $0.filter { $0 != " " } }
      for (index, reading) in plain.enumerated() where reading != plain[0] {
        Issue.record("\(program) reads an accepted edit in another way:\n\(accepted[index - 1])")
      }
      #expect(plain[0].contains("beginDIGITS_UNIT") == false && plain[0].contains("begin32640"))
    }
  }
}
