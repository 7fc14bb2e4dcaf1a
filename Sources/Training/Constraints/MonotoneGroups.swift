/// Which units may read which monotone inputs, so that each of these has units of its own to outweigh.
///
/// With K monotone inputs the units of every hidden layer are K groups of about equal size, in order. A unit of the first layer
/// reads all other inputs and the one of its group; later units read the units of their group. Then the weight of one
/// input must outweigh its own group alone. An even number of units is in each group but the last, so that no pair of maxMin is
/// torn apart.
package struct MonotoneGroups: Sendable {
  /// The group of each input; nil of one that all groups read.
  private let inputGroups: [Int?]
  private let count: Int

  /// Takes over the inputs of a network; nil where no more than one is monotone, or a layer is too narrow for groups.
  init?(_ network: FloatNetwork) {
    let count = network.residuals.count
    guard count > 1, network.layers.dropLast().allSatisfy({ $0.rows >= 2 * count }) else { return nil }
    self.count = count
    inputGroups = (0..<network.layers[0].columns).map { input in
      network.residuals.firstIndex { $0.input == input }
    }
  }

  /// The group of a unit of a layer.
  private func group(ofUnit unit: Int, width: Int) -> Int { min(unit / (width / count / 2 * 2), count - 1) }

  /// 1 for each weight of a layer that may be something else than 0, row after row.
  func kept(at place: LayerPlace, rows: Int, columns: Int) -> [Float] {
    (0..<rows * columns).map { index in
      guard !place.isLast else { return 1 }
      let own = group(ofUnit: index / columns, width: rows)
      let read = place.isFirst ? inputGroups[index % columns] : group(ofUnit: index % columns, width: columns)
      return read ?? own == own ? 1 : 0
    }
  }
}

extension FloatNetwork {
  /// Which columns of the last layer an input reaches through the hidden layers.
  ///
  /// - Complexity: O(weights).
  package func columns(reachedBy input: Int) -> [Bool] {
    var reached = (0..<layers[0].columns).map { $0 == input }
    for layer in layers.dropLast() {
      reached = (0..<layer.rows).map { row in
        (0..<layer.columns).contains { reached[$0] && layer.weights[row * layer.columns + $0] != 0 }
      }
      reached = activation.mixed(reached)
    }
    return reached
  }
}

extension Activation {
  /// Of outputs, those that one of some pre-activations reaches.
  fileprivate func mixed(_ reached: [Bool]) -> [Bool] {
    switch self {
    case .identity, .relu, .abs, .tanh, .sigmoid: return reached
    case .maxMin:
      return reached.indices.map { index in
        let other = index ^ 1
        return reached[index] || (other < reached.count && reached[other])
      }
    case .sort: return reached.map { _ in reached.contains(true) }
    }
  }
}
