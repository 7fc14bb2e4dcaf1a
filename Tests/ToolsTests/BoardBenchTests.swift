import Certification
import Claims
import Files
import Foundation
import Integers
import TestSupport
import Testing
@testable import Tools

/// `supnorm bench --board`, `--check` and `--update`: what is refused, compared and counted without a board.
@Suite("Board bench")
struct BoardBenchTests {
  private func expect(
    _ line: String, _ arguments: [String], in folder: TestFolder,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try folder.supnorm(["bench"] + arguments)
    #expect(result.status == 2, "\(result.errorOutput)", sourceLocation: sourceLocation)
    #expect(result.errorOutput == "supnorm bench: \(line)\n", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
  }

  @Test func `Options of boards that are wrong or do not go together are refused in one line`() throws {
    let folder = try TestFolder()
    try folder.write("no header\n", as: "text.h")
    let names = try Board.names().joined(separator: ", ")
    let board = ["--board", "mps2-an386"]
    let digits = ["--data", "digits"]
    try expect(
      "one of --board, --check, --update, --certify, --training, --norms and --spectral is required", digits,
      in: folder)
    try expect(
      "--board 'mps2-an999': not one of \(names)", ["--board", "mps2-an999", "text.h"] + digits, in: folder)
    try expect("--board: a header is missing, such as digits.h", board + digits, in: folder)
    try expect("--board is not for --certify", board + ["--certify", "text.h"] + digits, in: folder)
    try expect("--board is not for --training", board + ["--training"], in: folder)
    try expect("--certify is not for --check", ["--check", "text.h", "--certify", "text.h"], in: folder)
    try expect("--runs is not for --board", board + ["--runs", "3", "text.h"] + digits, in: folder)
    try expect("--markdown does not go with --json", board + ["text.h", "--json", "--markdown"], in: folder)
    for limit in ["0", "-1", "many"] {
      try expect(
        "--limit '\(limit)': not a whole number in 1…100000", board + ["text.h", "--limit", limit] + digits,
        in: folder)
    }
    try expect("unexpected argument 'text.h'", ["--check", "counts.json", "text.h"], in: folder)
    try expect("--update writes the counts of all boards", board + ["--update", "counts.json"], in: folder)
    let result = try folder.supnorm(["bench", "text.h"] + board + digits)
    #expect(
      result.status == 2 && result.errorOutput.hasPrefix("supnorm bench: text.h:"), "\(result.errorOutput)")
    #expect(try folder.names == ["text.h"])
  }

  @Test func `Counts that are missing, damaged or of another version are refused in one line`() throws {
    let folder = try TestFolder()
    for (text, line) in [
      ("", "no counts of supnorm bench --update"), ("[1, 2]", "no counts of supnorm bench --update"),
      (#"{"formatVersion": 2, "rows": []}"#, "format version 2, this program reads 1"),
      (#"{"formatVersion": 1, "rows": []}"#, "counts of supnorm bench --update that are damaged"),
      (
        #"{"formatVersion": 1, "date": "", "rows": [{"network": "a"}]}"#,
        "counts of supnorm bench --update that are damaged"
      ),
    ] {
      try folder.write(text, as: "counts.json")
      try expect("counts.json: \(line)", ["--check", "counts.json"], in: folder)
    }
    let result = try folder.supnorm(["bench", "--check", "none.json"])
    #expect(
      result.status == 2 && result.errorOutput.hasPrefix("supnorm bench: none.json:"), "\(result.errorOutput)"
    )
  }

  @Test func `A figure more than 2 % above the one before is told with both, and so is one without`() throws {
    let before = BoardCheck.Counts.Row(
      network: "dense", board: "microbit", inference: 1000, certificate: 5000, codeBytes: 2000,
      stackBytes: 200)
    let counts = BoardCheck.Counts(formatVersion: 1, date: "2026-11-28", rows: [before])
    var now = before
    (now.inference, now.certificate, now.codeBytes, now.stackBytes) = (1020, 4000, 2040, 204)
    #expect(BoardCheck.problems(in: [now], beside: counts).isEmpty)
    (now.inference, now.stackBytes) = (1021, 208)
    #expect(
      BoardCheck.problems(in: [now], beside: counts) == [
        "dense on microbit: 1021 instructions of an inference, 1000 on 2026-11-28: 2.1 % more",
        "dense on microbit: 208 bytes of stack, 200 on 2026-11-28: 4.0 % more",
      ])
    now.network = "sparse"
    #expect(
      BoardCheck.problems(in: [now], beside: counts) == [
        "sparse on microbit: no counts of 2026-11-28; supnorm bench --update writes them"
      ])
  }

  @Test func `Networks from seeds are verified, and those that leave nothing out touch every entry`() throws {
    let seeded = try SeededNetwork.all()
    #expect(Set(seeded.flatMap { $0.network.network.layers.map(\.name) }) == ["dense", "sparse", "maxPlus"])
    let folder = try TestFolder()
    for network in seeded {
      let header = try LoadedHeader(try network.writeHeader(in: folder.url))
      let integers = network.network.network
      #expect(header.network.network == integers && network.inputs.count == 8)
      let stored = integers.layers.reduce(0) { $0 + $1.storedCount }
      let touched = try TouchedEntries(of: integers, over: network.inputs)
      #expect(touched.greatest <= stored && touched.mean <= Double(touched.greatest))
      #expect(
        (touched.mean < 0.9 * Double(stored)) == (network.name != "sparse"), "\(network.name): \(touched)")

      guard let full = try FullNetwork(of: header.claims, integers) else {
        // Its hidden values need words, those of a network that leaves nothing out fit in bytes.
        #expect(network.name == "distances8")
        continue
      }
      let all = try TouchedEntries(of: full.network.network, over: full.inputs.suffix(1))
      // The last entry of a row of maxima is never touched; a few more stand where steps are too long for one.
      let layers = full.network.network.layers
      let ends = layers.filter { $0.asMaximum != nil }.reduce(0) { $0 + $1.rows }
      #expect(all.greatest == layers.reduce(0) { $0 + $1.storedCount } - ends, "\(network.name)")
      let bytes = Double(full.network.network.parameterBytes) / Double(integers.parameterBytes)
      #expect((0.9...(ends > 0 ? 1.1 : 1)).contains(bytes), "\(network.name): \(bytes)")
      let answer = try full.network.answer(to: full.inputs[full.inputs.count - 1])
      #expect(
        try full.network.isCertified(full.inputs[full.inputs.count - 1], as: answer.classIndex, within: 1))
    }
  }

  @Test func `Rows of maxima end where no entry behind can win, within the range that is read`() throws {
    func entry(_ column: Int, _ sign: Int, _ offset: Int) -> MaxPlusEntry {
      MaxPlusEntry(column: column, sign: sign, offset: offset)
    }
    // Potentials 100, 60 and 40 over 0 … 100.
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          columns: 2, entries: [[entry(0, 1, 0), entry(1, -1, 60), entry(1, 1, -60)]], activation: .identity)
      ], unit: 100, inputMinimum: 0, inputMaximum: 100)
    func touched(_ input: [Int16]) throws -> Int { try TouchedEntries(of: network, over: [input]).greatest }
    #expect(try touched([60, 0]) == 1)
    #expect(try touched([59, 20]) == 2)
    #expect(try touched([39, 21]) == 3)
    // Beyond the range: 200 is read as 100, and -50 as 0.
    #expect(try touched([200, 0]) == 1)
    #expect(try touched([-50, 200]) == 3)
  }

  @Test func `Pairs of zeros are what dense layers leave out`() throws {
    let network = try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 2, columns: 5, weights: [Int16](repeating: 1, count: 10), biases: [0, 0], shift: 0,
          activation: .identity, rowSumBound: 5, isSparse: false)
      ], unit: 100, inputMinimum: 0, inputMaximum: 100)
    func touched(_ input: [Int16]) throws -> Int { try TouchedEntries(of: network, over: [input]).greatest }
    #expect(try touched([0, 0, 0, 0, 0]) == 0)
    #expect(try touched([0, 7, 0, 0, 0]) == 4)
    #expect(try touched([0, 0, 0, 0, 7]) == 2)
    #expect(try touched([1, 0, 0, 1, 7]) == 10)
  }
}
