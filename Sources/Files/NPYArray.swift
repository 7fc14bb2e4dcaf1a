internal import FileAccess
internal import Training

/// An array of numpy's `.npy` format: numbers, truth values or, for labels, texts.
///
/// Source: numpy.lib.format, versions 1.0 to 3.0.
struct NPYArray {
  var path: String
  var name: String
  var shape: [Int]
  private(set) var type: ElementType
  private var isBigEndian: Bool
  /// The bytes of the elements, the last index running fastest.
  private var content: ArraySlice<UInt8>

  /// The number of elements.
  var count: Int { shape.reduce(1, *) }

  /// Reads what the array is; `path` and `name` are only for messages.
  ///
  /// - Complexity: O(1): a shape is believed only when as many bytes are there.
  init(_ bytes: ArraySlice<UInt8>, path: String, name: String) throws(FileError) {
    func fail(_ problem: String) -> FileError { FileError(path, place: name, problem) }
    let start = bytes.startIndex
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard bytes.starts(with: magic), bytes.count >= 12, (1...3).contains(bytes[start + 6]) else {
      throw fail("not an .npy array of version 1 to 3")
    }
    let isLong = bytes[start + 6] > 1
    let length = (8..<(isLong ? 12 : 10)).reversed().reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
    let headerStart = start + (isLong ? 12 : 10)
    guard length <= min(10_000, bytes.endIndex - headerStart) else {
      throw fail("a header of \(length) bytes")
    }
    let header = String(decoding: bytes[headerStart..<headerStart + length], as: UTF8.self)
    let form =
      #/\{'descr': '([<>|=]?)([a-zA-Z]+)([0-9]*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\),? *\} *\n?/#
    guard let match = header.wholeMatch(of: form) else {
      throw fail("header \(quoted(header)), not an array of numbers as numpy writes it")
    }
    let parts = match.5.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    shape = parts.compactMap { Int($0) }
    guard match.4 == "False" || shape.count < 2 else {
      throw fail("in Fortran's order; save numpy.ascontiguousarray of it")
    }
    var size: Int? = shape.count == parts.count && shape.count <= 32 ? 1 : nil
    for length in shape {
      size = size.flatMap { size in
        let (product, overflow) = size.multipliedReportingOverflow(by: length)
        return overflow ? nil : product
      }
    }
    guard let count = size else { throw fail("shape (\(match.5))") }
    guard let type = ElementType("\(match.2)", "\(match.3)") else {
      throw fail(
        "type \(quoted("\(match.2)\(match.3)")), b1, u1 to u8, i1 to i8, f2, f4 and f8 are read, and U and S as labels"
      )
    }
    let rest = bytes.endIndex - headerStart - length
    let (needed, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard !overflow, rest == needed else {
      throw fail("\(rest) bytes, shape \(shape) of type \(type.name) needs \(count) of \(type.size)")
    }
    self.path = path
    self.name = name
    self.type = type
    isBigEndian = match.1 == ">"
    content = bytes[(headerStart + length)...]
  }

  /// The elements as numbers, in the smallest type that holds them.
  ///
  /// - Parameter perSample: the elements of one sample, for messages.
  /// - Throws: texts, and numbers that are not finite.
  /// - Complexity: O(elements), decoded twice.
  func values(perSample: Int) throws(FileError) -> Dataset.Values {
    if type.isText { throw FileError(path, place: name, "texts of type \(type.name), numbers are read") }
    if type == .unsigned(1) || type == .truth { return .bytes(Array(content)) }
    var survey = Dataset.Values.Survey()
    for index in 0..<count {
      let value = self[index]
      guard value.isFinite else {
        throw FileError(path, place: "\(name)[\(index / perSample)]", "\(value) is not finite")
      }
      survey.add(value)
    }
    var builder = Dataset.Values.Builder(survey.kind, count: count)
    for index in 0..<count { builder.append(self[index]) }
    return builder.values
  }

  /// One element as a number.
  subscript(index: Int) -> Double {
    let size = type.size
    let start = content.startIndex + index * size
    var bits: UInt64 = 0
    if isBigEndian {
      for place in start..<start + size { bits = bits << 8 | UInt64(content[place]) }
    } else {
      for place in (start..<start + size).reversed() { bits = bits << 8 | UInt64(content[place]) }
    }
    return switch type {
    case .unsigned, .truth, .unicode, .bytes: Double(bits)
    case .signed: Double(Int64(bitPattern: bits << (64 - 8 * size)) >> (64 - 8 * size))
    case .float(2): Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
    case .float(4): Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float: Double(bitPattern: bits)
    }
  }

  /// One element as the label it is.
  ///
  /// - Throws: a number that is not whole; bytes that are no text.
  func label(_ index: Int) throws(FileError) -> String {
    func fail(_ problem: String) -> FileError { FileError(path, place: "\(name)[\(index)]", problem) }
    switch type {
    case .truth: return self[index] == 0 ? "False" : "True"
    case .unicode(let length):
      var text = String.UnicodeScalarView()
      for place in 0..<length {
        let start = content.startIndex + 4 * (index * length + place)
        let units = content[start..<start + 4]
        let code = (isBigEndian ? Array(units) : units.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let scalar = Unicode.Scalar(code) else { throw fail("\(code) is no character") }
        text.append(scalar)
      }
      return String(String.UnicodeScalarView(text.reversed().drop { $0 == "\0" }.reversed()))
    case .bytes(let length):
      let start = content.startIndex + index * length
      let units = content[start..<start + length].reversed().drop { $0 == 0 }.reversed()
      guard let text = String(validating: units, as: UTF8.self) else {
        throw fail("bytes that are not UTF-8")
      }
      return text
    default:
      guard let number = Int(exactly: self[index]), number.magnitude < 1 << 53 else {
        throw fail("label \(self[index]) is not a whole number, as the number of a class is")
      }
      return String(number)
    }
  }

  /// What the elements are, with their bytes, or the length of texts.
  enum ElementType: Equatable {
    case truth
    case unsigned(Int)
    case signed(Int)
    case float(Int)
    case unicode(Int)
    case bytes(Int)

    init?(_ letter: String, _ digits: String) {
      guard let size = Int(digits), size < 1 << 20 else { return nil }
      switch (letter, size) {
      case ("b", 1): self = .truth
      case ("u", 1), ("u", 2), ("u", 4), ("u", 8): self = .unsigned(size)
      case ("i", 1), ("i", 2), ("i", 4), ("i", 8): self = .signed(size)
      case ("f", 2), ("f", 4), ("f", 8): self = .float(size)
      case ("U", 1...): self = .unicode(size)
      case ("S", 1...): self = .bytes(size)
      default: return nil
      }
    }

    /// The bytes of an element.
    var size: Int {
      switch self {
      case .truth: 1
      case .unsigned(let size), .signed(let size), .float(let size), .bytes(let size): size
      case .unicode(let length): 4 * length
      }
    }

    var isText: Bool {
      switch self {
      case .unicode, .bytes: true
      default: false
      }
    }

    /// As numpy names it.
    var name: String {
      switch self {
      case .truth: "b1"
      case .unsigned(let size): "u\(size)"
      case .signed(let size): "i\(size)"
      case .float(let size): "f\(size)"
      case .unicode(let length): "U\(length)"
      case .bytes(let length): "S\(length)"
      }
    }
  }
}
