/// What a network computes at one point, layer after layer.
struct PointTrace: Sendable {
  /// Of each hidden layer, before saturation.
  var preactivations: [[Int64]] = []
  /// Of `sort`, which unit each output comes from; otherwise the units in their order.
  var sources: [[Int]] = []
  /// Raw accumulators of the last layer.
  var logits: [Int64] = []
}

extension BoxProver {
  /// Runs the network on integers, as the device does.
  ///
  /// - Complexity: O(non-zero weights).
  func trace(at input: [Int64]) -> PointTrace {
    var trace = PointTrace()
    var values = input
    for layer in hidden {
      let preactivations = (0..<layer.rows).map { layer.rounded(layer.accumulator(ofRow: $0, at: values)) }
      let units = preactivations.map { layer.activation.elementwise.value(at: $0) }
      var sources = Array(units.indices)
      switch layer.activation {
      case .identity, .relu, .abs, .negate: break
      case .maxMin:
        for first in stride(from: 0, to: units.count - 1, by: 2) where units[first] < units[first + 1] {
          sources.swapAt(first, first + 1)
        }
      case .sort: sources.sort { units[$0] < units[$1] }
      }
      values = sources.map { units[$0] }
      trace.preactivations.append(preactivations)
      trace.sources.append(sources)
    }
    values += residualInputs.map { input[$0] }
    trace.logits = (0..<outputs).map { last.accumulator(ofRow: $0, at: values) }
    return trace
  }

  /// The least margin of a class at a point: its logit minus the largest other one; nil for a single logit.
  func margin(of classIndex: Int, at input: [Int64]) -> Int64? {
    let logits = trace(at: input).logits
    return logits.indices.filter { $0 != classIndex }.map { logits[classIndex] - logits[$0] }.min()
  }

  /// The gradient of `logit_first - logit_second` with respect to the inputs, in floating point.
  private func gradient(of functional: LinearFunctional, at trace: PointTrace) -> [Double] {
    var gradient = functional.coefficients.map { Double($0) }
    for (index, layer) in hidden.enumerated().reversed() {
      var sums = [Double](repeating: 0, count: layer.columns)
      for (output, unit) in trace.sources[index].enumerated() where gradient[output] != 0 {
        let point = trace.preactivations[index][unit]
        let function = layer.activation.elementwise
        let slope = Double(function.value(at: point + 1) - function.value(at: point - 1)) / 2
        guard slope != 0 else { continue }
        for entry in layer.entries[layer.starts[unit]..<layer.starts[unit + 1]] {
          sums[Int(entry.column)] += gradient[output] * slope * Double(entry.weight)
        }
      }
      let scale = 1 / Double(Int64(1) << layer.shift)
      gradient = sums.map { $0 * scale }
    }
    for (coefficient, input) in zip(functional.residual, residualInputs) {
      gradient[input] += Double(coefficient)
    }
    return gradient
  }

  /// Goes down the gradient of `logit_first - logit_second` within a box, from end to end at first and then by
  /// smaller and smaller steps.
  ///
  /// - Parameter functional: the margin between the two.
  /// - Returns: a point of the box where `logit_first ≤ logit_second`, or nil when none was met.
  func descent(
    _ first: Int, _ second: Int, _ functional: LinearFunctional, from start: [Int64], in box: IntegerBounds,
    steps: Int
  ) -> [Int64]? {
    var point = start
    for step in 0...steps {
      let trace = trace(at: point)
      if trace.logits[first] <= trace.logits[second] { return point }
      guard step < steps else { break }
      let gradient = gradient(of: functional, at: trace)
      var hasMoved = false
      for index in point.indices where gradient[index] != 0 {
        let width = box.upper[index] - box.lower[index]
        // A whole width, then half of one, shrinking to 1 LSB.
        let length = step < 2 ? width : max(width * Int64(steps - step) / Int64(2 * steps), min(width, 1))
        let moved = gradient[index] > 0 ? point[index] - length : point[index] + length
        let cut = min(max(moved, box.lower[index]), box.upper[index])
        hasMoved = hasMoved || cut != point[index]
        point[index] = cut
      }
      if !hasMoved { break }
    }
    return nil
  }
}
