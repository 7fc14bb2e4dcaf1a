import Checker
import Claims
import Certification
import Quantization
import TestSupport
import Testing
import Training

/// Monotone inputs, tolerances and targets on their way from a float model to a header's claims.
@Suite("Deployment: statements")
struct StatementDeploymentTests {
  /// A bounded regression with residual terms as training leaves them.
  static func regression(_ random: inout TestRandom) -> FloatModel {
    var plan = FloatModelPlan()
    plan.activation = random.element(of: Activation.allCases.filter(\.isHomogeneous))
    plan.widths = [5, random.integer(1...7), random.integer(1...6), random.integer(1...2)]
    plan.hiddenNorm = 0.5
    plan.lastNorm = 0.45
    plan.lastBound = 1
    var model = random.model(plan)
    model.network.residuals = [0, 3].map { input in
      let isIncreasing = random.oneIn(2)
      return ResidualTerm(
        input: input, isIncreasing: isIncreasing,
        weights: (0..<plan.widths[3]).map { _ in Float((isIncreasing ? 1 : -1) * (1 + abs(random.signed()))) }
      )
    }
    model.targets = (0..<plan.widths[3]).map { TargetMap(offset: Double($0) * 10, scale: 100) }
    return model
  }

  @Test func `What training made monotone is proved on the integers, and verified`() throws {
    var random = TestRandom()
    for _ in 0..<80 {
      var model = Self.regression(&random)
      model.inputMap = model.inputMap.coarsened(toFit: model.network)
      let claims = try ModelClaims(deploying: model, name: "net", prune: random.element(of: [0, 200]))
      #expect(verification(of: claims).problems == [], "\(random)")
      #expect(claims.task == .regression && claims.residualInputs == [0, 3])
      #expect(claims.monotoneInputs.map(\.input) == [0, 3])
      let network = try claims.network()
      for term in model.network.residuals {
        #expect(network.isMonotone(MonotoneInput(input: term.input, isIncreasing: term.isIncreasing)))
        #expect(!network.isMonotone(MonotoneInput(input: term.input, isIncreasing: !term.isIncreasing)))
      }
    }
  }

  /// A bounded classifier with the residual terms of two classes as training leaves them.
  static func classifier(_ random: inout TestRandom) -> FloatModel {
    var model = regression(&random)
    let classes = model.network.layers[2].rows
    model.targets = []
    model.network.residuals = [0, 3].map { input in
      let isIncreasing = random.oneIn(2)
      let index = random.integer(0...classes - 1)
      let reach = model.network.layers[2].reach(ofLeadOf: index)
      var weights = [Float](repeating: 0, count: classes)
      weights[index] = (isIncreasing ? 1 : -1) * (reach + Float(random.oneIn(2) ? 0 : abs(random.signed())))
      return ResidualTerm(input: input, isIncreasing: isIncreasing, classIndex: index, weights: weights)
    }
    return model
  }

  @Test func `What training made monotone for a class is proved on the integers, one LSB less is refused`()
    throws
  {
    var random = TestRandom()
    var refused = 0
    for _ in 0..<80 {
      let model = Self.classifier(&random)
      guard model.network.layers[2].rows > 1 else { continue }
      var claims = try ModelClaims(deploying: model, name: "net", prune: random.element(of: [0, 200]))
      #expect(verification(of: claims).problems == [], "\(random)")
      #expect(claims.monotoneInputs.map(\.input) == [0, 3])
      #expect(claims.monotoneInputs.map(\.classIndex) == model.network.residuals.map { $0.classIndex ?? -1 })
      // What is not outweighed is refused by the exporter.
      var weak = model
      weak.network.residuals[1].weights = weak.network.residuals[1].weights.map { $0 * 0.5 - 0 }
      let reach = model.network.layers[2].reach(ofLeadOf: claims.monotoneInputs[1].classIndex)
      if weak.network.residuals[1].weights.allSatisfy({ $0.magnitude < reach * 0.9 }), reach > 0.01 {
        #expect(throws: QuantizationError.self) { try ModelClaims(deploying: weak, name: "net") }
        refused += 1
      }
      // A claim of the other direction is not verified where anything moves.
      let network = try claims.network()
      let (input, index) = (claims.monotoneInputs[0].input, claims.monotoneInputs[0].classIndex)
      let turned = MonotoneInput(
        input: input, isIncreasing: claims.monotoneInputs[0].direction == -1, classIndex: index)
      claims.monotoneInputs[0].direction *= -1
      #expect(verification(of: claims).isValid == network.isMonotone(turned))
    }
    #expect(refused > 10, "\(refused); \(random)")
  }

  @Test func `Outputs in the target's unit are those of the float network`() throws {
    var random = TestRandom()
    for _ in 0..<40 {
      var model = Self.regression(&random)
      model.inputMap = model.inputMap.coarsened(toFit: model.network)
      let claims = try ModelClaims(deploying: model, name: "net")
      let certified = try CertifiedNetwork(claims.network())
      for _ in 0..<10 {
        let input = random.input(of: certified.network)
        let mapped = input.map { Double($0) / Double(claims.unit) }
        let outputs = try certified.answer(to: input).logits
        for (index, value) in model.network.logits(mapped).enumerated() {
          let direct = model.network.residuals.reduce(0.0) {
            $0 + Double($1.weights[index]) * mapped[$1.input]
          }
          let expected = model.targets[index].offset + (value + direct) * model.targets[index].scale
          let found = claims.targets[index].offset + Double(outputs[index]) * claims.targets[index].scale
          #expect(abs(found - expected) < 2, "\(random)")
        }
      }
    }
  }

  @Test func `A coarsened map is no coarser than it must be`() {
    var random = TestRandom()
    for _ in 0..<200 {
      var plan = FloatModelPlan()
      plan.biasSize = 4
      let model = random.model(plan)
      let map = model.inputMap.coarsened(toFit: model.network)
      #expect(32768 % map.unit == 0 && map.minimumLSB == -map.unit)
      // At twice the unit something reaches beyond Int16, within the same real range.
      func reach(_ unit: Int) -> Double {
        var ends = (0..<5).map { _ in (-1.0, 32767.0 / 32768) }
        var largest = 0.0
        for layer in model.network.layers.dropLast() {
          let sums = (0..<layer.rows).map { row -> (Double, Double) in
            var sum = (Double(layer.biases[row]), Double(layer.biases[row]))
            for column in 0..<layer.columns {
              let weight = Double(layer.weights[row * layer.columns + column])
              sum.0 += min(weight * ends[column].0, weight * ends[column].1)
              sum.1 += max(weight * ends[column].0, weight * ends[column].1)
            }
            return sum
          }
          largest = sums.reduce(largest) { max($0, -$1.0, $1.1) }
          ends = sums.map { (max($0.0, 0), max($0.1, 0)) }
        }
        return largest * Double(unit)
      }
      #expect(reach(map.unit) <= 32767.5, "\(random)")
      #expect(map.unit == 32768 || reach(2 * map.unit) > 32766, "\(random)")
    }
  }

  /// `T = min tolerance / halfRange · 32767`, and each tolerance covers as many LSB.
  @Test func `Tolerances of all features become one number of LSB`() throws {
    var random = TestRandom()
    for _ in 0..<200 {
      let count = random.integer(1...5)
      let scales = (0..<count).map { _ in Double(random.integer(1...1000)) / 7 }
      let values = (0..<20).flatMap { _ in scales.map { $0 * random.signed() + 3 * $0 } }
      let data = Dataset(
        values: .reals(values), labels: Array(repeating: 0, count: 20), featureCount: count, classNames: ["a"]
      )
      let tolerances = scales.enumerated().map { index, scale in
        index == 0 || random.oneIn(2) ? scale * Double(random.integer(1...200)) / 1000 : 0
      }
      let map = try #require(InputMap.fitted(to: data, tolerances: tolerances))
      let steps = zip(tolerances, map.scales).filter { $0.0 > 0 }.map { $0.0 * $0.1 * 32768 }
      #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-6 && $0 >= 1 && $0 <= 32768 }, "\(steps); \(random)")
      for (feature, range) in data.featureRanges.enumerated() {
        #expect(map.mapped(range.lowerBound, feature: feature) >= -1.000_000_1)
        #expect(map.mapped(range.upperBound, feature: feature) <= 1.000_000_1)
      }

      var model = random.model(FloatModelPlan(widths: [count, 3, 2], map: map))
      model.tolerances = tolerances
      let claims = try ModelClaims(deploying: model, name: "net")
      #expect(verification(of: claims).problems == [], "\(random)")
      // Rounded multipliers may take a few LSB more, never fewer.
      #expect(
        claims.toleranceLSB >= Int(steps[0].rounded()) && Double(claims.toleranceLSB) <= steps[0] * 1.01 + 2)
      // What the integer map makes of readings that differ by a tolerance, in whole readings.
      for (feature, tolerance) in zip(claims.features, tolerances) where tolerance >= 1 {
        let whole = Int(tolerance)
        for _ in 0..<20 {
          let reading = random.integer(-500...500)
          let encoded = [reading, reading + whole].map {
            ($0 * feature.multiplier + feature.addend) >> feature.shift
          }
          #expect(encoded[1] - encoded[0] <= claims.toleranceLSB, "\(random)")
        }
      }
    }
  }

  @Test func `A tolerance below one LSB has no map, one as wide as the range no radius`() throws {
    let data = Dataset(
      values: .reals([0, 1, 100, 200]), labels: [0, 0], featureCount: 2, classNames: ["a"])
    #expect(InputMap.fitted(to: data, tolerances: [0, 0.001]) == nil)
    #expect(InputMap.fitted(to: data, tolerances: [0, 0.01]) != nil)
    var random = TestRandom()
    var model = random.model(
      FloatModelPlan(
        widths: [2, 2, 2],
        map: InputMap(offsets: [0, 0], scales: [1, 1], unit: 32768, minimumLSB: -32768, maximumLSB: 32767)))
    model.tolerances = [2.5, 0]
    #expect(throws: QuantizationError.self) { try ModelClaims(deploying: model, name: "net") }
  }
}
