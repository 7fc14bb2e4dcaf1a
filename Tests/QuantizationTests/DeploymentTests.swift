import Integers
import Checker
import Claims
import Certification
import Quantization
import TestSupport
import Testing
import Training

@Suite("Deployment")
struct DeploymentTests {
  @Test(arguments: Activation.allCases.filter(\.isHomogeneous))
  func `What is deployed is accepted by the checker`(activation: Activation) throws {
    var random = TestRandom("deployment \(activation)")
    for plan in QuantizationTests.plans(&random) where plan.activation == activation {
      let model = random.model(plan)
      let claims = try ModelClaims(
        deploying: model, name: "net", prune: random.element(of: [0, 1, 50, 3_000]))
      #expect(verification(of: claims).problems == [], "\(plan); \(random)")
      #expect(claims.golden.count == 4, "synthetic golden vectors for a model without examples")
      #expect(Set(claims.golden.map(\.input)).count > 1)
    }
  }

  @Test(arguments: [0, 1, 3, 4, 9])
  func `Examples become golden vectors, at least four`(count: Int) throws {
    var random = TestRandom("examples \(count)")
    var plan = FloatModelPlan()
    plan.map = InputMap(
      offsets: Array(repeating: 1, count: 5), scales: Array(repeating: 0.1, count: 5), unit: 32768,
      minimumLSB: -32768, maximumLSB: 32767)
    var model = random.model(plan)
    model.examples = (0..<count).map { _ in (0..<5).map { _ in 12 * random.signed() } }
    model.classNames = ["a", "b", "c"]
    model.featureNames = ["p", "q", "r", "s", "t"]
    let claims = try ModelClaims(deploying: model, name: "net")
    #expect(claims.name == "net" && claims.formatVersion == 5)
    #expect(claims.classNames == model.classNames && claims.featureNames == model.featureNames)
    #expect(claims.features.count == 5)
    #expect(claims.golden.count == max(count, 4))
    for (golden, example) in zip(claims.golden, model.examples) {
      #expect(golden.input == example.indices.map { Int(model.inputMap.encoded(example[$0], feature: $0)) })
    }
    let network = try quantized(model)
    #expect(try claims.network() == network)
    for golden in claims.golden {
      #expect(golden.logits == Oracle(network).logits(golden.input.map { Int16($0) }).map { Int($0) })
      #expect(golden.classIndex == Oracle.classIndex(golden.logits.map { Int64($0) }))
    }
  }

  @Test func `Pruning keeps the certificates true, on the integers that are left`() throws {
    var random = TestRandom()
    for activation in Activation.allCases.filter(\.isHomogeneous) {
      var plan = FloatModelPlan(activation: activation)
      plan.widths = [20, 12, 3]
      let model = random.model(plan)
      let whole = try ModelClaims(deploying: model, name: "net")
      let pruned = try ModelClaims(deploying: model, name: "net", prune: 2_000)
      #expect(verification(of: pruned).isValid)
      #expect(pruned.crc32 != whole.crc32)
      let counts = try [whole, pruned].map { try $0.network().layers[0].nonzeroCount }
      #expect(counts[1] < counts[0])
    }
  }
}
