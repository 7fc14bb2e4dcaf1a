import TestSupport
import Testing
import Training

@Suite("Projection of residual terms")
struct ResidualProjectionTests {
  /// One hidden layer, and terms of some inputs.
  private static func network(_ random: inout TestRandom, classes: [Int?], outputs: Int) -> FloatNetwork {
    let (inputs, hidden) = (classes.count, random.integer(1...5))
    func layer(_ rows: Int, _ columns: Int) -> FloatLayer {
      FloatLayer(
        rows: rows, columns: columns,
        weights: (0..<rows * columns).map { _ in random.oneIn(4) ? 0 : Float(random.signed()) },
        biases: Array(repeating: 0, count: rows), rowSumBound: outputs == 1 ? 10 : 1)
    }
    var layers = [layer(hidden, inputs), layer(outputs, hidden)]
    if outputs > 1 { layers[1].projectRows(ontoL1Ball: 1) }
    let terms = classes.enumerated().map { index, classIndex in
      ResidualTerm(
        input: index, isIncreasing: random.oneIn(2), classIndex: classIndex,
        weights: (0..<outputs).map { classIndex ?? $0 == $0 ? Float(3 * random.signed()) : 0 })
    }
    return FloatNetwork(layers: layers, activation: .maxMin, residuals: terms)
  }

  /// How far the last layer and the terms of two networks are apart, squared.
  private static func distance(_ first: FloatNetwork, _ second: FloatNetwork) -> Double {
    let pairs =
      Array(zip(first.layers[1].weights, second.layers[1].weights))
      + zip(first.residuals, second.residuals).flatMap { Array(zip($0.weights, $1.weights)) }
    return pairs.reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  }

  private static func projected(_ network: FloatNetwork) -> FloatNetwork {
    let projection = ResidualProjection(network)
    var result = network
    result.layers[1] = projection.layer
    result.residuals = projection.terms
    return result
  }

  private static func outweighs(_ network: FloatNetwork) -> Bool {
    network.residuals.allSatisfy { term in
      let reached = network.columns(reachedBy: term.input)
      return (term.classIndex.map { $0..<$0 + 1 } ?? term.weights.indices).allSatisfy { output in
        let reach = term.reach(ofOutput: output, through: network.layers[1], reached: reached)
        return term.isIncreasing ? term.weights[output] >= reach : term.weights[output] <= -reach
      }
    }
  }

  @Test func `Nothing that outweighs the last layer is nearer than what it is projected to`() {
    var random = TestRandom()
    var moved = 0
    for _ in 0..<200 {
      var network = Self.network(&random, classes: random.oneIn(2) ? [nil] : [nil, nil], outputs: 1)
      // Terms that reach the same columns are projected at once; others that share some, one after the other.
      if network.residuals.count == 2 {
        network.layers[0].weights = network.layers[0].weights.map { _ in 0.5 }
      }
      let result = Self.projected(network)
      #expect(Self.outweighs(result), "\(random)")
      let nearest = Self.distance(result, network)
      if nearest > 0 { moved += 1 }
      for _ in 0..<50 {
        var other = result
        for index in other.layers[1].weights.indices {
          other.layers[1].weights[index] += Float(0.05 * random.signed())
        }
        for index in other.residuals.indices {
          other.residuals[index].weights[0] += Float(0.05 * random.signed())
          let reached = other.columns(reachedBy: other.residuals[index].input)
          other.residuals[index].project(through: other.layers[1], reached: reached)
        }
        #expect(Self.distance(other, network) >= nearest - 1e-5, "\(network); \(random)")
      }
      // What satisfies it stays, to the bit.
      #expect(Self.projected(result) == result)
    }
    #expect(moved > 80, "\(random)")
  }

  @Test func `Every term outweighs the last layer, and no row grows beyond its bound`() {
    var random = TestRandom()
    for _ in 0..<300 {
      let outputs = random.integer(2...4)
      let classes: [Int?] = (0..<random.integer(1...3)).map { _ in
        random.oneIn(2) ? nil : random.integer(0...outputs - 1)
      }
      let result = Self.projected(Self.network(&random, classes: classes, outputs: outputs))
      #expect((0..<outputs).allSatisfy { result.layers[1].rowSum($0) <= 1.000_000_1 }, "\(random)")
      #expect(Self.outweighs(result), "\(random)")
    }
  }

  @Test func `Each of several monotone inputs has units of its own`() throws {
    var options = TrainingOptions.regression
    options.hidden = [9, 8]
    options.activation = .maxMin
    options.lastConstrained = true
    options.epochs = 5
    options.monotone = [
      MonotoneConstraint(input: 0, isIncreasing: true), MonotoneConstraint(input: 2, isIncreasing: false),
    ]
    var random = TestRandom()
    let samples = (0..<100).map { _ in (0..<3).map { _ in Float(random.signed()) } }
    let targets: [Float] = samples.map { $0[0] - $0[2] * $0[1].magnitude }
    let network = try Trainer.train(
      inputs: Array(samples.joined()), labels: Array(repeating: 0, count: 100), classCount: 1,
      targets: targets, range: -1...1,
      options: options
    ).network
    let reached = [0, 1, 2].map(network.columns(reachedBy:))
    #expect(zip(reached[0], reached[2]).allSatisfy { !($0 && $1) }, "\(reached)")
    #expect(reached[0].contains(true) && reached[2].contains(true))
  }
}
