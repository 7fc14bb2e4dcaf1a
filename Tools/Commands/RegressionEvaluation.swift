internal import Certification
internal import Foundation
internal import Training

/// What `evaluate` says of a regression: how far its outputs are off, and how far they can move.
struct RegressionEvaluation: Encodable {
  struct Radius: Encodable {
    var epsilon: Double
    var radiusLSB: Int
    /// The most by which the output changes for any input whatever, in the target's unit; nil for no bound.
    var changeBound: Double?
    /// Mean and largest distance from the output to the farther end of its interval, in the target's unit, over the
    /// samples within the declared input range.
    var meanLocalChange, largestLocalChange: Double
  }
  var samples: Int
  var target: String
  var meanAbsoluteError: Double
  /// `1 - Σ(y - t)² / Σ(t - mean)²`.
  var explainedVariance: Double
  var radii: [Radius]

  /// Evaluates the deployed integers.
  ///
  /// Bounds are integers; only their display in the target's unit is in floating point, rounded up.
  /// - Complexity: O(samples · radii · weights).
  init(_ header: LoadedHeader, _ samples: EncodedSamples, _ epsilons: [Epsilon], limit: Int?) throws {
    let map = header.claims.targets[0]
    let inputs = Array(samples.inputs.prefix(limit ?? .max))
    let targets = samples.data.targets.prefix(inputs.count)
    let outputs = try inputs.map { try header.network.answer(to: $0).logits[0] }
    let values = outputs.map { map.offset + Double($0) * map.scale }
    self.samples = inputs.count
    target = header.claims.targetNames.first ?? "output"
    let mean = targets.reduce(0, +) / Double(inputs.count)
    let errors = zip(values, targets).map { $0 - $1 }
    meanAbsoluteError = errors.reduce(0) { $0 + abs($1) } / Double(inputs.count)
    let total = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    explainedVariance = total > 0 ? 1 - errors.reduce(0) { $0 + $1 * $1 } / total : 0
    radii = try epsilons.map { epsilon in
      let radius = samples.radius(epsilon, unit: header.claims.unit)
      let changes = try zip(inputs, outputs).compactMap { input, output in
        try header.network.outputBounds(of: input, within: min(radius, 65535)).map { bounds in
          max(Int(bounds[0].upperBound) - Int(output), Int(output) - Int(bounds[0].lowerBound))
        }
      }
      let inUnits = { (change: Double) in (change * map.scale).nextUp }
      return Radius(
        epsilon: epsilon.value, radiusLSB: radius,
        changeBound: try header.network.outputChange(0, within: min(radius, 65535)).map {
          inUnits(Double($0))
        },
        meanLocalChange: inUnits(Double(changes.reduce(0, +)) / Double(max(changes.count, 1))),
        largestLocalChange: inUnits(Double(changes.max() ?? 0)))
    }
  }

  /// The result as text.
  func text(_ epsilons: [Epsilon]) -> String {
    let number = { (value: Double) in formatted(value, digits: 3) }
    let rows = zip(radii, epsilons).map { radius, epsilon in
      [
        "\(epsilon)", "\(radius.radiusLSB) LSB", "±\(number(radius.meanLocalChange))",
        "±\(number(radius.largestLocalChange))", radius.changeBound.map { "±\(number($0))" } ?? "no bound",
      ]
    }
    return "\(samples) samples, \(target): mean absolute error \(number(meanAbsoluteError)), "
      + "\(formatted(explainedVariance * 100, digits: 1)) % of the variance explained\n"
      + table([["epsilon", "radius", "change (mean)", "change (largest)", "for any input"]] + rows)
  }
}
