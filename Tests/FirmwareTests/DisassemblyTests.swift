import Certification
import Claims
import Files
import Foundation
import Header
import Integers
import TestSupport
import Testing

/// The kernels of a firmware as instructions.
@Suite("Disassembly", .serialized)
struct DisassemblyTests {
  /// One of each set of instructions.
  static let boards = ["microbit", "mps2-an385", "mps2-an386", "mps3-an547", "riscv32-virt"]

  private static let kernels = [
    "supnorm_dense", "supnorm_sparse", "supnorm_maxplus_words", "supnorm_maxplus_bytes",
    "supnorm_maxplus_halfwords",
  ]

  @Test(arguments: boards)
  func `No kernel has a trap, and no innermost loop of an inference calls a function or uses the stack`(
    _ board: String
  ) throws {
    var random = TestRandom("disassembly")
    let build = try FirmwareBuild(board: board, header: Self.header(&random), model: "net")
    let program = try Disassembly(of: build.elf)
    let roots = ["infer", "bound", "exceeds"].map { role in Self.kernels.map { "\($0)_\(role)" } }
    let all = program.library { roots.joined().contains($0) }
    #expect(all.isSuperset(of: roots.joined()))
    for name in all {
      let traps = (program.functions[name] ?? []).filter(\.isTrap)
      #expect(traps.isEmpty, "\(name) on \(board): \(traps)")
    }
    var loops = 0
    for name in program.library(from: { roots[0].contains($0) }) {
      let allowed = Self.allowed(name, board)
      for loop in program.innermostLoops(of: name) {
        loops += 1
        let calls = loop.filter(\.isCall)
        #expect(calls.count <= allowed.calls, "\(name) on \(board): \(calls) in \(loop)")
        let uses = loop.filter(\.usesStack)
        #expect(uses.count <= allowed.stackUses, "\(name) on \(board): \(uses) in \(loop)")
      }
    }
    print("\(board): \(all.count) functions of kernels, \(loops) innermost loops of inferences")
    #expect(loops >= 10)
  }

  /// What the loops of a function may have, that none else has.
  private static func allowed(_ name: String, _ board: String) -> (calls: Int, stackUses: Int) {
    // The logits of maxima: for each row a call of the function that has the loop over entries, and two of what
    // functions share in the smallest code.
    if name.contains("MaxPlusLayout"), name.contains("4rows") { return (3, 10) }
    // Shortfalls of columns that are not two in an aligned word, in the eight registers of a Cortex-M0.
    if board == "microbit", name.contains("hortfalls") { return (0, 6) }
    return (0, 0)
  }

  /// A network with every kind and layout.
  private static func header(_ random: inout TestRandom) throws -> String {
    func maxima(_ rows: Int, _ columns: Int) -> IntegerLayer {
      let entries = (0..<rows).map { _ in
        (0..<columns).map { MaxPlusEntry(column: $0, isNegated: false, offset: -random.integer(0...255)) }
      }
      return IntegerLayer(columns: columns, entries: entries, activation: .relu)
    }
    func weighted(_ rows: Int, _ columns: Int, isLast: Bool) -> IntegerLayer {
      let weights = (0..<rows).flatMap { _ in random.row(columns, sum: 1 << 12) }
      return IntegerLayer(
        rows: rows, columns: columns, weights: weights, biases: [Int32](repeating: 0, count: rows), shift: 4,
        activation: isLast ? .identity : .relu, rowSumBound: 1 << 12, isSparse: !isLast)
    }
    let network = try IntegerNetwork(
      layers: [
        maxima(140, 16), maxima(12, 140), weighted(12, 12, isLast: false), maxima(8, 12),
        weighted(4, 8, isLast: true),
      ], unit: 255, inputMinimum: 0, inputMaximum: 255)
    #expect(network.layers.map(\.layout) == [1, 2, 0, 0, 0])
    let golden = (0..<4).map { _ in random.input(of: network) }
    return headerText(
      of: try ModelClaims(
        stating: network, name: "net", features: [ModelClaims.imageFeature(unit: 255)], golden: golden))
  }
}
