import Integers
import Certification
import Quantization
import TestSupport
import Testing
import Training

@Suite("Repair and pruning")
struct RepairTests {
  /// Half the range, so that rows are scaled only by their sums.
  static let map = InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -16384, maximumLSB: 16384)

  /// A model whose first layer has the given rows in LSB at shift 15, and a free last layer.
  static func model(_ rows: [[Double]]) -> FloatModel {
    FloatModel(
      network: FloatNetwork(
        layers: [
          FloatLayer(
            rows: rows.count, columns: rows[0].count, weights: rows.flatMap { $0.map { Float($0 / 32768) } },
            biases: Array(repeating: 0, count: rows.count), rowSumBound: 1),
          FloatLayer(
            rows: 2, columns: rows.count, weights: (0..<2 * rows.count).map { Float($0 + 1) / 32768 },
            biases: [0, 0], rowSumBound: nil),
        ], activation: .identity), inputMap: map)
  }

  /// The least `Σ (|n| - |w|)²` over integers with the signs of `exact` and `Σ|n| ≤ 32768`, by trying all within 2
  /// of the rounded ones.
  static func cheapest(_ exact: [Double]) -> Double {
    var best = Double.infinity
    for steps in Box(Array(repeating: 0...3, count: exact.count)) {
      let integers = zip(exact, steps).map { max($0.0.magnitude.rounded() + 1 - Double($0.1), 0) }
      guard integers.reduce(0, +) <= 32768 else { continue }
      best = min(
        best, zip(exact, integers).reduce(0) { $0 + ($1.0.magnitude - $1.1) * ($1.0.magnitude - $1.1) })
    }
    return best
  }

  @Test func `Repair takes exactly the excess, and where it costs the least`() throws {
    var random = TestRandom()
    var repaired = 0
    for _ in 0..<1_500 {
      // Rows that sum to at most 32768 in eighths of an LSB, so single precision holds them; often all rounded up.
      let columns = random.integer(2...6)
      var eighths = (0..<columns).map { _ in 8 * random.integer(0...5_000) + random.integer(4...7) }
      let rest = 8 * 32768 - eighths.reduce(0, +)
      eighths[0] += rest - (random.oneIn(3) ? random.integer(0...16) : 0)
      guard eighths[0] >= 0 else { continue }
      let exact = eighths.map { Double(random.oneIn(2) ? $0 : -$0) / 8 }
      let layer = try quantized(Self.model([exact])).layers[0]
      let rounded = exact.map { $0.magnitude.rounded() }
      let excess = Int(rounded.reduce(0, +)) - 32768
      let place = "\(exact) → \(layer.weights); \(random)"
      #expect(layer.shift == 15)
      for (weight, value) in zip(layer.weights, exact) { #expect(Double(weight) * value >= 0, "\(place)") }
      if excess > 0 {
        repaired += 1
        #expect(layer.rowSums == [32768], "\(place)")
      } else {
        #expect(layer.weights.map { abs(Double($0)) } == rounded, "\(place)")
      }
      let cost = zip(exact, layer.weights).reduce(0) { sum, pair in
        let difference = pair.0.magnitude - Double(pair.1.magnitude)
        return sum + difference * difference
      }
      #expect(cost == Self.cheapest(exact), "\(place)")
    }
    #expect(repaired > 500, "\(repaired); \(random)")
  }

  @Test(arguments: [0, 1, 2, 100, 5_000, 32768])
  func `Pruning drops exactly the hidden weights below the threshold`(threshold: Int) throws {
    var random = TestRandom("prune \(threshold)")
    for _ in 0..<100 {
      let rows = (0..<3).map { _ in
        (0..<6).map { _ in
          Double(random.element(of: [threshold, threshold - 1, threshold + 1, random.integer(0...5_400)]))
            * (random.oneIn(2) ? 1 : -1)
        }
      }
      guard rows.allSatisfy({ $0.reduce(0) { $0 + abs($1) } <= 32768 }) else { continue }
      let network = try quantized(Self.model(rows), prune: threshold)
      let expected = rows.flatMap { $0.map { abs($0) < Double(threshold) ? 0 : Int16($0) } }
      #expect(network.layers[0].weights == expected, "\(random)")
      #expect(network.layers[1].nonzeroCount == 6, "the last layer is not pruned; \(random)")
    }
  }
}
