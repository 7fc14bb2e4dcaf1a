internal import FileAccess
internal import Files
internal import Quantization
internal import Training

/// Training on one data set, with a progress bar.
struct ModelTraining {
  var data: Dataset
  var plan: InputPlan
  /// What the data is called.
  var source: String

  /// A model, and how it came about.
  struct Outcome {
    var model: FloatModel
    var result: TrainingResult
  }

  /// Trains a network.
  ///
  /// - Parameters:
  ///   - start: the model to start from.
  ///   - network: the network to start from, which stands before `start`.
  ///   - checkpoint: the file from which training goes on, and that is written after every epoch.
  /// - Throws: `TrainingError`, a checkpoint of another run, and an interruption in the first epoch.
  func outcome(
    _ options: TrainingOptions, start: WarmStart? = nil, from network: FloatNetwork? = nil,
    checkpoint: String? = nil
  ) throws -> Outcome {
    let map = options.kind.hasDistances ? plan.map.narrowed : plan.map
    let options = try options.restricted(to: plan.selection, data)
    let targetMap = TargetMap.fitted(to: data.targets)
    let inputs = plan.selection.applied(to: map).mappedInputs(of: plan.selection.applied(to: data))
    let targets = data.targets.map(targetMap.mapped)
    let whole =
      try network
      ?? start?.network(for: map, inputs: data.featureCount, classes: data.classNames.count, options)
    let initial = whole.map(plan.selection.applied)
    var file = RunCheckpoint(path: checkpoint)
    file.describe(options, inputs: inputs, labels: data.labels, targets: targets, start: initial)
    let resumed = try file.read()
    Interruption.watch()
    let bar = ProgressBar("training")
    let result: TrainingResult
    do {
      result = try Trainer.train(
        inputs: inputs, labels: data.labels,
        classCount: options.loss.isRegression ? 1 : data.classNames.count,
        targets: targets, range: map.mappedRange, options: options, start: initial, from: resumed,
        save: checkpoint == nil ? nil : { file.write($0) },
        progress: { bar.update($0.fraction, $0.text) },
        shouldStop: { Interruption.wasRequested || file.problem != nil })
    } catch TrainingError.checkpointMismatch {
      throw FileError(checkpoint ?? "", "\(TrainingError.checkpointMismatch)")
    }
    if let problem = file.problem { throw problem }
    guard let last = result.curve.last else {
      throw CommandError(description: "interrupted in the first epoch, nothing was written", exitStatus: 130)
    }
    bar.finish(
      "\(last.epoch) epochs, loss \(formatted(last.loss, digits: 4)), "
        + "\(options.loss.isRegression ? "explained" : "accuracy") \(share(last.accuracy))"
        + (result.validation.map { ", validation \($0.text) in epoch \(result.keptEpoch)" } ?? "")
        + (last.penalty?.text ?? ""))
    return Outcome(model: model(of: result, options, map: map, targetMap: targetMap), result: result)
  }

  /// The trained network with all that its file says of it.
  private func model(
    of result: TrainingResult, _ options: TrainingOptions, map: InputMap, targetMap: TargetMap
  ) -> FloatModel {
    let isRegression = options.loss.isRegression
    let trained = plan.selection.restored(result.network)
    // Where all rows are bounded the scale has nowhere to go, as in what is monotone and in what may be convex; hidden
    // values must fit all the same.
    let mustFit =
      !options.monotone.isEmpty || trained.hasWideRows
      || (!options.convex.inputs.isEmpty && options.lastConstrained)
    let deployedMap = mustFit ? map.coarsened(toFit: trained) : map.coarsened(toFitOffsetsOf: trained)
    return FloatModel(
      network: trained, inputMap: deployedMap, classNames: isRegression ? [] : data.classNames,
      featureNames: data.featureNames, targets: isRegression ? [targetMap] : [],
      targetNames: isRegression ? [data.targetName] : [], tolerances: plan.tolerances,
      unreadInputs: plan.selection.dropped, examples: data.spreadExamples,
      settings: options.settings.merging(["data": source]) { $1 },
      curve: result.curve)
  }
}

extension TrainingProgress {
  /// One line beside the bar.
  fileprivate var text: String {
    let accuracy = accuracy.map { ", accuracy \(share($0))" } ?? ""
    let verified = verifiedAccuracy.map { ", verified \(share($0))" } ?? ""
    let validation = validation.map { ", validation \($0.text)" } ?? ""
    return
      "epoch \(epoch)/\(epochs), loss \(formatted(loss, digits: 3))\(accuracy)\(verified)\(validation)\(penalty?.text ?? "")"
  }
}

extension PenaltyPoint {
  /// `, lambda 0.1, quotient 2.3`.
  fileprivate var text: String {
    ", lambda \(formatted(Double(lambda), digits: 4))"
      + (quotient.map { ", quotient \(formatted($0, digits: 2))" } ?? "")
  }
}

extension ValidationScore {
  /// `95.0 %, verified 87.2 %`.
  var text: String {
    share(accuracy) + (verifiedAccuracy.map { ", verified \(share($0))" } ?? "")
      + (attackedAccuracy.map { ", attacked \(share($0))" } ?? "")
  }
}

/// A part of one as a percentage, rounded to nearest: a measured figure.
private func share(_ fraction: Double) -> String { formatted(fraction * 100, digits: 1) + " %" }

extension Dataset {
  /// A few samples spread over the data, which become the golden vectors of a header.
  var spreadExamples: [[Double]] {
    (0..<min(4, count)).map { index in
      (0..<featureCount).map { value(sample: index * count / 4, feature: $0) }
    }
  }
}
