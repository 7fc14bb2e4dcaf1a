package import Claims
package import Integers
internal import Certification

extension TestRandom {
  /// A random network of at most `inputs` inputs with an input of it, one in three with residual inputs; half of them
  /// small ones whose classes are nearly equal there, so that a deviation of a few LSB decides.
  ///
  /// - Parameter spread: how far the values of the input lie apart at most; nil for anywhere in the range.
  package mutating func contestedNetwork(
    inputs: Int, activation: IntegerActivation? = nil, spread: Int? = nil
  ) -> (network: IntegerNetwork, input: [Int16]) {
    while true {
      let isBalanced = oneIn(2)
      let style: NetworkStyle =
        isBalanced ? .small : element(of: NetworkStyle.allCases.filter { $0 != .wide })
      var network = self.network(style, activation: activation)
      guard network.inputs <= inputs, network.layers.count > 1 else { continue }
      var input = self.input(of: network)
      if let spread {
        let first = Int(input[0])
        input = input.map { _ in
          Int16(min(max(first + integer(-spread...0), network.inputMinimum), network.inputMaximum))
        }
      }
      if isBalanced { balance(&network, at: input, radius: integer(1...20)) }
      return (oneIn(3) ? withResidualInputs(network) : network, input)
    }
  }

  /// A network of one or two narrow hidden layers whose units all bend near the returned input, where the classes are
  /// nearly equal: single LSB decide.
  package mutating func bendingNetwork(
    inputs: Int, _ activation: IntegerActivation
  ) -> (network: IntegerNetwork, input: [Int16]) {
    let input = (0..<inputs).map { _ in Int16(integer(-3...3)) }
    let widths = [inputs] + (0..<integer(1...2)).map { _ in integer(2...6) } + [integer(2...3)]
    var layers: [IntegerLayer] = []
    var values = input.map { Int64($0) }
    for (columns, rows) in zip(widths, widths.dropFirst()) {
      let isLast = layers.count == widths.count - 2
      let weights = (0..<rows * columns).map { _ in Int16(integer(-3...3)) }
      // Each accumulator a few LSB from 0 at the input.
      let biases = (0..<rows).map { row in
        let sum = (0..<columns).reduce(Int64(0)) { $0 + Int64(weights[row * columns + $1]) * values[$1] }
        return Int32(Int64(integer(isLast ? -60...60 : -3...3)) - sum)
      }
      var layer = IntegerLayer(
        rows: rows, columns: columns, weights: weights, biases: biases, shift: isLast ? 0 : integer(0...1),
        activation: isLast ? .identity : activation, rowSumBound: 0, isSparse: false)
      layer = layer.changed(rowSumBound: layer.rowSums.max() ?? 0)
      layers.append(layer)
      values = Oracle.activated(
        (0..<rows).map { row in
          Oracle.rounded(
            (0..<columns).reduce(Int64(biases[row])) { $0 + Int64(weights[row * columns + $1]) * values[$1] },
            shift: layer.shift)
        }, by: layer.activation)
    }
    do {
      return (try IntegerNetwork(layers: layers, unit: 1, inputMinimum: -10, inputMaximum: 10), input)
    } catch {
      preconditionFailure("the generator drew an inadmissible network: \(error); \(self)")
    }
  }
}
