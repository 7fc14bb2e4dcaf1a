import Foundation
import TestSupport
import Testing

/// The README's commands are run, so that they cannot rot.
@Suite("README")
struct ReadmeTests {
  @Test("every supnorm command in the README runs, in order, in one folder")
  func commands() throws {
    let readme = try String(contentsOf: Checkout.root.appending(path: "README.md"), encoding: .utf8)
    let blocks = readme.components(separatedBy: "```sh\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    let commands = blocks.joined(separator: "\n").replacing("\\\n", with: "").split(separator: "\n").map(
      String.init
    )
    .filter { $0.hasPrefix("supnorm ") }
    #expect(commands.count >= 6)
    let folder = try TestFolder()
    let bin = Checkout.supnorm.deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for command in commands {
      let result = try Checkout.run(
        "/bin/sh", ["-c", command], folder: folder.url, environment: ["PATH": "\(bin):\(path)"])
      #expect(result.status == 0, "\(command): \(result.errorOutput)")
    }
  }

  @Test("every test that the README's guarantees name exists")
  func guarantees() throws {
    let readme = try String(contentsOf: Checkout.root.appending(path: "README.md"), encoding: .utf8)
    let names = readme.components(separatedBy: "`Tests/").dropFirst().map {
      $0.components(separatedBy: "`")[0]
    }
    #expect(names.count >= 6)
    for name in names {
      #expect(
        FileManager.default.fileExists(atPath: Checkout.root.appending(path: "Tests/\(name)").path),
        "Tests/\(name)")
    }
  }
}
