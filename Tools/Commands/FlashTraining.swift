internal import Integers
internal import Certification
internal import Foundation
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
    _ model: inout FloatModel, _ result: inout TrainingResult, within bytes: Int, _ data: Dataset,
    _ options: TrainingOptions, plan: InputPlan, source: String
  ) throws {
    do {
      let samples = model.network.hasDistances ? data.rawSamples(limit: 10_000) : []
      let (integers, _, fit) = try quantized(model, within: FlashBudget(bytes: bytes, samples: samples))
      Console.message("export --flash \(bytes): \(integers.parameterBytes) bytes, \(fit.text)")
      guard case .pruned = fit, options.kind == .dense else { return }
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
      let curve = model.curve
      let tuned = try TrainCommand.train(
        data, options: tuning, plan: plan, from: network, source: source)
      (model, result) = (tuned.model, tuned.result)
      model.settings.merge(options.settings.merging(["data": source, "flash": "\(bytes)"]) { $1 }) { $1 }
      model.curve =
        curve
        + tuned.model.curve.map { point in
          var point = point
          point.epoch += curve.count
          return point
        }
      result.curve = model.curve
    } catch let error as QuantizationError {
      throw CommandError.usage("--flash: \(error)")
    }
  }
}

extension FlashFit {
  /// What was done, in words.
  var text: String {
    switch self {
    case .whole: "fits as it is"
    case .pruned(let threshold): "hidden weights below \(threshold) LSB dropped"
    case .byteOffsets: "offsets are bytes"
    case .leastUsedDropped(let count): "offsets are bytes, \(count) entries dropped that the data use least"
    }
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
