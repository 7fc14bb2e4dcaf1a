internal import CSupNorm

// Rows of weights: the plain arithmetic of dense ones, which the lanes equal bit for bit, then what the entry points of
// dense and sparse layers have in common.

// In all sums of a row every partial sum is `b + Σ w·v` over some of the columns with |v| ≤ 2^15, so its magnitude is
// at most R·2^15 + |b| ≤ 2^31 - 1 by admissibility, and &+ and &* are exact.

/// The accumulator `bias + Σ w·x` of one row.
///
/// - Parameters:
///   - weights: one for each column.
///   - input: full `Int16` range; as many values as the layer has columns.
/// - Complexity: O(weights.count).
@inline(never)
package func accumulator(weights: Span<Int16>, bias: Int32, input: Span<Int16>) -> Int32 {
  var sum = bias
  for index in weights.indices {
    sum &+= Int32(weights[index]) &* Int32(input[index])
  }
  return sum
}

/// The box of all inputs between two vectors, widened by a deviation and then cut to a range.
///
/// One form serves both the box around an input (both vectors are the input itself) and the stored bounds of a
/// hidden layer (no deviation, the whole range), so that the box around an input need not be stored.
package struct Widening {
  /// 0 … 65535, so that the sums below stay far within `Int32`.
  package let deviation: Int32
  package let minimum: Int32
  package let maximum: Int32

  /// Creates a widening; `minimum` and `maximum` lie within `Int16`.
  package init(deviation: Int32, minimum: Int32, maximum: Int32) {
    self.deviation = deviation
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The stored bounds of a hidden layer, as they are.
  package static var none: Widening {
    Widening(deviation: 0, minimum: Int32(Int16.min), maximum: Int32(Int16.max))
  }

  @inline(__always)
  func lowerEnd(_ value: Int16) -> Int32 { max(Int32(value) &- deviation, minimum) }

  @inline(__always)
  func upperEnd(_ value: Int16) -> Int32 { min(Int32(value) &+ deviation, maximum) }
}

/// The least and the greatest accumulator of one row over a box of inputs.
///
/// Both are attained: at the lower end of every input with a positive weight and the upper end of the others,
/// and the reverse.
///
/// - Parameters:
///   - lower: the lower ends of the box before widening, one for each column.
///   - upper: the upper ends, no less than `lower`.
/// - Complexity: O(weights.count).
@inline(never)
package func accumulatorBounds(
  weights: Span<Int16>, bias: Int32, lower: Span<Int16>, upper: Span<Int16>, widening: Widening
) -> (lower: Int32, upper: Int32) {
  var least = bias
  var greatest = bias
  for index in weights.indices {
    let weight = Int32(weights[index])
    let ends = (widening.lowerEnd(lower[index]), widening.upperEnd(upper[index]))
    least &+= weight &* (weight >= 0 ? ends.0 : ends.1)
    greatest &+= weight &* (weight >= 0 ? ends.1 : ends.0)
  }
  return (least, greatest)
}

/// Whether one row's accumulator exceeds another's on every input of a box, strictly.
///
/// The least difference over the box is attained at `v`, the lower end of each column where the first row has
/// the greater weight and the upper end elsewhere. Both accumulators at `v` are exact in `Int32` and compared
/// there, so that the difference itself, which may need 33 bits, is never formed.
///
/// - Complexity: O(weights.count).
@inline(never)
package func exceedsEverywhere(
  weights: Span<Int16>, bias: Int32, otherWeights: Span<Int16>, otherBias: Int32, lower: Span<Int16>,
  upper: Span<Int16>, widening: Widening
) -> Bool {
  var sum = bias
  var otherSum = otherBias
  for index in weights.indices {
    let weight = Int32(weights[index])
    let otherWeight = Int32(otherWeights[index])
    let value = weight >= otherWeight ? widening.lowerEnd(lower[index]) : widening.upperEnd(upper[index])
    sum &+= weight &* value
    otherSum &+= otherWeight &* value
  }
  return sum > otherSum
}

/// The status of the shape of a layer of weights that has these arrays.
func weightedShapeStatus(
  _ layer: UnsafePointer<supnorm_layer>, isLast: Bool, arrays: LayerArrays
) -> Int32 {
  // A last layer does not activate.
  guard unsafe layer.pointee.shift <= 15, unsafe layer.pointee.layout == 0,
    unsafe !isLast || Int32(layer.pointee.activation) == SUPNORM_IDENTITY
  else { return SUPNORM_ERROR_MALFORMED }
  return unsafe arrays.status(of: layer)
}

/// Whether a row is admissible, `2^15·R + |b| + 2^(shift-1) ≤ 2^31 - 1`, and within the layer's bound.
func isAdmissible(_ rowSum: UInt32, row: Int, of layer: UnsafePointer<supnorm_layer>) -> Bool {
  let half: UInt32 = unsafe (1 &<< UInt32(layer.pointee.shift)) &>> 1
  // R ≤ 65535, so 2^15·R ≤ 2^31 - 2^15; |b| ≤ 2^31 and half ≤ 2^14: the sum fits in UInt32.
  return unsafe rowSum <= layer.pointee.row_sum_bound && rowSum <= 65535
    && (rowSum &<< 15) &+ layer.pointee.biases[row].magnitude &+ half <= UInt32(Int32.max)
}
