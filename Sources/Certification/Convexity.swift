internal import Claims
public import Integers

/// Why a network is not proved to be convex in some inputs.
public enum ConvexityProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// A layer that is not one of weights, with relu or identity behind it.
  case layer(Int)
  /// A weight below 0 of what is convex; in the last layer, the unit is an output.
  case weight(layer: Int, unit: Int, value: Int)
  /// A unit that saturates for some input within the declared range.
  case saturation(layer: Int, unit: Int, value: Int)
  /// Rounding that nothing bounds, layer after layer of large weights.
  case rounding(layer: Int, unit: Int)

  /// One line: place, value and bound.
  public var description: String {
    switch self {
    case .layer(let layer): "layer \(layer): not of weights with relu or identity, so nothing is convex"
    case .weight(let layer, let unit, let value):
      "layer \(layer) unit \(unit): weight \(value) of what is convex, expected at least 0"
    case .saturation(let layer, let unit, let value):
      "layer \(layer) unit \(unit): reaches \(value) within the declared range and saturates, so it is not convex"
    case .rounding(let layer, let unit): "layer \(layer) unit \(unit): no bound of its rounding"
    }
  }
}

extension IntegerNetwork {
  /// How far each output can lie above the mean of two others in whose middle it is: `y(m) ≤ (y(x) + y(x')) / 2 + bound`
  /// for x, x' and `m = (x + x') / 2` of whole LSB within the declared range that differ in some inputs alone.
  ///
  /// Without rounding every unit that reads these inputs is convex in them: its weights of such units are at least 0. One
  /// rounding moves a value by at most half an LSB, so a unit lies within `e_r = 1/2 + Σ|w_rc|·e_c / 2^f` of what it
  /// would be, and an output within `E = Σ|w|·e`, as long as nothing saturates. The bound is 2E, rounded up; e counts half
  /// LSB in 2^-32, each rounded up.
  ///
  /// - Parameter inputs: some of the network's; none gives no bounds.
  /// - Throws: the first thing that stands against it.
  /// - Complexity: O(weights).
  public func convexityBounds(in inputs: [Int]) throws(ConvexityProblem) -> [Int] {
    guard !inputs.isEmpty else { return [] }
    var ranges = Array(repeating: inputMinimum...inputMaximum, count: self.inputs)
    // The error of each value; nil of what stays.
    let first: [Int128?] = (0..<self.inputs).map { inputs.contains($0) ? 0 : nil }
    var errors = first
    for (index, layer) in layers.dropLast().enumerated() {
      guard let layer = layer.asWeighted, layer.activation == .relu || layer.activation == .identity else {
        throw .layer(index)
      }
      let sums = try layer.errorSums(errors, index: index, areLinear: index == 0 ? errors.count : 0)
      let half = (1 << layer.shift) / 2
      ranges = layer.ends(over: ranges).map { ends in
        (ends.lowerBound + half) >> layer.shift...(ends.upperBound + half) >> layer.shift
      }
      errors = []
      for (unit, sum) in sums.enumerated() {
        guard let sum else {
          errors.append(nil)
          continue
        }
        let range = ranges[unit]
        if range.upperBound > 32767 {
          throw .saturation(layer: index, unit: unit, value: range.upperBound)
        }
        if range.lowerBound < -32768, layer.activation == .identity {
          throw .saturation(layer: index, unit: unit, value: range.lowerBound)
        }
        let step = (sum + (1 << Int128(layer.shift)) - 1) >> Int128(layer.shift)
        errors.append(step + (layer.shift == 0 ? 0 : 1 << 32))
        // |w|·e stays below 2^94 in the next layer, and the sum of a row below 2^94, too: rows sum to less than 2^16.
        if step > 1 << 77 { throw .rounding(layer: index, unit: unit) }
      }
      let least = layer.activation == .relu ? 0 : -32768
      ranges = ranges.map { min(max($0.lowerBound, least), 32767)...min(max($0.upperBound, least), 32767) }
    }
    guard let last = last.asWeighted else { throw .layer(layers.count - 1) }
    let columns = lastColumns(hidden: errors, inputs: first)
    return try last.errorSums(
      columns, index: layers.count - 1, areLinear: layers.count == 1 ? columns.count : residualInputs.count
    ).map { Int((($0 ?? 0) + (1 << 32) - 1) >> 32) }
  }
}

extension WeightedLayer {
  /// `Σ|w|·e` of each row over the columns that move, nil where none does.
  ///
  /// - Parameter count: how many columns at the end may have weights of any sign, since they are inputs.
  fileprivate func errorSums(
    _ errors: [Int128?], index: Int, areLinear count: Int
  ) throws(ConvexityProblem) -> [Int128?] {
    var sums: [Int128?] = []
    for row in 0..<rows {
      var sum: Int128?
      for (column, weight) in self.row(row).enumerated() where weight != 0 {
        guard let error = errors[column] else { continue }
        if weight < 0, column < columns - count {
          throw .weight(layer: index, unit: row, value: Int(weight))
        }
        sum = (sum ?? 0) + Int128(weight.magnitude) * error
      }
      sums.append(sum)
    }
    return sums
  }
}
