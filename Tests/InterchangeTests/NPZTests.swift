import Foundation
import Interchange
import TestSupport
import Testing
import Training

/// Files that numpy wrote, see Tests/Vectors/npz/make.py.
@Suite("NPZ files")
struct NPZTests {
  static let folder = Checkout.root.appending(path: "Tests/Vectors/npz").path

  static func read(_ name: String, _ part: IDXPart = .train) throws -> Dataset {
    try readNPZ("\(folder)/\(name).npz", part: part)
  }

  static func problem(_ name: String) -> String {
    message { () throws(FileError) in _ = try readNPZ("\(folder)/\(name).npz", part: .train) }
      .replacing("\(folder)/", with: "")
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try AtomicFile.read("\(folder)/\(name).npz", limit: 1 << 20)
  }

  /// Reads bytes without a program that could inflate them.
  static func stored(_ bytes: [UInt8]) throws(FileError) -> Dataset {
    try npzDataset(bytes, path: "a.npz", part: .train) { _, _ throws(FileError) in
      throw FileError("a.npz", "deflated")
    }
  }

  @Test func `Images of bytes keep their bytes and their size, and both parts have the same classes`() throws
  {
    let train = try Self.read("images")
    guard case .bytes(let pixels) = train.values else { return #expect(Bool(false), "no bytes") }
    #expect(pixels == (0..<30).map { UInt8($0) })
    #expect(train.labels == [0, 1, 2, 1, 11] && train.featureCount == 6)
    #expect(train.imageSize?.width == 3 && train.imageSize?.height == 2)
    let test = try Self.read("images", .test)
    guard case .bytes(let others) = test.values else { return #expect(Bool(false), "no bytes") }
    #expect(others == (0..<12).map { 255 - UInt8($0) } && test.labels == [3, 0])
    #expect(train.classNames == (0...11).map(String.init) && test.classNames == train.classNames)
    #expect(InputMap.fitted(to: test).unit == 32640)
  }

  @Test(arguments: ["f2", "f4", "f8"])
  func `Numbers of every size and byte order are read, and one pair of arrays is either part`(name: String)
    throws
  {
    for part in IDXPart.allCases {
      let data = try Self.read(name, part)
      let exact = name == "f8" ? 1e-3 : name == "f4" ? Double(Float(1e-3)) : Double(Float16(1e-3))
      guard case .reals(let reals) = data.values else { return #expect(Bool(false), "no reals") }
      #expect(reals == [0, 0.5, -1, 2, exact, 3, 4, -0.25, 7, 8, 9, 10])
      #expect(data.labels == [0, 2, 1] && data.classNames == ["0", "1", "2"] && data.imageSize == nil)
    }
    let integers = try Self.read("i2")
    guard case .reals(let reals) = integers.values else { return #expect(Bool(false), "no reals") }
    #expect(reals == [-300, 300, 1, 2] && integers.labels == [1, 0])
  }

  @Test(arguments: [
    ("order", "x: in Fortran's order; save numpy.ascontiguousarray of it"),
    ("nan", "x[1]: nan is not finite"),
    ("labels", "y: shape [3] of reals, integers of shape [samples] expected"),
    ("words", "y: type 'U1', u1 to u8, i1 to i8, f2, f4 and f8 are read"),
    ("negative", "y[1]: label -1.0, not in 0...32766"),
    ("count", "y: 2 labels for 3 samples"),
    ("names", "no arrays 'x_train' or 'x', there are 'images', 'y'"),
    ("shape", "x: shape [3], [samples, …] with 1 to 65535 features expected"),
  ])
  func `What cannot be read is refused in one line`(name: String, line: String) {
    #expect(Self.problem("refused-\(name)") == "refused-\(name).npz: \(line)")
  }

  @Test func `A file that is cut, or no zip file, is refused`() throws {
    for name in ["f4", "images"] {
      let bytes = try Self.bytes(name)
      for count in 0..<bytes.count {
        #expect(throws: FileError.self, "\(name) \(count)") { try Self.stored(Array(bytes[..<count])) }
      }
    }
    func text(_ bytes: [UInt8]) -> String {
      message { () throws(FileError) in _ = try Self.stored(bytes) }
    }
    #expect(text([1, 2, 3]) == "a.npz: not a zip file, as .npz is: no directory at its end")
    #expect(text(try Self.bytes("images")) == "a.npz: deflated")
  }

  @Test func `A damaged deflated member is found by its checksum`() throws {
    let bytes = try Self.bytes("images")
    let folder = try TestFolder()
    let path = folder.file("a.npz")
    // The checksum in the directory's first entry.
    let entry = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    var damaged = bytes
    damaged[entry + 16] ^= 1
    try AtomicFile.write(damaged, to: path)
    let line = message(in: folder) { () throws(FileError) in _ = try readNPZ(path, part: .train) }
    #expect(line.hasPrefix("a.npz: not a whole gzip file"), "\(line)")
  }

  @Test func `Random damage never crashes the reader`() throws {
    for name in ["f4", "images"] {
      withBrokenCopies(of: try Self.bytes(name), count: 5000) { bytes in _ = try? Self.stored(bytes) }
    }
  }
}
