import FileAccess
import Foundation
import Files
import TestSupport
import Testing
import Training

/// Calls the body with copies of the bytes in which some are changed at random.
func withBrokenCopies(of bytes: [UInt8], count: Int, _ body: ([UInt8]) -> Void) {
  var generator = TestRandom()
  for _ in 0..<count {
    var copy = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      copy[Int.random(in: 0..<copy.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    body(copy)
  }
}

@Suite("Whole files")
struct AtomicFileTests {
  @Test func `What is written is read back, and nothing else is left in the folder`() throws {
    let folder = try TestFolder()
    for bytes in [[], [1, 2, 3], [UInt8](repeating: 7, count: 200_000)] {
      try AtomicFile.write(bytes, to: folder.file("a"))
      #expect(try AtomicFile.read(folder.file("a"), limit: 200_000) == bytes)
    }
    try AtomicFile.write("é\n", to: folder.file("a"))
    #expect(try AtomicFile.read(folder.file("a"), limit: 3) == [0xC3, 0xA9, 10])
    #expect(try folder.names == ["a"])
  }

  @Test func `A link stays a link and a private file private`() throws {
    let folder = try TestFolder()
    try AtomicFile.write("old", to: folder.file("a"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file("a"))
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "a")
    try AtomicFile.write("new", to: folder.file("link"))
    #expect(try AtomicFile.read(folder.file("a"), limit: 10) == Array("new".utf8))
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("a"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "a")
    #expect(try folder.names == ["a", "link"])
  }

  @Test func `Reading fails with one clear line`() throws {
    let folder = try TestFolder()
    try AtomicFile.write([1, 2, 3], to: folder.file("a"))
    func text(_ path: String, _ limit: Int) -> String {
      message(in: folder) { () throws(FileError) in _ = try AtomicFile.read(path, limit: limit) }
    }
    #expect(text(folder.file("b"), 9) == "b: no such file or folder")
    #expect(text(folder.file("a"), 2) == "a: 3 bytes, at most 2 are read")
    #expect(text(folder.path, 9) == "\(folder.path): a folder, not a file")
    #expect(text("/dev/zero", 100_000) == "/dev/zero: a device, not a file")
  }

  @Test func `Writing fails with one clear line and leaves nothing behind`() throws {
    let folder = try TestFolder()
    func text(_ path: String) -> String {
      message(in: folder) { () throws(FileError) in try AtomicFile.write([1, 2, 3], to: path) }
    }
    #expect(text(folder.file("none/a")) == "none/a: no such folder")
    #expect(text(folder.path) == "\(folder.path): a folder, not a file")
    #expect(text(folder.file("")) == ": a folder, not a file")
    let long = String(repeating: "n", count: 300)
    #expect(text(folder.file(long)) == "\(long): File name too long")
    #expect(try folder.names == [])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `A full device is reported and stays a device`() throws {
    let text = message { () throws(FileError) in try AtomicFile.write([1], to: "/dev/full") }
    #expect(text == "/dev/full: cannot be written: No space left on device")
    try AtomicFile.write([1], to: "/dev/null")
    #expect(try AtomicFile.read("/dev/null", limit: 0) == [])
  }

  @Test func `A message stays one short line whatever it quotes`() {
    let error = FileError(
      "a.csv", line: 3, place: "column 'x\ny'", String(repeating: "\u{1B}", count: 10_000))
    #expect(error.description.hasPrefix(#"a.csv:3: column 'x\ny': \u{1B}\u{1B}"#))
    #expect(error.description.utf8.count < 4_000)
  }
}

@Suite("IDX folders")
struct IDXTests {
  /// Two images of 2 × 3 pixels, or whatever the arguments make of them.
  static func images(
    magic: [UInt8] = [0, 0, 8, 3], count: UInt8 = 2, pixels: [UInt8] = Array(0..<6) + Array(250...255)
  ) -> [UInt8] {
    magic + [0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3] + pixels
  }

  static func labels(magic: [UInt8] = [0, 0, 8, 1], _ values: [UInt8] = [7, 1]) -> [UInt8] {
    magic + [0, 0, 0, UInt8(values.count)] + values
  }

  static func folder(images: [UInt8] = images(), labels: [UInt8] = labels()) throws -> TestFolder {
    let folder = try TestFolder()
    try AtomicFile.write(images, to: folder.file("train-images-idx3-ubyte"))
    try AtomicFile.write(labels, to: folder.file("train-labels-idx1-ubyte"))
    return folder
  }

  static func compress(_ folder: TestFolder) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip"] + (try folder.names.map(folder.file))
    try process.run()
    process.waitUntilExit()
  }

  static func text(_ folder: TestFolder, _ part: IDXPart = .train) -> String {
    message(in: folder) { () throws(FileError) in _ = try readIDXFolder(folder.path, part: part) }
  }

  @Test(arguments: [false, true])
  func `Plain and compressed folders give the same data set`(compressed: Bool) throws {
    let folder = try Self.folder()
    if compressed {
      try Self.compress(folder)
      #expect(try folder.names == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"])
    }
    let data = try readIDXFolder(folder.path, part: .train)
    guard case .bytes(let bytes) = data.values else {
      Issue.record("not stored as bytes")
      return
    }
    #expect(bytes == [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255])
    #expect(data.labels == [7, 1])
    #expect(data.featureCount == 6)
    #expect(data.imageSize?.width == 3)
    #expect(data.imageSize?.height == 2)
    #expect(data.classNames == (0...9).map(String.init))
    #expect(data.featureNames == [])
  }

  @Test func `Labels beyond 9 are classes where they occur, and those of a model are found by name`() throws {
    let folder = try Self.folder(labels: Self.labels([12, 1]))
    let data = try readIDXFolder(folder.path + "/", part: .train)
    #expect(data.classNames == ["1", "12"] && data.labels == [1, 0] && data.notes.isEmpty)
    let test = try readIDXFolder(folder.path, part: .train, classNames: ["0", "1", "7"])
    #expect(test.classNames == ["0", "1", "7"] && test.labels == [-1, 1])
    #expect(
      test.notes == [
        "\(folder.path)/train-labels-idx1-ubyte: 1 of 2 labels are no classes of the model ('12') and count as wrong"
      ])
    let unnamed = try readIDXFolder(folder.path, part: .train, outputs: 10)
    #expect(unnamed.labels == [-1, 1] && unnamed.classNames.count == 10)
  }

  @Test(arguments: [false, true])
  func `Names may have a dot where others have a dash`(compressed: Bool) throws {
    let folder = try TestFolder()
    try AtomicFile.write(Self.images(), to: folder.file("train-images.idx3-ubyte"))
    try AtomicFile.write(Self.labels(), to: folder.file("train-labels.idx1-ubyte"))
    if compressed { try Self.compress(folder) }
    #expect(try readIDXFolder(folder.path, part: .train).labels == [7, 1])
  }

  @Test func `A broken folder is named with file, value and bound`() throws {
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    func text(images: [UInt8] = Self.images(), labels: [UInt8] = Self.labels()) throws -> String {
      Self.text(try Self.folder(images: images, labels: labels))
    }
    #expect(
      Self.text(try Self.folder(), .test) == "t10k-images-idx3-ubyte: no such file, plain or with .gz")
    #expect(try text(images: []) == "\(images): 0 bytes, the header alone needs 16")
    #expect(
      try text(images: Self.images(magic: [0, 0, 8, 1])) == "\(images): magic number 2049, 2051 expected")
    #expect(
      try text(labels: Self.labels(magic: [8, 0, 8, 1])) == "\(labels): magic number 134219777, 2049 expected"
    )
    #expect(
      try text(images: Self.images(count: 3))
        == "\(images): 12 bytes of values, dimensions [3, 2, 3] need 18")
    #expect(
      try text(images: Self.images(count: 0, pixels: [])) == "\(images): no images")
    #expect(try text(labels: Self.labels([1, 2, 3])) == "\(labels): 3 labels for 2 images")
    let huge = [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)
    #expect(
      try text(images: huge)
        == "\(images): 0 bytes of values, dimensions [4294967295, 4294967295, 4294967295] need \(Int.max)")
    #expect(
      try text(images: [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3])
        == "\(images): images of 3 × 0 pixels, 1 to 65535 pixels are read")
  }

  @Test func `Files cut at any length are refused, plain and compressed`() throws {
    let folder = try Self.folder()
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    for (name, bytes) in [(images, Self.images()), (labels, Self.labels())] {
      for count in 0..<bytes.count {
        try AtomicFile.write(Array(bytes[..<count]), to: folder.file(name))
        #expect(Self.text(folder).hasPrefix("\(name): "), "\(count)")
      }
      try AtomicFile.write(bytes + [0], to: folder.file(name))
      #expect(Self.text(folder).hasPrefix("\(name): "))
      try AtomicFile.write(bytes, to: folder.file(name))
    }
    try Self.compress(folder)
    let whole = try AtomicFile.read(folder.file("\(images).gz"), limit: 1000)
    for count in 0..<whole.count {
      try AtomicFile.write(Array(whole[..<count]), to: folder.file("\(images).gz"))
      #expect(
        Self.text(folder) == "\(images).gz: not a whole gzip file (gzip -dc ended with 1)", "\(count)")
    }
  }

  @Test func `Random damage never crashes the reader`() throws {
    let folder = try Self.folder()
    withBrokenCopies(of: Self.images(), count: 300) { bytes in
      try? AtomicFile.write(bytes, to: folder.file("train-images-idx3-ubyte"))
      _ = try? readIDXFolder(folder.path, part: .train)
    }
  }

  @Test func `Decompression is bounded and a missing gzip is named`() throws {
    let folder = try TestFolder()
    try AtomicFile.write([UInt8](repeating: 0, count: 3_000_000), to: folder.file("bomb"))
    try Self.compress(folder)
    let path = folder.file("bomb.gz")
    func text(_ body: () throws(FileError) -> [UInt8]) -> String {
      message(in: folder) { () throws(FileError) in _ = try body() }
    }
    #expect(
      text { () throws(FileError) in try GzipFile.read(path, limit: 1_000_000) }
        == "bomb.gz: more than 1000000 bytes when decompressed")
    #expect(
      text { () throws(FileError) in try GzipFile.read(path, limit: 4_000_000, searchPath: folder.path) }
        == "bomb.gz: needs the program gzip, which is not in PATH; install it or decompress the file")
    #expect(
      text { () throws(FileError) in try GzipFile.read(folder.file("none.gz"), limit: 10) }
        == "none.gz: no such file or folder")
    #expect(try GzipFile.read(path, limit: 3_000_000).count == 3_000_000)
  }
}
