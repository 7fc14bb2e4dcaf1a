import Integers
import Certification
import Quantization
import TestSupport
import Testing
import Training

@Suite("Distances in integers")
struct DistanceQuantizationTests {
  /// A network of distances whose prototypes lie in and around the range of what they read.
  private static func model(
    _ generator: inout SeededGenerator, kind: NetworkKind = .distance, map: InputMap
  ) -> FloatModel {
    var options = TrainingOptions.distances
    options.kind = kind
    options.hidden = [1 + generator.index(below: 9), 1 + generator.index(below: 9)]
    var network = FloatNetwork.random(
      inputCount: 1 + generator.index(below: 40), classCount: 2 + generator.index(below: 5), options: options,
      using: &generator)
    let spread = Float([0.1, 0.5, 1, 3][generator.index(below: 4)])
    for layer in network.layers.indices where network.layers[layer].kind == .distance {
      for index in network.layers[layer].weights.indices {
        network.layers[layer].weights[index] = spread * Float(generator.normal()) + (layer == 0 ? 0.5 : 0)
      }
      for index in network.layers[layer].biases.indices {
        network.layers[layer].biases[index] = Float(generator.normal()) * 0.1
      }
    }
    return FloatModel(network: network, inputMap: map)
  }

  private static let grayLevels = InputMap(
    offsets: [0], scales: [1.0 / 255], unit: 32640, minimumLSB: 0, maximumLSB: 32640)
  private static let maps = [
    grayLevels.halved, grayLevels.forNarrowOffsets ?? grayLevels,
    InputMap(offsets: [0], scales: [1], unit: 8192, minimumLSB: -8192, maximumLSB: 8191),
  ]

  /// Inputs of the declared range, its corners among them.
  private static func input(_ count: Int, _ map: InputMap, _ generator: inout SeededGenerator) -> [Int] {
    (0..<count).map { _ in
      switch generator.index(below: 4) {
      case 0: map.minimumLSB
      case 1: map.maximumLSB
      default: map.minimumLSB + generator.index(below: map.maximumLSB - map.minimumLSB + 1)
      }
    }
  }

  @Test(arguments: maps)
  func `exact pruning changes no output in the declared range`(map: InputMap) throws {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let model = Self.model(&generator, map: map)
      let fitting = model.inputMap.coarsened(toFitOffsetsOf: model.network)
      let integers = try quantized(
        FloatModel(network: model.network, inputMap: fitting))
      let network = try CertifiedNetwork(integers)
      for _ in 0..<30 {
        let input = Self.input(integers.inputs, fitting, &generator)
        // Every entry of every row, in plain loops, with nothing taken off.
        var values = input
        for layer in model.network.layers {
          values = (0..<layer.rows).map { row in
            let bias = Double(layer.biases[row]) * Double(fitting.unit)
            return (0..<layer.columns).reduce(Int.min) { largest, column in
              let weight = Double(layer.weights[row * layer.columns + column]) * Double(fitting.unit)
              let above = values[column] + Int((bias - weight).rounded())
              return max(largest, above, Int((bias + weight).rounded()) - values[column])
            }
          }
        }
        let logits = try network.answer(to: input.map { Int16($0) }).logits.map { Int($0) }
        for index in logits.indices {
          #expect(logits[index] - logits[0] == values[0] - values[index], "seed \(seed)")
        }
      }
    }
  }

  @Test func `at 255 LSB a unit every hidden offset is one byte`() throws {
    var generator = SeededGenerator(seed: TestRandom.seed)
    for _ in 0..<60 {
      let integers = try quantized(Self.model(&generator, map: Self.maps[1]))
      #expect(integers.unit == 255)
      for layer in integers.layers.dropLast() { #expect(layer.layout != 0) }
    }
  }

  @Test func `hybrids give the logits of the float network, but for rounding`() throws {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      let model = Self.model(&generator, kind: .hybrid, map: Self.maps[0])
      let integers = try quantized(model)
      let network = try CertifiedNetwork(integers)
      #expect(integers.layers.map { $0.kind == .maxPlus } == [true, true, false])
      for _ in 0..<10 {
        let input = Self.input(integers.inputs, model.inputMap, &generator)
        let float = model.network.logits(of: input.map { Float($0) / Float(model.inputMap.unit) })
        let scale = Double(integers.unit) * Double(1 << integers.layers[2].shift)
        for (logit, expected) in zip(try network.answer(to: input.map { Int16($0) }).logits, float) {
          #expect(abs(Double(logit) / scale - Double(expected)) < 1e-3, "seed \(seed)")
        }
      }
    }
  }

  @Test func `a budget does no more than it must`() throws {
    var generator = SeededGenerator(seed: 1)
    var options = TrainingOptions.distances
    options.hidden = [20, 20]
    let network = FloatNetwork.random(inputCount: 60, classCount: 4, options: options, using: &generator)
    let model = FloatModel(network: network, inputMap: Self.grayLevels.halved)
    let whole = try quantized(model)
    #expect(try quantized(model, within: FlashBudget(bytes: whole.parameterBytes)).fit == .whole)
    let bytes = try quantized(model, within: FlashBudget(bytes: whole.parameterBytes - 1))
    #expect(bytes.fit == .narrowOffsets && bytes.model.inputMap.unit == 255)

    let samples = (0..<50).map { _ in (0..<60).map { _ in Double(generator.index(below: 256)) } }
    let limit = bytes.network.parameterBytes - 200
    let small = try quantized(model, within: FlashBudget(bytes: limit, samples: samples))
    guard case .leastUsedDropped(let count) = small.fit else {
      Issue.record("\(small.fit)")
      return
    }
    #expect(small.network.parameterBytes <= limit && small.network.parameterBytes > limit - 4)
    #expect(count >= 50)
    // What the samples never use may go without a change to them; here that is more than enough.
    let (before, after) = (try CertifiedNetwork(bytes.network), try CertifiedNetwork(small.network))
    for sample in samples {
      let input = sample.map { Int16($0) }
      #expect(try before.answer(to: input).logits == after.answer(to: input).logits)
    }
    #expect(throws: QuantizationError.self) {
      try quantized(model, within: FlashBudget(bytes: limit))
    }
    #expect(throws: QuantizationError.self) {
      try quantized(model, within: FlashBudget(bytes: 100, samples: samples))
    }
  }

  @Test func `dense layers take the smallest threshold that keeps the budget`() throws {
    var generator = SeededGenerator(seed: 2)
    var options = TrainingOptions()
    options.hidden = [12, 8]
    let network = FloatNetwork.random(inputCount: 30, classCount: 3, options: options, using: &generator)
    let model = FloatModel(network: network, inputMap: Self.grayLevels)
    let whole = try quantized(model)
    let limit = whole.parameterBytes - 300
    let small = try quantized(model, within: FlashBudget(bytes: limit))
    guard case .pruned(let threshold) = small.fit else {
      Issue.record("\(small.fit)")
      return
    }
    #expect(small.network.parameterBytes <= limit)
    #expect(try quantized(model, prune: threshold - 1).parameterBytes > limit)
    #expect(throws: QuantizationError.self) { try quantized(model, within: FlashBudget(bytes: 50)) }
  }
}
