internal import Certification
internal import Claims
internal import Integers

/// How many stored weights and entries an inference cannot leave out, counted on the host.
///
/// - A dense layer leaves out pairs of columns whose inputs are both zero.
/// - A sparse layer leaves out nothing.
/// - A row of maxima has its entries in falling order of their potential, the greatest value `s·x + o` over the range of
///   the layer's inputs, and ends once its maximum so far reaches the next potential; the last entry is always the end.
struct TouchedEntries: Codable, Equatable, Sendable {
  /// Over all inputs.
  var mean: Double
  var greatest: Int

  init(of network: IntegerNetwork, over inputs: [[Int16]]) throws {
    let layers = network.layers
    let chunk = 250
    let counts = try concurrently((inputs.count + chunk - 1) / chunk) { part in
      let pass = GradientPass(network)
      return inputs[part * chunk..<min((part + 1) * chunk, inputs.count)].map { input in
        pass.run(input)
        return layers.indices.reduce(0) { count, index in
          var values = index == 0 ? input : pass.outputs(ofLayer: index - 1)
          if index == layers.count - 1, index > 0 {
            values = network.lastColumns(hidden: values, inputs: input)
          }
          return count + Self.touched(by: values, in: layers[index])
        }
      }
    }.flatMap(\.self)
    mean = Double(counts.reduce(0, +)) / Double(max(counts.count, 1))
    greatest = counts.max() ?? 0
  }

  private static func touched(by values: [Int16], in layer: IntegerLayer) -> Int {
    guard let weights = layer.asWeighted else { return layer.touchedEntries(by: values) }
    guard !weights.isSparse else { return weights.storedCount }
    return weights.rows
      * stride(from: 0, to: weights.columns, by: 2).reduce(0) { count, column in
        let pair = values[column..<min(column + 2, weights.columns)]
        return count + (pair.contains { $0 != 0 } ? pair.count : 0)
      }
  }
}
