import TestSupport
import FileAccess
import Files
import Testing

@Suite("Safetensors files")
struct SafetensorsTests {
  /// A file assembled by hand.
  static func file(_ header: String, _ buffer: [UInt8] = [], length: Int? = nil) -> [UInt8] {
    let count = length ?? header.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + buffer
  }

  static func problem(_ bytes: [UInt8]) -> String {
    message { () throws(FileError) in _ = try Safetensors(bytes: bytes, path: "w.safetensors") }
  }

  static func problem(_ header: String, _ byteCount: Int = 0) -> String {
    problem(file(header, [UInt8](repeating: 0, count: byteCount)))
  }

  static let content = Safetensors(
    tensors: [
      "b": .init(
        shape: [2, 2], elements: .float32([1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude])),
      "a": .init(shape: [1], elements: .float32([0.1])),
      "z": .init(shape: [], elements: .float64([.pi])),
      "empty": .init(shape: [0, 3], elements: .float32([])),
    ],
    metadata: ["key": "quote \" backslash \\ line\n\u{1}\u{7F}é\u{1F600}", "a": ""])

  @Test func `A file assembled by hand is read, in every element type`() throws {
    let header =
      #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"k":"v\u00e9"},"#
      + #" "b":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]},"#
      + #" "f":{"shape":[1,1,1],"data_offsets":[8,12],"dtype":"F32"},"#
      + #" "d":{"dtype":"F64","shape":[],"data_offsets":[12,20]}}    "#
    let buffer: [UInt8] =
      [0x00, 0x3C, 0x01, 0x00]  // 1 and the smallest positive binary16
      + [0xC0, 0x3F, 0x00, 0xC0]  // 1.5 and -2
      + [0xCD, 0xCC, 0xCC, 0x3D]  // 0.1
      + [0x18, 0x2D, 0x44, 0x54, 0xFB, 0x21, 0x09, 0x40]  // π
    let content = try Safetensors(bytes: Self.file(header, buffer), path: "w.safetensors")
    #expect(content.metadata == ["k": "vé"])
    #expect(
      content.tensors == [
        "h": .init(shape: [2], elements: .float32([1, 0x1p-24])),
        "b": .init(shape: [2, 1], elements: .float32([1.5, -2])),
        "f": .init(shape: [1, 1, 1], elements: .float32([0.1])),
        "d": .init(shape: [], elements: .float64([.pi])),
      ])
  }

  @Test func `The bytes written are the ones written down here`() {
    let content = Safetensors(
      tensors: [
        "f": .init(shape: [1], elements: .float32([1])), "g": .init(shape: [1], elements: .float64([-2])),
      ], metadata: ["b": "\u{1F}\"", "a": "x"])
    let header =
      #"{"__metadata__":{"a":"x","b":"\u001f\""},"g":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"#
      + #""f":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let buffer: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0x80, 0x3F]
    #expect(content.encoded() == Self.file(header + padding, buffer))
    #expect(Safetensors().encoded() == Self.file("{}      "))
  }

  @Test func `Writing and reading lose nothing`() throws {
    let bytes = Self.content.encoded()
    let read = try Safetensors(bytes: bytes, path: "w.safetensors")
    #expect(read == Self.content)
    #expect(read.encoded() == bytes)
    #expect(read.tensors["b"]?.elements.floats[1].sign == .minus)
    // Not-a-numbers keep their bits.
    let odd: [Float] = [Float(bitPattern: 0x7FC1_2345), -.infinity]
    let file = Safetensors(tensors: ["x": .init(shape: [2], elements: .float32(odd))]).encoded()
    #expect(try Safetensors(bytes: file, path: "w.safetensors").encoded() == file)
    #expect(try Safetensors(bytes: Self.file("{}"), path: "w.safetensors") == Safetensors())
  }

  @Test func `A broken layout is named with tensor, value and bound`() {
    func tensor(_ dtype: String, _ shape: String, _ offsets: String) -> String {
      #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }
    let name = "layers.0.weight"
    #expect(
      Self.problem(#"{"\#(name)":\#(tensor("F32", "[64,64]", "[0,100]"))}"#, 100)
        == "w.safetensors: tensor layers.0.weight: 100 bytes, shape [64, 64] needs 16384")
    #expect(
      Self.problem(#"{"a":\#(tensor("F32", "[9223372036854775807,9,0]", "[0,0]"))}"#)
        == "w.safetensors: tensor a: 0 bytes, shape [9223372036854775807, 9, 0] needs too many")
    #expect(
      Self.problem(#"{"a":\#(tensor("F32", "[-1,-1]", "[0,4]"))}"#, 4)
        == "w.safetensors: tensor a: shape [-1, -1]")
    #expect(
      Self.problem(#"{"a":\#(tensor("I64", "[1]", "[0,8]"))}"#, 8)
        == "w.safetensors: tensor a: dtype 'I64', only F16, BF16, F32 and F64 are read")
    for offsets in ["[4,8]", "[0,12]", "[0,-4]", "[-4,0]", "[0]", "[]", "[0,4,8]", "[4,0]"] {
      let written = offsets.replacing(",", with: ", ")
      #expect(
        Self.problem(#"{"a":\#(tensor("F32", "[1]", offsets))}"#, 8)
          == "w.safetensors: tensor a: data_offsets \(written), from 0 to at most 8 expected")
    }
    #expect(
      Self.problem(#"{"a":\#(tensor("F32", "[2]", "[0,8]")),"b":\#(tensor("F32", "[2]", "[4,12]"))}"#, 12)
        == "w.safetensors: tensor b: data_offsets [4, 12], from 8 to at most 12 expected")
    #expect(
      Self.problem(#"{"a":\#(tensor("F32", "[1]", "[0,4]")),"b":\#(tensor("F32", "[1]", "[8,12]"))}"#, 12)
        == "w.safetensors: tensor b: data_offsets [8, 12], from 4 to at most 12 expected")
    #expect(
      Self.problem(#"{"a":\#(tensor("F32", "[1]", "[0,4]"))}"#, 7)
        == "w.safetensors: 7 bytes of tensors, the header describes 4")
  }

  @Test func `A broken header is named with place and bound`() {
    #expect(Self.problem([1, 2, 3]) == "w.safetensors: 3 bytes, the header length needs 8")
    #expect(
      Self.problem(Self.file("{}", length: 3))
        == "w.safetensors: header length 3, at most 2: cut off, or no safetensors file")
    #expect(
      Self.problem([UInt8](repeating: 255, count: 9))
        == "w.safetensors: header length 18446744073709551615, at most 1: cut off, or no safetensors file")
    let long = Safetensors.headerLimit + 1
    #expect(
      Self.problem(String(repeating: " ", count: long))
        == "w.safetensors: header length \(long), at most \(long - 1): cut off, or no safetensors file")
    #expect(Self.problem("") == "w.safetensors: header: not a JSON object")
    #expect(Self.problem("[]") == "w.safetensors: header: not a JSON object")
    #expect(Self.problem("{\0}\0") == "w.safetensors: header: not a JSON object")
    #expect(Self.problem("{") == "w.safetensors: header: not JSON of the expected form")
    #expect(Self.problem(#"{"a":3}"#).hasPrefix("w.safetensors: header: 'a': not of type "))
    #expect(Self.problem(#"{"a":{}}"#) == "w.safetensors: header: 'a': key 'dtype' is missing")
    #expect(
      Self.problem(#"{"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}}"#, 4)
        == "w.safetensors: header: 'a': 'shape': 'Index 0': not of type Int")
    #expect(
      Self.problem(#"{"a":{"dtype":"F32","shape":[1e99],"data_offsets":[0,4]}}"#, 4)
        == "w.safetensors: header: 'a': 'shape': 'Index 0': not of type Int")
    let tensor = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    #expect(Self.problem(#"{"a":\#(tensor)} x"#, 4) == "w.safetensors: header: not JSON of the expected form")
    #expect(Self.problem(#"{"a":\#(tensor),}"#, 4) == "w.safetensors: header: not JSON of the expected form")
    #expect(
      Self.problem(#"{"a":{"dtype":"F32","x":1}}"#)
        == "w.safetensors: header: 'a': key 'x' is none of dtype, shape and data_offsets")
    #expect(
      Self.problem(#"{"__metadata__":{"k":1}}"#)
        == "w.safetensors: header: '__metadata__': 'k': not of type String")
  }

  @Test func `Duplicates, deep nesting, bad text and long messages do no harm`() throws {
    let tensor = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    #expect(
      Self.problem(#"{"a":\#(tensor),"a":\#(tensor)}"#, 4) == "w.safetensors: header: 'a' appears twice")
    #expect(
      Self.problem(#"{"é":\#(tensor),"e\u0301":\#(tensor)}"#, 4).hasSuffix(
        ": header: 'e\u{301}' appears twice"))
    #expect(
      Self.problem(#"{"__metadata__":{"k":"1","k":"2"}}"#)
        == "w.safetensors: header: '__metadata__': 'k' appears twice")
    for bracket in ["[", #"{"a":"#] {
      let nested = String(repeating: bracket, count: 200_000)
      #expect(Self.problem(#"{"a":\#(nested)"#).hasPrefix("w.safetensors: header: 'a': "))
    }
    for header in [#"{"\ud800":\#(tensor)}"#, #"{"__metadata__":{"\udc00":"\ud800"}}"#] {
      #expect(Self.problem(header).hasPrefix("w.safetensors: "))
    }
    #expect(Self.problem(Array(Self.file("{\"__").dropLast()) + [0xFF, 0xFE]) != "no error")
    let name = String(repeating: "x", count: 100_000)
    #expect(Self.problem(#"{"\#(name)":\#(tensor)}"#, 5).utf8.count < 2000)
  }

  @Test func `A file cut at any length is refused`() {
    let bytes = Self.content.encoded()
    for count in 0..<bytes.count {
      #expect(Self.problem(Array(bytes[..<count])) != "no error", "\(count)")
    }
    #expect(Self.problem(bytes + [0]) != "no error")
  }

  @Test func `Random damage never crashes the reader`() {
    withBrokenCopies(of: Self.content.encoded(), count: 10_000) { bytes in
      _ = try? Safetensors(bytes: bytes, path: "w.safetensors")
    }
  }

  @Test func `A header of more names than any model has is refused before they take memory`() {
    let tensor = #"{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    let tensors = (0...65536).map { #""\#(String($0, radix: 36))":\#(tensor)"# }.joined(separator: ",")
    #expect(Self.problem("{\(tensors)}") == "w.safetensors: header: more than 65536 tensors")
    let texts = (0...65536).map { #""\#(String($0, radix: 36))":"""# }.joined(separator: ",")
    #expect(
      Self.problem(#"{"__metadata__":{\#(texts)}}"#)
        == "w.safetensors: header: '__metadata__': more than 65536 keys")
  }

  @Test func `The order of a file counts only where it is not that of the names`() throws {
    func order(_ header: String, _ count: Int) throws -> [String] {
      try Safetensors(bytes: Self.file(header, [UInt8](repeating: 0, count: count)), path: "w").ownOrder
    }
    func tensor(_ name: String, _ type: String, _ begin: Int, _ end: Int) -> String {
      #""\#(name)":{"dtype":"\#(type)","shape":[1],"data_offsets":[\#(begin),\#(end)]}"#
    }
    #expect(try order("{\(tensor("a", "F32", 0, 4)),\(tensor("b", "F32", 4, 8))}", 8) == [])
    #expect(try order("{\(tensor("a", "F32", 4, 8)),\(tensor("b", "F32", 0, 4))}", 8) == ["b", "a"])
    // The format's own library writes wide types first.
    #expect(try order("{\(tensor("a", "F16", 4, 6)),\(tensor("b", "F32", 0, 4))}", 6) == [])
    // The counts of BatchNorm are no numbers of the network, but take their place in the file.
    #expect(
      try order("{\(tensor("a", "F32", 8, 12)),\(tensor("x.num_batches_tracked", "I64", 0, 8))}", 12) == [])
  }
}
