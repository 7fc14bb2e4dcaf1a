import Foundation
import TestSupport

/// The functions of a program as `llvm-objdump -d` shows them.
struct Disassembly {
  struct Instruction: Equatable, CustomStringConvertible {
    var address: Int
    var mnemonic: String
    var operands: String

    var description: String { "\(String(address, radix: 16)): \(mnemonic) \(operands)" }

    /// `TARGET` of `0xTARGET <function+0x…>`.
    var target: Int? {
      guard let open = operands.firstIndex(of: "<"),
        let word = operands[..<open].split(whereSeparator: { " ,".contains($0) }).last, word.hasPrefix("0x")
      else { return nil }
      return Int(word.dropFirst(2), radix: 16)
    }
    /// Without a width, `.w` or `c.`.
    private var name: String {
      mnemonic.split(separator: ".").first { !["c", "w", "n"].contains($0) }.map(String.init) ?? mnemonic
    }
    var isTrap: Bool { ["udf", "trap", "bkpt", "unimp", "ebreak"].contains(name) }
    var isCall: Bool {
      ["bl", "blx", "jal", "jalr", "call"].contains(name) && !operands.hasPrefix("zero")
    }
    /// Whether it reads or writes memory at a distance from the stack pointer.
    var usesStack: Bool {
      operands.contains("[sp") || operands.contains("(sp)") || ["push", "pop"].contains(name)
    }
    /// Whether the next instruction is reached by a jump alone.
    var endsPath: Bool {
      isTrap || ["b", "j", "jr", "bx", "ret", "tail", "tbb", "tbh"].contains(name)
        || name == "pop" && operands.contains("pc") || name == "ldm" && operands.contains("pc")
    }
  }

  var functions: [String: [Instruction]] = [:]

  init(of program: URL) throws {
    let text = try Checkout.run(
      toolchainTool("llvm-objdump"), ["-d", "--no-show-raw-insn", program.path],
      folder: program.deletingLastPathComponent()
    ).output
    var name: String?
    for line in text.split(separator: "\n") {
      if line.hasSuffix(">:"), let open = line.firstIndex(of: "<") {
        name = String(line[line.index(after: open)...].dropLast(2))
        continue
      }
      let fields = line.split(separator: "\t", maxSplits: 2).map { $0.trimmingCharacters(in: .whitespaces) }
      guard let name, fields.count >= 2, fields[0].hasSuffix(":"),
        let address = Int(fields[0].dropLast(), radix: 16)
      else { continue }
      functions[name, default: []].append(
        Instruction(address: address, mnemonic: fields[1], operands: fields.count > 2 ? fields[2] : ""))
    }
  }

  /// The named functions and those of the library that they call or jump to.
  func library(from roots: (String) -> Bool) -> Set<String> {
    let starts = Dictionary(functions.compactMap { name, code in code.first.map { ($0.address, name) } }) {
      first, _ in first
    }
    var waiting = functions.keys.filter(roots)
    var found: Set<String> = []
    while let name = waiting.popLast() {
      let isLibrary =
        name.contains("8Embedded") || name.hasPrefix("supnorm_") || name.hasPrefix("OUTLINED_FUNCTION")
      guard isLibrary, found.insert(name).inserted else { continue }
      waiting += (functions[name] ?? []).compactMap { $0.target.flatMap { starts[$0] } }
    }
    return found
  }

  /// The instructions of each innermost loop of a function: those on a way from the target of a backward branch to it.
  func innermostLoops(of name: String) -> [[Instruction]] {
    let code = functions[name] ?? []
    let loops = code.indices.compactMap { last -> [Int]? in
      guard !code[last].isCall, let target = code[last].target, target <= code[last].address,
        let first = code.firstIndex(where: { $0.address == target })
      else { return nil }
      let loop = Self.loop(first, last, code)
      return loop.contains(last) ? loop : nil
    }
    return loops.filter { loop in
      !loops.contains { $0.count < loop.count && Set($0).isSubset(of: loop) }
    }.map { $0.map { code[$0] } }
  }

  private static func loop(_ first: Int, _ last: Int, _ code: [Instruction]) -> [Int] {
    let range = first...last
    let places = Dictionary(range.map { (code[$0].address, $0) }) { first, _ in first }
    let next = range.map { index -> [Int] in
      let jump = code[index].isCall ? nil : code[index].target.flatMap { places[$0] }
      let following = code[index].endsPath || index == last ? nil : index + 1
      return [jump, following].compactMap { $0 }
    }
    var reached: Set = [first]
    var leading: Set = [last]
    var count = 0
    // As far as either set grows.
    while reached.count + leading.count != count {
      count = reached.count + leading.count
      for index in range where reached.contains(index) { reached.formUnion(next[index - first]) }
      for index in range.reversed() where !leading.isDisjoint(with: next[index - first]) {
        leading.insert(index)
      }
    }
    return range.filter { reached.contains($0) && leading.contains($0) }
  }
}
