internal import CSupNorm

/// Applies an activation in place; all are exact on `Int16` and nonexpansive in the sup norm.
///
/// - Parameters:
///   - kind: one of `SUPNORM_IDENTITY` … `SUPNORM_NEGATE`.
///   - values: the layer's outputs, full range.
/// - Complexity: O(n), `SUPNORM_SORT` O(n²); no memory.
@inline(never)
package func applyActivation(_ kind: Int32, to values: inout MutableSpan<Int16>) {
  switch kind {
  case SUPNORM_RELU:
    for index in values.indices { values[index] = max(values[index], 0) }
  case SUPNORM_ABS:
    for index in values.indices { values[index] = saturatingMagnitude(values[index]) }
  case SUPNORM_MAXMIN:
    var index = 0
    while index &+ 1 < values.count {
      if values[index] < values[index &+ 1] { values.swapAt(index, index &+ 1) }
      index &+= 2
    }
  case SUPNORM_SORT:
    sortAscending(&values)
  case SUPNORM_NEGATE:
    for index in values.indices { values[index] = saturatingNegation(values[index]) }
  default:
    break
  }
}

/// Applies an activation to a box: afterwards `lower` and `upper` are the least and greatest value of each
/// output over the box, attained.
///
/// The activations other than `abs` and `negate` are monotone in every input, so the ends map to the ends.
package func applyActivation(
  _ kind: Int32, lower: inout MutableSpan<Int16>, upper: inout MutableSpan<Int16>
) {
  switch kind {
  case SUPNORM_ABS:
    for index in lower.indices {
      let ends = (lower[index], upper[index])
      lower[index] = max(max(ends.0, saturatingNegation(ends.1)), 0)
      upper[index] = max(saturatingMagnitude(ends.0), saturatingMagnitude(ends.1))
    }
  case SUPNORM_NEGATE:
    for index in lower.indices {
      let ends = (lower[index], upper[index])
      lower[index] = saturatingNegation(ends.1)
      upper[index] = saturatingNegation(ends.0)
    }
  default:
    applyActivation(kind, to: &lower)
    applyActivation(kind, to: &upper)
  }
}

/// `min(-value, 32767)`.
@inline(__always)
private func saturatingNegation(_ value: Int16) -> Int16 {
  value == .min ? .max : 0 &- value
}

/// `min(|value|, 32767)`.
@inline(__always)
private func saturatingMagnitude(_ value: Int16) -> Int16 {
  value < 0 ? saturatingNegation(value) : value
}

/// Insertion sort: no memory, and quick on the short vectors of a microcontroller's layers.
private func sortAscending(_ values: inout MutableSpan<Int16>) {
  var end = 1
  while end < values.count {
    var index = end
    while index > 0, values[index &- 1] > values[index] {
      values.swapAt(index, index &- 1)
      index &-= 1
    }
    end &+= 1
  }
}
