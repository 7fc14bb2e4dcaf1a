internal import Certification
internal import Claims
internal import Integers

/// How many stored weights and entries an inference cannot leave out, counted on the host.
///
/// - A dense layer leaves out pairs of columns whose inputs are both zero.
/// - A sparse layer leaves out nothing.
/// - A max-plus row has its entries in falling order of their potential, the greatest value `s·x + o` over the range of
///   the layer's inputs, and ends once its maximum so far reaches the next potential; the last entry is always the end.
struct TouchedEntries: Codable, Equatable, Sendable {
  /// Over all inputs.
  var mean: Double
  var greatest: Int

  init(of network: IntegerNetwork, over inputs: [[Int16]]) throws {
    let layers = Self.layers(of: network)
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
          return count + layers[index].touched(by: values)
        }
      }
    }.flatMap(\.self)
    mean = Double(counts.reduce(0, +)) / Double(max(counts.count, 1))
    greatest = counts.max() ?? 0
  }

  private static func layers(of network: IntegerNetwork) -> [Layer] {
    network.layers.map { layer in
      switch layer.claims.content {
      case .dense: .pairs(rows: layer.rows, columns: layer.columns)
      case .sparse: .all(layer.storedCount)
      case .maxPlus(let claims): .maxima(claims)
      }
    }
  }

  private enum Layer: Sendable {
    case all(Int)
    case pairs(rows: Int, columns: Int)
    case maxima(MaxPlusClaims)

    func touched(by values: [Int16]) -> Int {
      switch self {
      case .all(let count): return count
      case .pairs(let rows, let columns):
        return rows
          * stride(from: 0, to: columns, by: 2).reduce(0) { count, column in
            let pair = values[column..<min(column + 2, columns)]
            return count + (pair.contains { $0 != 0 } ? pair.count : 0)
          }
      case .maxima(let claims):
        // What is read is cut to the range.
        let inputs = values.map { min(max(Int($0), claims.inputMinimum), claims.inputMaximum) }
        return claims.rows.indices.reduce(0) { $0 + Self.touched(of: claims, row: $1, by: inputs) }
      }
    }

    private static func touched(of claims: MaxPlusClaims, row: Int, by inputs: [Int]) -> Int {
      var (maximum, potential, count) = (Int.min, claims.bases[row], 0)
      for entry in claims.rows[row] {
        potential -= entry.step
        guard maximum < potential else { break }
        let input = inputs[entry.column]
        maximum = max(
          maximum, potential - (entry.sign > 0 ? claims.inputMaximum - input : input - claims.inputMinimum))
        count += 1
      }
      return count
    }
  }
}
