import Foundation
import TestSupport
import Testing

/// The size of files and functions, and who knows of a layer kind.
@Suite("Shape of the sources")
struct SourceShapeTests {
  private struct File {
    /// In the repository.
    var path: String
    var text: String
  }

  /// The text files below some folders.
  private func files(_ folders: [String], where isWanted: (String) -> Bool) -> [File] {
    folders.flatMap { folder in
      let root = Checkout.root.appending(path: folder)
      let names = FileManager.default.enumerator(atPath: root.path)?.allObjects ?? []
      let wanted = names.compactMap { $0 as? String }.filter { !$0.contains(".build/") && isWanted($0) }
      return wanted.sorted().compactMap { name in
        let text = try? String(contentsOf: root.appending(path: name), encoding: .utf8)
        return text.map { File(path: "\(folder)/\(name)", text: $0) }
      }
    }
  }

  @Test func `No file has more than 300 lines and no function more than 60`() {
    let sources = files(["Sources", "Tools", "Firmware", "Tests/ToolsTests"]) { $0.hasSuffix(".swift") }
    #expect(sources.count > 150)
    for file in sources {
      let (path, text) = (file.path, file.text)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(lines <= 300, "\(path): \(lines) lines")
      for function in SwiftOutline(text).functions {
        #expect(function.lines <= 60, "\(path):\(function.start): \(function.lines) lines")
      }
    }
  }

  @Test
  func `A function is measured from its name to its last brace, whatever its strings and comments hold`() {
    let text = """
      protocol P { func none(_ a: Int) throws; init() }
      struct S: P {
        // func comment() {
        init() { self.init(\"{\") }
        func long(
          a: Int = { 3 }()
        ) -> String {
          let b = \"} \\(a.map { \"}\\($0)\" }) {\"; /* } /* } */ */
          return #\"}\\(\"# + \"\\"}\"
        }
      }
      """
    let found = SwiftOutline(text).functions.map { [$0.start, $0.lines] }
    #expect(found == [[4, 1], [5, 6]], "\(found)")
  }

  @Test func `At most eight files that are not named after max-plus layers know of them`() {
    let words = ["maxplus", "max-plus", "asmaximum", "case .maximum"]
    let found = files(["Sources", "Tools", "Firmware"]) { name in
      !name.hasSuffix(".md") && !name.contains(".docc/") && !name.lowercased().contains("maxplus")
    }.filter { file in
      let text = file.text.lowercased()
      return words.contains { text.contains($0) }
    }.map(\.path)
    print("\(found.count) files know of max-plus layers: \(found.joined(separator: ", "))")
    #expect(found.count <= 8, "\(found.joined(separator: "\n"))")
  }
}
