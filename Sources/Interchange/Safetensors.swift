import Foundation

/// The content of a `.safetensors` file: named tensors of floating-point numbers, and text metadata.
///
/// A file is 8 bytes of little-endian header length, a JSON header, and the tensors' bytes without gaps.
/// Source: https://github.com/huggingface/safetensors, section "Format".
public struct Safetensors: Equatable, Sendable {
  /// The elements of a tensor; 16-bit types are widened to `Float` when read, which loses nothing.
  public enum Elements: Equatable, Sendable {
    case float32([Float])
    case float64([Double])

    /// The number of elements.
    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      }
    }

    /// The elements as `Float`, rounded to nearest where they are wider.
    public var floats: [Float] {
      switch self {
      case .float32(let values): values
      case .float64(let values): values.map { Float($0) }
      }
    }

    /// The elements as `Double`, exactly.
    public var doubles: [Double] {
      switch self {
      case .float32(let values): values.map { Double($0) }
      case .float64(let values): values
      }
    }
  }

  /// A tensor: its elements with the last index running fastest.
  public struct Tensor: Equatable, Sendable {
    /// The sizes of the dimensions; empty for a single number.
    public var shape: [Int]

    /// The elements, as many as the product of `shape`.
    public var elements: Elements

    /// Creates a tensor; the counts must agree.
    public init(shape: [Int], elements: Elements) {
      precondition(product(shape) == elements.count)
      self.shape = shape
      self.elements = elements
    }
  }

  /// The tensors by name.
  public var tensors: [String: Tensor]

  /// The text that the header carries under `__metadata__`.
  public var metadata: [String: String]

  /// Creates the content of a file.
  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  private static let metadataKey = "__metadata__"

  /// The longest header that is read; a real one has a few kilobytes.
  package static let headerLimit = 1 << 22
}

// MARK: - Reading

extension Safetensors {
  /// Reads a file of at most 256 MiB.
  public init(path: String) throws(FileError) {
    try self.init(bytes: AtomicFile.read(path, limit: 1 << 28), path: path)
  }

  /// Reads the bytes of a file; `path` is only for messages.
  public init(bytes: [UInt8], path: String) throws(FileError) {
    guard bytes.count >= 8 else { throw FileError(path, "\(bytes.count) bytes, the header length needs 8") }
    let length = UInt64(littleEndianBytes: bytes[..<8])
    let headerBound = min(bytes.count - 8, Self.headerLimit)
    guard length <= UInt64(headerBound) else {
      throw FileError(path, "header length \(length), at most \(headerBound)")
    }
    let buffer = bytes[(8 + Int(length))...]
    let header = try Self.header(bytes[8..<buffer.startIndex], path)
    self.init()
    var end = 0
    for (name, entry) in header.sorted(by: Self.fileOrder) {
      switch entry {
      case .metadata(let texts):
        metadata = texts
      case .tensor(let type, let shape, let offsets):
        func fail(_ problem: String) -> FileError { FileError(path, place: "tensor \(name)", problem) }
        guard offsets.count == 2, offsets[0] == end, (end...buffer.count).contains(offsets[1]) else {
          throw fail("data_offsets \(offsets.prefix(3)), from \(end) to at most \(buffer.count) expected")
        }
        guard let type = ElementType(rawValue: type) else {
          throw fail(
            unsupportedLayer(of: name) ?? "dtype \(quoted(type)), only F16, BF16, F32 and F64 are read")
        }
        guard shape.count <= 8, shape.allSatisfy({ $0 >= 0 }) else { throw fail("shape \(shape.prefix(8))") }
        end = offsets[1]
        let size = product(shape + [type.size])
        guard size == end - offsets[0] else {
          throw fail("\(end - offsets[0]) bytes, shape \(shape) needs \(size.map(String.init) ?? "too many")")
        }
        let content = buffer[(buffer.startIndex + offsets[0])..<(buffer.startIndex + end)]
        tensors[name] = Tensor(shape: shape, elements: type.elements(content))
      }
    }
    guard end == buffer.count else {
      throw FileError(path, "\(buffer.count) bytes of tensors, the header describes \(end)")
    }
  }

  private enum Entry: Decodable {
    case metadata([String: String])
    case tensor(type: String, shape: [Int], offsets: [Int])

    private enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
      if decoder.codingPath.last?.stringValue == Safetensors.metadataKey {
        self = .metadata(try [String: String](from: decoder))
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self = .tensor(
        type: try container.decode(String.self, forKey: .type),
        shape: try container.decode([Int].self, forKey: .shape),
        offsets: try container.decode([Int].self, forKey: .offsets))
    }

    /// Tensors without elements share their start with the tensor that follows them.
    var sortKey: (Int, Int) {
      guard case .tensor(_, _, let offsets) = self, offsets.count == 2 else { return (-1, -1) }
      return (offsets[0], offsets[1])
    }
  }

  /// The order of the tensors' bytes, so that a walk through it sees every gap and overlap.
  private static func fileOrder(
    _ left: (key: String, value: Entry), _ right: (key: String, value: Entry)
  ) -> Bool {
    let (a, b) = (left.value.sortKey, right.value.sortKey)
    return a == b ? left.key < right.key : a < b
  }

  private static func header(
    _ bytes: ArraySlice<UInt8>, _ path: String
  ) throws(FileError) -> [String: Entry] {
    // The decoder would take zero bytes for the sign of UTF-16.
    guard bytes.first == UInt8(ascii: "{"), !bytes.contains(0) else {
      throw FileError(path, place: "header", "not a JSON object")
    }
    do {
      return try JSONDecoder().decode([String: Entry].self, from: Data(bytes))
    } catch let error as DecodingError {
      throw FileError(path, place: "header", error.place)
    } catch {
      throw FileError(path, place: "header", "not JSON")
    }
  }

  private enum ElementType: String {
    case float16 = "F16"
    case brainFloat16 = "BF16"
    case float32 = "F32"
    case float64 = "F64"

    var size: Int {
      switch self {
      case .float16, .brainFloat16: 2
      case .float32: 4
      case .float64: 8
      }
    }

    func elements(_ bytes: ArraySlice<UInt8>) -> Elements {
      func map<Bits: FixedWidthInteger, Value>(_ value: (Bits) -> Value) -> [Value] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
          value(Bits(littleEndianBytes: bytes[start..<start + size]))
        }
      }
      return switch self {
      case .float16: .float32(map { (bits: UInt16) in Float(Float16(bitPattern: bits)) })
      case .brainFloat16: .float32(map { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) })
      case .float32: .float32(map(Float.init(bitPattern:)))
      case .float64: .float64(map(Double.init(bitPattern:)))
      }
    }
  }
}

/// The product, nil when it overflows.
private func product(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (value, overflow) = product.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    product = value
  }
  return product
}

extension DecodingError {
  /// What does not fit, and under which keys, in a few words.
  var place: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.words(context))key \(quoted(key.stringValue)) is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "\(Self.words(context))not of type \(type)"
    case .dataCorrupted(let context): "\(Self.words(context))not JSON of the expected form"
    @unknown default: "not JSON of the expected form"
    }
  }

  private static func words(_ context: Context) -> String {
    context.codingPath.map { "\(quoted($0.stringValue)): " }.joined()
  }
}

extension FixedWidthInteger {
  fileprivate init(littleEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
  }
}

// MARK: - Writing

extension Safetensors {
  /// The bytes of the file: the same content gives the same bytes.
  ///
  /// Metadata comes first, sorted by key, then `Double` tensors before `Float` ones, sorted by name, with the
  /// header filled up with spaces to a multiple of 8, so that every element is aligned.
  public func encoded() -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(jsonString($0.key)):\(jsonString($0.value))" }
      entries.append("\(jsonString(Self.metadataKey)):{\(texts.joined(separator: ","))}")
    }
    var buffer: [UInt8] = []
    for (name, tensor) in tensors.sorted(by: Self.writingOrder) {
      let begin = buffer.count
      let type: ElementType
      switch tensor.elements {
      case .float32(let values):
        type = .float32
        for value in values { Self.append(value.bitPattern, to: &buffer) }
      case .float64(let values):
        type = .float64
        for value in values { Self.append(value.bitPattern, to: &buffer) }
      }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(jsonString(name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(begin),\(buffer.count)]}")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var file: [UInt8] = []
    Self.append(UInt64(header.count), to: &file)
    return file + header + buffer
  }

  private static func writingOrder(
    _ left: (key: String, value: Tensor), _ right: (key: String, value: Tensor)
  ) -> Bool {
    switch (left.value.elements, right.value.elements) {
    case (.float64, .float32): true
    case (.float32, .float64): false
    default: left.key < right.key
    }
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}

/// A JSON string: everything but quotes, backslashes and control characters stands for itself.
func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\u{0}"..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
