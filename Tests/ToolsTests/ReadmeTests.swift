import Foundation
import TestSupport
import Testing

/// What the README says is done as it says, so that it cannot rot.
@Suite("README")
struct ReadmeTests {
  /// Commands that are printed and not run here.
  private struct Excuse {
    /// What such a command contains.
    var words: String
    /// How many there are.
    var count: Int
    var reason: String
  }

  private static let excuses = [
    Excuse(words: "git clone", count: 1, reason: "this is the clone"),
    Excuse(
      words: "Tools/demo", count: 1, reason: "the way that the other commands go one by one, in minutes"),
    Excuse(words: "Tools/test", count: 1, reason: "runs this test"),
    Excuse(words: "Tools/library", count: 1, reason: "CProgramTests builds the library and links it"),
    Excuse(words: "mnist", count: 7, reason: "MNIST is not shipped"),
  ]

  private func readme() throws -> String {
    try String(contentsOf: Checkout.root.appending(path: "README.md"), encoding: .utf8)
  }

  /// The command lines of all blocks that are marked as the shell's, without comments.
  private func commands() throws -> [String] {
    let blocks = try readme().components(separatedBy: "\n```sh\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
    return blocks.joined(separator: "\n").replacing("\\\n", with: "").split(separator: "\n").map { line in
      line.components(separatedBy: " # ")[0].trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
  }

  @Test func `Every command runs, in order, in one folder, or is counted among those that do not`() throws {
    let folder = try TestFolder()
    let bin = Checkout.supnorm.deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    var excused = Self.excuses.map { _ in 0 }
    for command in try commands() {
      if let index = Self.excuses.firstIndex(where: { command.contains($0.words) }) {
        excused[index] += 1
        continue
      }
      let result = try Checkout.run(
        "/bin/sh", ["-c", command], folder: folder.url, environment: ["PATH": "\(bin):\(path)"])
      #expect(result.status == 0, "\(command): \(result.errorOutput)")
    }
    for (excuse, count) in zip(Self.excuses, excused) {
      #expect(count == excuse.count, "\(excuse.words): \(count) commands are not run: \(excuse.reason)")
    }
  }

  @Test func `No path leads out of the repository`() throws {
    #expect(try !readme().contains("../"))
  }

  @Test func `Every block says what language it is in`() throws {
    let fences = try readme().split(separator: "\n").filter { $0.hasPrefix("```") }
    for (index, fence) in fences.enumerated() {
      #expect(index % 2 == 0 ? ["```sh", "```c", "```swift", "```text"].contains(fence) : fence == "```")
    }
  }

  @Test func `Every guarantee names a test, and every test that is named exists`() throws {
    let sections = try readme().components(separatedBy: "\n## ")
    let section = try #require(sections.first { $0.lowercased().hasPrefix("what is guaranteed") })
    let guarantees = section.components(separatedBy: "\n- ").dropFirst()
    #expect(!guarantees.isEmpty)
    for guarantee in guarantees {
      let names = guarantee.components(separatedBy: "Tests/").dropFirst().map {
        String($0.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "." })
      }
      #expect(!names.isEmpty, "no test: \(guarantee.prefix(60))")
      for name in names {
        let file = Checkout.root.appending(path: "Tests/\(name)")
        #expect(FileManager.default.fileExists(atPath: file.path), "Tests/\(name)")
      }
    }
  }
}
