import FileAccess
import Foundation
import FuzzTargets
import Files
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
    try npzDataset(bytes, path: "a.npz", part: .train, inflate: refuse)
  }

  static func refuse(_ bytes: [UInt8], _ size: Int) throws(FileError) -> [UInt8] {
    throw FileError("a.npz", "deflated")
  }

  @Test func `Images of bytes keep their bytes and their size, and classes are the labels that occur`() throws
  {
    let train = try Self.read("images")
    guard case .bytes(let pixels) = train.values else { return #expect(Bool(false), "no bytes") }
    #expect(pixels == (0..<30).map { UInt8($0) })
    #expect(train.labels == [0, 1, 2, 1, 3] && train.featureCount == 6)
    #expect(train.imageSize?.width == 3 && train.imageSize?.height == 2)
    let test = try Self.read("images", .test)
    guard case .bytes(let others) = test.values else { return #expect(Bool(false), "no bytes") }
    #expect(others == (0..<12).map { 255 - UInt8($0) } && test.labels == [1, 0])
    #expect(train.classNames == ["0", "1", "2", "11"] && test.classNames == ["0", "3"])
    let known = try readNPZ("\(Self.folder)/images.npz", part: .test, classNames: train.classNames)
    #expect(known.classNames == train.classNames && known.labels == [-1, 0])
    #expect(
      known.notes.map { $0.replacing("\(Self.folder)/", with: "") } == [
        "images.npz: 1 of 2 labels are no classes of the model ('3') and count as wrong"
      ])
    #expect(InputMap.fitted(to: test).unit == 32640)
  }

  @Test(arguments: ["f2", "f4", "f8"])
  func `Numbers of every size and byte order are read, and one pair of arrays is either part`(name: String)
    throws
  {
    for part in IDXPart.allCases {
      let data = try Self.read(name, part)
      let exact = name == "f8" ? 1e-3 : name == "f4" ? Double(Float(1e-3)) : Double(Float16(1e-3))
      let reals = (0..<data.values.count).map { data.values[$0] }
      #expect(reals == [0, 0.5, -1, 2, exact, 3, 4, -0.25, 7, 8, 9, 10])
      if name != "f8" { guard case .floats = data.values else { return #expect(Bool(false), "no floats") } }
      #expect(data.labels == [0, 2, 1] && data.classNames == ["0", "1", "2"] && data.imageSize == nil)
    }
    let integers = try Self.read("i2")
    guard case .shorts(let shorts) = integers.values else { return #expect(Bool(false), "no shorts") }
    #expect(shorts == [-300, 300, 1, 2] && integers.labels == [1, 0])
  }

  @Test func `Labels are whole numbers of any type, truth values or texts`() throws {
    func classes(_ type: String, _ content: [UInt8], count: Int = 2) throws -> (
      names: [String], labels: [Int]
    ) {
      let data = try Self.stored(
        archive([
          ("x", "|u1", "\(count), 1", [UInt8](repeating: 1, count: count)), ("y", type, "\(count),", content),
        ]))
      return (data.classNames, data.labels)
    }
    #expect(try classes("|b1", [1, 0]) == (["False", "True"], [1, 0]))
    #expect(try classes("|i1", [255, 1]) == (["-1", "1"], [0, 1]))
    #expect(try classes("<f4", [0, 0, 0x80, 0x40, 0, 0, 0, 0xC0]) == (["-2", "4"], [1, 0]))
    #expect(
      try classes("<U2", [0x62, 0, 0, 0, 0, 0, 0, 0, 0xE9, 0, 0, 0, 0x62, 0, 0, 0]) == (["b", "éb"], [0, 1]))
    #expect(try classes("|S2", Array("b\0ab".utf8)) == (["ab", "b"], [1, 0]))
    #expect(try classes("<u2", [0x84, 3, 10, 0, 0x84, 3], count: 3) == (["10", "900"], [1, 0, 1]))
  }

  @Test(arguments: [
    ("x", "y"), ("X", "Y"), ("X", "y"), ("x_train", "y_train"), ("X_train", "Y_train"),
    ("train_images", "train_labels"),
    ("trainX", "trainY"), ("data", "target"), ("images", "labels"), ("features", "targets"),
  ])
  func `Arrays are found under their usual names, and under others by an option`(x: String, y: String) throws
  {
    let bytes = archive([(x, "|u1", "2, 1", [1, 2]), (y, "|u1", "2,", [0, 1]), ("more", "|u1", "1,", [0])])
    #expect(try Self.stored(bytes).labels == [0, 1])
    let other = archive([("a", "|u1", "2, 1", [1, 2]), ("b", "|u1", "2,", [0, 1])])
    #expect(
      try npzDataset(other, path: "a.npz", part: .test, arrays: ("a", "b"), inflate: Self.refuse).count == 2)
    #expect(
      message { () throws(FileError) in _ = try Self.stored(other) }
        == "a.npz: no arrays 'x_train' and 'y_train' or 'x' and 'y', there are 'a', 'b'; "
        + "--arrays INPUTS,LABELS names them")
    let both = archive([
      ("x", "|u1", "2, 1", [1, 2]), ("X", "|u1", "2, 1", [1, 2]), ("y", "|u1", "2,", [0, 1]),
    ])
    #expect(
      message { () throws(FileError) in _ = try Self.stored(both) }
        == "a.npz: inputs may be 'X', 'x', labels 'y'; --arrays INPUTS,LABELS says which")
  }

  @Test func `A stored member that is damaged is found by its checksum`() throws {
    var bytes = archive([("x", "|u1", "2, 1", [1, 2]), ("y", "|u1", "2,", [0, 1])])
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [1, 2, 0x50, 0x4B]) })
    bytes[place] = 3
    let line = message { () throws(FileError) in _ = try Self.stored(bytes) }
    #expect(line.hasPrefix("a.npz: x.npy: damaged: checksum "), "\(line)")
  }

  @Test func `A size that deflated bytes cannot have is refused before room is made for it`() throws {
    var bytes = try Self.bytes("images")
    for entry in bytes.indices where bytes[entry...].starts(with: [0x50, 0x4B, 1, 2]) {
      for place in 24..<27 { bytes[entry + place] = 255 }
    }
    let line = message { () throws(FileError) in _ = try Self.stored(bytes) }
    #expect(line.contains("16777215 bytes, ") && line.contains(" deflated ones make at most "), "\(line)")
  }

  @Test func `Channels before or after an image leave it an image`() throws {
    for (shape, size) in [("1, 2, 3", true), ("1, 2, 3, 1", true), ("1, 1, 2, 3", true), ("1, 6", false)] {
      let data = try Self.stored(
        archive([("x", "|u1", shape, [1, 2, 3, 4, 5, 6]), ("y", "|u1", "1,", [0])]))
      #expect((data.imageSize.map { $0 == (3, 2) } ?? false) == size, "\(shape)")
    }
  }

  @Test(arguments: [
    ("order", "x: in Fortran's order; save numpy.ascontiguousarray of it"),
    ("nan", "x[1]: nan is not finite"),
    ("labels", "y[1]: label 0.5 is not a whole number, as the number of a class is"),
    (
      "onehot",
      "y: shape [3, 3], labels of shape [samples] expected; of one column for each class save y.argmax(1)"
    ),
    ("objects", "y: type 'O', b1, u1 to u8, i1 to i8, f2, f4 and f8 are read, and U and S as labels"),
    ("count", "y: 2 labels for 3 samples"),
    (
      "names",
      "no arrays 'x_train' and 'y_train' or 'x' and 'y', there are 'pixels', 'y'; --arrays INPUTS,LABELS names them"
    ),
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
