public import Checker
public import Claims
public import FileAccess

/// A header as it was read: what it claims, and where its code is not the code that such claims have.
public struct HeaderFile: Sendable {
  /// The file, for messages.
  public let path: String
  /// The numbers, not yet verified.
  public let claims: ModelClaims
  /// Where, comments and harmless white space aside, the text differs from `headerText(of: claims)`, one line.
  ///
  /// A header whose arrays or proofs were edited says something else to the compiler than to a reader of its numbers.
  public let deviation: String?

  /// Re-derives all claims.
  ///
  /// - Returns: what was found, and everything that does not hold, one line each; none for a valid header.
  /// - Complexity: that of `verification(of:)`.
  public func check() -> (verification: Verification, problems: [String]) {
    let result = verification(of: claims)
    return (result, result.problems + [deviation].compactMap(\.self))
  }

  /// The claims, proved, of a header whose code is what they say.
  ///
  /// - Throws: `FileError` with the first thing that does not hold.
  public func verified() throws(FileError) -> VerifiedClaims {
    let (verification, problems) = check()
    guard let claims = verification.verified, problems.isEmpty else {
      throw FileError(path, problems.first ?? "not verified")
    }
    return claims
  }
}

/// The most bytes of a header that are read; a network of 65,535 × 1,000 weights stays below.
private let headerLimit = 1 << 29

/// Reads the text of a header.
///
/// The numbers may be anything: `verification(of:)` proves them.
///
/// - Throws: an unreadable file, and text that is not a header of this format: missing or repeated macros, a row
///   that is not made of numbers.
/// - Complexity: O(text); at most four bytes of memory for each of the text.
public func readHeader(_ path: String) throws(FileError) -> HeaderFile {
  let bytes = try AtomicFile.read(path, limit: headerLimit)
  // Text, and what is none and no file of another kind, is told by its first token that does not belong.
  if let kind = FileKind(of: bytes), ![.header, .text, .empty, .program].contains(kind) {
    throw FileError(
      path, kind.insteadOf("a header of supnorm export", (.safetensors, "supnorm export makes one of it")))
  }
  guard String(validating: bytes, as: UTF8.self) != nil else { throw FileError(path, "not UTF-8 text") }
  return try parseHeader(bytes, path: path)
}

/// Parses the text of a header, see `readHeader(_:)`; `path` is for messages.
public func parseHeader(_ text: String, path: String) throws(FileError) -> HeaderFile {
  try parseHeader(Array(text.utf8), path: path)
}

private func parseHeader(_ bytes: [UInt8], path: String) throws(FileError) -> HeaderFile {
  try refuseControlCharacters(bytes, path: path)
  let claims = try MacroTable(bytes, path: path).claims()
  var comparison = HeaderComparison(of: bytes, path: path)
  writeHeader(of: claims) { comparison.expect($0) }
  return HeaderFile(path: path, claims: claims, deviation: try comparison.deviation())
}

/// Compares a header with the text that its claims have, token by token while that is written.
private struct HeaderComparison {
  private var tokens: CTokens
  private var format: CTokens
  private var found: String?
  private var error: FileError?
  private var line = 1

  init(of bytes: [UInt8], path: String) {
    tokens = CTokens(bytes, path: path)
    format = CTokens([], path: path)
  }

  /// The next lines of the format's text.
  mutating func expect(_ piece: String) {
    guard found == nil, error == nil else { return }
    format.append(piece)
    do throws(FileError) {
      while let expected = try format.next() {
        guard let token = try tokens.next() else {
          found = "line \(line): the header ends too early"
          return
        }
        line = token.line
        if !tokens.isEqual(token, to: expected, of: format) {
          let text = quoted(tokens.string(token))
          found =
            tokens.hasEqualText(token, to: expected, of: format)
            ? "line \(line): white space before \(text) that changes its meaning"
            : "line \(line): \(text) where the format has \(quoted(format.string(expected)))"
          return
        }
      }
    } catch {
      self.error = error
    }
  }

  /// The first difference, after all of the format's text.
  mutating func deviation() throws(FileError) -> String? {
    if let error { throw error }
    if let found { return found }
    return try tokens.next().map { "line \($0.line): text after the end of the header" }
  }
}
