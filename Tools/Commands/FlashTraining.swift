internal import Integers
internal import Quantization
internal import Training

/// `supnorm train --flash`: fits a trained network into a number of bytes.
enum FlashTraining {
  /// Does what the budget asks for.
  ///
  /// A network with dense layers keeps the weights that `export --flash` would keep, all others become zero for good,
  /// and it is trained for half as many epochs again so that the rest makes up for them. A network of distances stays as
  /// it is: what it can spare shows in its integers, where `export --flash` drops it; here it is checked that this is
  /// enough.
  static func fit(
    _ trained: inout ModelTraining.Outcome, within bytes: Int, _ training: ModelTraining,
    _ options: TrainingOptions
  ) throws {
    let model = trained.model
    do {
      let samples = model.network.hasDistances ? training.data.rawSamples(limit: 10_000) : []
      let (integers, _, fit) = try quantized(model, within: FlashBudget(bytes: bytes, samples: samples))
      Console.message("export --flash \(bytes): \(integers.parameterBytes) bytes, \(fit)")
      guard case .pruned = fit, !options.kind.hasDistances else { return }
      var network = model.network
      for index in network.layers.indices.dropLast() {
        for place in network.layers[index].weights.indices
        where integers.layers[index].asWeighted?.weights[place] == 0 {
          network.layers[index].weights[place] = 0
        }
      }
      var tuning = options
      tuning.keepsZeros = true
      tuning.epochs = max(1, options.epochs / 2)
      tuning.rate = options.rate / 2
      tuning.rampFraction = 0
      trained = try training.outcome(tuning, from: network)
    } catch let error as QuantizationError {
      throw CommandError.usage("--flash: \(error)")
    }
    trained.model.settings.merge(
      options.settings.merging(["data": training.source, "flash": "\(bytes)"]) { $1 }
    ) { $1 }
    let before = model.curve.count
    trained.model.curve =
      model.curve
      + trained.model.curve.map { point in
        var point = point
        point.epoch += before
        return point
      }
    trained.result.curve = trained.model.curve
  }
}

extension Dataset {
  /// The raw values of the first samples.
  func rawSamples(limit: Int) -> [[Double]] {
    (0..<min(count, limit)).map { sample in
      (0..<featureCount).map { value(sample: sample, feature: $0) }
    }
  }
}
