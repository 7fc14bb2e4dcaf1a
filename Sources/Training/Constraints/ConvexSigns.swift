/// What the weights of a network keep to so that its outputs are convex in some inputs, whatever the others are.
///
/// The units of every hidden layer are *convex* ones, first, and *free* ones. A free unit reads nothing of the convex
/// inputs: in the first layer the other inputs, later the free units before it, with weights of any sign. A convex unit
/// reads all inputs; later free units with any weight, and convex ones with weights of at least 0, so that it stays
/// convex: a sum of convex functions with such weights is, a linear function is, and so is what ReLU, convex and nowhere falling,
/// makes of it. The last layer is made of convex units without an activation. Where all inputs are convex, no units are
/// free.
///
/// Source: Amos, Xu and Kolter, "Input convex neural networks", ICML 2017; here without connections past layers.
package struct ConvexSigns: Sendable {
  /// Whether each input is one of the convex ones.
  private let isConvexInput: [Bool]

  /// Takes over the inputs of a network; nil where none is convex.
  init?(_ network: FloatNetwork) {
    guard !network.convexInputs.isEmpty else { return nil }
    isConvexInput = (0..<network.layers[0].columns).map { network.convexInputs.contains($0) }
  }

  /// How many units of a hidden layer are free.
  private func freeCount(of width: Int) -> Int { isConvexInput.allSatisfy(\.self) ? 0 : width / 2 }

  /// What one weight keeps to.
  private enum Sign {
    case any
    case nonnegative
    case none
  }

  private func sign(_ place: LayerPlace, rows: Int, columns: Int, row: Int, column: Int) -> Sign {
    let isFree = !place.isLast && row >= rows - freeCount(of: rows)
    let readsFree = place.isFirst ? !isConvexInput[column] : column >= columns - freeCount(of: columns)
    if isFree { return readsFree ? .any : .none }
    return readsFree || place.isFirst ? .any : .nonnegative
  }

  /// The least value of each weight of a layer, and 0 for each that is 0 and 1 for the others, row after row.
  func limits(at place: LayerPlace, rows: Int, columns: Int) -> (least: [Float], kept: [Float]) {
    let signs = (0..<rows * columns).map {
      sign(place, rows: rows, columns: columns, row: $0 / columns, column: $0 % columns)
    }
    return (signs.map { $0 == .nonnegative ? 0 : -.infinity }, signs.map { $0 == .none ? 0 : 1 })
  }
}

extension FloatNetwork {
  /// Turns random weights around whose sign is fixed, so that half of them do not start at 0.
  mutating func turnWeightsConvex() {
    guard let signs = ConvexSigns(self) else { return }
    for index in layers.indices {
      let (rows, columns) = (layers[index].rows, layers[index].columns)
      let limits = signs.limits(
        at: LayerPlace(index: index, count: layers.count), rows: rows, columns: columns)
      for place in layers[index].weights.indices {
        let weight = layers[index].weights[place] * limits.kept[place]
        layers[index].weights[place] = limits.least[place] == 0 ? weight.magnitude : weight
      }
    }
  }
}
