import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Reading a file takes at most four times its decompressed bytes, and what the program itself takes.
///
/// The program runs with so much memory for data and no more (`ulimit -d`, which Linux applies to all private memory); what
/// asks for more traps.
@Suite("Memory of data files", .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
struct DataMemoryTests {
  /// What the program takes to read a small file: 6,000, and 8,192 for the stack of the thread that waits for signals.
  private static let ownKilobytes = 18_200

  /// Reads a file as training does and refuses to train afterwards.
  private func read(_ name: String, in folder: TestFolder, kilobytes: Int) throws -> ProgramResult {
    let script = "ulimit -d \(kilobytes); exec \"$0\" train --data \(name) --monotone +a --out m"
    return try Checkout.run("/bin/sh", ["-c", script, Checkout.supnorm.path], folder: folder.url)
  }

  private func expectEnough(_ name: String, in folder: TestFolder, decompressed bytes: Int) throws {
    let result = try read(name, in: folder, kilobytes: Self.ownKilobytes + 4 * bytes / 1024)
    #expect(
      result.errorOutput.hasSuffix(
        "supnorm train: --monotone '+a': of classes it takes one, +FEATURE:CLASS\n"),
      "\(name): \(result.status) \(result.errorOutput.suffix(300))")
  }

  @Test(arguments: [
    (columns: 1000, cells: "0", first: "0"), (columns: 1, cells: "0", first: "0"),
    (columns: 100, cells: "0", first: "0.1"),
    (columns: 3, cells: "5.1", first: "300"),
  ])
  func `Tables of small numbers stay small`(columns: Int, cells: String, first: String) throws {
    let folder = try TestFolder()
    let names = (0..<columns).map { "c\($0)" }.joined(separator: ",")
    let row = Array(repeating: cells, count: columns).joined(separator: ",") + ",1\n"
    let start = "\(names),label\n" + row.replacing(/^[0-9.]+/, with: first)
    let text = start + String(repeating: row, count: 1_000_000 / row.utf8.count)
    try folder.write(text, as: "d.csv")
    try expectEnough("d.csv", in: folder, decompressed: text.utf8.count)
  }

  @Test func `Arrays and images are held once decompressed and once as values`() throws {
    let folder = try TestFolder()
    let count = 20_000
    let labels = (0..<count).map { UInt8($0 % 2) }
    let bytes = archive([
      ("x", "|u1", "\(count), 784", [UInt8](repeating: 0, count: 784 * count)),
      ("y", "|u1", "\(count),", labels),
    ])
    try Data(bytes).write(to: folder.url.appending(path: "d.npz"))
    try expectEnough("d.npz", in: folder, decompressed: bytes.count)
    let small = archive([
      ("x", "|i1", "1000, 500", [UInt8](repeating: 255, count: 500_000)),
      ("y", "|b1", "1000,", [UInt8](repeating: 1, count: 1000)),
    ])
    try Data(small).write(to: folder.url.appending(path: "i.npz"))
    try expectEnough("i.npz", in: folder, decompressed: small.count)
  }

  @Test func `The limit is one that would be noticed`() throws {
    let folder = try TestFolder()
    let bytes = archive([
      ("x", "|u1", "80000, 784", [UInt8](repeating: 0, count: 784 * 80_000)),
      ("y", "|u1", "80000,", [UInt8](repeating: 1, count: 80_000)),
    ])
    try Data(bytes).write(to: folder.url.appending(path: "d.npz"))
    // Once for the file alone, which is not enough.
    let result = try read("d.npz", in: folder, kilobytes: Self.ownKilobytes + bytes.count / 1024)
    #expect(!result.errorOutput.contains("--monotone"), "\(result.errorOutput)")
  }
}
