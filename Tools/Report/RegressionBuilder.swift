internal import Claims
internal import Certification
internal import Foundation
internal import Training

extension ReportBuilder {
  /// What a regression has in place of accuracies: the first output, and the others.
  ///
  /// - Parameter epsilons: the radii of the change curve, increasing.
  /// - Complexity: O(samples · headlines · weights).
  func regressions(
    _ epsilons: [Epsilon]
  ) throws -> (first: ReportContent.Regression?, others: [ReportContent.Regression]) {
    let errors = try RegressionEvaluation(header, samples, [], targets: targets, limit: nil)
    // Enough for a picture; every point is drawn.
    let shown = min(samples.inputs.count, 200)
    let curve = try RegressionEvaluation(header, samples, epsilons, targets: targets, limit: shown)
    let all = try errors.outputs.indices.map { index in
      try regression(index, errors, curve.outputs[index].radii, epsilons, shown: shown)
    }
    return (all.first, Array(all.dropFirst()))
  }

  private func regression(
    _ index: Int, _ errors: RegressionEvaluation, _ changes: [RegressionEvaluation.Radius],
    _ epsilons: [Epsilon], shown: Int
  ) throws -> ReportContent.Regression {
    let smallest = headlines.min { $0.value < $1.value } ?? headlines[0]
    let radius = reportRadius(smallest)
    let map = header.claims.targets[index]
    let output = errors.outputs[index]
    let points: [ReportContent.Regression.Point] = try (targets[index] ?? []).prefix(shown).enumerated().map {
      sample, target in
      let input = samples.inputs[sample]
      let bounds = try header.network.outputBounds(of: input, within: min(radius.lsb, 65535))
      let value = map.value(try header.network.answer(to: input).logits[index])
      return ReportContent.Regression.Point(
        target: target, output: value, bounds: bounds.map { map.bounds($0[index]) })
    }
    return ReportContent.Regression(
      target: output.target, samples: errors.samples, meanAbsoluteError: output.meanAbsoluteError ?? .nan,
      floatMeanAbsoluteError: floatError(index), explainedVariance: output.explainedVariance ?? .nan,
      points: points, pointRadius: radius,
      changes: zip(epsilons, changes).map { epsilon, change in
        ReportContent.Regression.Change(
          radius: reportRadius(epsilon), anyInput: change.changeBound,
          largestLocal: change.largestLocalChange, meanLocal: change.meanLocalChange)
      })
  }

  /// The mean absolute error of the float network on one output.
  private func floatError(_ index: Int) -> Double? {
    guard model.targets.indices.contains(index), let targets = targets[index], !targets.isEmpty else {
      return nil
    }
    let map = model.targets[index]
    let outputs = model.network.logits(of: model.inputMap.mappedInputs(of: samples.data))
    let width = outputs.count / targets.count
    let errors = targets.enumerated().map { sample, target in
      abs(map.offset + Double(outputs[sample * width + index]) * map.scale - target)
    }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
