internal import Certification
internal import FileAccess
internal import Foundation
internal import Integers

/// `supnorm bench --check` and `--update`: what small networks cost on boards, beside what they cost before.
enum BoardCheck {
  /// The counts that are checked in.
  struct Counts: Codable, Equatable {
    /// One network on one board.
    struct Row: Codable, Equatable {
      var network, board: String
      /// Instructions, means over the inputs.
      var inference, certificate: Int
      var codeBytes, stackBytes: Int

      /// What is compared, with the names of messages.
      var figures: [(name: String, value: Int)] {
        [
          ("instructions of an inference", inference), ("instructions of a certificate", certificate),
          ("bytes of code", codeBytes), ("bytes of stack", stackBytes),
        ]
      }
    }

    var formatVersion: Int
    /// The day on which they were counted.
    var date: String
    var rows: [Row]
  }

  /// What may be worse without being told, in per cent.
  static let tolerance = 2.0
  private static let formatVersion = 1
  /// The radius of certificates, 1/64 of the range.
  private static let radius = 64

  static func update(_ arguments: Arguments) throws {
    let path = try arguments.required("--update")
    guard !arguments.has("--board") || arguments.string("--board") == "all" else {
      throw CommandError.usage("--update writes the counts of all boards")
    }
    let counts = Counts(
      formatVersion: formatVersion, date: today(), rows: try measure(boards: Board.chosen("all")))
    try AtomicFile.write(try text(of: counts), to: path)
    try Console.print(counts, arguments, text: table(of: counts.rows))
    Console.message("wrote \(path)")
  }

  static func check(_ arguments: Arguments) throws {
    let path = try arguments.required("--check")
    let boards = try Board.chosen(arguments.string("--board") ?? "all")
    let expected = try read(path)
    let rows = try measure(boards: boards)
    let counts = Counts(formatVersion: formatVersion, date: today(), rows: rows)
    try Console.print(counts, arguments, text: table(of: rows))
    let problems = problems(in: rows, beside: expected)
    for problem in problems { Console.message(problem) }
    guard problems.isEmpty else {
      throw CommandError.failedCheck(
        "\(path): \(problems.count) figures are worse or have nothing beside them")
    }
  }

  /// One line for each figure that is more than the tolerance above what it was, or was not counted then.
  static func problems(in rows: [Counts.Row], beside expected: Counts) -> [String] {
    rows.flatMap { row in
      let place = "\(row.network) on \(row.board)"
      guard let before = expected.rows.first(where: { $0.network == row.network && $0.board == row.board })
      else { return ["\(place): no counts of \(expected.date); supnorm bench --update writes them"] }
      return zip(row.figures, before.figures).compactMap { now, then in
        let percent = 100 * Double(now.value - then.value) / Double(max(then.value, 1))
        guard percent > tolerance else { return nil }
        return "\(place): \(now.value) \(now.name), \(then.value) on \(expected.date): "
          + "\(formatted(percent, digits: 1)) % more"
      }
    }
  }

  /// Reads counts.
  ///
  /// - Throws: one line for a file that is missing, no counts, or of another version.
  static func read(_ path: String) throws -> Counts {
    let bytes = Data(try AtomicFile.read(path, limit: 1 << 24))
    struct Version: Decodable { var formatVersion: Int }
    guard let version = try? JSONDecoder().decode(Version.self, from: bytes) else {
      throw FileError(path, "no counts of supnorm bench --update")
    }
    guard version.formatVersion == formatVersion else {
      throw FileError(path, "format version \(version.formatVersion), this program reads \(formatVersion)")
    }
    guard let counts = try? JSONDecoder().decode(Counts.self, from: bytes) else {
      throw FileError(path, "counts of supnorm bench --update that are damaged")
    }
    return counts
  }

  private static func measure(boards: [String]) throws -> [Counts.Row] {
    Interruption.watch()
    return try withTemporaryFolder { folder in
      let works = try SeededNetwork.all().map { seeded in
        BoardBench.Work(
          name: seeded.name, header: try seeded.writeHeader(in: folder), network: seeded.network,
          inputs: seeded.inputs, radiusLSB: seeded.network.network.inputMaximum / radius, full: nil)
      }
      return try BoardBench.measure(works, boards: boards).map { cost in
        guard cost.mismatches == 0 else {
          throw CommandError.failedCheck(
            "\(cost.network) on \(cost.board): \(cost.mismatches) answers differ from the host's")
        }
        return Counts.Row(
          network: cost.network, board: cost.board, inference: cost.inference.mean,
          certificate: cost.certificate.mean, codeBytes: cost.code.answers, stackBytes: cost.stackBytes)
      }
    }
  }

  private static func table(of rows: [Counts.Row]) -> String {
    Tools.table(
      [["network", "board", "inference", "certificate", "code", "stack"]]
        + rows.map { [$0.network, $0.board] + $0.figures.map { "\($0.value)" } })
  }

  private static func text(of counts: Counts) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(counts), as: UTF8.self) + "\n"
  }

  private static func today() -> String { String(Date().ISO8601Format().prefix(10)) }
}
