internal import Certification
internal import Claims
internal import Integers

/// How many stored weights and entries an inference cannot leave out, counted on the host.
///
/// - A dense layer leaves out pairs of columns whose inputs are both zero.
/// - A sparse layer leaves out nothing.
/// - A max-plus row has its entries in falling order of their potential, the greatest value `s·x + o` over the range of
///   the layer's inputs, and ends once its maximum so far reaches the next potential.
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
    var range = network.inputMinimum...network.inputMaximum
    return network.layers.map { layer in
      switch layer {
      case .weighted(let weights):
        range = after(layer.activation, -32768...32767)
        return weights.isSparse
          ? .all(weights.storedCount) : .pairs(rows: weights.rows, columns: weights.columns)
      case .maximum(let maxima):
        let sorted = maxima.entries.map { row in
          row.map { Candidate($0, within: range) }.sorted { $0.potential > $1.potential }
        }
        let highest = sorted.map { $0[0].potential }.max() ?? 0
        let lowest = sorted.map { row in row.map(\.least).max() ?? 0 }.min() ?? 0
        let reading = range
        range = after(layer.activation, max(lowest, -32768)...min(highest, 32767))
        return .maxima(sorted, within: reading)
      }
    }
  }

  /// The range of an activation's values over a range.
  private static func after(_ activation: IntegerActivation, _ range: ClosedRange<Int>) -> ClosedRange<Int> {
    let (low, high) = (range.lowerBound, range.upperBound)
    return switch activation {
    case .identity, .maxMin, .sort: range
    case .relu: max(low, 0)...max(high, 0)
    case .abs: max(low, -high, 0)...min(max(high, -low), 32767)
    case .negate: -high...min(-low, 32767)
    }
  }

  private struct Candidate: Sendable {
    var column: Int
    var sign: Int
    var offset: Int
    /// The greatest and the least value over the range.
    var potential: Int
    var least: Int

    init(_ entry: MaxPlusEntry, within range: ClosedRange<Int>) {
      (column, sign, offset) = (entry.column, entry.isNegated ? -1 : 1, entry.offset)
      let ends = [range.lowerBound, range.upperBound].map { [sign, offset] in sign * $0 + offset }
      (potential, least) = (max(ends[0], ends[1]), min(ends[0], ends[1]))
    }
  }

  private enum Layer: Sendable {
    case all(Int)
    case pairs(rows: Int, columns: Int)
    case maxima([[Candidate]], within: ClosedRange<Int>)

    func touched(by values: [Int16]) -> Int {
      switch self {
      case .all(let count): return count
      case .pairs(let rows, let columns):
        return rows
          * stride(from: 0, to: columns, by: 2).reduce(0) { count, column in
            let pair = values[column..<min(column + 2, columns)]
            return count + (pair.contains { $0 != 0 } ? pair.count : 0)
          }
      case .maxima(let rows, let range):
        // What is read is cut to the range.
        let inputs = values.map { min(max(Int($0), range.lowerBound), range.upperBound) }
        return rows.reduce(0) { count, row in
          var (maximum, touched) = (Int.min, 0)
          while touched < row.count, maximum < row[touched].potential {
            maximum = max(maximum, row[touched].sign * inputs[row[touched].column] + row[touched].offset)
            touched += 1
          }
          return count + touched
        }
      }
    }
  }
}
