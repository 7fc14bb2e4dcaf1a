public import FileAccess

extension Safetensors {
  /// Reads a file of at most 256 MiB.
  ///
  /// - Throws: what is wrong with the file; for one of another kind, what it is and what to do.
  /// - Complexity: O(bytes), and memory for at most three times the file.
  public init(path: String) throws(FileError) {
    try self.init(bytes: AtomicFile.read(path, limit: 1 << 28), path: path)
  }

  /// Reads the bytes of a file; `path` is only for messages.
  public init(bytes: [UInt8], path: String) throws(FileError) {
    if let kind = FileKind(of: bytes), kind != .safetensors { throw FileError(path, kind.asModel) }
    guard bytes.count >= 8 else { throw FileError(path, "\(bytes.count) bytes, the header length needs 8") }
    let length = UInt64(littleEndianBytes: bytes[..<8])
    let headerBound = min(bytes.count - 8, Self.headerLimit)
    guard length <= UInt64(headerBound) else {
      throw FileError(
        path, "header length \(length), at most \(headerBound): cut off, or no safetensors file")
    }
    let buffer = bytes[(8 + Int(length))...]
    let header = try SafetensorsHeader(bytes[8..<buffer.startIndex], path: path)
    self.init(metadata: header.metadata)
    var order = TensorOrder()
    var end = 0
    for entry in header.entries.sorted(by: Self.fileOrder) {
      func fail(_ problem: String) -> FileError { FileError(path, place: "tensor \(entry.name)", problem) }
      let offsets = entry.offsets
      guard offsets.count == 2, offsets[0] == end, (end...buffer.count).contains(offsets[1]) else {
        throw fail("data_offsets \(offsets.prefix(3)), from \(end) to at most \(buffer.count) expected")
      }
      let type = ElementType(rawValue: entry.type)
      // Counts of BatchNorm are whole numbers that nothing is computed of.
      let isCount = entry.name.hasSuffix("num_batches_tracked")
      guard let size = type?.size ?? (isCount ? Self.integerSizes[entry.type] : nil) else {
        throw fail(
          unsupportedTensor(entry.name, shape: entry.shape)
            ?? "dtype \(quoted(entry.type)), only F16, BF16, F32 and F64 are read")
      }
      guard entry.shape.count <= 8, entry.shape.allSatisfy({ $0 >= 0 }) else {
        throw fail("shape \(entry.shape.prefix(8))")
      }
      end = offsets[1]
      let needed = product(entry.shape + [size])
      guard needed == end - offsets[0] else {
        throw fail(
          "\(end - offsets[0]) bytes, shape \(entry.shape) needs \(needed.map(String.init) ?? "too many")")
      }
      guard let type else { continue }
      order.append(entry.name, of: type.rawValue)
      let content = buffer[(buffer.startIndex + offsets[0])..<(buffer.startIndex + end)]
      tensors[entry.name] = Tensor(shape: entry.shape, elements: type.elements(content))
    }
    guard end == buffer.count else {
      throw FileError(path, "\(buffer.count) bytes of tensors, the header describes \(end)")
    }
    ownOrder = order.isByName ? [] : order.names
  }

  /// The order of the tensors' bytes, so that a walk through it sees every gap and overlap; tensors without elements
  /// share their start with the tensor that follows them.
  private static func fileOrder(_ left: SafetensorsHeader.Entry, _ right: SafetensorsHeader.Entry) -> Bool {
    func key(_ entry: SafetensorsHeader.Entry) -> (Int, Int) {
      entry.offsets.count == 2 ? (entry.offsets[0], entry.offsets[1]) : (-1, -1)
    }
    let (a, b) = (key(left), key(right))
    return a == b ? left.name < right.name : a < b
  }

  /// The order of a file's tensors, and whether it says anything: the format's own library sorts them by type, the
  /// widest first, and by the bytes of their names.
  private struct TensorOrder {
    private(set) var names: [String] = []
    private(set) var isByName = true
    private var type = ""

    mutating func append(_ name: String, of type: String) {
      if let last = names.last, type == self.type, !last.utf8.lexicographicallyPrecedes(name.utf8) {
        isByName = false
      }
      names.append(name)
      self.type = type
    }
  }

  private static let integerSizes = [
    "BOOL": 1, "I8": 1, "U8": 1, "I16": 2, "U16": 2, "I32": 4, "U32": 4, "I64": 8, "U64": 8,
  ]
}

extension Safetensors {
  /// The types of elements that are read.
  enum ElementType: String {
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
        var values: [Value] = []
        values.reserveCapacity(bytes.count / size)
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: size) {
          values.append(value(Bits(littleEndianBytes: bytes[start..<start + size])))
        }
        return values
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

extension FixedWidthInteger {
  fileprivate init(littleEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
  }
}
