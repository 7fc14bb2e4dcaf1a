internal import FileAccess
internal import Files

/// A promise of a parser that some bytes broke.
package struct BrokenPromise: Error, CustomStringConvertible {
  /// What does not hold.
  package var description: String

  init(_ description: String) { self.description = description }
}

/// A parser under fuzzing, with all that must hold of it for any bytes whatever.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case header, safetensors, csv, idx, npz

  /// Parses the bytes and does with the result what the program would do.
  ///
  /// - Returns: the line that refuses the bytes, or nil when they are a file of the format.
  /// - Throws: `BrokenPromise`.
  package func refusal(of bytes: [UInt8]) throws(BrokenPromise) -> String? {
    let error =
      switch self {
      case .header: try refusalOfHeader(bytes)
      case .safetensors: try refusalOfModel(bytes)
      case .csv: try refusalOfTable(bytes)
      case .idx: try refusalOfImages(bytes)
      case .npz: try refusalOfArchive(bytes)
      }
    guard let line = error?.description else { return nil }
    try promise(line.utf8.count < 4000, "a short message: \(line.utf8.count) bytes")
    try promise(!line.contains(where: \.isNewline), "a message of one line: \(line)")
    return line
  }
}

/// Throws unless the condition holds.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) throws(BrokenPromise) {
  if !holds { throw BrokenPromise(words()) }
}

/// The value, where a promise says that there is one.
func promised<Value>(_ words: String, _ body: () throws -> Value) throws(BrokenPromise) -> Value {
  do {
    return try body()
  } catch {
    throw BrokenPromise("\(words): \(error)")
  }
}
