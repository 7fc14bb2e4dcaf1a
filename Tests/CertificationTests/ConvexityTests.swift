import Checker
import Claims
import Integers
import Certification
import TestSupport
import Testing

@Suite("Convex inputs")
struct ConvexityTests {
  /// A regression that is convex in some inputs: convex units first in each layer, then free ones.
  static func network(
    _ random: inout TestRandom, convex: [Int], inputs: Int, activation: IntegerActivation
  ) throws -> IntegerNetwork {
    let widths = [inputs, random.integer(2...6), random.integer(2...6), 1]
    let isPartial = convex.count < inputs
    func freeCount(_ width: Int) -> Int { isPartial ? width / 2 : 0 }
    let residual = random.oneIn(2) ? [random.integer(0...inputs - 1)] : []
    let layers = (0..<3).map { index in
      let (columns, rows, shift) = (widths[index], widths[index + 1], random.integer(0...6))
      var weights: [Int16] = []
      for row in 0..<rows {
        let isFree = index < 2 && row >= rows - freeCount(rows)
        for column in 0..<columns {
          let readsFree = index == 0 ? !convex.contains(column) : column >= columns - freeCount(columns)
          // Rows of no more than 2^shift, so that nothing saturates.
          let most = max((1 << shift) / columns, 1)
          let weight = random.integer(-most...most)
          weights.append(
            Int16(isFree && !readsFree ? 0 : index > 0 && !readsFree ? abs(weight) : weight))
        }
        if index == 2 { weights += residual.map { _ in Int16(random.integer(-3...3)) } }
      }
      return IntegerLayer(
        rows: rows, columns: columns + (index == 2 ? residual.count : 0), weights: weights,
        biases: (0..<rows).map { _ in Int32(random.integer(-200...200)) }, shift: shift,
        activation: index < 2 ? activation : .identity, rowSumBound: 1000,
        isSparse: random.oneIn(2) && weights.contains { $0 != 0 })
    }
    return try IntegerNetwork(
      layers: layers, unit: 100, inputMinimum: -100, inputMaximum: 100, residualInputs: residual,
      task: .regression)
  }

  /// Two inputs that differ in convex ones alone, and their middle.
  static func triple(_ random: inout TestRandom, _ network: IntegerNetwork, _ convex: [Int]) -> [[Int16]] {
    let first = (0..<network.inputs).map { _ in random.integer(-100...100) }
    var second = first
    let isNear = random.oneIn(2)
    for input in convex {
      let half = random.integer(isNear ? -3...3 : -100...100)
      let moved = first[input] + 2 * half
      if (-100...100).contains(moved) { second[input] = moved }
    }
    let middle = zip(first, second).map { ($0 + $1) / 2 }
    return [first, second, middle].map { $0.map { Int16($0) } }
  }

  @Test func `In the middle of two inputs no output is further above their mean than its bound`() throws {
    var random = TestRandom()
    var (proved, above, attacks) = (0, 0, 0)
    for _ in 0..<400 {
      let inputs = random.integer(1...4)
      var convex = (0..<inputs).filter { _ in random.oneIn(2) }
      if convex.isEmpty { convex = Array(0..<inputs) }
      let network = try Self.network(
        &random, convex: convex, inputs: inputs, activation: random.oneIn(4) ? .identity : .relu)
      // A few weights of one unit are raised to 1 LSB, and may add up to more than a whole row.
      guard let bound = try? network.convexityBounds(in: convex)[0] else { continue }
      proved += 1
      let certified = try CertifiedNetwork(network)
      for _ in 0..<100 {
        let outputs = try Self.triple(&random, network, convex).map {
          Int(try certified.answer(to: $0).logits[0])
        }
        let excess = 2 * outputs[2] - outputs[0] - outputs[1]
        #expect(excess <= 2 * bound, "\(network) \(convex) \(outputs) \(bound); \(random)")
        attacks += 1
        if excess > 0 { above += 1 }
      }
    }
    #expect(proved > 300 && above > 100 && attacks > 30_000, "\(proved) \(above) \(attacks); \(random)")
  }

  /// `y = relu(floor((x + 2) / 4))`: convex, but for the rounding.
  static func step(
    weight: Int16 = 1, bias: Int32 = 0, last: Int16 = 1, activation: IntegerActivation = .relu
  ) throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        IntegerLayer(
          rows: 1, columns: 1, weights: [weight], biases: [bias], shift: 2, activation: activation,
          rowSumBound: 4, isSparse: false),
        IntegerLayer(
          rows: 1, columns: 1, weights: [last], biases: [0], shift: 0, activation: .identity, rowSumBound: 1,
          isSparse: false),
      ], unit: 1, inputMinimum: -100, inputMaximum: 100, task: .regression)
  }

  @Test func `Without the rounding's part the bound would be false`() throws {
    let network = try Self.step()
    #expect(try network.convexityBounds(in: [0]) == [1])
    let certified = try CertifiedNetwork(network)
    let outputs = try [0, 4, 2].map { Int(try certified.answer(to: [Int16($0)]).logits[0]) }
    // 1 in the middle of 0 and 1.
    #expect(outputs == [0, 1, 1] && 2 * outputs[2] > outputs[0] + outputs[1])
    var claims = try ModelClaims(
      stating: network, name: "n", features: [StatedFeature.plain(unit: network.unit)],
      golden: Array(repeating: [0], count: 4))
    claims = StatedFeature.convex(claims, inputs: [0], bounds: [1])
    #expect(verification(of: claims).problems == [])
    for bounds in [[0], [2], [], [1, 1]] {
      let wrong = StatedFeature.convex(claims, inputs: [0], bounds: bounds)
      #expect(verification(of: wrong).problems == ["bounds of convexity \(bounds), derived [1]"])
    }
  }

  @Test func `What saturates, bends the wrong way or has a wrong sign is refused, by exporter and checker`()
    throws
  {
    for (network, problem, line) in [
      (
        try Self.step(weight: 4, bias: 4 * 32700),
        ConvexityProblem.saturation(layer: 0, unit: 0, value: 32800),
        "convexity, layer 0 unit 0: accumulator 131200 saturates within the declared range"
      ),
      (
        try Self.step(last: -1), .weight(layer: 1, unit: 0, value: -1),
        "convexity, output 0: a weight below 0 of what is convex, or a maximum"
      ),
      (
        try Self.step(activation: .abs),
        .layer(0), "convexity, layer 0: activation abs"
      ),
    ] {
      #expect(throws: problem) { try network.convexityBounds(in: [0]) }
      let claims = try ModelClaims(
        stating: network, name: "n", features: [StatedFeature.plain(unit: network.unit)],
        golden: Array(repeating: [0], count: 4))
      let wrong = StatedFeature.convex(claims, inputs: [0], bounds: [1])
      #expect(verification(of: wrong).problems == [line])
    }
  }

  @Test func `Exporter and checker derive the same bounds, and an input too many is refused`() throws {
    var random = TestRandom()
    var refused = 0
    for _ in 0..<200 {
      let convex = [0, 2]
      let network = try Self.network(&random, convex: convex, inputs: 3, activation: .relu)
      guard let bounds = try? network.convexityBounds(in: convex) else { continue }
      let stated = try ModelClaims(
        stating: network, name: "n", features: [StatedFeature.plain(unit: network.unit)],
        golden: Array(repeating: [0, 0, 0], count: 4))
      #expect(verification(of: StatedFeature.convex(stated, inputs: convex, bounds: bounds)).problems == [])
      for (inputs, bounds) in [
        ([0, 2], [bounds[0] + 1]), ([2, 0], bounds), ([0, 0], bounds), ([0, 3], bounds), ([], bounds),
      ] {
        #expect(!verification(of: StatedFeature.convex(stated, inputs: inputs, bounds: bounds)).isValid)
      }
      let all = try? network.convexityBounds(in: [0, 1, 2])
      let isValid = verification(of: StatedFeature.convex(stated, inputs: [0, 1, 2], bounds: all ?? bounds))
        .isValid
      #expect(isValid == (all != nil))
      if all == nil { refused += 1 }
    }
    #expect(refused > 50, "\(refused); \(random)")
  }

  @Test func `The bound of an output's minimum holds on the whole box, and what was found is there`() throws {
    var random = TestRandom()
    var met = 0
    for _ in 0..<60 {
      let network = try Self.network(&random, convex: [0, 1], inputs: 2, activation: .relu)
      let certified = try CertifiedNetwork(network)
      let ends = (0..<2).map { _ in [random.integer(-100...100), random.integer(-100...100)].sorted() }
      let box = ends.map { Int16($0[0])...Int16($0[0] + min(12, $0[1] - $0[0])) }
      var values: [Int] = []
      for x in box[0] { for y in box[1] { values.append(Int(try certified.answer(to: [x, y]).logits[0])) } }
      for (isNegated, least) in [(false, values.min() ?? 0), (true, -(values.max() ?? 0))] {
        let minimum = try #require(certified.minimum(ofOutput: 0, isNegated: isNegated, over: box, parts: 64))
        #expect(minimum.bound <= least && minimum.found >= least, "\(network) \(box); \(random)")
        #expect(zip(minimum.input, box).allSatisfy { $1.contains($0) })
        let value = Int(try certified.answer(to: minimum.input).logits[0])
        #expect(minimum.found == (isNegated ? -value : value))
        if minimum.found == least { met += 1 }
      }
    }
    #expect(met > 100, "\(met); \(random)")
  }
}

/// Claims with a map and with convex inputs.
private enum StatedFeature {
  /// One LSB for each whole reading.
  static func plain(unit: Int) -> FeatureClaims {
    FeatureClaims(
      offset: 0, scale: 1 / Double(unit), origin: 0, multiplier: 1, addend: 0, shift: 0,
      tolerance: (1.0).nextDown.nextDown)
  }

  static func convex(_ claims: ModelClaims, inputs: [Int], bounds: [Int]) -> ModelClaims {
    var result = claims
    result.convexInputs = inputs
    result.convexityBounds = bounds
    return result
  }
}
