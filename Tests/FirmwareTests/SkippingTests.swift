import Certification
import Claims
import Foundation
import Header
import Integers
import TestSupport
import Testing
@testable import Tools

/// What leaving out zeros of the input costs where nothing is gained by it.
@Suite("Skipping zeros", .serialized)
struct SkippingTests {
  /// Compared are whole inferences of 96-64-10, with the one that has no zero in its input.
  ///
  /// The others have every number of inputs that are not zero, before the zeros and behind them. Every hidden value is
  /// above zero.
  @Test(arguments: ["microbit", "mps2-an385", "mps2-an386", "riscv32-virt"])
  func `No share of zeros takes over 4 % more instructions than none`(_ name: String) throws {
    var random = TestRandom("skipping")
    let network = try IntegerNetwork(
      layers: [Self.dense(64, 96, isLast: false, &random), Self.dense(10, 64, isLast: true, &random)],
      unit: 32640, inputMinimum: 0, inputMaximum: 32640)
    let inputs = (1...96).flatMap { count in
      [0..<count, 96 - count..<96].map { range in (0..<96).map { range.contains($0) ? Int16(128) : 0 } }
    }
    let folder = try TestFolder()
    let claims = try ModelClaims(
      stating: network, name: "net", features: [ModelClaims.imageFeature], golden: Array(inputs.suffix(4)))
    try folder.write(headerText(of: claims), as: "net.h")
    let board = try Board.named(name)
    let image = try FirmwareImage(
      board: name, triple: board.triple, header: folder.file("net.h"), model: "net", in: folder.url)
    let counts = try DeviceRun(board: board, image: image, folder: folder.url)
      .instructionCounts(for: inputs, deviation: 1).infer
    try #require(counts.count == inputs.count)
    let full = try #require(counts.last)
    let greatest = try #require(counts.max())
    let share = try #require(counts.firstIndex(of: greatest)) / 2 + 1
    print("\(name): \(full) without a zero, \(counts[0]) with 95, at most \(greatest) with \(96 - share)")
    #expect(100 * greatest <= 104 * full)
    #expect(2 * counts[0] < full)
  }

  /// Biases that lift every row above zero.
  private static func dense(
    _ rows: Int, _ columns: Int, isLast: Bool, _ random: inout TestRandom
  ) -> IntegerLayer {
    let weights = (0..<rows).flatMap { _ in random.row(columns, sum: 1 << 15) }
    return IntegerLayer(
      rows: rows, columns: columns, weights: weights, biases: [Int32](repeating: 1 << 24, count: rows),
      shift: 15, activation: isLast ? .identity : .relu, rowSumBound: 1 << 15, isSparse: false)
  }
}
