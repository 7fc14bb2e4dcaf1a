import Foundation
import TestSupport
import Testing

/// The Swift that the README and the articles print, built by a package that depends on this one as a user's would.
@Suite("Swift examples")
struct SwiftExampleTests {
  /// The blocks of a Markdown text in one language.
  private func blocks(_ language: String, of text: String) -> [String] {
    text.components(separatedBy: "```\(language)\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0] + "\n"
    }
  }

  private func articles() throws -> [URL] {
    let sources = Checkout.root.appending(path: "Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects ?? []
    return [Checkout.root.appending(path: "README.md")]
      + files.compactMap { $0 as? URL }.filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }
  }

  private func run(_ command: String, in folder: URL) throws {
    let result = try Checkout.run("/bin/sh", ["-c", command], folder: folder)
    #expect(result.status == 0, "\(command): \(result.output.suffix(4000))\(result.errorOutput.suffix(2000))")
  }

  /// What each product is good for, in a line that would not build without it.
  private static let products = [
    "Embedded": "import Embedded\nprint(NetworkError.malformed.status)\n",
    "Training": "import Training\nprint(TrainingOptions().epochs, TrainingError.noData)\n",
    "Quantization": """
    import Quantization
    print(QuantizationError.rangeTooWide(40000))

    """,
  ]

  @Test
  func `Every Swift block builds and runs against a tagged checkout, and so does a client of every product`()
    throws
  {
    let folder = try TestFolder()
    let library = folder.url.appending(path: "supnorm")
    try FileManager.default.createDirectory(at: library, withIntermediateDirectories: true)
    for name in ["Package.swift", "Sources", "Firmware", "Tools", "Tests"] {
      try FileManager.default.copyItem(
        at: Checkout.root.appending(path: name), to: library.appending(path: name))
    }
    try run(
      "git init -q && git add -A && git -c user.name=t -c user.email=t@localhost -c commit.gpgsign=false "
        + "commit -qm all && git tag 1.0.0", in: library)

    let blocks = try articles().flatMap { article in
      self.blocks("swift", of: try String(contentsOf: article, encoding: .utf8))
    }
    let manifest = try #require(blocks.first { $0.hasPrefix("// swift-tools-version") })
    let examples = blocks.filter { !$0.hasPrefix("// swift-tools-version") }
    #expect(!examples.isEmpty)
    let client = folder.url.appending(path: "client")
    var targets: [String] = []
    func add(_ name: String, _ source: String, isTest: Bool, _ product: String) throws {
      let place = client.appending(path: "\(isTest ? "Tests" : "Sources")/\(name)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(source.utf8).write(to: place.appending(path: isTest ? "Example.swift" : "main.swift"))
      targets.append(
        ".\(isTest ? "testTarget" : "executableTarget")(name: \"\(name)\", dependencies: "
          + "[.product(name: \"\(product)\", package: \"supnorm\")]),")
    }
    for (product, source) in Self.products { try add("Use\(product)", source, isTest: false, product) }
    for (index, example) in examples.dropFirst().enumerated() {
      let isTest = example.contains("import Testing")
      try add("Example\(index)", example, isTest: isTest, "Certification")
    }
    // The first example is the one that the manifest is of.
    let tests = client.appending(path: "Tests/DeviceTests")
    try FileManager.default.createDirectory(at: tests, withIntermediateDirectories: true)
    try Data(examples[0].utf8).write(to: tests.appending(path: "Example.swift"))
    let filled = manifest.replacing("https://…/supnorm.git", with: library.absoluteString)
      .replacing("targets: [\n", with: "targets: [\n\(targets.joined(separator: "\n"))\n")
    #expect(filled.contains("file://"))
    try Data(filled.utf8).write(to: client.appending(path: "Package.swift"))
    try FileManager.default.copyItem(
      at: TrainedDigits.folder.get().folder.url.appending(path: "digits.h"),
      to: client.appending(path: "digits.h"))
    try run("swift test --disable-sandbox --scratch-path \(folder.path)/build", in: client)
    for product in Self.products.keys {
      try run("\(folder.path)/build/debug/Use\(product)", in: client)
    }
  }
}
