internal import Certification
internal import Quantization
internal import Training

/// What quantization and pruning cost on a test set.
struct AccuracyCost: Encodable, Equatable {
  var samples: Int
  var floatCorrect: Int
  /// After projection; nil when nothing was projected.
  var projectedCorrect: Int?
  var integerCorrect: Int
}

extension AccuracyCost {
  /// Counts right answers of the float network and of the integers.
  ///
  /// - Parameters:
  ///   - source: where the data is from, to say what of it was clamped; nil where that has been said.
  ///   - unprojected: the float network before its rows were projected; nil when none were.
  init(
    of model: FloatModel, _ network: CertifiedNetwork, on data: Dataset, source: String? = nil,
    unprojected: FloatNetwork? = nil
  ) throws {
    let encoded = try EncodedSamples(data, encoder: InputEncoder(network))
    if let text = source.flatMap(encoded.clampingText) { Console.message(text) }
    samples = data.count
    let correct = model.network.correctCount(model.inputMap, on: data)
    floatCorrect = unprojected?.correctCount(model.inputMap, on: data) ?? correct
    projectedCorrect = unprojected == nil ? nil : correct
    integerCorrect = try network.certifiedAccuracy(inputs: encoded.inputs, labels: data.labels, radii: [])
      .clean
  }

  /// One line.
  var text: String {
    let projected = projectedCorrect.map { ", projected \(percentage($0, of: samples))" } ?? ""
    return "\(samples) samples: float \(percentage(floatCorrect, of: samples))\(projected), "
      + "integers \(percentage(integerCorrect, of: samples)) correct"
  }
}

extension FloatNetwork {
  /// How many samples have their label's output as the first of the largest.
  fileprivate func correctCount(_ map: InputMap, on data: Dataset) -> Int {
    let logits = logits(of: map.mappedInputs(of: data))
    let outputs = layers[layers.count - 1].rows
    return data.labels.indices.count { sample in
      let row = logits[sample * outputs..<(sample + 1) * outputs]
      let best = row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 }
      return best - row.startIndex == data.labels[sample]
    }
  }
}
