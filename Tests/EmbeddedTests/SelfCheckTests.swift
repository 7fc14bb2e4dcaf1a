import Claims
import Integers
import CSupNorm
import Certification
import TestSupport
import Testing

@Suite("Self-check")
struct SelfCheckTests {
  /// The status after a change of the C memory.
  static func status(_ network: IntegerNetwork, _ change: (CNetwork) -> Void) -> Int32 {
    let device = CNetwork(network)
    change(device)
    return device.selfCheck()
  }

  @Test func `Every style of random network passes`() {
    var random = TestRandom()
    for network in random.networks(20) {
      #expect(CNetwork(network).selfCheck() == SUPNORM_OK, "\(network); \(random)")
    }
  }

  @Test func `Every single flipped bit of the parameters is refused`() throws {
    let network = try ExampleNetworks.mixed()
    for (index, layer) in network.layers.enumerated() {
      for position in layer.weights.indices where !layer.isSparse {
        for bit in 0..<16 {
          var weights = layer.weights
          weights[position] ^= Int16(truncatingIfNeeded: 1 << bit)
          #expect(Self.status(network) { unsafe $0.layers[index].weights = $0.copy(weights) } < 0)
        }
      }
      for position in layer.biases.indices {
        for bit in 0..<32 {
          var biases = layer.biases
          biases[position] ^= Int32(truncatingIfNeeded: 1 << bit)
          #expect(Self.status(network) { unsafe $0.layers[index].biases = $0.copy(biases) } < 0)
        }
      }
    }
    let sparse = network.layers[1]
    for position in sparse.storedWords.indices {
      for bit in 0..<32 {
        var words = sparse.storedWords
        words[position] ^= 1 << UInt32(bit)
        #expect(Self.status(network) { unsafe $0.layers[1].words = $0.copy(words) } < 0)
      }
    }
    for position in sparse.storedCounts.indices {
      for bit in 0..<16 {
        var counts = sparse.storedCounts
        counts[position] ^= 1 << UInt16(bit)
        #expect(Self.status(network) { unsafe $0.layers[1].row_entries = $0.copy(counts) } < 0)
      }
    }
    for bit in 0..<32 {
      #expect(
        Self.status(network) { unsafe $0.network.pointee.crc32 ^= 1 << UInt32(bit) } == SUPNORM_ERROR_CHECKSUM
      )
    }
  }

  @Test func `Each kind of corruption has its status`() throws {
    let network = try ExampleNetworks.mixed()
    // Another weight, sums unchanged: only the checksum can tell.
    var weights = network.layers[0].weights
    weights[0] = -weights[0]
    #expect(
      Self.status(network) { unsafe $0.layers[0].weights = $0.copy(weights) } == SUPNORM_ERROR_CHECKSUM)
    weights.swapAt(0, 1)
    #expect(
      Self.status(network) { unsafe $0.layers[0].weights = $0.copy(weights) } == SUPNORM_ERROR_CHECKSUM)
    // Entries moved from row to row and from sign to sign.
    for counts: [UInt16] in [
      [1, 0, 2, 1], [1, 2, 1, 0], [2, 0, 2, 0], [0, 2, 2, 0], [1, 1, 1, 1], [1, 1, 0, 2],
    ] {
      #expect(
        Self.status(network) { unsafe $0.layers[1].row_entries = $0.copy(counts) } == SUPNORM_ERROR_MALFORMED,
        "\(counts)")
    }
    // Columns of the first row's weight above 0 and below, and of the two of the second row: not increasing, equal, out
    // of range.
    let words = network.layers[1].storedWords
    for places: [UInt32] in [
      [8, 6, 0, 4], [2, 8, 0, 4], [2, 0xFFFE, 0, 4], [2, 6, 4, 0], [2, 6, 4, 4], [2, 6, 0, 8], [3, 6, 0, 4],
    ] {
      let changed = zip(words, places).map { $0 & 0xFFFF_0000 | $1 }
      #expect(
        Self.status(network) { unsafe $0.layers[1].words = $0.copy(changed) } == SUPNORM_ERROR_MALFORMED,
        "\(places)")
    }
    // A weight of the wrong sign, and none at all.
    for position in words.indices {
      for weight in [0, position == 1 ? 1 : -1] {
        var changed = words
        changed[position] = changed[position] & 0xFFFF | UInt32(truncatingIfNeeded: weight) << 16
        #expect(
          Self.status(network) { unsafe $0.layers[1].words = $0.copy(changed) } == SUPNORM_ERROR_MALFORMED,
          "word \(position): \(weight)")
      }
    }
    // Row sums above the bound, each layer.
    for layer in 0..<3 {
      #expect(
        Self.status(network) { unsafe $0.layers[layer].row_sum_bound -= 1 } == SUPNORM_ERROR_BOUND)
      #expect(Self.status(network) { unsafe $0.layers[layer].row_sum_bound = 0 } == SUPNORM_ERROR_BOUND)
    }
  }

  @Test func `A table that is none is refused before it is read, one that falls or rises too fast is found`()
    throws
  {
    let network = try ExampleNetworks.smooth()
    #expect(CNetwork(network).selfCheck() == SUPNORM_OK)
    for count: UInt16 in [0, 1, 2, 16, 18, 19, 21, 65535] {
      #expect(
        Self.status(network) { unsafe $0.layers[0].table_nodes = count } == SUPNORM_ERROR_MALFORMED,
        "\(count)")
    }
    #expect(Self.status(network) { unsafe $0.layers[0].nodes = nil } == SUPNORM_ERROR_NULL)
    // Too few nodes for the slope: G above 2^12.
    for gain: UInt16 in [4097, 65535] {
      #expect(Self.status(network) { unsafe $0.layers[0].table_gain = gain } == SUPNORM_ERROR_BOUND)
    }
    #expect(Self.status(network) { unsafe $0.layers[0].table_gain -= 1 } == SUPNORM_ERROR_BOUND)
    let nodes = try #require(network.layers[0].activation.table).nodes.map { Int16($0) }
    for (place, change) in [(0, -1), (1, 1), (2, -1), (15, 4097), (16, -4)] {
      var changed = nodes
      changed[place] += Int16(change)
      #expect(
        Self.status(network) { unsafe $0.layers[0].nodes = $0.copy(changed) } == SUPNORM_ERROR_BOUND,
        "\(place)")
    }
    var moved = nodes
    moved[3] += 1
    #expect(Self.status(network) { unsafe $0.layers[0].nodes = $0.copy(moved) } == SUPNORM_ERROR_CHECKSUM)
  }

  /// `2^15·R + |b| + 2^(f-1) = 2^31 - 1` passes, one more does not, with either sign.
  @Test(arguments: [0, 1, 7, 15])
  func `The overflow bound is exact`(shift: Int) throws {
    for rowSum in [0, 1, 32768, 65535] {
      let weights: [Int16] = rowSum <= 32768 ? [Int16(-rowSum), 0] : [-32768, Int16(rowSum - 32768)]
      let limit = Int32(2_147_483_647 - 32768 * rowSum - (1 << shift) / 2)
      for sign: Int32 in [1, -1] {
        let network = try IntegerNetwork(
          layers: [
            IntegerLayer(
              rows: 1, columns: 2, weights: weights, biases: [sign * limit], shift: shift,
              activation: .identity, rowSumBound: 65535, isSparse: false)
          ], unit: 1, inputMinimum: 0, inputMaximum: 1)
        #expect(CNetwork(network).selfCheck() == SUPNORM_OK)
        guard limit < Int32.max || sign < 0 else { continue }
        let beyond = [sign * limit &+ sign]
        #expect(
          Self.status(network) { unsafe $0.layers[0].biases = $0.copy(beyond) } == SUPNORM_ERROR_BOUND)
      }
    }
  }

  @Test func `A row sum beyond 65535 is refused whatever bound is declared`() throws {
    let layer = IntegerLayer(
      rows: 1, columns: 70, weights: Array(repeating: 900, count: 70), biases: [0], shift: 0,
      activation: .identity, rowSumBound: 65535, isSparse: false)
    let network = try IntegerNetwork(layers: [layer], unit: 1, inputMinimum: 0, inputMaximum: 1)
    for weights in [[Int16](repeating: 937, count: 70), [Int16](repeating: .min, count: 70)] {
      #expect(
        Self.status(network) { device in
          unsafe device.layers[0].weights = device.copy(weights)
          unsafe device.layers[0].row_sum_bound = .max
        } == SUPNORM_ERROR_BOUND)
    }
  }
}
