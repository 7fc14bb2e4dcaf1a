public import Claims

/// Writes the C header of a model, see the article *Header format*: every number once, as an X-macro row that becomes both the data and
/// the compile-time proof.
///
/// The same claims give the same bytes. Nothing is checked here: `verification(of:)` does that.
///
/// - Complexity: O(parameters).
public func headerText(of model: ModelClaims) -> String {
  var text = ""
  writeHeader(of: model) { text += $0 }
  return text
}

/// Writes the same text as `headerText(of:)` in pieces of whole lines, so that it need not be in memory at once.
func writeHeader(of model: ModelClaims, to sink: (String) -> Void) {
  withoutActuallyEscaping(sink) { sink in
    var writer = HeaderWriter(model: model, sink: sink)
    writer.writeHeader()
  }
}

/// Names that can prefix every identifier of a header: a lowercase letter, then lowercase letters, digits and
/// underscores, at most 40.
///
/// Not `supnorm`, nor what begins with `supnorm_`, whose names the library has, and not the name of a C header that
/// supnorm.h may include: `stdint.h` beside it would take that one's place.
public func isValidHeaderName(_ name: String) -> Bool {
  guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
    return false
  }
  return name.utf8.count <= 40 && !name.hasSuffix("_") && !isReservedHeaderName(name)
    && name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "_")
    }
}

/// Whether a header of this name would define what supnorm.h or the C library defines, or hide one of their files.
public func isReservedHeaderName(_ name: String) -> Bool {
  name == "supnorm" || name.hasPrefix("supnorm_") || standardHeaders.contains(name)
}

/// The headers of C17 and what their names begin with in a freestanding library.
private let standardHeaders: Set<String> = [
  "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math",
  "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib",
  "stdnoreturn", "string", "tgmath", "threads", "time", "uchar", "wchar", "wctype",
]

/// The text of a header, written into a sink in pieces.
///
/// Its parts are in extensions: the macros that state every number, and the data and proofs made of them.
struct HeaderWriter {
  let model: ModelClaims
  private let sink: (String) -> Void
  private var text = ""

  var lower: String { model.name }
  var upper: String { model.name.uppercased() }
  var isRegression: Bool { model.task == .regression }

  init(model: ModelClaims, sink: @escaping (String) -> Void) {
    self.model = model
    self.sink = sink
  }

  mutating func writeHeader() {
    writePreamble()
    writeMacros()
    line(
      """
      /* ---- Data and proofs. Several files may include this one: the linker keeps one copy of the data, from C with
       * --gc-sections. Without that, all files but one define \(upper)_DECLARE_ONLY before they include it. ---- */
      #ifndef \(upper)_DECLARE_ONLY

      """)
    writeResidualInputs()
    for index in model.layers.indices {
      writeData(ofLayer: index)
      writeProof(ofLayer: index)
    }
    writeBounds()
    array("supnorm_feature", shared("features"), ["\(upper)_FEATURES(SUPNORM_FEATURE)"])
    line("")
    writeNetwork()
    line(
      """

      #else /* another file has the data */

      SUPNORM_DECLARE(supnorm_network, \(shared("network")));
      SUPNORM_DECLARE(supnorm_network, \(shared("inference_network")));

      #endif

      """)
    writeAccessors()
    sink(text)
    text = ""
  }

  // MARK: - Names and lines

  /// An object that all files of a program share: its name ends in the checksum, so that versions of a model stay
  /// apart.
  func shared(_ name: String) -> String { "\(lower)_\(name)_\(hexadecimal(model.crc32))" }

  mutating func line(_ content: String) {
    text += content
    text += "\n"
    if text.utf8.count > 1 << 14 {
      sink(text)
      text.removeAll(keepingCapacity: true)
    }
  }

  /// An X-macro row, continued over lines of at most 110 columns.
  mutating func define(_ name: String, _ parameter: String, _ arguments: some Sequence<String>) {
    var current = "#define \(name)(\(parameter))"
    for argument in arguments {
      let item = "\(parameter)(\(argument))"
      if current.utf8.count + item.utf8.count > 107 {
        line(current + " \\")
        current = " "
      }
      current += " " + item
    }
    line(current)
  }

  mutating func array(_ type: String, _ name: String, _ rows: some Sequence<String>) {
    line("SUPNORM_DEFINE(\(type), \(name))[] = {")
    for row in rows { line("  " + row) }
    line("};")
  }

  mutating func prove(_ condition: String, _ message: String) {
    line("SUPNORM_PROVE(\(condition), \"\(message)\");")
  }

  func parenthesized(_ value: Int) -> String { value < 0 ? "(\(value))" : "\(value)" }

  func hexadecimal(_ value: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// A C string literal of printable ASCII; what else a name has is written in octal.
  ///
  /// No trigraph and no mark of a comment stands in it, since tools that are no compilers look for those in strings
  /// too.
  func literal(_ string: String) -> String {
    var body = "\""
    var last: UInt8 = 0
    for byte in string.utf8 {
      let isComment =
        byte == UInt8(ascii: "/") && (last == UInt8(ascii: "/") || last == UInt8(ascii: "*"))
        || byte == UInt8(ascii: "*") && last == UInt8(ascii: "/")
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"):
        body += "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E where !isComment: body += String(UnicodeScalar(byte))
      default:
        body +=
          "\\" + String(repeating: "0", count: byte < 8 ? 2 : byte < 64 ? 1 : 0) + String(byte, radix: 8)
      }
      last = byte
    }
    return body + "\""
  }
}
