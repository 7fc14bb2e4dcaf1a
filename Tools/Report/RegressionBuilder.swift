internal import Certification
internal import Foundation
internal import Training

extension ReportBuilder {
  /// What a regression has in place of accuracies.
  ///
  /// - Parameter epsilons: the radii of the change curve, increasing.
  /// - Complexity: O(samples · headlines · weights).
  func regression(_ epsilons: [Epsilon]) throws -> ReportContent.Regression {
    let errors = try RegressionEvaluation(header, samples, [], limit: nil)
    // Enough for a picture; every point is drawn.
    let shown = min(samples.inputs.count, 200)
    let curve = try RegressionEvaluation(header, samples, epsilons, limit: shown)
    let smallest = headlines.min { $0.value < $1.value } ?? headlines[0]
    let radius = reportRadius(smallest)
    let map = header.claims.targets[0]
    let value = { (output: Int32) in map.offset + Double(output) * map.scale }
    return ReportContent.Regression(
      target: errors.target, samples: errors.samples, meanAbsoluteError: errors.meanAbsoluteError,
      floatMeanAbsoluteError: floatError(), explainedVariance: errors.explainedVariance,
      points: try (0..<shown).map { index in
        let input = samples.inputs[index]
        let bounds = try header.network.outputBounds(of: input, within: min(radius.lsb, 65535))
        return ReportContent.Regression.Point(
          target: samples.data.targets[index], output: value(try header.network.answer(to: input).logits[0]),
          bounds: bounds.map { value($0[0].lowerBound).nextDown...value($0[0].upperBound).nextUp })
      },
      pointRadius: radius,
      changes: zip(epsilons, curve.radii).map { epsilon, change in
        ReportContent.Regression.Change(
          radius: reportRadius(epsilon), anyInput: change.changeBound,
          largestLocal: change.largestLocalChange, meanLocal: change.meanLocalChange)
      })
  }

  /// The mean absolute error of the float network.
  private func floatError() -> Double? {
    guard let map = model.targets.first, !samples.data.targets.isEmpty else { return nil }
    let outputs = model.network.logits(of: model.inputMap.mappedInputs(of: samples.data))
    let width = outputs.count / samples.data.targets.count
    let errors = samples.data.targets.enumerated().map { index, target in
      abs(map.offset + Double(outputs[index * width]) * map.scale - target)
    }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
