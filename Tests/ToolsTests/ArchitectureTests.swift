import Foundation
import TestSupport
import Testing

/// The article "Architecture" against the tree: what it says of imports and of files is so.
@Suite
struct ArchitectureTests {
  private static let article = "Sources/SupNorm.docc/Architecture.md"

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Checkout.root.appending(path: path), encoding: .utf8)
  }

  /// What stands in backticks.
  private func names(_ text: some StringProtocol) -> [String] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) }
  }

  /// The rows of the table behind a mark, without its head: the text of each cell.
  private func table(_ mark: String) throws -> [[String]] {
    let article = try text(Self.article)
    let start = try #require(article.range(of: "<!-- table: \(mark) -->\n"))
    let lines = article[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { $0.hasPrefix("|") }.dropFirst(2).map { line in
      line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The modules that a module's entry in the manifest names; nil without an entry.
  private func declared(_ module: String, in manifest: String) -> Set<String>? {
    if manifest.contains(".target(name: \"\(module)\", path: \"Sources/\(module)\")") { return [] }
    guard let start = manifest.range(of: "module(\"\(module)\"") else { return nil }
    let entry = manifest[start.upperBound...].prefix { $0 != ")" }
    guard let open = entry.firstIndex(of: "["), let close = entry.firstIndex(of: "]") else { return [] }
    let parts = entry[open..<close].split(separator: "\"", omittingEmptySubsequences: false)
    return Set(stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) })
  }

  /// What the Swift files below a folder import, with whatever words before the import.
  private func imported(below folder: String, of root: URL = Checkout.root) throws -> Set<String> {
    let root = root.appending(path: folder)
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
    var result: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count else {
          continue
        }
        if words[..<place].allSatisfy({ $0.hasPrefix("@") || $0.allSatisfy(\.isLowercase) }) {
          result.insert(String(words[place + 1].prefix { $0 != "." }))
        }
      }
    }
    return result
  }

  @Test func `Every module imports what the article allows, and the manifest declares just that`() throws {
    let manifest = try text("Package.swift")
    let rows = try table("imports")
    let modules = Set(rows.flatMap { names($0[0]) })
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Checkout.root.appending(path: "Sources").path)
    #expect(modules == Set(folders.filter { !$0.contains(".") }))
    for row in rows {
      let module = try #require(names(row[0]).first)
      let (allowed, toolchain) = (Set(names(row[1])), Set(names(row[2])))
      #expect(declared(module, in: manifest) == allowed, "\(module) in Package.swift")
      let imports = try imported(below: "Sources/\(module)")
      #expect(imports.intersection(modules) == allowed, "\(module)")
      #expect(imports.subtracting(modules) == toolchain, "\(module)")
    }
  }

  /// By SwiftPM's own check, which `Tools/test` builds with, and by the check above, whatever word the import has.
  @Test func `A package that imports what it must not is refused`() throws {
    let folder = try TestFolder()
    for name in ["A", "B"] {
      try FileManager.default.createDirectory(
        atPath: folder.file("Sources/\(name)"), withIntermediateDirectories: true)
    }
    try folder.write(
      """
      // swift-tools-version: 6.2
      import PackageDescription
      let package = Package(name: "X", targets: [.target(name: "A"), .target(name: "B")])
      """, as: "Package.swift")
    try folder.write("public let b = 1", as: "Sources/B/B.swift")
    for word in ["internal ", ""] {
      try folder.write("\(word)import B\nlet a = b", as: "Sources/A/A.swift")
      #expect(try imported(below: "Sources/A", of: folder.url) == ["B"])
    }
    _ = try Checkout.run("/usr/bin/env", ["swift", "build", "--target", "B"], folder: folder.url)
    let result = try Checkout.run(
      "/usr/bin/env", ["swift", "build", "--explicit-target-dependency-import-check", "error"],
      folder: folder.url)
    #expect(result.status != 0)
    #expect((result.output + result.errorOutput).contains("without declaring it a dependency"))
  }

  @Test func `Every import in the sources goes one way`() throws {
    var rest = try table("imports").map { (module: names($0[0])[0], imports: Set(names($0[1]))) }
    while !rest.isEmpty {
      let waiting = Set(rest.map(\.module))
      let ready = rest.filter { $0.imports.isDisjoint(with: waiting) }
      try #require(!ready.isEmpty, "a circle among \(waiting.sorted())")
      rest.removeAll { row in ready.contains { $0.module == row.module } }
    }
  }

  @Test func `Every kind's files exist, and one place tells them apart`() throws {
    let rows = try table("kinds")
    #expect(rows.count >= 9)
    for row in rows {
      #expect(row.count == 4)
      for cell in row[1...2] { #expect(!names(cell).isEmpty, "\(row[0])") }
      #expect(names(row[3]).count <= 1, "\(row[0])")
    }
  }

  @Test func `The way of one image names each thing once, and each is in the sources`() throws {
    let article = try text(Self.article)
    let start = try #require(article.range(of: "\n## The way of one image\n"))
    let section = article[start.upperBound...].components(separatedBy: "\n## ")[0]
    let words = names(section).map { String($0.prefix { $0 != "(" && $0 != "." }) }
    #expect(words.count > 50)
    for word in Set(words).sorted() {
      #expect(words.filter { $0 == word }.count == 1, "\(word) is named more than once")
      let result = try Checkout.run(
        "grep", ["-rqwIF", word, "Package.swift", "Sources", "Tools", "Firmware"], folder: Checkout.root)
      #expect(result.status == 0, "\(word) is nowhere")
    }
  }

  @Test func `Every file that the article names exists`() throws {
    let folders = ["Sources/", "Tools/", "Tests/", "Firmware/"]
    let paths = names(try text(Self.article)).filter { name in folders.contains { name.hasPrefix($0) } }
    #expect(paths.count > 50)
    for path in Set(paths).sorted() {
      #expect(FileManager.default.fileExists(atPath: Checkout.root.appending(path: path).path), "\(path)")
    }
  }

  @Test func `No text of the repository names a file outside it`() throws {
    let outside = ["DESIGN " + "§", "DESIGN " + "section", "../" + "shared"]
    for folder in ["Sources", "Tools", "Tests", "Firmware", "README.md"] {
      let result = try Checkout.run(
        "grep", ["-rnIF"] + outside.flatMap { ["-e", $0] } + [folder], folder: Checkout.root)
      #expect(result.status == 1, "\(result.output)")
    }
  }
}
