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
      let stored = layer.isSparse ? layer.weights.filter { $0 != 0 } : layer.weights
      for position in stored.indices {
        for bit in 0..<16 {
          var weights = stored
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
    for position in sparse.storedColumns.indices {
      for bit in 0..<16 {
        var columns = sparse.storedColumns
        columns[position] ^= 1 << UInt16(bit)
        #expect(Self.status(network) { unsafe $0.layers[1].column_indices = $0.copy(columns) } < 0)
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
    // Entries moved from row to row.
    #expect(
      Self.status(network) { unsafe $0.layers[1].row_entries = $0.copy([1, 3]) } < 0)
    // Columns: not increasing, equal, out of range.
    for columns: [UInt16] in [[3, 1, 0, 2], [1, 1, 0, 2], [1, 4, 0, 2], [1, .max, 0, 2]] {
      #expect(
        Self.status(network) { unsafe $0.layers[1].column_indices = $0.copy(columns) }
          == SUPNORM_ERROR_MALFORMED, "\(columns)")
    }
    // Row sums above the bound, each layer.
    for layer in 0..<3 {
      #expect(
        Self.status(network) { unsafe $0.layers[layer].row_sum_bound -= 1 } == SUPNORM_ERROR_BOUND)
      #expect(Self.status(network) { unsafe $0.layers[layer].row_sum_bound = 0 } == SUPNORM_ERROR_BOUND)
    }
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
