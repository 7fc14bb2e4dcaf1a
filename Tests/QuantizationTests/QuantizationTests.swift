import Integers
import Claims
import Certification
import Quantization
import TestSupport
import Testing
import Training

@Suite("Quantization")
struct QuantizationTests {
  /// Models of all kinds: trained under the constraint, with rows exactly at it, and imported without any.
  static func plans(_ random: inout TestRandom) -> [FloatModelPlan] {
    var plans: [FloatModelPlan] = []
    for activation in Activation.allCases.filter(\.isHomogeneous) {
      for (norm, isExact) in [(0.4, false), (1, true), (1, false), (50, false), (1e-3, false)] {
        for bound: Float? in [1, nil, 0.5, 3] {
          for bias in [0, 0.3, 200] {
            var plan = FloatModelPlan(activation: activation, hiddenNorm: norm, isExact: isExact)
            plan.hiddenBound = bound
            plan.biasSize = bias
            plan.lastNorm = random.element(of: [0.01, 1, 30])
            plan.lastBound = random.oneIn(4) ? random.element(of: [1, 2, 0.25]) : nil
            // The scales of unconstrained layers multiply in the last one, whose row sums end at 65535.
            let shapes = [[3, 2], [5, 6, 3], [4, 7, 5, 2], [1, 1, 1, 1, 1]]
            plan.widths = random.element(of: norm > 1 || bias > 1 ? Array(shapes.prefix(2)) : shapes)
            plan.map = random.element(of: maps)
            plans.append(plan)
          }
        }
      }
    }
    return plans
  }

  static let maps = [
    InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -32768, maximumLSB: 32767),
    InputMap(offsets: [0], scales: [1.0 / 255], unit: 32640, minimumLSB: 0, maximumLSB: 32640),
    InputMap(offsets: [3], scales: [2], unit: 16384, minimumLSB: -16384, maximumLSB: 16384),
    InputMap(offsets: [0], scales: [1], unit: 1000, minimumLSB: -32768, maximumLSB: 32767),
  ]

  @Test func `Row sums stay within bound · 2^shift and every row is admissible, by layer too`() throws {
    var random = TestRandom()
    for plan in Self.plans(&random) {
      let model = random.model(plan)
      let network = try quantized(model, prune: random.integer(0...3))
      #expect(network.unit == plan.map.unit)
      #expect(
        network.inputMinimum == plan.map.minimumLSB && network.inputMaximum == plan.map.maximumLSB)
      for (index, layer) in network.layers.enumerated() {
        let isLast = index == network.layers.count - 1
        let largest = layer.rowSums.max() ?? 0
        // Where rows may have more than 1 all through, hidden ones are brought to 1 and the last layer carries the scale.
        let isRewritten = model.network.hasWideRows
        let own = isLast ? plan.lastBound.map(Double.init) : Double(plan.hiddenBound ?? 1)
        let bound = isRewritten ? (isLast ? nil : 1) : own
        if let bound {
          let limit = Int((bound * Double(1 << layer.shift)).rounded(.down))
          #expect(largest <= limit && layer.rowSumBound == limit, "\(plan); \(random)")
        } else {
          #expect(layer.rowSumBound == largest, "a free layer states its own row sum; \(random)")
        }
        let bias = layer.biases.map { Int($0.magnitude) }.max() ?? 0
        #expect(
          32768 * layer.rowSumBound + bias + (1 << layer.shift) / 2 <= 2_147_483_647, "\(plan); \(random)")
        #expect(layer.activation == (isLast ? .identity : IntegerActivation(named: plan.activation)))
      }
    }
  }

  @Test func `Each layer has the largest shift at which it fits`() throws {
    var random = TestRandom()
    var below = 0
    for plan in Self.plans(&random) where plan.widths.count == 2 && plan.lastBound == nil {
      let model = random.model(plan)
      let layer = try quantized(model).layers[0]
      guard layer.shift < 15 else { continue }
      below += 1
      // One more bit: a weight beyond 16 bits, a bias beyond 32, or the sum beyond what admissibility leaves.
      let power = Double(2 << layer.shift)
      let source = model.network.layers[0]
      let weights = source.weights.map { Double($0) * power }
      let biases = source.biases.map { (Double($0) * Double(plan.map.unit) * power).rounded() }
      let largest = (0..<source.rows).map { row in
        weights[row * source.columns..<(row + 1) * source.columns].reduce(0) { $0 + abs($1.rounded()) }
      }
      let reach =
        32768 * (largest.max() ?? 0) + (biases.map { abs($0) }.max() ?? 0) + Double(1 << layer.shift)
      #expect(weights.contains { abs($0) > 32768 } || reach > 2_147_483_647, "\(plan); \(random)")
    }
    #expect(below > 10, "\(random)")
  }

  @Test func `A weight of exactly one becomes the largest one that fits at shift 15`() throws {
    let model = FloatModel(
      network: FloatNetwork(
        layers: [
          FloatLayer(rows: 2, columns: 2, weights: [1, 0, 0, -1], biases: [0, 0], rowSumBound: 1),
          FloatLayer(rows: 2, columns: 2, weights: [1, 0, 0, -1], biases: [0, 0], rowSumBound: nil),
        ], activation: .identity),
      inputMap: InputMap(offsets: [0], scales: [1], unit: 32640, minimumLSB: 0, maximumLSB: 32640))
    let network = try quantized(model)
    #expect(network.layers.map(\.shift) == [15, 15])
    #expect(network.layers[0].weights == [32767, 0, 0, -32767])
    #expect(network.layers[1].weights == [32767, 0, 0, -32767])
  }

  @Test func `The smaller storage is chosen for every layer`() throws {
    var random = TestRandom()
    var counts = (dense: 0, sparse: 0)
    for prune in [0, 1_000, 4_000, 9_000, 40_000] {
      for _ in 0..<40 {
        let network = try quantized(
          random.model(FloatModelPlan(widths: [12, random.integer(1...9), 3])), prune: prune)
        for layer in network.layers {
          let sparse = 4 * layer.nonzeroCount + 4 * layer.rows
          let dense = 2 * layer.rows * layer.columns
          #expect(
            layer.isSparse == (sparse < dense && layer.nonzeroCount > 0), "\(sparse) or \(dense); \(random)")
          #expect(
            layer.parameterBytes == min(layer.nonzeroCount > 0 ? sparse : dense, dense) + 4 * layer.rows)
          if layer.isSparse { counts.sparse += 1 } else { counts.dense += 1 }
        }
      }
    }
    #expect(counts.dense > 50 && counts.sparse > 50, "\(counts); \(random)")
  }
}

extension IntegerActivation {
  /// The integer activation of the same name.
  init(named activation: Activation) {
    switch activation {
    case .identity: self = .identity
    case .relu: self = .relu
    case .abs: self = .abs
    case .maxMin: self = .maxMin
    case .sort: self = .sort
    case .tanh, .sigmoid: preconditionFailure("has no integer form")
    }
  }
}
