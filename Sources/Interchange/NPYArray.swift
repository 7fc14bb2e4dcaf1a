/// An array of numpy's `.npy` format: unsigned bytes, or any other numbers as `Double`.
///
/// Source: numpy.lib.format, versions 1.0 to 3.0.
struct NPYArray {
  /// The elements, the last index running fastest.
  enum Elements {
    case bytes([UInt8])
    case reals([Double])
  }

  var shape: [Int]
  var elements: Elements
  /// Whether the elements are of an integer type.
  var isInteger: Bool

  /// Reads a file; `path` and `name` are only for messages.
  ///
  /// - Complexity: O(bytes): a shape is believed only when as many bytes are there.
  init(_ bytes: [UInt8], path: String, name: String) throws(FileError) {
    func fail(_ problem: String) -> FileError { FileError(path, place: name, problem) }
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard bytes.starts(with: magic), bytes.count >= 12, (1...3).contains(bytes[6]) else {
      throw fail("not an .npy array of version 1 to 3")
    }
    let isLong = bytes[6] > 1
    let start = isLong ? 12 : 10
    let length =
      Int(bytes[8]) | Int(bytes[9]) << 8 | (isLong ? Int(bytes[10]) << 16 | Int(bytes[11]) << 24 : 0)
    guard length <= min(10_000, bytes.count - start) else { throw fail("a header of \(length) bytes") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let form =
      #/\{'descr': '([<>|=]?)([a-zA-Z]+)([0-9]*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\),? *\} *\n?/#
    guard let match = header.wholeMatch(of: form) else {
      throw fail("header \(quoted(header)), not as numpy writes it")
    }
    guard match.4 == "False" else { throw fail("in Fortran's order; save numpy.ascontiguousarray of it") }
    let parts = match.5.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    shape = parts.compactMap { Int($0) }
    var size: Int? = shape.count == parts.count && shape.count <= 32 ? 1 : nil
    for length in shape {
      size = size.flatMap { size in
        let (product, overflow) = size.multipliedReportingOverflow(by: length)
        return overflow ? nil : product
      }
    }
    guard let count = size, let type = ElementType(rawValue: "\(match.2)\(match.3)") else {
      throw fail(
        size == nil
          ? "shape (\(match.5))"
          : "type \(quoted("\(match.2)\(match.3)")), u1 to u8, i1 to i8, f2, f4 and f8 are read")
    }
    let rest = bytes.count - start - length
    guard count <= rest, rest == count * type.size else {
      throw fail("\(rest) bytes, shape \(shape) of type \(type.rawValue) needs \(count) of \(type.size)")
    }
    isInteger = type.isInteger
    let content = bytes[(start + length)...]
    elements = type == .u1 ? .bytes(Array(content)) : .reals(type.reals(content, isBigEndian: match.1 == ">"))
  }

  private enum ElementType: String {
    case u1, u2, u4, u8, i1, i2, i4, i8, f2, f4, f8

    var size: Int { Int(rawValue.dropFirst()) ?? 1 }

    var isInteger: Bool { !rawValue.hasPrefix("f") }

    func reals(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [Double] {
      let size = size
      let order = (0..<size).map { isBigEndian ? $0 : size - 1 - $0 }
      return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
        var bits: UInt64 = 0
        for place in order { bits = bits << 8 | UInt64(bytes[start + place]) }
        return switch self {
        case .u1, .u2, .u4, .u8: Double(bits)
        case .i1: Double(Int8(truncatingIfNeeded: bits))
        case .i2: Double(Int16(truncatingIfNeeded: bits))
        case .i4: Double(Int32(truncatingIfNeeded: bits))
        case .i8: Double(Int64(bitPattern: bits))
        case .f2: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
        case .f4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .f8: Double(bitPattern: bits)
        }
      }
    }
  }
}
