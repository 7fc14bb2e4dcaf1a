import Integers
import Claims
import Certification
import TestSupport
import Testing

@Suite("Deviation bounds")
struct DeviationTests {
  /// The article "Certificates" in `Int64`: `δ_r = ceil(Σ|w|·δ_c / 2^f)`, of a max-plus row the largest δ of its
  /// entries, and no two `Int16` values are further apart than 65535.
  static func margins(_ network: IntegerNetwork, _ deviation: Int) -> [[Int64]] {
    var deltas = [Int64](repeating: Int64(deviation), count: network.inputs)
    for layer in network.layers.dropLast() {
      var next = layer.entries.map { row in row.map { min(deltas[$0.column], 65535) }.max() ?? 0 }
      for row in 0..<layer.biases.count {
        var sum: Int64 = 0
        for column in 0..<layer.columns {
          sum += abs(Int64(layer.weights[row * layer.columns + column])) * deltas[column]
        }
        let power: Int64 = 1 << Int64(layer.shift)
        next.append(min(sum / power + (sum % power > 0 ? 1 : 0), 65535))
      }
      if layer.activation == .maxMin {
        for index in 0..<next.count / 2 {
          let larger = max(next[2 * index], next[2 * index + 1])
          (next[2 * index], next[2 * index + 1]) = (larger, larger)
        }
      }
      if layer.activation == .sort { next = next.map { _ in next.max() ?? 0 } }
      if let table = layer.activation.table {
        let step: Int64 = 1 << Int64(table.shift)
        next = next.map { move in
          let reach = Int64(table.gain) * move
          return reach / step + (reach % step > 0 ? 1 : 0)
        }
      }
      deltas = next
    }
    for _ in network.residualInputs { deltas.append(Int64(deviation)) }
    let last = network.layers[network.layers.count - 1]
    if last.kind == .maxPlus {
      let moves = last.entries.map { row in row.map { deltas[$0.column] }.max() ?? 0 }
      return moves.indices.map { first in moves.indices.map { $0 == first ? 0 : moves[first] + moves[$0] } }
    }
    return (0..<last.rows).map { first in
      (0..<last.rows).map { second in
        var sum: Int64 = 0
        for column in 0..<last.columns {
          let weights = (
            Int64(last.weights[first * last.columns + column]),
            Int64(last.weights[second * last.columns + column])
          )
          sum += abs(weights.0 - weights.1) * deltas[column]
        }
        return sum
      }
    }
  }

  @Test func `Margin deviations equal the formula of the design`() {
    var random = TestRandom()
    for network in random.networks(20) {
      for deviation in [0, 1, 2, 3, random.integer(4...1_000), random.integer(1_001...65_534), 65535] {
        #expect(
          network.marginDeviations(within: deviation).map { $0.map { Int64($0) } }
            == Self.margins(network, deviation), "\(network) at \(deviation); \(random)")
      }
    }
  }

  @Test func `They are symmetric, zero at zero, and never decrease with the deviation`() {
    var random = TestRandom()
    for network in random.networks(6) {
      var previous = network.marginDeviations(within: 0)
      #expect(previous.allSatisfy { $0.allSatisfy { $0 == 0 } }, "\(random)")
      for deviation in [1, 2, 5, 100, 5_000, 65535, 70_000] {
        let bounds = network.marginDeviations(within: deviation)
        for (row, before) in zip(bounds, previous) { #expect(zip(row, before).allSatisfy { $0 >= $1 }) }
        for first in bounds.indices {
          #expect(bounds[first][first] == 0)
          for second in bounds.indices { #expect(bounds[first][second] == bounds[second][first]) }
        }
        previous = bounds
      }
    }
  }

  /// Tables too, where some nodes differ by 2^k.
  @Test(arguments: IntegerActivation.allCases.filter { $0.table.map { $0.gain == 1 << $0.shift } ?? true })
  func `Rows with R = 2^f pass a deviation on unchanged through any depth`(activation: IntegerActivation) {
    var random = TestRandom("nonexpansive \(activation)")
    for _ in 0..<100 {
      let network = random.network(.tight, activation: activation)
      for deviation in [1, 7, random.integer(8...65535)] {
        #expect(
          network.deviations(within: deviation).allSatisfy { $0 == deviation }, "\(network); \(random)")
      }
    }
  }
}
