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

  /// The names of the tensors in the order of their bytes, where that is not merely the order of the names, in which
  /// the library of the format itself writes them; empty for that, and for a content that was not read.
  package internal(set) var ownOrder: [String] = []

  /// Whether tensors and metadata are the same, wherever they lie in a file.
  public static func == (left: Self, right: Self) -> Bool {
    left.tensors == right.tensors && left.metadata == right.metadata
  }

  /// Creates the content of a file.
  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The longest header that is read; a real one has a few kilobytes.
  package static let headerLimit = 1 << 22
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
      entries.append("\(jsonString(SafetensorsHeader.metadataKey)):{\(texts.joined(separator: ","))}")
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

/// The product, nil when it overflows.
func product(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (value, overflow) = product.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    product = value
  }
  return product
}
