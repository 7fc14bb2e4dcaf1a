internal import Foundation
internal import Training

/// The regression of CLIP's document: a network that is much too large for a hundred noisy points, without the penalty and
/// with ever less of it, each λ starting from the network of the one before.
///
/// The document's text lost its function, noise and λ: these are ours.
struct ClipRegression {
  /// One of the networks.
  struct Curve {
    /// λ; 0 for the network without penalty.
    var lambda: Float
    /// Its values on `grid`.
    var values: [Double]
    /// Roots of the mean squared errors: at the noisy points, and against the function all over the domain.
    var pointError, functionError: Double
    /// The largest difference quotient of neighbors on the grid: empirical, and no bound.
    var quotient: Double
  }

  /// The domain, and the part of it without points.
  static let domain = -3.0...3.0
  static let gap = -1.0...0.5
  static let lambdas: [Float] = [0.1, 0.01, 0.001]

  /// What is sought.
  static func function(_ x: Double) -> Double { 0.5 * sin(2 * x) * Training.exponential(-x * x / 8) }

  let seed: UInt64
  private(set) var points: [(x: Double, y: Double)] = []
  private(set) var curves: [Curve] = []
  let grid = (0...1200).map { -3 + Double($0) / 200 }

  /// Draws the points.
  init(seed: UInt64) {
    self.seed = seed
    var generator = SeededGenerator(seed: seed)
    while points.count < 100 {
      let x = Self.domain.lowerBound + 6 * generator.uniform()
      guard !Self.gap.contains(x) else { continue }
      points.append((x, Self.function(x) + 0.1 * generator.normal()))
    }
  }

  /// Trains the networks.
  ///
  /// - Parameter report: called before each.
  mutating func run(epochs: Int, _ report: (String) -> Void) throws {
    var start: FloatNetwork?
    for lambda in [0] + Self.lambdas {
      report("lambda \(lambda)")
      var options = TrainingOptions()
      options.hidden = [500, 200, 100]
      options.activation = .sigmoid
      // No row ever comes near it: bounded layers start with units that bend within the domain.
      options.bounds = [65535]
      options.loss = .squaredError
      options.batchSize = 20
      options.epochs = epochs
      options.rate = 0.005
      options.seed = seed
      var clip = ClipOptions()
      clip.renewal = points.count / options.batchSize
      if lambda > 0 {
        options.penalty = PenaltyOptions(.quotient(clip), lambda: LambdaRule(first: lambda))
      }
      let result = try Trainer.train(
        inputs: points.map { Float($0.x / 3) }, labels: points.map { _ in 0 }, classCount: 1,
        targets: points.map { Float($0.y) }, range: -1...1, options: options, start: start)
      start = result.network
      curves.append(curve(of: result.network, lambda: lambda))
    }
  }

  private func curve(of network: FloatNetwork, lambda: Float) -> Curve {
    func values(_ places: [Double]) -> [Double] {
      network.logits(of: places.map { Float($0 / 3) }).map { Double($0) }
    }
    func error(_ values: [Double], _ wanted: [Double]) -> Double {
      (zip(values, wanted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(values.count))
        .squareRoot()
    }
    let values = (own: values(grid), points: values(points.map(\.x)))
    return Curve(
      lambda: lambda, values: values.own, pointError: error(values.points, points.map(\.y)),
      functionError: error(values.own, grid.map(Self.function)),
      quotient: zip(values.own, values.own.dropFirst()).reduce(0) { max($0, abs($1.1 - $1.0) * 200) })
  }
}
