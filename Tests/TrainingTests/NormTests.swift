import TestSupport
import Testing
import Training

/// Bounds on the norms of whole layers: what weights are brought to, and that training keeps them there.
@Suite("Norms of layers")
struct NormTests {
  static let kinds = WeightNorm.allCases.flatMap { norm in ProjectionMethod.allCases.map { (norm, $0) } }

  /// The norm in double precision, straight from its definition.
  static func norm(_ norm: WeightNorm, of layer: FloatLayer) -> Double {
    func weight(_ row: Int, _ column: Int) -> Double { Double(layer.weights[row * layer.columns + column]) }
    switch norm {
    case .rowSum:
      return (0..<layer.rows).map { row in (0..<layer.columns).reduce(0) { $0 + abs(weight(row, $1)) } }.max()
        ?? 0
    case .columnSum:
      return (0..<layer.columns).map { column in (0..<layer.rows).reduce(0) { $0 + abs(weight($1, column)) } }
        .max()
        ?? 0
    case .spectral: return singularValues(layer).max() ?? 0
    }
  }

  /// All singular values: the roots of the eigenvalues of `W Wᵀ`, or of `Wᵀ W`, by rotations from both sides (Jacobi).
  static func singularValues(_ layer: FloatLayer) -> [Double] {
    let isWide = layer.rows <= layer.columns
    let (count, length) = (min(layer.rows, layer.columns), max(layer.rows, layer.columns))
    func weight(_ index: Int, _ place: Int) -> Double {
      Double(layer.weights[isWide ? index * layer.columns + place : place * layer.columns + index])
    }
    var a = (0..<count).map { i in
      (0..<count).map { j in (0..<length).reduce(0.0) { $0 + weight(i, $1) * weight(j, $1) } }
    }
    for _ in 0..<30 {
      for p in 0..<count {
        for q in p + 1..<max(count, p + 1) where abs(a[p][q]) > 1e-15 * (a[p][p] * a[q][q]).squareRoot() {
          let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
          let c = 1 / (1 + tangent * tangent).squareRoot()
          let s = c * tangent
          for k in 0..<count { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
          for k in 0..<count { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
        }
      }
    }
    return (0..<count).map { max(a[$0][$0], 0).squareRoot() }.sorted(by: >)
  }

  static func layer(_ rows: Int, _ columns: Int, _ bound: NormBound?, seed: UInt64) -> FloatLayer {
    var generator = SeededGenerator(seed: seed)
    return FloatLayer(
      rows: rows, columns: columns, weights: (0..<rows * columns).map { _ in Float(generator.normal()) },
      biases: (0..<rows).map { _ in Float(generator.normal()) }, normBound: bound)
  }

  /// Random samples of a network's inputs, and a run on them.
  static func run(
    _ network: FloatNetwork, _ method: ProjectionMethod = .euclidean, threads: Int = 1
  ) -> TrainingRun {
    var generator = SeededGenerator(seed: 3)
    let count = 96
    let inputs = (0..<count * network.layers[0].columns).map { _ in Float(generator.uniform()) }
    let classes = network.layers[network.layers.count - 1].rows
    return TrainingRun(
      network, TrainingData(inputs: inputs, labels: (0..<count).map { $0 % classes }),
      objective: .loss(.crossEntropy(temperature: 0.1)), batchSize: count, projection: method,
      threads: Threads(count: threads))
  }

  static func projected(_ layer: FloatLayer, _ method: ProjectionMethod = .euclidean) -> FloatLayer {
    run(FloatNetwork(layers: [layer], activation: .relu), method).network.layers[0]
  }

  static func network(_ norm: WeightNorm, bound: Float) -> FloatNetwork {
    let widths = [40, 48, 24, 4]
    return FloatNetwork(
      layers: (0..<3).map { index in
        var layer = layer(widths[index + 1], widths[index], NormBound(norm, bound), seed: UInt64(index))
        layer.weights = layer.weights.map { $0 / 8 }
        return layer
      }, activation: .maxMin)
  }

  @Test func `columns become the nearest ones that keep to the bound`() {
    for (rows, columns) in [(1, 1), (5, 40), (40, 5), (33, 17)] {
      let layer = Self.layer(rows, columns, NormBound(.columnSum, 1.5), seed: 1)
      let result = Self.projected(layer)
      for column in 0..<columns {
        func elements(_ layer: FloatLayer) -> [Float] {
          (0..<rows).map { layer.weights[$0 * columns + column] }
        }
        // Rows are compared with the KKT conditions in `ProjectionTests`.
        #expect(elements(result) == ProjectionTests.projected(elements(layer), bound: 1.5))
      }
      #expect(result.biases == layer.biases)
      #expect(Self.projected(result) == result)
    }
  }

  @Test(arguments: [(16, 40), (40, 16), (60, 60), (3, 50)])
  func `singular values are clipped and vectors stay`(
    rows: Int, columns: Int
  ) {
    let layer = Self.layer(rows, columns, NormBound(.spectral, 5), seed: 2)
    let result = Self.projected(layer)
    let (before, after) = (Self.singularValues(layer), Self.singularValues(result))
    for (old, new) in zip(before, after) { #expect(abs(new - min(old, 5)) < 0.01, "\(old) \(new)") }
    // The nearest matrix is exactly so far away as the values lost, which no other with these values is.
    let lost = before.reduce(0) { $0 + max($1 - 5, 0) * max($1 - 5, 0) }
    let distance = zip(layer.weights, result.weights).reduce(0.0) {
      $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
    }
    #expect(abs(distance.squareRoot() - lost.squareRoot()) < 0.03)
    #expect(Self.projected(result).weights == result.weights || Self.norm(.spectral, of: result) > 5)
  }

  @Test(arguments: WeightNorm.allCases)
  func `rescaling multiplies the whole matrix by one number, or by none`(
    norm: WeightNorm
  ) {
    let layer = Self.layer(30, 20, NormBound(norm, 2), seed: 4)
    let result = Self.projected(layer, .rescale)
    let factor = 2 / Self.norm(norm, of: layer)
    for (old, new) in zip(layer.weights, result.weights) {
      #expect(
        abs(Double(new) - factor * Double(old)) <= abs(Double(old)) * (norm == .spectral ? 2e-3 : 1e-6)
          * factor)
    }
    let largest = Self.norm(norm, of: result)
    #expect(largest <= 2 && largest > 2 * (norm == .spectral ? 0.998 : 0.999_999))
    var inside = layer
    inside.normBound = NormBound(norm, 1000)
    #expect(Self.projected(inside, .rescale) == inside)
  }

  @Test(arguments: kinds) func `every step keeps to the bound, by a full decomposition`(
    norm: WeightNorm, method: ProjectionMethod
  ) {
    let run = Self.run(Self.network(norm, bound: 0.9), method)
    for step in 0..<120 {
      _ = run.step(batch: Array(0..<96)[...], atStep: step, StepSettings(rate: step < 60 ? 0.02 : 0.002))
      guard norm != .spectral || step < 8 || step % 4 == 3 else { continue }
      for layer in run.network.layers {
        let largest = Self.norm(norm, of: layer)
        #expect(largest <= Double(Float(0.9)) * (norm == .spectral ? 1.001 : 1 + 1e-12), "step \(step)")
      }
    }
  }

  @Test(arguments: kinds) func `threads change no bit, and a checkpoint goes on to the same ones`(
    norm: WeightNorm, method: ProjectionMethod
  ) throws {
    let runs = [1, 2, 3].map { Self.run(Self.network(norm, bound: 0.9), method, threads: $0) }
    for step in 0..<20 {
      for run in runs { _ = run.step(batch: Array(0..<96)[...], atStep: step, StepSettings(rate: 0.02)) }
    }
    #expect(runs[1].network == runs[0].network && runs[2].network == runs[0].network)

    var options = TrainerTests.small
    options.epochs = 4
    options.hidden = [40, 24]
    options.norm.norm = norm
    options.norm.method = method
    options.norm.lipschitz = 0.7
    options.lastConstrained = true
    let data = TrainerTests.moons(128)
    func train(
      from checkpoint: TrainingCheckpoint? = nil, save: ((TrainingCheckpoint) -> Void)? = nil
    ) throws(TrainingError) -> TrainingResult {
      try Trainer.train(
        inputs: data.inputs, labels: data.labels, classCount: 2, range: 0...1, options: options,
        from: checkpoint,
        save: save)
    }
    var checkpoints: [TrainingCheckpoint] = []
    let whole = try train { checkpoints.append($0) }
    for checkpoint in checkpoints { #expect(try train(from: checkpoint).network == whole.network) }
    // What training returns keeps to the bounds exactly, and their product to λ.
    let product = whole.network.layers.reduce(1.0) { $0 * Self.norm(norm, of: $1) }
    #expect(product <= 0.7 * (1 + 1e-12))
  }

  @Test func `λ is split evenly, and the product of the bounds is not above it`() throws {
    for bound: Float in [1e-3, 0.7, 1, 2, 3, 16, 1e4] {
      for hidden in 0...6 {
        var options = TrainingOptions()
        options.hidden = Array(repeating: 8, count: hidden)
        options.norm.lipschitz = bound
        options.lastConstrained = true
        try options.validate()
        let bounds = try (0...hidden).map { try #require(options.bound(ofLayer: $0)) }
        #expect(Set(bounds.map(\.bound)).count == 1 && bounds.allSatisfy { $0.norm == .rowSum })
        let product = bounds.reduce(1.0) { $0 * Double($1.bound) }
        #expect(product <= Double(bound) && product > Double(bound) * (1 - 2e-6), "\(bound), \(hidden)")
      }
    }
  }

  @Test func `what cannot be bounded so is refused`() {
    func expect(_ option: TrainingError.Option, _ change: (inout TrainingOptions) -> Void) {
      var options = TrainingOptions()
      options.lastConstrained = true
      change(&options)
      do throws(TrainingError) {
        try options.validate()
        Issue.record("\(option)")
      } catch {
        guard case .invalidOption(option, _) = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
    for bound: Float in [0, -1, .nan, .infinity] { expect(.lipschitz) { $0.norm.lipschitz = bound } }
    expect(.norm) { ($0.norm.norm, $0.lastConstrained) = (.columnSum, false) }
    expect(.norm) { ($0.norm.lipschitz, $0.lastConstrained) = (2, false) }
    expect(.norm) { ($0.norm.norm, $0.keepsZeros) = (.spectral, true) }
    expect(.norm) { ($0.norm.method, $0.kind, $0.activation) = (.rescale, .distance, .identity) }
  }
}
