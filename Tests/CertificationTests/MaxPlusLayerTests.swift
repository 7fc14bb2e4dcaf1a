import Claims
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

  @Test func `Entries stand by falling potential, and what can never be the maximum alone is dropped`() throws
  {
    // Over 0 … 40 an entry x + o has the potential 40 + o, o - x has o; a row with 45 above all never falls below 5.
    let drawn = [
      Self.entry(300, true, 44), Self.entry(2, true, 1), Self.entry(300, false, -7), Self.entry(2, false, 5),
      Self.entry(2, true, 20), Self.entry(2, true, 3), Self.entry(1, false, -34), Self.entry(300, false, -9),
      Self.entry(7, true, 5), Self.entry(7, false, -35),
    ]
    let layer = IntegerLayer(columns: 301, entries: [drawn], activation: .identity, range: 0...40)
    let kept = [
      Self.entry(2, false, 5), Self.entry(300, true, 44), Self.entry(300, false, -7), Self.entry(2, true, 20),
      Self.entry(1, false, -34),
    ]
    #expect(layer.entries == [kept])
    #expect(layer.layout == 2 && layer.gain == UpperBound(numerator: 1, shift: 0) && layer.rowSums == [1])
    // Drops 0, 1, 12, 25, 39, and 40 behind all.
    let claims = layer.claims
    #expect(claims.bases == [45] && claims.inputMinimum == 0 && claims.inputMaximum == 40)
    #expect(claims.entries[0].map(\.step) == [0, 1, 11, 13, 14, 1])
    #expect(claims.entries[0].map(\.column) == [2, 300, 300, 2, 1, 2])
    #expect(layer.storedCount == 6 && layer.parameterBytes == 2 * 6 + 6)
    #expect(IntegerLayer(claims) == layer)
  }

  @Test func `A step that does not fit is bridged by entries that cannot be the maximum`() throws {
    let entries = [(0...20).map { Self.entry($0, false, 0) } + [Self.entry(200, false, -100)]]
    let layer = IntegerLayer(columns: 201, entries: entries, activation: .identity, range: 0...255)
    let claims = layer.claims.entries[0]
    #expect(claims.dropFirst(20).map(\.step) == [0, 31, 31, 31, 7, 31, 31, 31, 31, 31])
    #expect(claims.dropFirst(20).map(\.column) == [20, 0, 0, 0, 200, 0, 0, 0, 0, 0])
    #expect(layer.entries == entries && IntegerLayer(layer.claims) == layer)
    // A word holds every step.
    let wide = IntegerLayer(columns: 201, entries: entries, activation: .identity, range: 0...256)
    #expect(wide.layout == 0 && wide.claims.entries[0].dropFirst(20).map(\.step) == [0, 100, 156])
  }

  @Test func `Bytes are chosen before halfwords, and words where neither holds a layer`() {
    for columns in [1, 128, 129, 1024, 1025, 32767] {
      for (range, fits) in [(0...0, true), (-7...248, true), (-7...249, false)] {
        let entries = [[Self.entry(columns - 1, true, 5)]]
        let layer = IntegerLayer(columns: columns, entries: entries, activation: .identity, range: range)
        #expect(layer.layout == (!fits || columns > 1024 ? 0 : columns > 128 ? 2 : 1), "\(columns) \(range)")
      }
    }
  }

  @Test func `Each layer of a network gets the range of what it reads, and answers as before`() throws {
    var random = TestRandom()
    for _ in 0..<200 {
      let network = random.network(random.oneIn(2) ? .maxPlus : .hybrid)
      let oracle = Oracle(network)
      if network.layers[0].kind == .maxPlus {
        #expect(network.layers[0].inputRange == network.inputMinimum...network.inputMaximum)
      }
      for _ in 0..<20 {
        let input = random.input(of: network)
        var values = input.map { Int64($0) }
        for (index, layer) in network.layers.enumerated() {
          let range = Int64(layer.inputRange.lowerBound)...Int64(layer.inputRange.upperBound)
          #expect(
            values.allSatisfy { range.contains($0) }, "\(network) at \(input), layer \(index); \(random)")
          guard index < network.layers.count - 1 else { break }
          let sums = oracle.accumulators(ofLayer: index, values)
          values = Oracle.activated(
            sums.map { Oracle.saturated(Oracle.rounded($0, shift: layer.shift)) }, by: layer.activation)
        }
      }
    }
  }

  @Test func `A network of max-plus layers has no table, slope 2 in pairs and slope 1 in outputs`() {
    var random = TestRandom()
    for _ in 0..<50 {
      let activation = random.element(of: IntegerActivation.plain)
      let network = random.network(.maxPlus, activation: activation)
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
