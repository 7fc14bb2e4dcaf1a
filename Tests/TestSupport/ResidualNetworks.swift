internal import Claims
package import Integers
internal import Certification

extension TestRandom {
  /// A network of a style with some inputs passed on to its last layer; nil when it has one layer only.
  package mutating func residualNetwork(_ style: NetworkStyle) -> IntegerNetwork? {
    let plain = network(style)
    return plain.layers.count > 1 ? withResidualInputs(plain) : nil
  }

  /// The same network with some inputs passed on to its last layer, whose rows stay admissible, sometimes exactly at
  /// the limit; a network that passes on some already, or ends in a max-plus layer, stays as it is.
  ///
  /// - Precondition: the network has a hidden layer.
  package mutating func withResidualInputs(_ network: IntegerNetwork) -> IntegerNetwork {
    let hasSums = network.layers[network.layers.count - 1].kind != .maxPlus
    guard network.residualInputs.isEmpty, hasSums else { return network }
    let chosen = (0..<network.inputs).filter { _ in oneIn(network.inputs > 10 ? 100 : 2) }
    let residual = chosen.isEmpty ? [integer(0...network.inputs - 1)] : chosen
    var layers = network.layers
    let last = layers.removeLast()
    var weights: [Int16] = []
    for row in 0..<last.rows {
      // 2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1 bounds what the new columns may add to R.
      let reach = 32768 * last.rowSums[row] + Int(last.biases[row].magnitude) + (1 << last.shift) / 2
      let room = (Int(Int32.max) - reach) / 32768
      let sum = min(room, element(of: [0, 1, 1 << last.shift, room, integer(0...2 << last.shift)]))
      weights += last.row(row) + self.row(residual.count, sum: sum)
    }
    var extended = IntegerLayer(
      rows: last.rows, columns: last.columns + residual.count, weights: weights, biases: last.biases,
      shift: last.shift, activation: .identity, rowSumBound: 0, isSparse: last.isSparse)
    extended = extended.changed(rowSumBound: extended.rowSums.max() ?? 0)
    do {
      return try IntegerNetwork(
        layers: layers + [extended], unit: network.unit, inputMinimum: network.inputMinimum,
        inputMaximum: network.inputMaximum, residualInputs: residual)
    } catch {
      preconditionFailure("the generator drew an inadmissible network: \(error); \(self)")
    }
  }
}
