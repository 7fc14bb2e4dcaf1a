internal import Claims
internal import Files
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

  /// One output.
  struct Output: Encodable {
    var target: String
    /// Nil where the data do not have the target.
    var meanAbsoluteError: Double?
    /// `1 - Σ(y - t)² / Σ(t - mean)²`; nil where the data do not have the target.
    var explainedVariance: Double?
    var radii: [Radius]
  }

  private enum CodingKeys: CodingKey {
    case samples, clampedReadings, target, meanAbsoluteError, explainedVariance, radii, outputs
  }

  var samples: Int
  /// Readings of these outside the declared input range, which were clamped.
  var clampedReadings: Int
  var outputs: [Output]

  /// Evaluates the deployed integers.
  ///
  /// Bounds are integers; their values in the target's unit are rounded up.
  /// - Parameters:
  ///   - targets: what each output shall find in the samples, as `LoadedHeader.targets(_:_:)` reads it.
  ///   - limit: only the first so many samples.
  /// - Complexity: O(samples · radii · weights).
  init(
    _ header: LoadedHeader, _ samples: EncodedSamples, _ epsilons: [Epsilon], targets: [[Double]?],
    limit: Int? = nil
  ) throws {
    let claims = header.claims
    let inputs = Array(samples.inputs.prefix(limit ?? .max))
    let answers = try inputs.map { try header.network.answer(to: $0).logits }
    let radii = epsilons.map { min(samples.radius($0, unit: claims.unit), 65535) }
    let bounds = try radii.map { radius in
      try inputs.map { try header.network.outputBounds(of: $0, within: radius) }
    }
    self.samples = inputs.count
    clampedReadings = samples.clampedCounts.prefix(inputs.count).reduce(0, +)
    outputs = try claims.targets.indices.map { index in
      let map = claims.targets[index]
      let errors = targets[index].map { Self.errors(answers.map { map.value($0[index]) }, $0) }
      return Output(
        target: claims.targetName(index), meanAbsoluteError: errors?.mean,
        explainedVariance: errors?.explained,
        radii: try zip(epsilons, zip(radii, bounds)).map { epsilon, proved in
          let changes = zip(answers, proved.1).compactMap { answer, bounds in
            bounds.map {
              max(
                Int($0[index].upperBound) - Int(answer[index]), Int(answer[index]) - Int($0[index].lowerBound)
              )
            }
          }
          return Radius(
            epsilon: epsilon.value, radiusLSB: samples.radius(epsilon, unit: claims.unit),
            changeBound: try header.network.outputChange(index, within: proved.0).map(map.change),
            meanLocalChange: map.change(changes.reduce(0, +)).divided(
              by: Double(max(changes.count, 1)), rounded: .up),
            largestLocalChange: map.change(changes.max() ?? 0))
        })
    }
  }

  private static func errors(_ values: [Double], _ targets: [Double]) -> (mean: Double, explained: Double) {
    let targets = targets.prefix(values.count)
    let mean = targets.reduce(0, +) / Double(values.count)
    let errors = zip(values, targets).map { $0 - $1 }
    let total = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (
      errors.reduce(0) { $0 + abs($1) } / Double(values.count),
      total > 0 ? 1 - errors.reduce(0) { $0 + $1 * $1 } / total : 0
    )
  }

  /// The keys of the first output, and all outputs in a list.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(samples, forKey: .samples)
    try container.encode(clampedReadings, forKey: .clampedReadings)
    try container.encode(outputs, forKey: .outputs)
    guard let first = outputs.first else { return }
    try container.encode(first.target, forKey: .target)
    try container.encodeIfPresent(first.meanAbsoluteError, forKey: .meanAbsoluteError)
    try container.encodeIfPresent(first.explainedVariance, forKey: .explainedVariance)
    try container.encode(first.radii, forKey: .radii)
  }

  /// The result as text.
  func text(_ epsilons: [Epsilon]) -> String {
    outputs.map { output in
      let rows = zip(output.radii, epsilons).map { radius, epsilon in
        [
          "\(epsilon)", "\(radius.radiusLSB) LSB", "±\(upward(radius.meanLocalChange))",
          "±\(upward(radius.largestLocalChange))",
          radius.changeBound.map { "±\(upward($0))" } ?? "no bound",
        ]
      }
      let errors = output.meanAbsoluteError.map { error in
        "mean absolute error \(measured(error)), "
          + "\(formatted((output.explainedVariance ?? 0) * 100, digits: 1)) % of the variance explained"
      }
      return "\(samples) samples, \(output.target): \(errors ?? "not in the data")\n"
        + table([["epsilon", "radius", "change (mean)", "change (largest)", "for any input"]] + rows)
    }.joined(separator: "\n")
  }
}

extension LoadedHeader {
  /// What each output of a regression shall find in the samples; nil for a column that the data do not have.
  ///
  /// - Parameter samples: they have the first target.
  func targets(_ arguments: Arguments, _ samples: EncodedSamples) throws -> [[Double]?] {
    let source = try arguments.required("--data")
    return claims.targets.indices.map { output in
      let count = samples.data.count
      guard output > 0 else { return samples.data.targets.count == count ? samples.data.targets : nil }
      guard claims.targetNames.indices.contains(output) else { return nil }
      var columns = claims.columns(label: arguments.string("--label"), of: source)
      columns.target = claims.targetNames[output]
      let other = try? DataSource.load(source, part: .test, columns: columns)
      return other?.targets.count == count ? other?.targets : nil
    }
  }
}
