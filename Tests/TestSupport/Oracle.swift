package import Claims
package import Integers
internal import Certification

/// The integers of the article "Certificates" once more, in `Int64` and plain loops: deliberately nothing like the
/// kernels.
///
/// Written from the text, not from the code. Rounding divides instead of shifting, saturation compares, storage is
/// always dense, nothing is skipped.
package struct Oracle {
  package let network: IntegerNetwork

  package init(_ network: IntegerNetwork) { self.network = network }

  /// `floor((accumulator + 2^(f-1)) / 2^f)`, without the rounding term at f = 0; not saturated.
  package static func rounded(_ accumulator: Int64, shift: Int) -> Int64 {
    var power: Int64 = 1
    for _ in 0..<shift { power *= 2 }
    let sum = accumulator + power / 2
    var quotient = sum / power
    if quotient * power > sum { quotient -= 1 }
    return quotient
  }

  /// The nearest value of `Int16`.
  package static func saturated(_ value: Int64) -> Int64 {
    if value > 32767 { return 32767 }
    if value < -32768 { return -32768 }
    return value
  }

  /// An activation of §2, saturating where a result does not fit.
  package static func activated(_ values: [Int64], by activation: IntegerActivation) -> [Int64] {
    var result = values
    switch activation {
    case .identity:
      break
    case .relu:
      for index in 0..<values.count where values[index] < 0 { result[index] = 0 }
    case .abs:
      for index in 0..<values.count where values[index] < 0 { result[index] = saturated(-values[index]) }
    case .maxMin:
      for index in 0..<values.count / 2 {
        let pair = (values[2 * index], values[2 * index + 1])
        result[2 * index] = pair.0 > pair.1 ? pair.0 : pair.1
        result[2 * index + 1] = pair.0 > pair.1 ? pair.1 : pair.0
      }
    case .sort:
      result = values.sorted()
    case .negate:
      for index in 0..<values.count { result[index] = saturated(-values[index]) }
    case .smooth(let table):
      let step = Int64(1) << Int64(table.shift)
      for index in 0..<values.count {
        let place = values[index] + 32768
        let ends = (Int64(table.nodes[Int(place / step)]), Int64(table.nodes[Int(place / step) + 1]))
        result[index] = rounded(ends.0 * step + (ends.1 - ends.0) * (place % step), shift: table.shift)
      }
    }
    return result
  }

  /// `b + Σ w·x` for each row of a layer, or `max(s·x + o)`.
  package func accumulators(ofLayer index: Int, _ input: [Int64]) -> [Int64] {
    let layer = network.layers[index]
    var sums: [Int64] = []
    for row in layer.entries {
      let candidates = row.map { ($0.isNegated ? -1 : 1) * input[$0.column] + Int64($0.offset) }
      sums.append(candidates.max() ?? .min)
    }
    for row in 0..<layer.biases.count {
      var sum = Int64(layer.biases[row])
      for column in 0..<layer.columns {
        sum += Int64(layer.weights[row * layer.columns + column]) * input[column]
      }
      sums.append(sum)
    }
    return sums
  }

  /// The raw accumulators of the last layer, or their negatives.
  ///
  /// A first layer of maxima has its inputs cut to the declared range, and so have the residual ones.
  package func logits(_ input: [Int16]) -> [Int64] {
    var input = input
    if network.layers[0].kind == .maxPlus {
      for index in input.indices {
        if Int(input[index]) < network.inputMinimum { input[index] = Int16(network.inputMinimum) }
        if Int(input[index]) > network.inputMaximum { input[index] = Int16(network.inputMaximum) }
      }
    }
    var values = input.map { Int64($0) }
    for index in 0..<network.layers.count {
      if index == network.layers.count - 1 { values += network.residualInputs.map { Int64(input[$0]) } }
      let sums = accumulators(ofLayer: index, values)
      let layer = network.layers[index]
      if index == network.layers.count - 1 { return layer.activation == .negate ? sums.map { -$0 } : sums }
      values = Self.activated(
        sums.map { Self.saturated(Self.rounded($0, shift: layer.shift)) }, by: layer.activation)
    }
    return values
  }

  /// The index of the largest logit, the lowest index on a tie.
  package static func classIndex(_ logits: [Int64]) -> Int {
    var best = 0
    for index in 0..<logits.count where logits[index] > logits[best] { best = index }
    return best
  }

  /// Whether a logit exceeds all others, strictly.
  package static func isStrictlyLargest(_ classIndex: Int, _ logits: [Int64]) -> Bool {
    for index in 0..<logits.count where index != classIndex && logits[index] >= logits[classIndex] {
      return false
    }
    return true
  }

  /// The input box of the local certificate: within `radius` of the input, cut to the declared range.
  package func box(around input: [Int16], radius: Int) -> [ClosedRange<Int64>] {
    input.map { value in
      let lower = max(Int64(value) - Int64(radius), Int64(network.inputMinimum))
      let upper = min(Int64(value) + Int64(radius), Int64(network.inputMaximum))
      return lower...upper
    }
  }

  /// The interval certificate of §3.3.
  package func isProved(_ input: [Int16], as classIndex: Int, radius: Int) -> Bool {
    for value in input where Int(value) < network.inputMinimum || Int(value) > network.inputMaximum {
      return false
    }
    var box = box(around: input, radius: radius)
    let inputBox = box
    for index in 0..<network.layers.count - 1 { box = bounds(ofLayer: index, box) }
    box += network.residualInputs.map { inputBox[$0] }
    let last = network.layers[network.layers.count - 1]
    if last.kind == .maxPlus {
      let logits = logitBounds(box)
      return logits.indices.allSatisfy {
        $0 == classIndex || logits[classIndex].lowerBound > logits[$0].upperBound
      }
    }
    for other in 0..<last.rows where other != classIndex {
      var least = Int64(last.biases[classIndex]) - Int64(last.biases[other])
      for column in 0..<last.columns {
        let weight =
          Int64(last.weights[classIndex * last.columns + column])
          - Int64(last.weights[other * last.columns + column])
        least += min(weight * box[column].lowerBound, weight * box[column].upperBound)
      }
      if least <= 0 { return false }
    }
    return true
  }

  /// The interval bounds of the logits of a last max-plus layer.
  private func logitBounds(_ box: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
    let last = network.layers[network.layers.count - 1]
    return last.entries.map { row in
      let ends = maximumBounds(row, box)
      return last.activation == .negate ? -ends.1...(-ends.0) : ends.0...ends.1
    }
  }

  /// The least and the greatest maximum of a row over a box.
  private func maximumBounds(_ row: [MaxPlusEntry], _ box: [ClosedRange<Int64>]) -> (Int64, Int64) {
    var ends = (Int64.min, Int64.min)
    for entry in row {
      let sign: Int64 = entry.isNegated ? -1 : 1
      let values = [box[entry.column].lowerBound, box[entry.column].upperBound].map {
        sign * $0 + Int64(entry.offset)
      }
      ends.0 = max(ends.0, values.min() ?? .min)
      ends.1 = max(ends.1, values.max() ?? .min)
    }
    return ends
  }

  /// The interval bounds of a hidden layer's outputs, rounding, saturation and activation included.
  package func bounds(ofLayer index: Int, _ box: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
    let layer = network.layers[index]
    var lower: [Int64] = []
    var upper: [Int64] = []
    for row in layer.entries {
      let ends = maximumBounds(row, box)
      lower.append(Self.saturated(ends.0))
      upper.append(Self.saturated(ends.1))
    }
    for row in 0..<layer.biases.count {
      var ends = (Int64(layer.biases[row]), Int64(layer.biases[row]))
      for column in 0..<layer.columns {
        let weight = Int64(layer.weights[row * layer.columns + column])
        ends.0 += min(weight * box[column].lowerBound, weight * box[column].upperBound)
        ends.1 += max(weight * box[column].lowerBound, weight * box[column].upperBound)
      }
      lower.append(Self.saturated(Self.rounded(ends.0, shift: layer.shift)))
      upper.append(Self.saturated(Self.rounded(ends.1, shift: layer.shift)))
    }
    return Self.activated(lower: lower, upper: upper, by: layer.activation)
  }

  /// The least and greatest output over a box.
  ///
  /// `abs` is least at 0 when the box holds 0; the others are monotone, up or down.
  package static func activated(
    lower: [Int64], upper: [Int64], by activation: IntegerActivation
  ) -> [ClosedRange<Int64>] {
    let ends = (activated(lower, by: activation), activated(upper, by: activation))
    return (0..<lower.count).map { index in
      let pair = (ends.0[index], ends.1[index])
      if activation == .abs, lower[index] < 0, upper[index] > 0 { return 0...max(pair.0, pair.1) }
      return min(pair.0, pair.1)...max(pair.0, pair.1)
    }
  }
}
