import Foundation
import TestSupport
import Testing

/// What the README says is done as it says, so that it cannot rot.
@Suite("README")
struct ReadmeTests {
  private func readme() throws -> String {
    try String(contentsOf: Checkout.root.appending(path: "README.md"), encoding: .utf8)
  }

  /// The lines of all blocks that are marked as the shell's; what is not to be run is marked as text.
  private func commands() throws -> [String] {
    let blocks = try readme().components(separatedBy: "\n```sh\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
    return blocks.joined(separator: "\n").replacing("\\\n", with: "").split(separator: "\n").map(String.init)
  }

  @Test func `Every command runs, in order, in one folder`() throws {
    let folder = try TestFolder()
    let bin = Checkout.supnorm.deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let commands = try commands()
    let names = Set(commands.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
    #expect(names == ["train", "export", "verify", "evaluate", "run", "report", "tightness"])
    for command in commands {
      let result = try Checkout.run(
        "/bin/sh", ["-c", command], folder: folder.url, environment: ["PATH": "\(bin):\(path)"])
      #expect(result.status == 0, "\(command): \(result.errorOutput)")
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
      let names = guarantee.components(separatedBy: "`Tests/").dropFirst().map {
        $0.components(separatedBy: "`")[0]
      }
      #expect(!names.isEmpty, "no test: \(guarantee.prefix(60))")
      for name in names {
        let file = Checkout.root.appending(path: "Tests/\(name)")
        #expect(FileManager.default.fileExists(atPath: file.path), "Tests/\(name)")
      }
    }
  }
}
