package import Claims
internal import Integers
package import Training

extension FloatNetwork {
  /// An equal network whose hidden layers count in the scales of their tables, and these tables, one for each.
  ///
  /// A table's inputs and outputs share one scale, S LSB for 1.0: as fine as lets the largest pre-activation over the
  /// declared input range fit, but no finer than ±8 needs, beyond which tanh and sigmoid stand still. A layer's weights
  /// take its own scale over that of what it reads, biases its own; the last layer counts in the map's unit again. With
  /// residual inputs, which are weighed against the layers LSB by LSB, every scale is the map's unit.
  ///
  /// - Complexity: O(weights), and a pass over 65,536 inputs for each table.
  func tabulated(for map: InputMap) -> (network: FloatNetwork, tables: [TableClaims]) {
    var result = self
    var tables: [TableClaims] = []
    let unit = Double(map.unit)
    var lower = [Double](repeating: Double(map.minimumLSB) / unit, count: layers[0].columns)
    var upper = [Double](repeating: Double(map.maximumLSB) / unit, count: layers[0].columns)
    var scale = unit
    for index in layers.indices {
      let isLast = index == layers.count - 1
      let reach = (0..<layers[index].rows).map {
        layers[index].outputRange($0, lower: lower, upper: upper)
      }
      // What is no number, which no layer of integers takes, counts as beyond ±8.
      let isWithin = reach.allSatisfy { $0.lower >= -8 && $0.upper <= 8 }
      let largest = isWithin ? reach.reduce(1) { max($0, max(-$1.lower, $1.upper)) } : 8
      // Even, so that half of it is a whole number.
      let own = isLast || !residuals.isEmpty ? unit : 2 * (32767 / (2 * largest)).rounded(.down)
      result.layers[index].scale(weights: own / scale, biases: own / unit)
      scale = own
      guard !isLast else { break }
      tables.append(activation.table(scale: scale))
      (lower, upper) = activation.bounds(reach)
    }
    return (result, tables)
  }
}

extension FloatLayer {
  fileprivate mutating func scale(weights factor: Double, biases biasFactor: Double) {
    for index in weights.indices { weights[index] = Float(Double(weights[index]) * factor) }
    for index in biases.indices { biases[index] = Float(Double(biases[index]) * biasFactor) }
    guard let bound = rowSumBound else { return }
    let scaled = max(Double(bound) * factor, Double(Float.leastNonzeroMagnitude))
    rowSumBound = Float(min(scaled, Double(Float.greatestFiniteMagnitude)))
  }
}

extension Activation {
  /// The table of fewest nodes that gives no input another output than `S·f(x/S)` by more than 3/2 LSB.
  ///
  /// Rounding alone takes 1/2 of them for nodes and 1/2 for outputs.
  package func table(scale: Double) -> TableClaims {
    let exact = (-32768...32768).map { x in
      let value = self == .tanh ? hyperbolicTangent(Double(x) / scale) : logistic(Double(x) / scale)
      return scale * value
    }
    var shift = 16
    while true {
      shift -= 1
      let nodes = stride(from: 0, through: 65536, by: 1 << shift).map { place in
        Int(min(max(exact[place].rounded(), -32768), 32767))
      }
      let table = TableClaims(shift: shift, nodes: nodes)
      let isNear = (0..<65536).allSatisfy { place in
        (Double(table.value(at: place - 32768)) - exact[place]).magnitude <= 1.5
      }
      // Every second input is a node of the last one.
      if isNear || shift == 1 { return table }
    }
  }
}
