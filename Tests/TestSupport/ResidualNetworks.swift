package import Certification

extension TestRandom {
  /// A network with a residual connection: the last layer of a random network gets some more columns, which read
  /// inputs, with weights as large as admissibility leaves room for; nil when it has one layer, or such columns.
  package mutating func residualNetwork(_ style: NetworkStyle) -> IntegerNetwork? {
    let plain = network(style)
    guard plain.layers.count > 1, plain.residualInputs.isEmpty else { return nil }
    let count = integer(1...min(plain.inputs, 5))
    let inputs = Array((0..<plain.inputs).shuffled(using: &self).prefix(count)).sorted()
    var layers = plain.layers
    let last = layers[layers.count - 1]
    let half = (1 << last.shift) / 2
    let weights = (0..<last.rows).flatMap { row in
      let room = (2_147_483_647 - half - Int(last.biases[row].magnitude)) / 32768 - last.rowSums[row]
      let wanted = element(of: [0, 1, 1 << last.shift, room])
      return Array(last.row(row)) + self.row(count, sum: min(max(wanted, 0), max(room, 0)))
    }
    var wider = IntegerLayer(
      rows: last.rows, columns: last.columns + count, weights: weights, biases: last.biases,
      shift: last.shift, activation: .identity, rowSumBound: 0, isSparse: last.isSparse)
    wider.rowSumBound = wider.rowSums.max() ?? 0
    layers[layers.count - 1] = wider
    do {
      return try IntegerNetwork(
        layers: layers, unit: plain.unit, inputMinimum: plain.inputMinimum, inputMaximum: plain.inputMaximum,
        residualInputs: inputs)
    } catch {
      preconditionFailure("the generator drew an inadmissible network: \(error); \(self)")
    }
  }
}
