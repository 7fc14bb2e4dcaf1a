import Integers
import Claims
import FileAccess
import Header
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// The seconds of processor time that the body takes on this thread: what others compile meanwhile does not count.
func processorTime(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  try body()
  return now() - start
}

@Suite("Headers that are none")
struct HeaderForeignFileTests {
  /// The one line that a user sees for a text that is not a header, which must come quickly.
  static func complaint(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    var complaint = ""
    let time = processorTime {
      complaint = message { () throws(FileError) in _ = try parseHeader(text, path: "x.h") }
    }
    #expect(complaint.utf8.count < 2000, sourceLocation: sourceLocation)
    #expect(time < 10, sourceLocation: sourceLocation)
    return complaint
  }

  @Test func `Files that are no headers are told so in one line`() throws {
    let folder = try TestFolder()
    func complaint(_ name: String) -> String {
      message(in: folder) { () throws(FileError) in _ = try readHeader(folder.file(name)) }
    }
    #expect(complaint("missing.h") == "missing.h: no such file or folder")
    #expect(complaint("") == ": a folder, not a file")
    try AtomicFile.write([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0], to: folder.file("program"))
    #expect(complaint("program") == "program:1: byte 127 is not part of a header")
    try AtomicFile.write([0x2F, 0x2F, 0xFF, 0xFE], to: folder.file("bytes.h"))
    #expect(complaint("bytes.h") == "bytes.h: not UTF-8 text")
    try folder.write("", as: "empty.h")
    #expect(complaint("empty.h") == "empty.h: not a model header: no include guard NAME_H")
    let supnorm = message { () throws(FileError) in _ = try readHeader("\(supnormInclude)/supnorm.h") }
    #expect(supnorm.contains("supnorm.h"))
    try folder.write([HeaderVerificationTests.model()])
    #expect(complaint("digits.h") == "no error")
    #expect(try CertifiedNetwork(readHeader(folder.file("digits.h")).verified()).network.inputs == 4)
  }

  @Test(arguments: [
    ("#pragma once\nint x;\n", "x.h: not a model header: no include guard NAME_H"),
    ("#ifndef X\n#define X\n#endif\n", "x.h:1: not a model header: no include guard NAME_H"),
    ("#ifndef x_H\n#endif\n", "x.h: not a model header: no include guard NAME_H"),
    ("#ifndef SUPNORM_H\n#endif\n", "x.h: not a model header: no include guard NAME_H"),
    ("#ifndef É_H\n#endif\n", "x.h:1: byte 195 is not part of a header"),
    ("#ifndef X_H\n#define X_H\n#define X_VALUE 1\n#endif\n", "x.h: no X_LAYERS"),
    (
      "#ifndef X_H\n#define MAX(a, b, c, d) a\n#endif\n", "x.h:2: 'MAX' does not have one to three parameters"
    ),
    ("#ifndef X_H\n#define X_LAYERS 65536\n", "x.h:2: X_LAYERS: 65536 outside 1…65535"),
    ("#ifndef X_H\n#define X_LAYERS 0\n", "x.h:2: X_LAYERS: 0 outside 1…65535"),
    ("#ifndef X_H\n#define X_LAYERS\n", "x.h:2: X_LAYERS: not a whole number"),
    ("#ifndef X_H\n#define X_LAYERS 99999999999999999999\n", "x.h:2: X_LAYERS: not a whole number"),
    ("#ifndef X_H\n#define X_LAYERS(W) 1\n", "x.h:2: X_LAYERS: not a whole number"),
    ("#ifndef X_H\n#define X_LAYERS 65535\n#define X_GOLDEN_COUNT 65535\n", "x.h: no X_LAYER0_KIND"),
    (
      "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT -1\n",
      "x.h:3: X_GOLDEN_COUNT: -1 outside 0…65535"
    ),
    (
      "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT 0\n#define X_LAYER0_KIND SUPNORM_DENS\n",
      "x.h:4: X_LAYER0_KIND: not one of SUPNORM_DENSE, SUPNORM_MAXPLUS, SUPNORM_SPARSE"
    ),
    (
      "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT 0\n#define X_LAYER0_KIND SUPNORM_DENSE\n"
        + "#define X_LAYER0_ROWS 1000000000000000000\n",
      "x.h:5: X_LAYER0_ROWS: 1000000000000000000 outside 1…65535"
    ),
    (
      "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT 0\n#define X_LAYER0_KIND SUPNORM_DENSE\n"
        + "#define X_LAYER0_ROWS 65535\n#define X_LAYER0_ROW0(W) W(1) W(x)\n",
      "x.h:6: X_LAYER0_ROW0: item 1 is not 1 whole number"
    ),
    ("#ifndef", "x.h: not a model header: no include guard NAME_H"), ("#", ""), ("#define", ""), ("\\", ""),
    ("\"", "x.h:1: a string that does not end"), ("\"\\", "x.h:1: a string that does not end"),
    ("\n/*/", "x.h:2: a comment that does not end"), ("//", ""), ("/", ""), ("?", ""),
  ])
  func `Another text is refused with place, value and bound`(text: String, expected: String) {
    let complaint = Self.complaint(text)
    #expect(complaint == expected || expected.isEmpty && complaint != "no error")
  }

  @Test func `Numbers of any size are refused by the verification, not by a trap`() throws {
    let model = try HeaderVerificationTests.model()
    let huge = Int.max
    let edits: [(inout ModelClaims) -> Void] = [
      { $0.inputs = huge }, { $0.outputs = huge }, { $0.outputs = -huge }, { $0.unit = huge },
      { $0.unit = 0 },
      { $0.layers[0].columns = huge }, { $0.layers[1].columns = -huge }, { $0.layers[0].shift = huge },
      { $0.layers[0].shift = -huge }, { $0.layers[2].rowSumBound = huge },
      { $0.layers[2].rowSumBound = -huge },
      { $0.layers[0].rows[0][0].weight = huge }, { $0.layers[0].rows[0][0].weight = -huge },
      { $0.layers[0].rows[0] = [WeightClaims.Entry](repeating: .init(column: 0, weight: huge), count: 4) },
      { $0.layers[1].rows[0][0].column = huge }, { $0.layers[1].rows[0][0].column = -huge },
      { $0.layers[0].biases[0] = huge }, { $0.layers[0].biases[0] = -huge }, { $0.bounds[0].slope = huge },
      { $0.bounds[0].offset = -huge }, { $0.features[0].multiplier = huge },
      { $0.features[0].addend = -huge },
      { $0.features[0].shift = huge }, { $0.features[0].shift = -huge }, { $0.features[0].scale = 1e308 },
      { $0.features[0].scale = 5e-300 }, { $0.features[0].scale = .infinity },
      { $0.features[0].offset = -1e300 },
      { $0.features[0].tolerance = .infinity }, { $0.golden[0].input[0] = huge },
      { $0.golden[0].input[0] = -huge },
      { $0.golden[0].logits[0] = huge }, { $0.golden[0].classIndex = huge }, { $0.golden[0].classIndex = -1 },
      { $0.golden[0].radiusLSB = huge }, { $0.golden[0].localRadiusLSB = huge }, { $0.crc32 = huge },
      { $0.golden[0].localRadiusLSB = -huge }, { $0.scratchBytes = huge }, { $0.inputMinimum = -huge },
      { $0.inputMaximum = huge }, { $0.inputMinimum = huge }, { $0.formatVersion = huge },
    ]
    for (index, edit) in edits.enumerated() {
      var edited = model
      edit(&edited)
      #expect(HeaderVerificationTests.complaints(headerText(of: edited)) != [], "edit \(index)")
    }
  }

  @Test func `An input map beyond every floating-point number is refused`() throws {
    // No difference from an infinite addend exceeds any tolerance, so it must be refused on its own.
    var model = try HeaderVerificationTests.model()
    model.features[0].offset = -1e308
    #expect(HeaderVerificationTests.complaints(headerText(of: model)) != [])
  }

  @Test(arguments: [
    "(", "W(1) ", "W(", "\"", "/*", "/", "\\\n", "#", "# ", "\n", "\r\n", "((1)) ", "- ", "1", "x", "W(1",
    "W(,,) ",
    "\\", "//", ",", ")", "#define ", "0x", "1e+", "\n#define Y(W) ",
  ])
  func `Much of one thing is refused quickly`(piece: String) {
    let filler = String(repeating: piece, count: 300_000 / piece.utf8.count)
    for head in [
      "", "#ifndef X_H\n", "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT ",
      "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT 0\n#define X_LAYER0_KIND SUPNORM_DENSE\n"
        + "#define X_LAYER0_ROWS 1\n#define X_LAYER0_ROW0(W) ",
    ] {
      #expect(Self.complaint(head + filler) != "no error")
    }
  }

  @Test func `A line of 10 MB is no trouble`() {
    let head =
      "#ifndef X_H\n#define X_LAYERS 1\n#define X_GOLDEN_COUNT 0\n#define X_LAYER0_KIND SUPNORM_DENSE\n"
      + "#define X_LAYER0_ROWS 1\n#define X_LAYER0_ROW0(W) "
    let row = String(repeating: "W(1) ", count: 2_000_000)
    #expect(Self.complaint(head + row) == "x.h: no X_LAYER0_BIAS")
  }

  @Test func `A header with 100,000 weights is read in well under two seconds`() throws {
    var models = HeaderModels()
    for isSparse in [false, true] {
      let network = try IntegerNetwork(
        layers: [
          IntegerLayer(
            rows: 100, columns: 1000,
            weights: (0..<100_000).map { _ in Int16(models.pick([-31, -7, 5, 12])) },
            biases: (0..<100).map { Int32($0) }, shift: 15, activation: .relu, rowSumBound: 32768,
            isSparse: isSparse),
          models.layer(rows: 10, columns: 100, isSparse: false, activation: .identity),
        ], unit: 32640, inputMinimum: 0, inputMaximum: 32640)
      let claims = try models.claims(network)
      var text = ""
      let writing = processorTime { text = headerText(of: claims) }
      var file: HeaderFile?
      let reading = try processorTime { file = try parseHeader(text, path: "digits.h") }
      #expect(file?.claims == claims)
      let verifying = processorTime { #expect(file?.check().problems == []) }
      print(
        "100,000 \(isSparse ? "sparse" : "dense") weights, \(text.utf8.count) bytes: written in \(writing), "
          + "read in \(reading), verified in \(verifying) s")
      // 0.15 s in a release build, many times that in a debug build; quadratic time would take minutes.
      #expect(reading < 5)
    }
  }
}
