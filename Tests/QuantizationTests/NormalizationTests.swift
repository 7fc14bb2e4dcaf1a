import Integers
import Certification
import Quantization
import TestSupport
import Testing
import Training

/// Positively homogeneous activations make the constraint an exact rewriting.
@Suite("Normalization")
struct NormalizationTests {
  /// How far the integer logits can be from the float ones, in accumulator units of the last layer.
  ///
  /// A hidden weight is off by at most 1 LSB (rounding, repair, clamp), which times |x| ≤ 2^15 makes
  /// `columns · 2^15 / 2^f` LSB of output; rounding a bias and the output itself adds 1 LSB; a hidden row with
  /// R ≤ 2^f passes the error of its inputs on unchanged, others multiply it. The last layer's weights are off by
  /// half an LSB, or 1 where clamped.
  static func errorBound(_ network: IntegerNetwork) -> Double {
    var error = 0.0
    for layer in network.layers.dropLast() {
      let power = Double(1 << layer.shift)
      error = error * Double(layer.rowSums.max() ?? 0) / power + Double(layer.columns) * 32768 / power + 1
    }
    let last = network.layers[network.layers.count - 1]
    let sum = Double(last.rowSums.max() ?? 0)
    // And 2^-20 for the single precision in which weights are kept.
    return sum * error + Double(last.columns) * 32768 + 1 + sum * 32768 / 1_048_576
  }

  static func floatLogits(_ model: FloatModel, _ network: IntegerNetwork, _ input: [Int16]) -> [Double] {
    let last = network.layers[network.layers.count - 1]
    let scale = Double(network.unit) * Double(1 << last.shift)
    return model.network.logits(input.map { Double($0) / Double(network.unit) }).map { $0 * scale }
  }

  @Test(arguments: Activation.allCases.filter(\.isHomogeneous))
  func `Integer and float networks compute the same up to the rounding of weights, also imported ones`(
    activation: Activation
  ) throws {
    var random = TestRandom("same function \(activation)")
    var clear = 0
    for norm in [0.5, 1, 3, 50, 1_000] {
      for bias in [0, 0.5, 20] where bias * norm <= 1_000 {
        for map in QuantizationTests.maps {
          var plan = FloatModelPlan(activation: activation, hiddenNorm: norm, biasSize: bias * norm)
          plan.widths = random.element(
            of: norm > 3 ? [[4, 5, 3], [3, 7, 2]] : [[4, 5, 3], [6, 4, 4, 3]])
          plan.map = map
          let model = random.model(plan)
          let network = try quantized(model)
          let oracle = Oracle(network)
          let bound = Self.errorBound(network)
          for _ in 0..<20 {
            let input = random.input(of: network)
            let integers = oracle.logits(input).map { Double($0) }
            let floats = Self.floatLogits(model, network, input)
            for (integer, float) in zip(integers, floats) {
              #expect(abs(integer - float) <= bound, "\(plan) at \(input): \(integers) \(floats); \(random)")
            }
            let order = floats.indices.sorted { floats[$0] > floats[$1] }
            if floats[order[0]] - floats[order[1]] > 2 * bound {
              clear += 1
              #expect(Oracle.classIndex(oracle.logits(input)) == order[0], "\(plan); \(random)")
            }
          }
        }
      }
    }
    #expect(clear > 400, "margins were clear \(clear) times; \(random)")
  }

  /// Weights in steps that no scaling by a power of two rounds: row sums of 64 with inputs up to one half.
  @Test(arguments: Activation.allCases.filter(\.isHomogeneous))
  func `Scales that are powers of two rewrite the weights exactly`(activation: Activation) throws {
    var random = TestRandom("exact \(activation)")
    let map = InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -16384, maximumLSB: 16384)
    for _ in 0..<60 {
      // 32768 / 512 = 64, and no single weight holds all of it: that one would lose its last LSB.
      let hidden = (0..<4).map { _ in
        var row = random.row(5, sum: 32767)
        let least = row.indices.min { row[$0].magnitude < row[$1].magnitude } ?? 0
        row[least] += row[least] < 0 ? -1 : 1
        return row.map { Float($0) / 512 }
      }
      // Odd numerators: a power of two would become 32768 at the largest shift and lose its last LSB.
      let last = (0..<3).map { _ in random.row(4, sum: 250).map { Float(2 * $0 + 1) / 64 } }
      let model = FloatModel(
        network: FloatNetwork(
          layers: [
            FloatLayer(
              rows: 4, columns: 5, weights: hidden.flatMap { $0 }, biases: [8, -4, 0, 1], rowSumBound: 1),
            FloatLayer(
              rows: 3, columns: 4, weights: last.flatMap { $0 }, biases: [1, 2, -3], rowSumBound: nil),
          ], activation: activation), inputMap: map)
      let network = try quantized(model)
      #expect(network.layers[0].shift == 15)
      #expect(network.layers[0].rowSums == [32768, 32768, 32768, 32768], "\(random)")
      #expect(
        network.layers[0].weights.map { Float($0) * 64 / 32768 } == hidden.flatMap { $0 }, "\(random)")
      #expect(network.layers[0].biases == [8, -4, 0, 1].map { Int32($0) << 24 })
      let power = Float(1 << network.layers[1].shift)
      #expect(network.layers[1].weights.map { Float($0) / 64 / power } == last.flatMap { $0 }, "\(random)")
    }
  }

  @Test func `Rows that satisfy their bound stay as they are`() throws {
    var random = TestRandom()
    let map = InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -16384, maximumLSB: 16384)
    for activation in Activation.allCases.filter(\.isHomogeneous) {
      let rows = (0..<4).map { _ in random.row(5, sum: random.integer(0...32768)) }
      let model = FloatModel(
        network: FloatNetwork(
          layers: [
            FloatLayer(
              rows: 4, columns: 5, weights: rows.flatMap { $0.map { Float($0) / 32768 } },
              biases: [0.25, -0.25, 0, 0.125], rowSumBound: nil),
            FloatLayer(
              rows: 1, columns: 4, weights: [0.5, -0.25, 0.125, 0], biases: [0.5], rowSumBound: nil),
          ], activation: activation), inputMap: map)
      let network = try quantized(model)
      // -32768 alone is a row whose only weight may lose its last LSB.
      let expected = rows.flatMap { $0.map { max($0, -32767) } }
      #expect(network.layers[0].weights == expected, "\(random)")
      #expect(network.layers[1].weights.map { Float($0) / 32768 } == [0.5, -0.25, 0.125, 0])
    }
  }

  @Test func `The two rows of a maxMin pair share their scale, and an odd last row has its own`() throws {
    let map = InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -16384, maximumLSB: 16384)
    for (activation, divisors) in [(Activation.maxMin, [8, 8, 4] as [Float]), (.identity, [8, 2, 4])] {
      let model = FloatModel(
        network: FloatNetwork(
          layers: [
            FloatLayer(
              rows: 3, columns: 2, weights: [4, 4, 1, -1, 2, 2], biases: [0, 0, 0], rowSumBound: 1),
            FloatLayer(rows: 1, columns: 3, weights: [0.75, 0.75, 0.75], biases: [0], rowSumBound: nil),
          ], activation: activation), inputMap: map)
      let network = try quantized(model)
      let expected = zip([4, 4, 1, -1, 2, 2] as [Float], divisors.flatMap { [$0, $0] }).map { $0 / $1 }
      #expect(network.layers[0].weights.map { Float($0) / 32768 } == expected)
      let power = Float(1 << network.layers[1].shift)
      #expect(network.layers[1].weights.map { Float($0) / power } == divisors.map { 0.75 * $0 })
    }
  }

  /// The float rows reach at most 32767 LSB; rounding adds half an LSB of weight a column, times |x| ≤ 2^15, half an
  /// LSB for the bias and half for the output.
  @Test func `No hidden row saturates on inputs of the declared range, but for the rounding of its weights`()
    throws
  {
    var random = TestRandom()
    var close = 0
    for plan in QuantizationTests.plans(&random) where plan.lastBound == nil {
      let network = try quantized(random.model(plan))
      var box = Array(
        repeating: Int64(network.inputMinimum)...Int64(network.inputMaximum), count: network.inputs)
      var error = 0.0
      for index in 0..<network.layers.count - 1 {
        let layer = network.layers[index]
        let power = Double(1 << layer.shift)
        error = error * Double(layer.rowSums.max() ?? 0) / power + Double(layer.columns) * 16384 / power + 1
        let slack = Int64(error.rounded(.up))
        for row in 0..<layer.rows {
          var ends = (Int64(layer.biases[row]), Int64(layer.biases[row]))
          for column in 0..<layer.columns {
            let weight = Int64(layer.weights[row * layer.columns + column])
            ends.0 += min(weight * box[column].lowerBound, weight * box[column].upperBound)
            ends.1 += max(weight * box[column].lowerBound, weight * box[column].upperBound)
          }
          let reach = (
            Oracle.rounded(ends.0, shift: layer.shift), Oracle.rounded(ends.1, shift: layer.shift)
          )
          #expect(reach.1 <= 32767 + slack, "\(plan) row \(row); \(random)")
          if plan.activation != .relu { #expect(reach.0 >= -32767 - slack, "\(plan) row \(row); \(random)") }
          if reach.1 > 32700 { close += 1 }
        }
        box = oracleBounds(network, index, box)
      }
    }
    #expect(close > 50, "rows come close to the end of the range; \(random)")
  }

  private func oracleBounds(
    _ network: IntegerNetwork, _ index: Int, _ box: [ClosedRange<Int64>]
  ) -> [ClosedRange<Int64>] { Oracle(network).bounds(ofLayer: index, box) }

  /// Nowhere for a scale to go: the rows keep their direction and are cut to their bound instead.
  @Test func `A network whose last layer is bounded too keeps its bounds`() throws {
    var random = TestRandom()
    for activation in Activation.allCases.filter(\.isHomogeneous) {
      var plan = FloatModelPlan(activation: activation, hiddenNorm: 1, isExact: true)
      plan.lastNorm = 1
      plan.lastBound = 1
      let network = try quantized(random.model(plan))
      #expect(network.layers.allSatisfy { $0.rowSums.allSatisfy { $0 <= 32768 } && $0.shift == 15 })
      #expect(network.lipschitzBound.roundedUp <= 1)
    }
  }
}
