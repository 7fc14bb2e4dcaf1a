/// The last layer on a box: for label y, `m_j = (w_j - w_y)·c + |w_j - w_y|·r + b_j - b_y` is the largest
/// `z_j - z_y` over the box of center c and radius r, exactly, and `m_y = 0`.
///
/// The sample is certified in its box when `m_j < 0` for every j ≠ y.
enum WorstCaseHead {
  /// Computes the worst-case logits.
  ///
  /// - Complexity: O(samples · classes · columns).
  static func run(
    _ layer: PreparedNetwork.Layer, _ centers: Matrix, _ radii: Matrix, labels: [Int],
    into result: inout Matrix
  ) {
    let columns = layer.weights.columns
    result.rows = centers.rows
    let classes = result.columns
    for sample in 0..<centers.rows {
      let label = labels[sample]
      for other in 0..<classes {
        var sum = layer.biases[other] - layer.biases[label]
        if other != label {
          unsafe withRows(layer.weights, other, label, centers, radii, sample) {
            unsafe sum += worstSum($0, $1, $2, $3, count: columns)
          }
        }
        result.elements[sample * classes + other] = sum
      }
    }
  }

  /// Adds up the gradients of the layer's parameters:
  /// `∂m_j/∂w_j = c + sign(w_j - w_y) r = -∂m_j/∂w_y`, `∂m_j/∂b_j = 1 = -∂m_j/∂b_y`.
  static func runBackward(
    _ layer: PreparedNetwork.Layer, _ centers: Matrix, _ radii: Matrix, labels: [Int], gradients: Matrix,
    layer index: Int, into result: inout ParameterGradients
  ) {
    let columns = layer.weights.columns
    let classes = gradients.columns
    for sample in 0..<centers.rows {
      let label = labels[sample]
      for other in 0..<classes where other != label {
        let gradient = gradients.elements[sample * classes + other]
        guard gradient != 0 else { continue }
        result.biases[index][other] += gradient
        result.biases[index][label] -= gradient
        unsafe result.weights[index].elements.withUnsafeMutableBufferPointer { target in
          guard let target = target.baseAddress else { return }
          let (to, toLabel) = unsafe (target + other * columns, target + label * columns)
          unsafe withRows(layer.weights, other, label, centers, radii, sample) {
            row, labelRow, center, radius in
            for i in 0..<columns {
              let difference = unsafe row[i] - labelRow[i]
              let reach = unsafe difference > 0 ? radius[i] : difference < 0 ? -radius[i] : 0
              let change = unsafe gradient * (center[i] + reach)
              unsafe to[i] += change
              unsafe toLabel[i] -= change
            }
          }
        }
      }
    }
  }

  /// Computes the gradients of the boxes: `∂m_j/∂c = w_j - w_y`, `∂m_j/∂r = |w_j - w_y|`.
  static func propagateBack(
    _ layer: PreparedNetwork.Layer, labels: [Int], gradients: Matrix, toCenters: inout Matrix,
    toRadii: inout Matrix
  ) {
    let columns = layer.weights.columns
    let classes = gradients.columns
    toCenters.rows = gradients.rows
    toRadii.rows = gradients.rows
    unsafe toCenters.elements.withUnsafeMutableBufferPointer { centers in
      unsafe toRadii.elements.withUnsafeMutableBufferPointer { radii in
        unsafe layer.weights.elements.withUnsafeBufferPointer { weights in
          guard let centers = centers.baseAddress, let radii = radii.baseAddress,
            let weights = weights.baseAddress
          else { return }
          for sample in 0..<gradients.rows {
            let (center, radius) = unsafe (centers + sample * columns, radii + sample * columns)
            unsafe center.update(repeating: 0, count: columns)
            unsafe radius.update(repeating: 0, count: columns)
            let labelRow = unsafe weights + labels[sample] * columns
            for other in 0..<classes where other != labels[sample] {
              let gradient = gradients.elements[sample * classes + other]
              guard gradient != 0 else { continue }
              let row = unsafe weights + other * columns
              for i in 0..<columns {
                let difference = unsafe row[i] - labelRow[i]
                unsafe center[i] += gradient * difference
                unsafe radius[i] += gradient * difference.magnitude
              }
            }
          }
        }
      }
    }
  }
}

/// Calls a kernel with two rows of weights and one sample's center and radius.
@unsafe @inline(__always)
private func withRows(
  _ weights: Matrix, _ row: Int, _ labelRow: Int, _ centers: Matrix, _ radii: Matrix, _ sample: Int,
  _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
) {
  let columns = weights.columns
  precondition(centers.columns == columns && radii.columns == columns)
  precondition(max(row, labelRow) < weights.rows && sample < centers.rows && sample < radii.rows)
  unsafe weights.elements.withUnsafeBufferPointer { weights in
    unsafe centers.elements.withUnsafeBufferPointer { centers in
      unsafe radii.elements.withUnsafeBufferPointer { radii in
        guard let weights = weights.baseAddress, let centers = centers.baseAddress,
          let radii = radii.baseAddress
        else { return }
        unsafe body(
          weights + row * columns, weights + labelRow * columns, centers + sample * columns,
          radii + sample * columns)
      }
    }
  }
}

/// `Σ (w - v)·c + |w - v|·r`, in eight partial sums.
@unsafe @inline(__always)
private func worstSum(
  _ row: UnsafePointer<Float>, _ labelRow: UnsafePointer<Float>, _ center: UnsafePointer<Float>,
  _ radius: UnsafePointer<Float>, count: Int
) -> Float {
  var sums = SIMD8<Float>.zero
  let whole = count & ~7
  for i in stride(from: 0, to: whole, by: 8) {
    let difference = unsafe vector(row + i) - vector(labelRow + i)
    let magnitude = pointwiseMax(difference, -difference)
    unsafe sums += difference * vector(center + i) + magnitude * vector(radius + i)
  }
  var sum = sums.sum()
  for i in whole..<count {
    let difference = unsafe row[i] - labelRow[i]
    unsafe sum += difference * center[i] + difference.magnitude * radius[i]
  }
  return sum
}

/// Eight neighboring elements at any alignment.
@unsafe @inline(__always)
private func vector(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
  unsafe UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}
