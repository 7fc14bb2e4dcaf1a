/// Bytes of the library's code in a program, by what needs it; the parts follow from the calls in its disassembly.
///
/// Kernels are called through tables, so they are found by the suffixes that supnorm_kernels.h gives their names; one
/// with another suffix counts as code of inferences, so that no figure flatters.
struct CodeSizes: Codable, Equatable, Sendable {
  /// `supnorm_open`, `supnorm_infer` and what they call.
  var inference = 0
  /// These, `supnorm_infer_within`, `supnorm_certify` and what they call.
  var answers = 0
  /// What `supnorm_self_check` needs besides.
  var selfCheck = 0
  /// What `supnorm_self_test` needs besides.
  var selfTest = 0
  /// What `supnorm_encode` needs besides.
  var encoding = 0
  /// What bounds and changes of outputs need besides.
  var outputBounds = 0
  /// Divisions, copies of memory and the like, which the compiler calls in inferences and certificates.
  var runtime = 0

  /// One function of a program.
  struct Function: Equatable, Sendable {
    var name: String
    var address: UInt64
    var size: Int
  }

  /// - Parameters:
  ///   - functions: of the program, not only those of the library.
  ///   - calls: see `calls(of:functions:)`.
  init(of functions: [Function], calls: [UInt64: Set<UInt64>]) {
    let library = functions.filter(Self.isLibrary)
    var taken: Set<UInt64> = []
    /// What the named functions call and is not yet taken.
    func reached(from isRoot: (String) -> Bool) -> [Function] {
      var waiting = library.filter { isRoot($0.name) }.map(\.address)
      var found: Set<UInt64> = []
      while let address = waiting.popLast() {
        guard !taken.contains(address), found.insert(address).inserted else { continue }
        waiting += calls[address] ?? []
      }
      taken.formUnion(found)
      return functions.filter { found.contains($0.address) }
    }
    func bytes(_ part: [Function], ofLibrary: Bool = true) -> Int {
      part.reduce(0) { $0 + (Self.isLibrary($1) == ofLibrary ? $1.size : 0) }
    }
    let inferring = reached { name in
      ["supnorm_open", "supnorm_infer"].contains(name)
        || ["_infer", "_shape", "_counts"].contains(where: name.hasSuffix)
    }
    let certifying = reached { name in
      ["supnorm_infer_within", "supnorm_certify"].contains(name)
        || ["_bound", "_exceeds"].contains(where: name.hasSuffix)
    }
    selfCheck = bytes(reached { $0 == "supnorm_self_check" || $0.hasSuffix("_check") })
    selfTest = bytes(reached { $0 == "supnorm_self_test" })
    encoding = bytes(reached { $0 == "supnorm_encode" })
    outputBounds = bytes(reached { $0.hasPrefix("supnorm_output_") })
    _ = reached { $0 == "supnorm_status_name" }
    let unreached = library.filter { !taken.contains($0.address) }
    inference = bytes(inferring) + bytes(unreached.filter { $0.name.hasPrefix("supnorm_") })
    answers = inference + bytes(certifying)
    runtime = bytes(inferring + certifying, ofLibrary: false)
  }

  private static func isLibrary(_ function: Function) -> Bool {
    function.name.contains("8Embedded") || function.name.hasPrefix("supnorm_")
  }

  /// Which functions each function calls or jumps to, by address, from `llvm-objdump -d`.
  static func calls(of text: String, functions: [Function]) -> [UInt64: Set<UInt64>] {
    let named = Dictionary(functions.map { ($0.name, $0.address) }) { first, _ in first }
    let known = Set(functions.map(\.address))
    var calls: [UInt64: Set<UInt64>] = [:]
    var current: UInt64?
    for line in text.split(separator: "\n") {
      guard let open = line.lastIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close else {
        continue
      }
      let name = line[line.index(after: open)..<close]
      if line.hasSuffix(">:") {
        current = UInt64(line.prefix { $0.isHexDigit }, radix: 16)
        continue
      }
      let before = line[..<open].split { " \t,".contains($0) }.last ?? ""
      let target = UInt64(before.dropFirst(2), radix: 16) ?? named[String(name)]
      if let current, let target, known.contains(target) { calls[current, default: []].insert(target) }
    }
    return calls
  }
}
