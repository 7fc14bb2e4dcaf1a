import FileAccess
import Header
import Integers
import Claims
import Certification
import Foundation
import FuzzTargets
import Files
import TestSupport
import Testing

@Suite("Headers edited by hand")
struct HeaderVerificationTests {
  /// A valid model 4 → 6 → 5 → 3, dense, sparse, dense, in which every number matters to some check.
  static func model() throws -> ModelClaims {
    func weights(_ rows: Int, _ columns: Int, _ step: Int) -> [Int16] {
      (0..<rows * columns).map { Int16(($0 * 7919 + 13) * step % 2003 - 1001) }
    }
    let sparse = weights(5, 6, 3).enumerated().map { $0.offset % 3 == 1 ? 0 : $0.element }
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 6, columns: 4, weights: weights(6, 4, 1), biases: [900_000, -7, 0, 12_345, 700_000, -88],
          shift: 12, activation: .relu, rowSumBound: 20_000, isSparse: false),
        IntegerLayer(
          rows: 5, columns: 6, weights: sparse, biases: [1, -200_000, 3_000, 0, 5], shift: 12,
          activation: .maxMin, rowSumBound: 32_768, isSparse: true),
        IntegerLayer(
          rows: 3, columns: 5, weights: weights(3, 5, 5), biases: [5_000, 0, -5_000], shift: 13,
          activation: .identity, rowSumBound: 30_000, isSparse: false),
      ], unit: 32640, inputMinimum: -1000, inputMaximum: 30_000)
    let inputs: [[Int16]] = [
      [-1000, 500, 30_000, 7], [30_000, 30_000, -1000, -1000], [12_000, -700, 9_000, 25_000], [0, 1, -1, 2],
      [-1000, -1000, -1000, -1000],
    ]
    return try ModelClaims(
      stating: network, name: "digits", features: [ModelClaims.imageFeature],
      featureNames: ["a", "b ??/", "c\\", "d\""], classNames: ["no", "yes", "été"], golden: inputs)
  }

  /// The checksum as it stands in the names of shared objects.
  static func checksum() throws -> String {
    let digits = String(try model().crc32, radix: 16, uppercase: true)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// What the reader or the verification says, in lines; empty for a header that verifies.
  static func complaints(_ text: String) -> [String] {
    do {
      return try parseHeader(text, path: "digits.h").check().problems
    } catch {
      #expect(!error.description.contains { $0.isNewline })
      return ["\(error)"]
    }
  }

  @Test func `The message for a weight names layer, row, value and bound`() throws {
    var model = try Self.model()
    let sum = model.layers[1].rows[2].reduce(0) { $0 + abs($1.weight) }
    model.layers[1].rowSumBound = sum
    model = try model.restated()
    #expect(Self.complaints(headerText(of: model)) == [])
    let weight = model.layers[1].rows[2][1].weight
    model.layers[1].rows[2][1].weight = weight + (weight < 0 ? -3 : 3)
    #expect(Self.complaints(headerText(of: model)) == ["layer 1 row 2: row sum \(sum + 3) > \(sum)"])
    model.layers[1].rows[2][1].weight = 40_000
    #expect(
      Self.complaints(headerText(of: model)).first
        == "layer 1 row 2 column 5: weight 40000 outside -32768…32767")
  }

  /// Each kind of number with a change that is small and keeps the text a header.
  private static let edits: [(String, @Sendable (inout ModelClaims) -> Void)] = [
    ("CRC-32", { $0.layers[0].rows[3][2].weight += 1 }),
    ("CRC-32", { $0.layers[0].rows[0][0].weight *= -1 }),
    ("CRC-32", { $0.layers[1].rows[4][1].weight -= 1 }),
    ("CRC-32", { $0.layers[1].rows[0][1].column += 1 }),
    ("layer 1 row 0: column 2 after column 2", { $0.layers[1].rows[0][1].column -= 1 }),
    ("layer 1 row 0: column 5 after column 5", { $0.layers[1].rows[0][2].column = 5 }),
    ("layer 1 row 0: column 2 twice", { $0.layers[1].rows[0][2].column = 2 }),
    ("layer 1 row 0 column 3: weight 0 is stored", { $0.layers[1].rows[0][1].weight = 0 }),
    ("layer 1 row 0 column 3: weight 204 behind one below 0", { $0.layers[1].rows[0][0].weight *= -1 }),
    ("layer 1 row 4: column 6 > 5", { $0.layers[1].rows[4][3].column = 6 }),
    ("CRC-32", { $0.layers[1].rows[0].removeLast() }),
    ("CRC-32", { $0.layers[2].rows[2][4].weight += 1 }),
    ("CRC-32", { $0.layers[0].biases[5] += 1 }),
    ("CRC-32", { $0.layers[2].biases[1] -= 1 }),
    ("layer 0 row 0: row sum", { $0.layers[0].rowSumBound = 2000 }),
    ("layer 1: 2^15·bound", { $0.layers[1].rowSumBound = 65_536 }),
    ("pair 0: bound", { $0.layers[0].shift += 1 }),
    ("pair 0: bound", { $0.layers[1].shift -= 1 }),
    ("layer 1: shift 16 outside 0…15", { $0.layers[1].shift = 16 }),
    ("CRC-32", { $0.layers[0].activation = .identity }),
    ("CRC-32", { $0.layers[0].activation = .abs }),
    ("pair 0: bound", { $0.layers[1].activation = .sort }),
    ("pair 0: bound", { $0.layers[1].activation = .relu }),
    ("the last layer has an activation", { $0.layers[2].activation = .relu }),
    ("pair 1: bound", { $0.bounds[1].slope -= 1 }),
    ("pair 2: bound", { $0.bounds[2].offset -= 1 }),
    ("golden vector 2: logit", { $0.golden[2].input[1] += 1 }),
    ("golden vector 0: logit 2", { $0.golden[0].logits[2] += 1 }),
    ("golden vector 1: class", { $0.golden[1].classIndex = ($0.golden[1].classIndex + 1) % 3 }),
    ("golden vector 3: radius", { $0.golden[3].radiusLSB += 1 }),
    ("golden vector 4: local radius", { $0.golden[4].localRadiusLSB += 1 }),
    ("golden vector 4: local radius", { $0.golden[4].localRadiusLSB -= 1 }),
    ("golden vector 4: local radius", { $0.golden[4].localRadiusLSB = 65_536 }),
    ("golden vectors 3 < 4", { $0.golden.removeLast(2) }),
    ("CRC-32", { $0.crc32 ^= 1 }),
    ("head CRC-32", { $0.headCRC32 ^= 1 }),
    ("head CRC-32", { $0.inputMinimum += 1 }),
    ("head CRC-32", { $0.inputMaximum -= 1 }),
    ("head CRC-32", { $0.inputMinimum = -32_768 }),
    ("input maximum 32768 outside", { $0.inputMaximum = 32_768 }),
    ("input map 0: the integer map", { $0.unit += 1 }),
    ("input map 0: tolerance", { $0.features[0].tolerance *= 1.000_001 }),
    ("input map 0: the integer map", { $0.features[0].multiplier += 1 }),
    ("input map 0: the integer map", { $0.features[0].addend += 1 }),
    ("input map 0: the integer map", { $0.features[0].origin += 1 }),
    ("input map 0: the integer map", { $0.features[0].exponent += 1 }),
    ("input map 0: readings are value · 3^0", { $0.features[0].base = 3 }),
    ("input map 0: no readings", { $0.features[0].base = 0 }),
    ("input map 0: the integer map", { $0.features[0].offset = 1 }),
    ("input map 0: the integer map", { $0.features[0].scale *= 1.01 }),
    ("input map 0: the integer map", { $0.features[0].shift += 1 }),
    ("number of input maps 2", { $0.features.append($0.features[0]) }),
    ("scratch bytes ", { $0.scratchBytes -= 1 }),
    ("scratch bytes for inference", { $0.inferScratchBytes -= 1 }),
    ("layer 0: columns 4, expected 5", { $0.inputs += 1 }),
    ("outputs 2, expected 3", { $0.outputs -= 1 }),
    ("layer 1: columns 7, expected 6", { $0.layers[1].columns += 1 }),
    ("number of pairs 2, expected 3", { $0.bounds.removeLast() }),
    ("number of class names 2, expected 3", { $0.classNames.removeLast() }),
    ("number of feature names 5, expected 4", { $0.featureNames.append("") }),
    ("tolerance radius 10 LSB", { $0.toleranceLSB += 1 }),
    ("input 0: 8 LSB do not cover", { $0.toleranceLSB -= 1 }),
    ("input 0: 9 LSB do not cover", { $0.tolerances[0] *= 1.1 }),
    ("number of tolerances 5, expected 4", { $0.tolerances.append(0) }),
    (
      "monotone input 1 output 0: residual weight 0",
      {
        $0.monotoneInputs = [MonotoneClaims(input: 1, direction: 1)]
      }
    ),
    ("layer 2: columns 5, expected 6", { $0.residualInputs = [2] }),
    ("number of targets 1, expected 0", { $0.targets = [TargetClaims(offset: 0, scale: 1)] }),
  ]

  @Test func `A header of another format version is told so, whatever else it has`() throws {
    let text = headerText(of: try Self.model())
    for version in ["1", "2", "3", "0", "-4", "99999"] {
      let other = text.replacing(
        "#define DIGITS_FORMAT_VERSION 6\n", with: "#define DIGITS_FORMAT_VERSION \(version)\n")
      #expect(Self.complaints(other) == ["digits.h:14: DIGITS_FORMAT_VERSION: \(version) outside 6…6"])
      #expect(
        Self.complaints(other.replacing("#define DIGITS_TASK", with: "#define DIGITS_CHORE"))
          == ["digits.h:14: DIGITS_FORMAT_VERSION: \(version) outside 6…6"])
    }
  }

  @Test func `Every kind of number stands once, and a change of it is refused`() throws {
    let model = try Self.model()
    let text = headerText(of: model)
    #expect(Self.complaints(text) == [])
    for (index, (expected, edit)) in Self.edits.enumerated() {
      var edited = model
      edit(&edited)
      let complaints = Self.complaints(headerText(of: edited))
      #expect(
        complaints.contains { $0.contains(expected) }, "edit \(index): \(complaints), expected \(expected)")
      // The claims of the edited text are the edited ones: nothing was read from elsewhere.
      #expect(try parseHeader(headerText(of: edited), path: "digits.h").claims == edited)
    }
  }

  /// The header's lines, and which of them a compiler sees.
  static func lines(_ text: String) -> (all: [String], code: [Int]) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return (
      lines,
      lines.indices.filter { !lines[$0].isEmpty && !["/*", " *"].contains(String(lines[$0].prefix(2))) }
    )
  }

  @Test func `No line can be deleted, doubled, commented out, swapped or joined to its neighbor`() throws {
    let (lines, code) = Self.lines(headerText(of: try Self.model()))
    for index in code {
      func expectRefusal(_ words: String, _ change: (inout [String]) -> Void) {
        var edited = lines
        change(&edited)
        #expect(
          Self.complaints(edited.joined(separator: "\n")) != [], "line \(index + 1) \(words): \(lines[index])"
        )
      }
      expectRefusal("deleted") { $0.remove(at: index) }
      expectRefusal("doubled") { $0.insert(lines[index], at: index) }
      expectRefusal("commented out") { $0[index] = "// " + lines[index].replacing("\\", with: "") }
      expectRefusal("commented out") { $0[index] = "/* " + lines[index].replacing("\\", with: "") + " */" }
      expectRefusal("excluded") { $0[index] = "#if 0\n\(lines[index])\n#endif" }
      if code.contains(index + 1), lines[index] != lines[index + 1] {
        expectRefusal("swapped") { $0.swapAt(index, index + 1) }
      }
      // Joining the lines of a declaration means nothing; a directive and what follows it are two things.
      let isDirective = lines[index...].prefix(2).contains { $0.hasPrefix("#") }
      if code.contains(index + 1), isDirective, !lines[index].hasSuffix("\\") {
        expectRefusal("joined") { $0[index] += " \\" }
        expectRefusal("joined") {
          $0[index] += " " + lines[index + 1]
          $0.remove(at: index + 1)
        }
      }
    }
  }

  @Test func `Code that is not the format's is refused where it stands`() throws {
    let text = headerText(of: try Self.model())
    func complaint(_ old: String, _ new: String) throws -> String {
      try #require(text.ranges(of: old).count == 1, "\(old)")
      return Self.complaints(text.replacing(old, with: new)).joined(separator: "; ")
    }
    func line(_ words: String) throws -> Int {
      try #require(Self.lines(text).all.firstIndex { $0.contains(words) }) + 1
    }
    let include = try line("#include")
    #expect(
      try complaint("#include \"supnorm.h\"\n", "#include \"supnorm.h\"\n#define SUPNORM_SKIP_PROOF\n")
        == "line \(include + 1): 'SUPNORM_SKIP_PROOF' where the format has 'DIGITS_FORMAT_VERSION'")
    #expect(
      try complaint("#include \"supnorm.h\"\n", "#define SUPNORM_SKIP_PROOF\n#include \"supnorm.h\"\n")
        == "line \(include): 'define' where the format has 'include'")
    #expect(
      try complaint("#include \"supnorm.h\"", "#include \"other.h\"")
        == "line \(include): '\"other.h\"' where the format has '\"supnorm.h\"'")
    #expect(
      try complaint("#include \"supnorm.h\"", "#include <supnorm.h>")
        == "line \(include): '<' where the format has '\"supnorm.h\"'")
    let bound = try line("LAYER1_ROW_SUM_BOUND 32768")
    for inserted in [
      "#undef DIGITS_LAYER1_ROW_SUM_BOUND", "#undef SUPNORM_PROVE", "#include \"more.h\"", "#pragma once",
      "#if 1", "#line 7", "#error", "# #", "int unused;", ";", "#define int short", "#define static",
      "#define SUPNORM_PROVE(a, b) struct x", "#define DIGITS_LAYER1_KIND_ 0", "_Pragma(\"x\")", "%:undef X",
      "??=undef X", "#ident \"x\"", "#warning x", "#elif 1", "#endif", "#else",
    ] {
      let found = try complaint(
        "#define DIGITS_LAYER1_ROW_SUM_BOUND 32768\n",
        "#define DIGITS_LAYER1_ROW_SUM_BOUND 32768\n\(inserted)\n")
      #expect(found.contains("\(bound + 1)"), "\(inserted): \(found)")
    }
    #expect(
      try complaint(
        "#define DIGITS_LAYER1_SHIFT 12\n", "#define DIGITS_LAYER1_SHIFT 12\n#define DIGITS_UNIT 1\n")
        == "digits.h:\(try line("LAYER1_SHIFT 12") + 1): 'DIGITS_UNIT' is defined twice")
    #expect(
      try complaint("\n#endif\n\n#define DIGITS_TASK", "\n#endif\n#undef DIGITS_H\n#define DIGITS_TASK") != ""
    )
    let last = Self.lines(text).all.count
    for end in ["int x;\n", "#include \"x.h\"\n", "#endif\n", "\"", "\\", "#\n"] {
      #expect(Self.complaints(text + end) != [], "\(end)")
    }
    #expect(Self.complaints(text + "int x;\n") == ["line \(last): text after the end of the header"])
    #expect(Self.complaints(text + text) != [])
    // Expansions and proofs.
    let expansion = "  DIGITS_LAYER0_ROW3(SUPNORM_VALUE)"
    #expect(try complaint(expansion, "  DIGITS_LAYER0_ROW2(SUPNORM_VALUE)").contains("'DIGITS_LAYER0_ROW2'"))
    #expect(try complaint(expansion, "  1, 2, 3, 4,").contains("'1' where the format has"))
    #expect(try complaint(expansion, expansion + " 0,").contains("'0' where the format has"))
    let name = "digits_layer0_weights_\(try Self.checksum())"
    let array = "SUPNORM_DEFINE(int16_t, \(name))[]"
    for change in [
      array.replacing("[]", with: "[1]"), array.replacing("int16_t", with: "int32_t"), "extern " + array,
      array.replacing("DEFINE", with: "DEFINE_ADDRESSES"), array.replacing(name, with: "\(name)0"),
      "const int16_t \(name)[]",
    ] {
      #expect(try complaint(array, change) != "", "\(change)")
    }
    let proof = "SUPNORM_PROVE(SUPNORM_SUM1(DIGITS_LAYER0_ROW3) <= DIGITS_LAYER0_ROW_SUM_BOUND"
    for change in [
      proof.replacing("ROW3", with: "ROW2"), proof.replacing("<=", with: ">="), proof + " * 2",
      proof + " || 1",
      proof.replacing("PROVE(", with: "PROVE(1 || "), proof.replacing("SUPNORM_SUM1", with: "SUPNORM_COUNT1"),
      proof.replacing("SUM1", with: "SUM2"), proof.replacing("<=", with: "< ="),
      proof.replacing("DIGITS_LAYER0_ROW_SUM_BOUND", with: "32768"), "void " + proof, proof.lowercased(),
    ] {
      #expect(try complaint(proof, change) != "", "\(change)")
    }
  }

  @Test func `Comments, blank lines, CRLF and other line breaks change nothing`() throws {
    let model = try Self.model()
    let text = headerText(of: model)
    func verifies(_ edited: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
      #expect(edited != text, sourceLocation: sourceLocation)
      let file = try parseHeader(edited, path: "digits.h")
      #expect(file.check().problems == [], sourceLocation: sourceLocation)
      #expect(file.claims == model, sourceLocation: sourceLocation)
    }
    try verifies(text.replacing("\n", with: "\r\n"))
    try verifies("/* My own words: été, why?? \"quoted\" #define // */\n\n\n" + text)
    try verifies("// Another one /* \"\n" + text + "/* The end */")
    try verifies(text.replacing("\n#define", with: " // of the model's\n\n\n\t # /* */ define /**/ "))
    try verifies(text.replacing("W(", with: "\\\n  W(/* a\nweight */ "))
    try verifies(text.replacing(") W(", with: ")W("))
    try verifies(text.replacing("static inline", with: "static\n\n  inline"))
    try verifies(text.replacing(";", with: "\t;\n"))
    try verifies(String(text.dropLast()))
    try verifies(text.replacing("certified integer network", with: "model of mine"))
  }

  @Test func `A header cut anywhere is refused`() throws {
    let text = headerText(of: try Self.model())
    let bytes = Array(text.utf8)
    // Without its last line break the header is complete.
    for count in Array(stride(from: 0, to: bytes.count - 1, by: 11))
      + Array(bytes.count - 200..<bytes.count - 1)
    {
      #expect(Self.complaints(String(decoding: bytes[..<count], as: UTF8.self)) != [], "\(count)")
    }
  }

  @Test func `Random edits never crash the reader, and what still verifies is the same network`() throws {
    let model = try Self.model()
    let text = headerText(of: model)
    let bytes = Array(text.utf8)
    var generator = TestRandom()
    var accepted = 0
    func int(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    let digits = bytes.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
    let words = text.split(whereSeparator: { " \n".contains($0) }).map { Array($0.utf8) }
    let snippets = [
      "-", "0", "0x", "1e9", "(", ")", ",", "#", "\n", "\\\n", "/*", "*/", "//", "\"", "'", "W(", "W(0)", "L",
      "u",
      "99999999999999999999", "#define ", "#undef ", "#if 0\n", "#endif\n", "??/", "\r", " ", "&", "|",
      "INT64_C",
    ].map { Array($0.utf8) }
    for _ in 0..<4000 {
      var edited = bytes
      for _ in 0..<int(1..<3) {
        let place = int(0..<edited.count)
        switch int(0..<7) {
        case 0: edited[place] = UInt8(int(0..<256))
        case 1: edited[digits[int(0..<digits.count)] % edited.count] = UInt8(ascii: "0") + UInt8(int(0..<10))
        case 2: edited.replaceSubrange(place..<min(place + int(0..<20), edited.count), with: [])
        case 3: edited.insert(contentsOf: snippets[int(0..<snippets.count)], at: place)
        case 4: edited.insert(contentsOf: words[int(0..<words.count)], at: place)
        case 5: edited.swapAt(place, int(0..<edited.count))
        default:
          let from = int(0..<edited.count)
          edited.insert(contentsOf: edited[from..<min(from + int(0..<60), edited.count)], at: place)
        }
      }
      guard let file = try? parseHeader(String(decoding: edited, as: UTF8.self), path: "digits.h") else {
        continue
      }
      guard file.check().problems.isEmpty else { continue }
      accepted += 1
      #expect(Self.binding(file.claims, model) == model)
    }
    print("\(accepted) of 4000 random edits changed nothing that is proved")
  }

  /// The claims with what no check can contradict taken from the original.
  ///
  /// These are names, statements that were taken back, a lower tolerance, a bound that is higher and still admissible, the unit of the logits, the input range where no
  /// golden vector tells, a golden input that has the same answers, and the real form of the input map within half
  /// a step of the integer one.
  private static func binding(_ claims: ModelClaims, _ original: ModelClaims) -> ModelClaims {
    var claims = claims
    guard claims.layers.count == original.layers.count, claims.features.count == original.features.count
    else {
      return claims
    }
    claims.name = original.name
    claims.featureNames = original.featureNames
    claims.classNames = original.classNames
    claims.monotoneInputs = original.monotoneInputs
    if claims.tolerances.count == original.tolerances.count { claims.tolerances = original.tolerances }
    for index in claims.layers.indices {
      claims.layers[index].rowSumBound = original.layers[index].rowSumBound
    }
    claims.layers[claims.layers.count - 1].shift = original.layers[claims.layers.count - 1].shift
    for (index, golden) in zip(claims.golden.indices, original.golden) {
      claims.golden[index].input = golden.input
    }
    claims.inputMinimum = original.inputMinimum
    claims.inputMaximum = original.inputMaximum
    for index in claims.features.indices {
      claims.features[index].offset = original.features[index].offset
      claims.features[index].scale = original.features[index].scale
      claims.features[index].tolerance = original.features[index].tolerance
    }
    return claims
  }
}
