import TestSupport
import Testing
import Training

@Suite("Projection onto the ℓ1 ball")
struct ProjectionTests {
  /// θ by bisection in double precision: independent of the algorithm under test, and slow.
  static func threshold(_ row: [Float], bound: Double) -> Double {
    func sum(above threshold: Double) -> Double {
      row.reduce(0) { $0 + max(Double($1.magnitude) - threshold, 0) }
    }
    guard sum(above: 0) > bound else { return 0 }
    var (low, high) = (0.0, Double(row.map(\.magnitude).max() ?? 0))
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if sum(above: middle) > bound { low = middle } else { high = middle }
    }
    return high
  }

  static func sum(_ row: [Float]) -> Double { row.reduce(0) { $0 + Double($1.magnitude) } }

  static func projected(_ row: [Float], bound: Float) -> [Float] {
    var layer = FloatLayer(
      rows: 1, columns: row.count, weights: row, biases: [0], rowSumBound: bound)
    layer.projectRows(ontoL1Ball: bound)
    return layer.weights
  }

  /// Rows of many shapes: normal, heavy-tailed, with ties, sparse, huge and tiny.
  static func randomRow(_ generator: inout SeededGenerator) -> [Float] {
    let count = 1 + generator.index(below: 200)
    let scale = Float([1e-6, 0.01, 1, 1, 30, 1e6][generator.index(below: 6)])
    let kind = generator.index(below: 4)
    return (0..<count).map { _ in
      let normal = Float(generator.normal())
      return switch kind {
      case 0: scale * normal
      case 1: scale * normal * normal * normal
      case 2: scale * normal.rounded()
      default: generator.index(below: 5) == 0 ? scale * normal : 0
      }
    }
  }

  @Test func `agrees with bisection, satisfies the KKT conditions and is idempotent`() {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    for trial in 0..<3000 {
      let row = Self.randomRow(&generator)
      let bound = Float([0.125, 1, 1, 3][generator.index(below: 4)])
      let result = Self.projected(row, bound: bound)
      let note: Comment = "seed \(seed) trial \(trial)"

      #expect(Self.sum(result) <= Double(bound), note)
      if Self.sum(row) <= Double(bound) {
        #expect(result.map(\.bitPattern) == row.map(\.bitPattern), note)
        continue
      }
      let threshold = Self.threshold(row, bound: Double(bound))
      // One float rounding toward zero, relative to the magnitudes the subtraction starts from.
      let tolerance = Double(row.map(\.magnitude).max() ?? 0) * 1e-12 + Double(bound) * 2e-7
      for (weight, projected) in zip(row, result) {
        let exact = max(Double(weight.magnitude) - threshold, 0)
        #expect(abs(Double(projected.magnitude) - exact) <= tolerance, note)
        // KKT: same sign, shortened by the same θ where positive, and by less than θ where zero.
        #expect(projected == 0 || (projected < 0) == (weight < 0), note)
        if projected == 0 { #expect(Double(weight.magnitude) <= threshold + tolerance, note) }
      }
      #expect(Self.sum(result) >= Double(bound) - Double(row.count) * tolerance, note)
      #expect(Self.projected(result, bound: bound) == result, note)
    }
  }

  @Test func `comes to the same rows from wherever it starts, sixteen at a time`() {
    let seed = TestRandom.seed
    var generator = SeededGenerator(seed: seed)
    for trial in 0..<300 {
      let (rows, columns) = (1 + generator.index(below: 40), 1 + generator.index(below: 60))
      let weights = (0..<rows * columns).map { _ in Float(generator.normal()) }
      let cold = Panels(rows: rows, columns: columns, elements: weights)
      let thresholds = Panels(rows: rows, columns: 1)
      cold.projectRows(onto: L1BallConstraint(bound: 1), thresholds: thresholds)

      // Left of θ, right of it, beyond all magnitudes, and θ itself.
      let starts = thresholds.elements.map { $0 * [0.5, 1.5, 1e3, 1][generator.index(below: 4)] }
      let warm = Panels(rows: rows, columns: columns, elements: weights)
      let found = Panels(rows: rows, columns: 1, elements: starts)
      warm.projectRows(onto: L1BallConstraint(bound: 1), thresholds: found)
      let (expected, result) = (cold.elements, warm.elements)
      let note: Comment = "seed \(seed) trial \(trial)"
      #expect(zip(expected, result).allSatisfy { abs($0 - $1) <= 3e-7 }, note)
      #expect(zip(thresholds.elements, found.elements).allSatisfy { abs($0 - $1) <= 3e-7 * $0 }, note)
      for row in 0..<rows {
        let places = row * columns..<(row + 1) * columns
        #expect(Self.sum(Array(result[places])) <= 1, note)
        #expect(Array(expected[places]) == Self.projected(Array(weights[places]), bound: 1), note)
      }
    }
  }

  @Test func `bounds what a change of all inputs moves, and a corner of the box reaches it`() {
    let row: [Float] = [0.25, -0.5, 0, 0.125]
    #expect(L1BallConstraint.dualNorm(of: row) == 0.875)
    let corner = row.map { $0 < 0 ? Float(-1) : 1 }
    #expect(zip(row, corner).reduce(0) { $0 + $1.0 * $1.1 } == 0.875)
  }

  @Test func `leaves rows on the sphere as they are`() {
    let row: [Float] = [0.25, -0.5, 0, 0.25]
    #expect(Self.projected(row, bound: 1) == row)
  }

  @Test func `is the nearest point, not a rescaled one`() {
    #expect(Self.projected([1, 0.5], bound: 1) == [0.75, 0.25])
    #expect(Self.projected([-3, 1], bound: 1) == [-1, 0])
    #expect(Self.projected([2, 2, 2, 2], bound: 1) == [0.25, 0.25, 0.25, 0.25])
  }

  @Test func `treats every row by itself`() {
    var layer = FloatLayer(
      rows: 3, columns: 2, weights: [0.5, 0.5, 1, 0.5, -8, 8], biases: [7, 8, 9], rowSumBound: 1)
    layer.projectRows(ontoL1Ball: 1)
    #expect(layer.weights == [0.5, 0.5, 0.75, 0.25, -0.5, 0.5])
    #expect(layer.biases == [7, 8, 9])
  }
}
