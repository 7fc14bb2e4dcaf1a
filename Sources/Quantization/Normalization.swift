public import Training

extension FloatNetwork {
  /// An equal network whose hidden rows satisfy their bounds and cannot saturate on inputs of the declared range.
  ///
  /// Identity, ReLU, abs, maxMin and sort are positively homogeneous: dividing a hidden row and its bias by s > 0 and
  /// multiplying the next layer's column by s leaves the function unchanged (the two rows of a maxMin pair share
  /// their s, and so do all rows that are sorted). Here s ≥ 1 is the least that brings the row sum down to the layer's
  /// bound and the row's largest output over the input range down to 32767 LSB; the scale collects in the last layer.
  /// Hidden rows that nothing bounded in training, as another program leaves them, are bounded by 1. Where training
  /// bounded another norm than the row sum, all rows of a layer share their s, so that the product of the layers' norms
  /// stays what it was, and row sums are what they are.
  ///
  /// A network whose rows are bounded all through, by at most 1, stays as it is: there the scale has nowhere to go, and
  /// rows may saturate, which is sound. So does one of tanh or sigmoid, which no factor passes through. Where rows may
  /// have more, hidden ones are brought down to 1 and no farther: the last layer then has at most the product of the
  /// bounds.
  ///
  /// - Complexity: O(weights).
  package func normalized(for map: InputMap) -> FloatNetwork {
    guard activation.isHomogeneous else { return self }
    var result = self
    if layers[layers.count - 1].rowSumBound != nil {
      guard hasWideRows else { return self }
      for index in layers.indices.dropLast() { result.layers[index].rowSumBound = 1 }
      result.layers[layers.count - 1].rowSumBound = nil
    }
    let unit = Double(map.unit)
    // What is convex must not saturate at all, also where rounded weights reach a little further.
    let greatest: Double = convexInputs.isEmpty ? 32767 : 32000
    var lower = [Double](repeating: Double(map.minimumLSB) / unit, count: layers[0].columns)
    var upper = [Double](repeating: Double(map.maximumLSB) / unit, count: layers[0].columns)
    for index in layers.indices.dropLast() {
      let layer = result.layers[index]
      var reach = (0..<layer.rows).map { layer.outputRange($0, lower: lower, upper: upper) }
      var scales = (0..<layer.rows).map { row -> Double in
        // What a ReLU cuts off may saturate, but the bias must fit: a large one would take bits from all rows.
        let lowest = activation == .relu ? Double(layer.biases[row].magnitude) : -reach[row].lower
        let largest = max(lowest, reach[row].upper)
        let reach = hasWideRows ? 0 : largest * unit / greatest
        return max(1, max(reach, layer.rowSum(row) / (layer.rowSumLimit ?? .infinity)))
      }
      if activation == .sort || layer.rowSumLimit == nil {
        scales = Array(repeating: scales.max() ?? 1, count: scales.count)
      } else if activation == .maxMin {
        for first in stride(from: 0, to: layer.rows - 1, by: 2) {
          scales[first] = max(scales[first], scales[first + 1])
          scales[first + 1] = scales[first]
        }
      }
      result.layers[index].divideRows(by: scales)
      result.layers[index + 1].multiplyColumns(by: scales)
      for row in 0..<layer.rows {
        reach[row] = (reach[row].lower / scales[row], reach[row].upper / scales[row])
      }
      (lower, upper) = activation.bounds(reach)
    }
    return result
  }
}

extension FloatNetwork {
  /// Whether the rows of all layers are bounded, and those of a hidden one by more than 1.
  package var hasWideRows: Bool {
    residuals.isEmpty && layers.allSatisfy { $0.rowSumBound != nil }
      && layers.dropLast().contains { $0.rowSumBound ?? 1 > 1 }
  }
}

extension InputMap {
  /// The map with so much coarser a unit, by a power of two, that no hidden value of a network can saturate on inputs
  /// of the declared range.
  ///
  /// For networks whose layers are all bounded: their scale has nowhere to go (see `normalized(for:)`), and a row
  /// that saturates computes something else than it was trained to. Each halving of the unit costs one bit of
  /// resolution.
  ///
  /// - Complexity: O(weights).
  public func coarsened(toFit network: FloatNetwork) -> InputMap {
    let network = network.hasWideRows ? network.normalized(for: self) : network
    var lower = [Double](repeating: Double(minimumLSB) / Double(unit), count: network.layers[0].columns)
    var upper = [Double](repeating: Double(maximumLSB) / Double(unit), count: network.layers[0].columns)
    var reach = 0.0
    for layer in network.layers.dropLast() {
      let ranges = (0..<layer.rows).map { layer.outputRange($0, lower: lower, upper: upper) }
      reach = ranges.reduce(reach) { max($0, max(-$1.lower, $1.upper)) }
      (lower, upper) = network.activation.bounds(ranges)
    }
    var map = self
    let greatest: Double = network.convexInputs.isEmpty ? 32767 : 32000
    while reach * Double(map.unit) > greatest, map.unit > 1 {
      map.unit /= 2
      map.minimumLSB /= 2
      map.maximumLSB /= 2
    }
    return map
  }
}

extension FloatLayer {
  /// What the row sums of a hidden layer may come to in integers: 1 where nothing was bounded; nil where another norm
  /// was.
  var rowSumLimit: Double? { normBound == nil ? 1 : rowSumBound.map(Double.init) }

  func rowSum(_ row: Int) -> Double {
    weights[row * columns..<(row + 1) * columns].reduce(0) { $0 + Double($1.magnitude) }
  }

  func outputRange(
    _ row: Int, lower: [Double], upper: [Double]
  ) -> (lower: Double, upper: Double) {
    var range = (lower: Double(biases[row]), upper: Double(biases[row]))
    for column in 0..<columns {
      let weight = Double(weights[row * columns + column])
      range.lower += min(weight * lower[column], weight * upper[column])
      range.upper += max(weight * lower[column], weight * upper[column])
    }
    return range
  }

  mutating func divideRows(by scales: [Double]) {
    for row in 0..<rows {
      for column in 0..<columns {
        weights[row * columns + column] = Float(Double(weights[row * columns + column]) / scales[row])
      }
      biases[row] = Float(Double(biases[row]) / scales[row])
    }
  }

  fileprivate mutating func multiplyColumns(by scales: [Double]) {
    for index in weights.indices {
      weights[index] = Float(Double(weights[index]) * scales[index % columns])
    }
  }
}

extension Activation {
  /// The ranges of the outputs for given ranges of the inputs.
  func bounds(_ ranges: [(lower: Double, upper: Double)]) -> ([Double], [Double]) {
    var lower = ranges.map(\.lower)
    var upper = ranges.map(\.upper)
    switch self {
    case .identity: break
    case .relu:
      lower = lower.map { max($0, 0) }
      upper = upper.map { max($0, 0) }
    case .abs:
      lower = ranges.map { max($0.lower, -$0.upper, 0) }
      upper = ranges.map { max(-$0.lower, $0.upper) }
    case .maxMin:
      for first in stride(from: 0, to: ranges.count - 1, by: 2) {
        let pair = (ranges[first], ranges[first + 1])
        lower[first] = max(pair.0.lower, pair.1.lower)
        upper[first] = max(pair.0.upper, pair.1.upper)
        lower[first + 1] = min(pair.0.lower, pair.1.lower)
        upper[first + 1] = min(pair.0.upper, pair.1.upper)
      }
    case .sort:
      lower.sort()
      upper.sort()
    case .tanh: (lower, upper) = (lower.map(hyperbolicTangent), upper.map(hyperbolicTangent))
    case .sigmoid: (lower, upper) = (lower.map(logistic), upper.map(logistic))
    }
    return (lower, upper)
  }
}
