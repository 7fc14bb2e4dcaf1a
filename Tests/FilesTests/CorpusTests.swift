import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The inputs that `Tools/fuzz` starts from and those that once broke a parser.
@Suite("Fuzzing corpus")
struct CorpusTests {
  /// The folder of a parser's files.
  static func folder(_ target: FuzzTarget) -> URL {
    Checkout.root.appending(path: "Tests/Fuzzing/Corpus").appending(path: target.rawValue)
  }

  static func bytes(_ file: String, of target: FuzzTarget) throws -> [UInt8] {
    try Array(Data(contentsOf: folder(target).appending(path: file)))
  }

  @Test(arguments: FuzzTarget.allCases)
  func `Every file of the corpus is read, or refused in one line, and no promise is broken`(
    _ target: FuzzTarget
  ) throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder(target).path).sorted()
    #expect(files.count > 1)
    var accepted = 0
    for file in files {
      let bytes = try Self.bytes(file, of: target)
      #expect(throws: Never.self, "\(target) \(file)") {
        if try target.refusal(of: bytes) == nil { accepted += 1 }
      }
    }
    #expect(accepted > 1 && accepted < files.count)
  }

  @Test(arguments: FuzzTarget.allCases)
  func `The seeds are those that the code writes; after a change of a format, Tools/fuzz --write-seeds does`(
    _ target: FuzzTarget
  ) throws {
    for seed in try target.seeds() {
      #expect(try Self.bytes(seed.name, of: target) == seed.bytes, "\(target) \(seed.name)")
    }
  }
}
