import Foundation
import TestSupport
import Testing

/// The article "Getting started", done as it says.
@Suite
struct GettingStartedTests {
  /// A fenced block: its language and its text.
  private struct Block {
    var language: String
    var text: String
  }

  /// The blocks behind the section that installs and builds.
  private func blocks() throws -> [Block] {
    let article = Checkout.root.appending(path: "Sources/SupNorm.docc/GettingStarted.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    let start = try #require(text.range(of: "\n## The data\n"))
    let parts = text[start.upperBound...].components(separatedBy: "\n```")
    // Odd parts are blocks: their first line is the language.
    return stride(from: 1, to: parts.count, by: 2).map { index in
      let lines = parts[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return Block(language: String(lines[0]), text: String(lines[1]) + "\n")
    }
  }

  /// Words alone: columns of a table may be wider than on the page.
  private func words(_ line: some StringProtocol) -> String {
    line.split(separator: " ").joined(separator: " ")
  }

  @Test func `Every command of the article runs, and prints what the article shows`() throws {
    let folder = try TestFolder()
    let project = folder.url.appending(path: "first")
    try FileManager.default.createDirectory(at: project, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: "supnorm"), withDestinationURL: Checkout.root)
    let bin = Checkout.supnorm.deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    var printed: Set<String> = []
    var kinds: [String: Int] = [:]
    for block in try blocks() {
      kinds[block.language, default: 0] += 1
      switch block.language {
      case "sh":
        let result = try Checkout.run(
          "/bin/sh", ["-e", "-c", block.text], folder: project, environment: ["PATH": "\(bin):\(path)"])
        try #require(result.status == 0, "\(block.text): \(result.output)\(result.errorOutput)")
        printed.formUnion((result.output + result.errorOutput).split(separator: "\n").map { words($0) })
      case "c":
        try Data(block.text.utf8).write(to: project.appending(path: "main.c"))
      default:
        for line in block.text.split(separator: "\n") {
          #expect(printed.contains(words(line)), "no command printed: \(line)")
        }
      }
    }
    #expect(kinds == ["sh": 6, "c": 1, "text": 4])
  }
}
