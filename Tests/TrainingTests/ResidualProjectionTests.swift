import TestSupport
import Testing

import Training

@Suite("Projection of residual terms")
struct ResidualProjectionTests {
  /// What `ResidualProjection` moves, as one vector of doubles.
  private static func distance(
    _ layer: FloatLayer, _ terms: [ResidualTerm], from other: FloatLayer, _ others: [ResidualTerm]
  ) -> Double {
    let pairs =
      Array(zip(layer.weights, other.weights))
      + zip(terms, others).flatMap { Array(zip($0.weights, $1.weights)) }
    return pairs.reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  }

  private static func draw(_ random: inout TestRandom, classes: [Int?], rows: Int) -> (
    FloatLayer, [ResidualTerm]
  ) {
    let columns = random.integer(1...5)
    let layer = FloatLayer(
      rows: rows, columns: columns, weights: (0..<rows * columns).map { _ in Float(random.signed()) },
      biases: Array(repeating: 0, count: rows), rowSumBound: 10)
    let terms = classes.enumerated().map { index, classIndex in
      ResidualTerm(
        input: index, isIncreasing: random.oneIn(2), classIndex: classIndex,
        weights: (0..<rows).map { classIndex ?? $0 == $0 ? Float(3 * random.signed()) : 0 })
    }
    return (layer, terms)
  }

  @Test func `Nothing that outweighs the layer is nearer than what it is projected to`() {
    var random = TestRandom()
    for _ in 0..<200 {
      let (layer, terms) = Self.draw(&random, classes: random.oneIn(2) ? [nil] : [nil, nil], rows: 1)
      let result = ResidualProjection(layer, terms)
      let nearest = Self.distance(result.layer, result.terms, from: layer, terms)
      for term in result.terms {
        let reach = term.reach(ofOutput: 0, through: result.layer)
        #expect(term.isIncreasing ? term.weights[0] >= reach : term.weights[0] <= -reach)
      }
      // Points near it that satisfy the same, reached by small moves and by lifting the terms.
      for _ in 0..<50 {
        var other = result.layer
        for index in other.weights.indices { other.weights[index] += Float(0.05 * random.signed()) }
        var lifted = result.terms
        for index in lifted.indices {
          lifted[index].weights[0] += Float(0.05 * random.signed())
          lifted[index].project(through: other)
        }
        let distance = Self.distance(other, lifted, from: layer, terms)
        #expect(distance >= nearest - 1e-5, "\(layer) \(terms); \(random)")
      }
      // What satisfies it stays, to the bit.
      let again = ResidualProjection(result.layer, result.terms)
      #expect(again.layer == result.layer && again.terms == result.terms)
    }
  }

  @Test func `Of classes every term outweighs the layer, and no row grows beyond its bound`() {
    var random = TestRandom()
    for _ in 0..<200 {
      let rows = random.integer(2...4)
      let classes: [Int?] = (0..<random.integer(1...3)).map { _ in random.integer(0...rows - 1) }
      var (layer, terms) = Self.draw(&random, classes: classes, rows: rows)
      layer.rowSumBound = 1
      layer.projectRows(ontoL1Ball: 1)
      let result = ResidualProjection(layer, terms)
      #expect((0..<rows).allSatisfy { result.layer.rowSum($0) <= 1 })
      for (term, classIndex) in zip(result.terms, classes) {
        guard let classIndex else { continue }
        let reach = term.reach(ofOutput: classIndex, through: result.layer)
        let weight = term.weights[classIndex]
        #expect(term.isIncreasing ? weight >= reach : weight <= -reach, "\(random)")
      }
      terms = result.terms
    }
  }
}
