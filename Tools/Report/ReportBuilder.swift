internal import Claims
internal import Integers
internal import Certification
internal import Foundation
internal import Files
internal import Training

/// Collects what the report page shows of a model, its header and a test set.
struct ReportBuilder {
  var model: FloatModel
  var header: LoadedHeader
  var samples: EncodedSamples
  /// The radii quoted at the top of the page.
  var headlines: [Epsilon]
  var devices: [RunCommand.Output]
  /// What quantization cost on the same samples; nil for a regression.
  var cost: AccuracyCost?
  var tightness: TightnessSearch
  var summary: String
  /// What each output of a regression shall find.
  var targets: [[Double]?] = []
  var commands: [ReportContent.Command]

  private var network: IntegerNetwork { header.network.network }
  var claims: ModelClaims { header.claims }

  /// Computes everything, with progress on standard error.
  func content() throws -> ReportContent {
    var content = ReportContent(
      name: claims.name,
      shape: ([claims.inputs] + claims.layers.map(\.rowCount)).map { "\($0)" }.joined(separator: "-"),
      activation: model.network.activation.rawValue, unit: claims.unit, inputMinimum: claims.inputMinimum,
      inputMaximum: claims.inputMaximum)
    content.summary = summary
    let bound = network.lipschitzBound
    content.lipschitzBound =
      "\(formatted(bound.roundedUp, digits: 4, rounded: .up)) (\(bound.isExact ? "exactly" : "at most") \(bound))"
    let radii = curveRadii()
    if claims.task == .regression {
      (content.regression, content.otherRegressions) = try regressions(radii)
    } else {
      content.accuracy = try accuracy(radii)
      content.gallery = try gallery()
    }
    content.tolerances = tolerances()
    content.monotone = claims.monotoneInputs.map { statement in
      ReportContent.Monotone(statement: claims.sentence(statement))
    }
    content.training = ReportContent.Training(
      epsilonText: model.settings["epsilon"] ?? "?", points: model.curve)
    content.cost = cost
    content.layers = network.layers.map { layer in
      ReportContent.Layer(
        kind: words(layer.name), rows: layer.rows, columns: layer.columns, shift: layer.shift,
        activation: "\(layer.activation)", nonzeroWeights: layer.nonzeroCount,
        parameterBytes: layer.parameterBytes, rowSums: layer.passesChangesOn ? [] : layer.rowSums,
        rowSumBound: layer.rowSumBound)
    }
    content.devices = devices
    content.settings = model.settings.sorted { $0.key < $1.key }.map {
      ReportContent.Setting(name: $0.key, value: $0.value)
    }
    content.commands = commands
    // Last, because Ctrl-C ends nothing but this search.
    content.tightness = try tightness.run(header, samples)
    return content
  }

  // MARK: - Accuracy

  /// The radii of the curve: a grid up to twice the largest headline, within the input range, and the headlines
  /// themselves.
  private func curveRadii() -> [Epsilon] {
    let largest = headlines.max { $0.value < $1.value } ?? headlines[0]
    let grid = (1...16).compactMap { step in
      let divisor = greatestCommonDivisor(largest.numerator * step, largest.denominator * 8)
      return Epsilon("\(largest.numerator * step / divisor)/\(largest.denominator * 8 / divisor)")
    }
    let width = claims.inputMaximum - claims.inputMinimum
    return (grid.filter { !isHeadline($0) && $0.deviation(unit: claims.unit) <= width } + headlines)
      .sorted { $0.value < $1.value }
  }

  private func isHeadline(_ epsilon: Epsilon) -> Bool { headlines.contains { $0.value == epsilon.value } }

  /// A radius as the page shows it.
  func reportRadius(_ epsilon: Epsilon) -> ReportContent.Radius {
    ReportContent.Radius(
      // Nobody reads 161/32767.
      epsilonText: epsilon.denominator > 1000 && epsilon.value >= 0.001
        ? formatted(epsilon.value, digits: 4, rounded: .down) : "\(epsilon)",
      epsilon: epsilon.value, lsb: samples.radius(epsilon, unit: claims.unit),
      isHeadline: isHeadline(epsilon),
      isTolerance: claims.toleranceLSB > 0 && isHeadline(epsilon)
        && epsilon.deviation(unit: claims.unit) == claims.toleranceLSB)
  }

  private func accuracy(_ epsilons: [Epsilon]) throws -> ReportContent.Accuracy {
    let counts = try EvaluateCommand.certifiedAccuracy(header, samples, epsilons)
    return ReportContent.Accuracy(
      samples: counts.samples, clean: counts.clean, radii: epsilons.map(reportRadius),
      curves: [
        ReportContent.Curve(name: "certified", role: .certified, counts: counts.radii.map(\.either)),
        ReportContent.Curve(name: "local", role: .local, counts: counts.radii.map(\.local)),
        ReportContent.Curve(name: "global", role: .global, counts: counts.radii.map(\.global)),
      ])
  }

  /// How far a feature may move for each LSB of a radius.
  func tolerancePerLSB(_ feature: Int) -> Double {
    claims.features[claims.features.count == 1 ? 0 : feature].tolerance
  }

  private func tolerances() -> ReportContent.Tolerances? {
    guard claims.toleranceLSB > 0 else { return nil }
    return ReportContent.Tolerances(
      lsb: claims.toleranceLSB,
      features: claims.tolerances.enumerated().map { index, tolerance in
        ReportContent.Tolerances.Feature(
          name: claims.inputName(index), declared: tolerance > 0 ? shortest(tolerance) : nil,
          // What is declared is covered, though the product may have lost its last place.
          covered: significant(
            max(
              tolerance, tolerancePerLSB(index).multiplied(by: Double(claims.toleranceLSB), rounded: .down))),
          perLSB: significant(tolerancePerLSB(index)))
      })
  }

  private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? max(first, 1) : greatestCommonDivisor(second, first % second)
  }
}

/// A name of code as words: `maximumRow` is `maximum-row`.
private func words(_ name: String) -> String {
  name.reduce("") { $0 + ($1.isUppercase ? "-\($1.lowercased())" : "\($1)") }
}
