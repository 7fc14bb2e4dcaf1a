import Checker
import Claims
import Foundation
import Integers
import Quantization
import TestSupport
import Testing
import Training

@Suite("Networks of tanh and sigmoid")
struct SmoothTests {
  static let activations = Activation.allCases.filter { !$0.isHomogeneous }

  @Test(arguments: activations, [64, 1000, 4094, 5000, 20_000, 32_766] as [Double])
  func `A table is within 3/2 LSB, none shorter is, and it has nodes enough for its slope`(
    activation: Activation, scale: Double
  ) {
    func exact(_ x: Int) -> Double {
      let value = Double(x) / scale
      return scale * (activation == .tanh ? tanh(value) : 1 / (1 + exp(-value)))
    }
    func error(_ table: TableClaims) -> Double {
      (-32768...32767).reduce(0) { max($0, abs(Double(table.value(at: $1)) - exact($1))) }
    }
    let table = activation.table(scale: scale)
    #expect(error(table) <= 1.5)
    let shift = table.shift + 1
    if shift < 16 {
      let nodes = stride(from: -32768, through: 32768, by: 1 << shift).map { Int(exact($0).rounded()) }
      #expect(error(TableClaims(shift: shift, nodes: nodes)) > 1.5)
    }
    // The slope of tanh is at most 1, that of sigmoid 1/4, and even scales round no difference up.
    #expect(table.gain <= 1 << (activation == .tanh ? table.shift : table.shift - 2))
    #expect(zip(table.nodes, table.nodes.dropFirst()).allSatisfy { $0 <= $1 })
  }

  /// Models as training and import leave them: bounded, not bounded, with large biases, one scale for all.
  static func plans(_ activation: Activation, _ random: inout TestRandom) -> [FloatModelPlan] {
    QuantizationTests.maps.flatMap { map in
      ([(0.4, 1), (4, 4), (4, nil), (50, nil)] as [(Double, Float?)]).map { norm, bound in
        var plan = FloatModelPlan(activation: activation, hiddenNorm: norm)
        // Training leaves no row above its bound.
        plan.isExact = bound == 4
        plan.hiddenBound = bound
        plan.biasSize = random.element(of: [0, 0.3, 5])
        plan.lastBound = random.oneIn(4) ? 8 : nil
        plan.widths = random.element(of: [[5, 6, 3], [4, 7, 5, 2], [1, 1, 1, 2]])
        plan.map = map
        return plan
      }
    }
  }

  @Test(arguments: activations) func `What is deployed is accepted by the checker`(activation: Activation)
    throws
  {
    var random = TestRandom("smooth \(activation)")
    for plan in Self.plans(activation, &random) {
      let claims = try ModelClaims(deploying: random.model(plan), name: "net")
      #expect(verification(of: claims).problems == [], "\(plan); \(random)")
      #expect(claims.layers.dropLast().allSatisfy { $0.activation.table != nil })
    }
  }

  @Test(arguments: activations)
  func `The integers compute what the floating point does, to a few LSB of each layer`(activation: Activation)
    throws
  {
    var random = TestRandom("smooth values \(activation)")
    for plan in Self.plans(activation, &random) where plan.hiddenNorm < 10 {
      let model = random.model(plan)
      let network = try quantized(model)
      let scale = Double(network.unit) * Double(1 << network.layers[network.layers.count - 1].shift)
      for _ in 0..<20 {
        let input = (0..<network.inputs).map { _ in
          Int16(random.integer(plan.map.minimumLSB...plan.map.maximumLSB))
        }
        let expected = model.network.logits(input.map { Double($0) / Double(network.unit) })
        for (logit, value) in zip(Oracle(network).logits(input), expected) {
          #expect(abs(Double(logit) / scale - value) < 0.03 * plan.lastNorm, "\(plan); \(random)")
        }
      }
    }
  }

  @Test(arguments: activations) func `Numbers that are none, or too large, are errors`(activation: Activation)
  {
    var random = TestRandom()
    for bad in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude] {
      for layer in 0...1 {
        for isBias in [false, true] {
          var model = random.model(
            FloatModelPlan(activation: activation, widths: [2, 2, 2], hiddenBound: nil))
          if isBias {
            model.network.layers[layer].biases[1] = bad
          } else {
            model.network.layers[layer].weights[1] = bad
          }
          // A classifier's last layer may be divided until it fits.
          let fits = (try? quantized(model)) != nil
          #expect(!fits || (layer == 1 && bad.isFinite), "\(bad) layer \(layer) bias \(isBias)")
        }
      }
    }
    for bound in [Float.leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      var model = random.model(FloatModelPlan(activation: activation))
      model.network.layers[0].rowSumBound = bound
      _ = try? quantized(model)
    }
  }
}
