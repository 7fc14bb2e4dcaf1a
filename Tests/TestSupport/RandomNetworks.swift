package import Claims
package import Integers
internal import Certification

/// How one layer of a random network is drawn.
private struct LayerPlan {
  var rows: Int
  var columns: Int
  var shift: Int
  var rowSum: ClosedRange<Int>
  var bias: ClosedRange<Int>
}

extension TestRandom {
  /// A random admissible network of a style: random storage, activations (one for all hidden layers, or the given
  /// one), input range and unit.
  package mutating func network(
    _ style: NetworkStyle, activation: IntegerActivation? = nil
  ) -> IntegerNetwork {
    let widths = widths(style)
    // Maxima over ranges that fit in a byte have layouts of their own.
    let range = isMaxPlus(style) && oneIn(2) ? byteRange() : inputRange(style)
    let hidden = activation ?? element(of: IntegerActivation.allCases)
    let residualInputs = style == .residual ? (0..<widths[0]).filter { _ in oneIn(2) } : []
    var layers: [IntegerLayer] = []
    for index in 0..<widths.count - 1 {
      let isLast = index == widths.count - 2
      let plan = plan(
        style, columns: widths[index] + (isLast ? residualInputs.count : 0), rows: widths[index + 1])
      if isMaxPlus(style) {
        layers.append(
          maxPlusLayer(
            rows: plan.rows, columns: plan.columns,
            activation: isLast ? element(of: [.identity, .negate]) : hidden))
        continue
      }
      var layer = layer(plan, style, activation: isLast ? .identity : hidden)
      if isLast, oneIn(2) { outweigh(&layer, residuals: residualInputs.count) }
      layers.append(layer)
    }
    do {
      return try IntegerNetwork(
        layers: layers, unit: element(of: [1, 255, 32640, 32768]), inputMinimum: range.lowerBound,
        inputMaximum: range.upperBound, residualInputs: residualInputs)
    } catch {
      preconditionFailure("the generator drew an inadmissible network: \(error); \(self)")
    }
  }

  /// One network of every style, `rounds` times.
  package mutating func networks(
    _ rounds: Int, styles: [NetworkStyle] = NetworkStyle.allCases
  ) -> [IntegerNetwork] {
    var networks: [IntegerNetwork] = []
    for _ in 0..<rounds {
      for style in styles { networks.append(network(style)) }
    }
    return networks
  }

  /// An input of a network within its declared range.
  package mutating func input(of network: IntegerNetwork) -> [Int16] {
    input(count: network.inputs, range: network.inputMinimum...network.inputMaximum)
  }

  /// Moves the biases of the last layer so that the classes are nearly equal at an input, and a deviation of
  /// `radius` decides about half of the times; leaves a network alone whose biases have no room for that, which
  /// those of a `small` one always have.
  package mutating func balance(_ network: inout IntegerNetwork, at input: [Int16], radius: Int) {
    let logits = Oracle(network).logits(input)
    let last = network.layers[network.layers.count - 1]
    if last.kind == .maxPlus {
      network.replaceLayer(-1, by: balanced(last, logits, radius))
      return
    }
    var biases = last.biases
    for row in logits.indices {
      let reach = last.rowSums[row] * radius + 1
      let bias = Int(biases[row]) - Int(logits[row]) - integer(-2 * reach...2 * reach)
      let room = 2_147_483_647 - 32768 * last.rowSums[row] - (1 << last.shift) / 2
      guard bias.magnitude <= room else { return }
      biases[row] = Int32(bias)
    }
    network.replaceLayer(-1, by: last.changed(biases: biases))
  }

  /// The same layer with the offsets of each row moved so that its logits become nearly equal, or as it is when that
  /// leaves `Int16`.
  private mutating func balanced(_ last: IntegerLayer, _ logits: [Int64], _ radius: Int) -> IntegerLayer {
    let entries = zip(last.entries, logits).map { row, logit in
      let move = integer(-2 * radius - 2...2 * radius + 2) - Int(logit)
      return row.map {
        var entry = $0
        entry.offset += last.activation == .negate ? -move : move
        return entry
      }
    }
    guard entries.joined().allSatisfy({ (-32768...32767).contains($0.offset) }) else { return last }
    return IntegerLayer(columns: last.columns, entries: entries, activation: last.activation)
  }

  private mutating func isMaxPlus(_ style: NetworkStyle) -> Bool {
    switch style {
    case .maxPlus: true
    case .hybrid: oneIn(2)
    case .wide: oneIn(3)
    default: false
    }
  }

  /// A max-plus layer: offsets from single LSB to the ends of `Int16`, one entry a row to all columns with both signs.
  package mutating func maxPlusLayer(
    rows: Int, columns: Int, activation: IntegerActivation
  ) -> IntegerLayer {
    let reach = element(of: [3, 60, 300, 10_000, 32_768])
    let entries = (0..<rows).map { _ in
      (0..<element(of: [1, 2, columns, 2 * columns])).map { _ in
        let offset = oneIn(8) ? element(of: [-reach, reach - 1]) : integer(-reach...reach - 1)
        return MaxPlusEntry(column: integer(0...columns - 1), isNegated: oneIn(2), offset: offset)
      }
    }
    return IntegerLayer(columns: columns, entries: entries, activation: activation)
  }

  /// Gives the residual columns, the last ones, as much weight as all others together, in one direction each.
  private mutating func outweigh(_ layer: inout IntegerLayer, residuals: Int) {
    let hidden = layer.columns - residuals
    let signs = (0..<residuals).map { _ in oneIn(2) ? 1 : -1 }
    var weights = layer.weights
    for row in 0..<layer.rows {
      let start = row * layer.columns
      // A share of the row each, so that the row stays admissible.
      for column in 0..<hidden { weights[start + column] /= Int16(residuals + 1) }
      let sum = weights[start..<start + hidden].reduce(0) { $0 + Int($1.magnitude) }
      for (index, sign) in signs.enumerated() {
        weights[start + hidden + index] = Int16(clamping: sign * sum)
      }
    }
    layer.weights = weights
    layer = layer.changed(rowSumBound: layer.rowSums.max() ?? 0)
  }

  private mutating func widths(_ style: NetworkStyle) -> [Int] {
    let depth =
      switch style {
      case .oneLayer: 1
      case .hybrid: integer(2...4)
      case .deep: 4
      case .expansive: 3
      case .residual: integer(2...3)
      case .wide: integer(1...2)
      default: integer(1...4)
      }
    var widths = (0...depth).map { _ in integer(1...7) }
    widths[depth] = style == .oneOutput ? 1 : integer(2...6)
    if style == .singleColumn {
      for index in 0..<depth { widths[index] = 1 }
    }
    if style == .wide { widths[0] = oneIn(6) ? integer(1000...1100) : integer(500...700) }
    return widths
  }

  private mutating func byteRange() -> ClosedRange<Int> {
    let width = element(of: [0, 1, 31, 32, 254, 255, integer(0...255)])
    let minimum = oneIn(2) ? 0 : integer(-32768...32767 - width)
    return minimum...minimum + width
  }

  private mutating func inputRange(_ style: NetworkStyle) -> ClosedRange<Int> {
    switch integer(0...3) {
    case 0: return 0...32640
    case 1:
      let ends = (integer(-32768...32767), integer(-32768...32767))
      return min(ends.0, ends.1)...max(ends.0, ends.1)
    default: return -32768...32767
    }
  }

  private mutating func plan(_ style: NetworkStyle, columns: Int, rows: Int) -> LayerPlan {
    let shift =
      switch style {
      case .small: integer(0...3)
      case .shiftZero, .expansive: 0
      case .shiftFifteen: 15
      default: integer(0...15)
      }
    let one = 1 << shift
    var plan = LayerPlan(rows: rows, columns: columns, shift: shift, rowSum: 0...2 * one, bias: 0...0)
    switch style {
    case .tight: plan.rowSum = one...one
    case .limit: plan.rowSum = 0...element(of: [0, 1, one, 32768, 65535, integer(2...65534)])
    case .expansive: plan.rowSum = 65535...65535
    case .small: plan.rowSum = 0...3 * one
    case .residual: plan.rowSum = 0...one
    default: break
    }
    // What admissibility leaves for the biases of the layer, so that the proof by layer holds as well.
    let largest = min(plan.rowSum.upperBound, 65535)
    plan.rowSum = min(plan.rowSum.lowerBound, largest)...largest
    let room = 2_147_483_647 - 32768 * largest - one / 2
    let wanted =
      switch style {
      case .limit: room
      case .saturating: 100_000 * one
      case .small: 8 * one
      default: 10_000 * one
      }
    plan.bias = -min(room, wanted)...min(room, wanted)
    return plan
  }

  private mutating func layer(
    _ plan: LayerPlan, _ style: NetworkStyle, activation: IntegerActivation
  ) -> IntegerLayer {
    var weights: [Int16] = []
    var biases: [Int32] = []
    for row in 0..<plan.rows {
      if style == .ties, row > 0, !oneIn(3) {
        weights += weights[0..<plan.columns]
        biases.append(biases[0])
        continue
      }
      let isExtreme = style == .limit && (row == 0 || oneIn(2))
      let sum = isExtreme ? plan.rowSum.upperBound : integer(plan.rowSum)
      weights += style == .zeroRows && !oneIn(3) ? rowOfZeros(plan.columns) : self.row(plan.columns, sum: sum)
      let reached = weights.suffix(plan.columns).reduce(0) { $0 + Int($1.magnitude) }
      // With equality where the row is to reach the limit.
      let limit = isExtreme ? 2_147_483_647 - 32768 * reached - (1 << plan.shift) / 2 : plan.bias.upperBound
      let isAtEnd = isExtreme || style == .saturating && oneIn(2)
      biases.append(Int32(isAtEnd ? (oneIn(2) ? limit : -limit) : integer(plan.bias)))
    }
    let layer = IntegerLayer(
      rows: plan.rows, columns: plan.columns, weights: weights, biases: biases, shift: plan.shift,
      activation: activation, rowSumBound: 0, isSparse: oneIn(2))
    var bounded = layer
    bounded = bounded.changed(rowSumBound: layer.rowSums.max() ?? 0)
    return bounded
  }

  private func rowOfZeros(_ columns: Int) -> [Int16] { [Int16](repeating: 0, count: columns) }

  /// Weights of random signs whose magnitudes add up to `sum`, or to as much as the columns can hold; often with
  /// zeros, and with a few weights that hold most of it.
  package mutating func row(_ columns: Int, sum: Int) -> [Int16] {
    var magnitudes = [Int](repeating: 0, count: columns)
    let order = (0..<columns).shuffled(using: &self)
    let count = oneIn(2) ? columns : integer(1...columns)
    var rest = sum
    for index in order.prefix(count) {
      let share = integer(0...min(max(2 * rest / count, 1), min(rest, 32767)))
      magnitudes[index] += share
      rest -= share
    }
    for index in order where rest > 0 {
      let share = min(rest, 32768 - magnitudes[index])
      magnitudes[index] += share
      rest -= share
    }
    return magnitudes.map { Int16(oneIn(2) && $0 < 32768 ? $0 : -$0) }
  }
}
