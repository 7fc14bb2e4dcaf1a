internal import Claims

/// The layers of a network, each with the range that its inputs can have where its kind cuts them to one.
///
/// - Parameter declared: the range of a network's inputs. Only a layer that cuts them holds them to it: all others may
///   read any `Int16`.
/// - Complexity: O(weights).
func narrowed(_ layers: [IntegerLayer], to declared: ClosedRange<Int>) -> [IntegerLayer] {
  guard layers.contains(where: \.passesChangesOn) else { return layers }
  let first = layers[0].content.narrowed(to: declared)
  var result = [first]
  var values = Array(repeating: first.inputRange, count: first.columns)
  for layer in layers.dropFirst() {
    values = result[result.count - 1].outputs(over: values)
    // Residual inputs lie behind the last hidden layer's outputs, before layers that cut nothing.
    values += Array(repeating: first.inputRange, count: max(layer.columns - values.count, 0))
    let least = values.reduce(32767) { min($0, $1.lowerBound) }
    let greatest = values.reduce(-32768) { max($0, $1.upperBound) }
    result.append(layer.content.narrowed(to: least...greatest))
  }
  return result
}

extension IntegerLayer {
  /// What inputs are cut to before the layer reads them: all `Int16` where they are not.
  package var inputRange: ClosedRange<Int> { content.inputRange }

  /// The least and the greatest output of a hidden layer over a box of inputs.
  fileprivate func outputs(over columns: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    let ends = content.ends(over: columns)
    var (lower, upper) = (ends.map { settled($0.lowerBound) }, ends.map { settled($0.upperBound) })
    if let table = activation.table { (lower, upper) = (lower.map(table.value), upper.map(table.value)) }
    return switch activation {
    case .identity, .smooth: zip(lower, upper).map { $0...$1 }
    case .relu: zip(lower, upper).map { max($0, 0)...max($1, 0) }
    case .abs: zip(lower, upper).map { min(max($0, -$1, 0), 32767)...min(max(-$0, $1), 32767) }
    case .negate: zip(lower, upper).map { min(-$1, 32767)...min(-$0, 32767) }
    // Each lies between the ends of all; of maxMin its pair's would be nearer.
    case .maxMin, .sort: lower.map { _ in hull(lower, upper) }
    }
  }

  private func settled(_ accumulator: Int) -> Int {
    min(max((accumulator + (1 << shift) / 2) >> shift, -32768), 32767)
  }

  private func hull(_ lower: [Int], _ upper: [Int]) -> ClosedRange<Int> {
    (lower.min() ?? 0)...(upper.max() ?? 0)
  }
}

extension IntegerNetwork {
  /// An input as the network reads it: cut to the declared range where the first layer cuts, as residual inputs are too.
  package func read(_ input: [Int16]) -> [Int16] {
    let range = Int16(layers[0].inputRange.lowerBound)...Int16(layers[0].inputRange.upperBound)
    return input.map { min(max($0, range.lowerBound), range.upperBound) }
  }
}
