import Claims
import Integers
import Certification
import Embedded
import TestSupport
import Testing

/// What a max-plus layer stores, and what is certified through it.
@Suite("Max-plus layers on the host")
struct MaxPlusLayerTests {
  static func entry(_ column: Int, _ isNegated: Bool, _ offset: Int) -> MaxPlusEntry {
    MaxPlusEntry(column: column, isNegated: isNegated, offset: offset)
  }

  @Test func `Entries are sorted by group and column, and of a repeated one the greatest stays`() {
    let drawn = [
      Self.entry(300, true, 5), Self.entry(2, true, 1), Self.entry(300, false, -7), Self.entry(2, false, -3),
      Self.entry(2, true, 4), Self.entry(2, true, 3), Self.entry(1, false, 0), Self.entry(300, false, -9),
    ]
    let layer = IntegerLayer(
      columns: 301, entries: [drawn], activation: .identity, usesByteColumns: false, usesByteOffsets: false)
    #expect(
      layer.entries == [
        [
          Self.entry(1, false, 0), Self.entry(2, false, -3), Self.entry(300, false, -7),
          Self.entry(2, true, 4), Self.entry(300, true, 5),
        ]
      ])
    #expect(layer.storedColumns == [1, 2, 300, 2, 300] && layer.storedCounts == [3, 2])
    #expect(layer.storedOffsets == [0, -3, -7, 4, 5] && layer.parameterBytes == 4 * 5 + 2 * 2)
    let bytes = IntegerLayer(
      columns: 301, entries: [drawn], activation: .identity, usesByteColumns: true, usesByteOffsets: true)
    #expect(
      bytes.entries == [
        [
          Self.entry(1, false, 0), Self.entry(2, false, -3), Self.entry(2, true, 4),
          Self.entry(300, false, -7), Self.entry(300, true, 5),
        ]
      ])
    #expect(bytes.storedColumns == [1, 2, 2, 44, 44] && bytes.storedCounts == [2, 1, 1, 1])
    #expect(bytes.storedOffsets == [0, 3, 4, 7, 5] && bytes.parameterBytes == 2 * 5 + 2 * 4)
    #expect(layer.gain == UpperBound(numerator: 1, shift: 0) && layer.rowSums == [1])
  }

  @Test func `The smallest layout is chosen`() {
    var random = TestRandom()
    var chosen = Set<Int32>()
    for _ in 0..<400 {
      let columns = random.element(of: [3, 256, 300, 600, 1024, 1025, 3000])
      let count = random.element(of: [1, 3, 4, 5, 6, 7, 8, 12, 40])
      let hasByteOffsets = random.oneIn(2)
      let entries = (0..<random.integer(1...4)).map { _ in
        (0..<count).map { _ in
          let isNegated = random.oneIn(2)
          let center = random.integer(0...(hasByteOffsets ? 255 : 300))
          return Self.entry(random.integer(0...columns - 1), isNegated, isNegated ? center : -center)
        }
      }
      let layer = IntegerLayer(columns: columns, entries: entries, activation: .identity)
      let canShrink = layer.entries.joined().allSatisfy { (0...255).contains($0.center) }
      #expect(layer.usesByteOffsets == canShrink)
      let sizes = [false, true].filter { !$0 || columns <= 1024 }.map { isByte in
        IntegerLayer(
          columns: columns, entries: entries, activation: .identity, usesByteColumns: isByte,
          usesByteOffsets: canShrink
        ).parameterBytes
      }
      #expect(layer.parameterBytes == sizes.min(), "\(layer); \(random)")
      chosen.insert(layer.layout)
    }
    #expect(chosen == [0, 1, 2, 3], "\(random)")
  }

  @Test func `A network of max-plus layers has no table, slope 2 in pairs and slope 1 in outputs`() {
    var random = TestRandom()
    for _ in 0..<50 {
      let network = random.network(.maxPlus)
      #expect(network.isMaxPlus && network.boundTable().isEmpty)
      #expect(network.pairTable().allSatisfy { $0 == ChangeBound(slope: 2, offset: 0) }, "\(random)")
      #expect(network.outputTable().allSatisfy { $0 == ChangeBound(slope: 1, offset: 0) }, "\(random)")
      #expect(network.deviations(within: 77).allSatisfy { $0 == 77 }, "\(random)")
      #expect(network.lipschitzBound == UpperBound(numerator: 1, shift: 0))
    }
  }

  @Test func `A hybrid of dense rows and maxima takes the worst entry of each row`() throws {
    // Row 0 of the dense layer moves by 3 d, row 1 by ceil(d / 2): the maximum over both by 3 d.
    let dense = IntegerLayer(
      rows: 2, columns: 2, weights: [4, -2, 1, 0], biases: [0, 0], shift: 1, activation: .identity,
      rowSumBound: 6, isSparse: false)
    let maximum = IntegerLayer(
      columns: 2,
      entries: [[Self.entry(0, false, 5), Self.entry(1, true, 0)], [Self.entry(1, true, 2)]],
      activation: .negate)
    let network = try IntegerNetwork(
      layers: [dense, maximum], unit: 1, inputMinimum: -100, inputMaximum: 100)
    #expect(network.marginDeviations(within: 7) == [[0, 21 + 4], [21 + 4, 0]])
    let bound = try #require(network.pairTable().first)
    #expect(network.pairTable().count == 1 && bound.slope == 4)
    #expect(network.deviations(within: 7) == [21, 4])
    // x = (10, -3): z = (23, 5); maxima 28 and -3, negated.
    let certified = try CertifiedNetwork(network)
    #expect(try certified.answer(to: [10, -3]).logits == [-28, 3])
    #expect(try certified.outputBounds(of: [10, -3], within: 1) == [-31 ... -25, 3...4])
  }
}
