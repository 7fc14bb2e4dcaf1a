import Integers
import Quantization
import TestSupport
import Testing
import Training

/// Networks whose column sums or singular values were bounded, and whose row sums are what they are.
@Suite("Bounds on other norms")
struct NormBoundTests {
  @Test(arguments: [WeightNorm.columnSum, .spectral], [Activation.relu, .abs, .maxMin, .sort])
  func `One factor a layer keeps the function and the product of the norms`(
    norm: WeightNorm, activation: Activation
  ) throws {
    var random = TestRandom("norms \(norm) \(activation)")
    for _ in 0..<20 {
      var plan = FloatModelPlan()
      (plan.activation, plan.hiddenNorm, plan.hiddenBound) = (activation, 4, nil)
      var model = random.model(plan)
      for index in model.network.layers.indices { model.network.layers[index].normBound = NormBound(norm, 8) }
      let rewritten = model.network.normalized(for: model.inputMap)
      for (index, layer) in rewritten.layers.dropLast().enumerated() {
        // All weights of a layer that came from one layer changed by one factor.
        let before = model.network.layers[index].weights
        let ratios = zip(layer.weights, before).filter { $1 != 0 }.map { Double($0) / Double($1) }
        let (least, greatest) = (try #require(ratios.min()), try #require(ratios.max()))
        #expect(greatest - least <= 1e-6 * greatest, "\(random)")
      }
      let integers = try quantized(model)
      for layer in integers.layers {
        // Admissible as every layer is; sums above one stay, and are the layer's gain.
        #expect(layer.rowSumBound == layer.rowSums.max(), "\(random)")
      }
      let tolerance = NormalizationTests.errorBound(integers)
      let input = random.input(of: integers)
      let expected = NormalizationTests.floatLogits(model, integers, input)
      for (logit, exact) in zip(Oracle(integers).logits(input), expected) {
        #expect(abs(Double(logit) - exact) <= tolerance, "\(random)")
      }
    }
  }

  @Test func `Rows bounded all through by more than one are brought to one, and the last to the product`()
    throws
  {
    var random = TestRandom("wide rows")
    for _ in 0..<20 {
      var plan = FloatModelPlan()
      (plan.hiddenNorm, plan.hiddenBound, plan.lastNorm, plan.lastBound, plan.isExact) = (2, 2, 2, 2, true)
      var model = random.model(plan)
      model.inputMap = model.inputMap.coarsened(toFit: model.network)
      let integers = try quantized(model)
      var product = 1.0
      for layer in integers.layers { product *= Double(layer.rowSums.max() ?? 0) / Double(1 << layer.shift) }
      #expect(product <= 8 * (1 + 1e-3), "\(random)")
    }
  }
}
