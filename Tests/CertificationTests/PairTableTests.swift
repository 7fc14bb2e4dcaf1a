import Claims
import Integers
import Certification
import TestSupport
import Testing

@Suite("Pair table")
struct PairTableTests {
  /// Calls `body` for each pair j < k with its place in the table.
  static func forEachPair(_ outputs: Int, _ body: (_ place: Int, _ first: Int, _ second: Int) -> Void) {
    var place = 0
    for first in 0..<outputs {
      for second in 0..<outputs where second > first {
        body(place, first, second)
        place += 1
      }
    }
  }

  @Test func `M(d) ≤ slope·d + offset for every d, and a bound that does not fit leaves no radius`() throws {
    var random = TestRandom()
    var saturated = 0
    for network in random.networks(25) {
      let table = network.pairTable()
      #expect(table.count == network.outputs * (network.outputs - 1) / 2)
      let deviations =
        Array(0...20) + [65534, 65535] + (0..<20).map { _ in random.integer(21...65533) }
      let margins = deviations.map { DeviationTests.margins(network, $0) }
      Self.forEachPair(network.outputs) { place, first, second in
        let bound = table[place]
        guard bound.slope < .max, bound.offset < .max else {
          saturated += 1
          return
        }
        for (deviation, margin) in zip(deviations, margins) {
          #expect(
            margin[first][second] <= Int64(bound.slope) * Int64(deviation) + Int64(bound.offset),
            "\(network) pair \(first) \(second) at \(deviation); \(random)")
        }
      }
    }
    #expect(saturated > 50, "\(random)")
  }

  @Test func `Rows with R = 2^f: the slope is Σ|w_j - w_k| and the offset 0, no slack at all`() {
    var random = TestRandom()
    for _ in 0..<300 {
      let activation = random.element(of: IntegerActivation.plain)
      let network = random.network(.tight, activation: activation)
      let table = network.pairTable()
      let last = network.layers[network.layers.count - 1]
      Self.forEachPair(network.outputs) { place, first, second in
        var sum = 0
        for column in 0..<last.columns {
          sum += abs(
            Int(last.weights[first * last.columns + column])
              - Int(last.weights[second * last.columns + column]))
        }
        #expect(table[place] == ChangeBound(slope: UInt32(sum), offset: 0), "\(network); \(random)")
      }
    }
  }

  /// Gains of 65535 a layer: every bound is far beyond 32 bits, also those that 64 bits could not hold.
  @Test func `Giant gains saturate soundly`() throws {
    var random = TestRandom()
    for depth in 2...6 {
      var layers: [IntegerLayer] = []
      for index in 0..<depth {
        let isLast = index == depth - 1
        layers.append(
          IntegerLayer(
            rows: 2, columns: 2, weights: [32767, 32767, -32768, -32767], biases: [0, 1], shift: 0,
            activation: isLast ? .identity : .relu, rowSumBound: 65535, isSparse: false))
      }
      let network = try IntegerNetwork(
        layers: layers, unit: 1, inputMinimum: -32768, inputMaximum: 32767)
      #expect(network.pairTable() == [ChangeBound(slope: .max, offset: 0)])
      let certified = try CertifiedNetwork(network)
      for _ in 0..<200 {
        #expect(try certified.answer(to: random.input(count: 2)).globalRadiusLSB == 0, "\(random)")
      }
    }
  }

  @Test func `Equal last rows have slope 0 whatever the layers before them`() throws {
    let expansive = IntegerLayer(
      rows: 2, columns: 2, weights: [32767, 32767, -32768, -32767], biases: [0, 1], shift: 0,
      activation: .abs,
      rowSumBound: 65535, isSparse: false)
    var last = expansive
    last.weights = [5, -6, 5, -6]
    last.biases = [100, 0]
    last = last.changed(activation: .identity)
    let network = try IntegerNetwork(
      layers: [expansive, expansive, last], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
    #expect(network.pairTable() == [ChangeBound(slope: 0, offset: 0)])
    #expect(try CertifiedNetwork(network).answer(to: [3, 4]).globalRadiusLSB == 65535)
  }

  /// A gain of exactly 3/2 costs the rounding once: `ceil(3d / 2) ≤ (3d + 1) / 2`, or `2d` when that is better at
  /// 1024 LSB, which it is not.
  @Test func `A row that is not a whole multiple pays less than one LSB`() throws {
    let layer = IntegerLayer(
      rows: 1, columns: 1, weights: [3], biases: [0], shift: 1, activation: .identity, rowSumBound: 3,
      isSparse: false)
    let last = IntegerLayer(
      rows: 2, columns: 1, weights: [2, 0], biases: [0, 0], shift: 0, activation: .identity, rowSumBound: 2,
      isSparse: false)
    let network = try IntegerNetwork(
      layers: [layer, last], unit: 1, inputMinimum: -32768, inputMaximum: 32767)
    #expect(network.pairTable() == [ChangeBound(slope: 3, offset: 1)])
  }

  @Test func `The global radius never exceeds what the margin deviations allow`() throws {
    var random = TestRandom()
    var positive = 0
    for network in random.networks(20) where network.outputs > 1 {
      let certified = try CertifiedNetwork(network)
      for _ in 0..<4 {
        let answer = try certified.answer(to: random.input(count: network.inputs))
        guard answer.globalRadiusLSB > 0 else { continue }
        positive += 1
        let bounds = DeviationTests.margins(network, answer.globalRadiusLSB)
        for other in answer.logits.indices where other != answer.classIndex {
          let margin = Int64(answer.logits[answer.classIndex]) - Int64(answer.logits[other])
          #expect(margin > bounds[answer.classIndex][other], "\(network); \(random)")
        }
      }
    }
    #expect(positive > 300, "\(random)")
  }
}
