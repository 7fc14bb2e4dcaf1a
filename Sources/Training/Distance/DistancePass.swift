/// A pass of samples through a network of distances and of gradients back, with all its buffers.
///
/// The buffers are made once, for the largest batch; nothing is allocated afterwards.
package struct DistancePass: Sendable {
  /// The input of each layer, one row a sample; the caller fills the first.
  var inputs: [PaddedRows]

  /// The distances of each layer, `samples × rows`, before mean and bias; accumulators of a dense last layer.
  private(set) var distances: [[Float]]

  /// The logits, `samples × classes`; the loss replaces them by their gradients.
  package var logits: [Float]

  /// Gradients with respect to `inputs`, but the first.
  private var inputGradients: [PaddedRows]

  /// Gradients of the weights and biases, summed over the samples of the last pass.
  private(set) var weightGradients: [PaddedRows]
  private(set) var biasGradients: [[Float]]

  /// The sums of the distances over the samples of the last pass, from which running means are made.
  private(set) var distanceSums: [[Float]]

  /// Gradients with respect to the outputs of each layer, `samples × rows`.
  private var outputGradients: [[Float]]

  /// Makes the buffers for batches of up to `capacity` samples.
  package init(for parameters: DistanceParameters, capacity: Int) {
    let layers = parameters.weights
    inputs = layers.map { PaddedRows(rows: capacity, columns: $0.columns) }
    inputGradients = inputs
    distances = layers.map { Array(repeating: 0, count: capacity * $0.rows) }
    outputGradients = distances
    logits = distances[layers.count - 1]
    weightGradients = layers.map { PaddedRows(rows: $0.rows, columns: $0.columns) }
    biasGradients = layers.map { Array(repeating: 0, count: $0.rows) }
    distanceSums = biasGradients
  }

  /// The samples of the current pass.
  private var count: Int { inputs[0].rows }

  /// Takes in the inputs of some samples, at most `capacity`.
  mutating func load(_ indices: ArraySlice<Int>, of samples: SampleSource, step: Int) {
    precondition(inputs[0].columns == samples.columns)
    setCount(indices.count)
    let stride = 8 * inputs[0].stride
    unsafe inputs[0].elements.withUnsafeMutableBytes { bytes in
      guard let rows = unsafe bytes.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
      unsafe samples.copy(indices, step: step) { unsafe rows + $0 * stride }
    }
  }

  /// Takes in mapped inputs, sample after sample.
  package mutating func load(_ values: ArraySlice<Float>) {
    let columns = inputs[0].columns
    setCount(values.count / columns)
    for (index, value) in values.enumerated() { inputs[0][index / columns, index % columns] = value }
  }

  private mutating func setCount(_ count: Int) {
    precondition(count * inputs[0].stride <= inputs[0].elements.count)
    for layer in inputs.indices { inputs[layer].rows = count }
  }

  /// Computes the logits of the samples that were loaded.
  ///
  /// - Parameter exponent: p, nil for ∞.
  package mutating func runForward(_ parameters: DistanceParameters, exponent: DistanceExponent?) {
    for index in parameters.weights.indices {
      runForward(layer: index, parameters, exponent: exponent)
      finishForward(layer: index, parameters)
    }
  }

  /// Computes the distances of one layer, and their sums.
  mutating func runForward(layer index: Int, _ parameters: DistanceParameters, exponent: DistanceExponent?) {
    let weights = parameters.weights[index]
    let count = count
    let isDistance = parameters.distanceLayers.contains(index)
    unsafe distances[index].withUnsafeMutableBufferPointer { results in
      unsafe inputs[index].elements.withUnsafeBufferPointer { inputs in
        unsafe weights.elements.withUnsafeBufferPointer { elements in
          guard let x = inputs.baseAddress, let w = elements.baseAddress, let d = results.baseAddress else {
            return
          }
          let shape = LayerShape(samples: count, rows: weights.rows, stride: weights.stride)
          if isDistance {
            unsafe computeDistances(shape, x, w, exponent: exponent, into: d)
          } else {
            unsafe computeProducts(shape, x, w, into: d)
          }
        }
      }
    }
    guard isDistance else { return }
    for row in 0..<weights.rows { distanceSums[index][row] = 0 }
    for sample in 0..<count {
      for row in 0..<weights.rows {
        distanceSums[index][row] += distances[index][sample * weights.rows + row]
      }
    }
  }

  /// Turns the distances of one layer into the next one's inputs, or into logits.
  mutating func finishForward(layer index: Int, _ parameters: DistanceParameters) {
    let rows = parameters.weights[index].rows
    let isLast = index == parameters.weights.count - 1
    let isDistance = parameters.distanceLayers.contains(index)
    for row in 0..<rows {
      let offset = parameters.biases[index][row] - parameters.means[index][row]
      for sample in 0..<count {
        let value = distances[index][sample * rows + row] + offset
        if isLast {
          logits[sample * rows + row] = isDistance ? -value : value
        } else {
          inputs[index + 1][sample, row] = value
        }
      }
    }
  }

  /// Sums up the gradients of the parameters, given those of the logits in `logits`.
  package mutating func runBackward(_ parameters: DistanceParameters, exponent: DistanceExponent?) {
    for index in parameters.weights.indices.reversed() {
      let weights = parameters.weights[index]
      let isDistance = parameters.distanceLayers.contains(index)
      gatherOutputGradients(
        layer: index, isLast: index == parameters.weights.count - 1, isDistance: isDistance)
      weightGradients[index].clear()
      if index > 0 { inputGradients[index].clear() }
      let shape = LayerShape(samples: count, rows: weights.rows, stride: weights.stride)
      unsafe weightGradients[index].elements.withUnsafeMutableBufferPointer { weightGradients in
        unsafe inputGradients[index].elements.withUnsafeMutableBufferPointer { inputGradients in
          unsafe inputs[index].elements.withUnsafeBufferPointer { inputs in
            unsafe weights.elements.withUnsafeBufferPointer { elements in
              guard let x = inputs.baseAddress, let w = elements.baseAddress,
                let gw = weightGradients.baseAddress
              else { return }
              let gx = index > 0 ? inputGradients.baseAddress : nil
              if isDistance {
                unsafe addDistanceGradients(
                  shape, x, w, distances: distances[index], outputGradients: outputGradients[index],
                  exponent: exponent, toWeights: gw, toInputs: gx)
              } else {
                unsafe addProductGradients(
                  shape, x, w, outputGradients: outputGradients[index], toWeights: gw, toInputs: gx)
              }
            }
          }
        }
      }
    }
  }

  /// The gradients of one layer's weights, row after row, and biases.
  package func gradients(ofLayer index: Int) -> (weights: [Float], biases: [Float]) {
    (weightGradients[index].unpadded, biasGradients[index])
  }

  /// Collects the gradients with respect to one layer's outputs, and sums them up for its biases.
  private mutating func gatherOutputGradients(layer index: Int, isLast: Bool, isDistance: Bool) {
    let rows = biasGradients[index].count
    for row in 0..<rows { biasGradients[index][row] = 0 }
    for sample in 0..<count {
      for row in 0..<rows {
        let place = sample * rows + row
        let gradient =
          isLast ? (isDistance ? -logits[place] : logits[place]) : inputGradients[index + 1][sample, row]
        outputGradients[index][place] = gradient
        biasGradients[index][row] += gradient
      }
    }
  }
}

extension PaddedRows {
  /// Sets the rows in use to zero.
  fileprivate mutating func clear() {
    for index in 0..<rows * stride { elements[index] = .zero }
  }
}

/// The sizes of one layer's part in a batch.
private struct LayerShape {
  var samples: Int
  /// Neurons.
  var rows: Int
  /// Vectors of a row, of weights and inputs alike.
  var stride: Int
}

/// The distances of all samples to all rows, `samples × rows`.
@unsafe private func computeDistances(
  _ shape: LayerShape, _ inputs: UnsafePointer<Vector>, _ weights: UnsafePointer<Vector>,
  exponent: DistanceExponent?, into results: UnsafeMutablePointer<Float>
) {
  let stride = shape.stride
  let cutoff = exponent?.cutoff ?? 0
  // Four rows stay in the first-level cache while the samples pass by.
  for first in Swift.stride(from: 0, to: shape.rows, by: 4) {
    let height = min(4, shape.rows - first)
    // Rows beyond the last one repeat it; their results are not stored.
    let last = shape.rows - 1
    let rows = unsafe (
      weights + first * stride, weights + min(first + 1, last) * stride,
      weights + min(first + 2, last) * stride,
      weights + min(first + 3, last) * stride
    )
    for sample in 0..<shape.samples {
      let x = unsafe inputs + sample * stride
      var distances = unsafe largestDifferences(x, rows.0, rows.1, rows.2, rows.3, stride: stride)
      if let exponent {
        let scales = 1 / distances.replacing(with: 1, where: distances .== 0)
        let sums = unsafe SIMD4(
          scaledPowerSum(x, rows.0, stride: stride, scale: scales[0], exponent: exponent, cutoff: cutoff),
          scaledPowerSum(x, rows.1, stride: stride, scale: scales[1], exponent: exponent, cutoff: cutoff),
          scaledPowerSum(x, rows.2, stride: stride, scale: scales[2], exponent: exponent, cutoff: cutoff),
          scaledPowerSum(x, rows.3, stride: stride, scale: scales[3], exponent: exponent, cutoff: cutoff))
        distances *= root(sums.replacing(with: 1, where: sums .< 1), 1 / exponent.p)
      }
      for row in 0..<height { unsafe results[sample * shape.rows + first + row] = distances[row] }
    }
  }
}

/// The products of all samples with all rows, `samples × rows`.
@unsafe private func computeProducts(
  _ shape: LayerShape, _ inputs: UnsafePointer<Vector>, _ weights: UnsafePointer<Vector>,
  into results: UnsafeMutablePointer<Float>
) {
  for sample in 0..<shape.samples {
    for row in 0..<shape.rows {
      var sum = Vector.zero
      for c in 0..<shape.stride {
        unsafe sum += inputs[sample * shape.stride + c] * weights[row * shape.stride + c]
      }
      unsafe results[sample * shape.rows + row] = laneSum(sum)
    }
  }
}

/// Adds the gradients of a layer of distances to those of its weights and, but for the first layer, of its inputs.
@unsafe private func addDistanceGradients(
  _ shape: LayerShape, _ inputs: UnsafePointer<Vector>, _ weights: UnsafePointer<Vector>, distances: [Float],
  outputGradients: [Float], exponent: DistanceExponent?, toWeights: UnsafeMutablePointer<Vector>,
  toInputs: UnsafeMutablePointer<Vector>?
) {
  let stride = shape.stride
  let cutoff = exponent?.cutoff ?? 0
  for row in 0..<shape.rows {
    let w = unsafe weights + row * stride
    let gw = unsafe toWeights + row * stride
    for sample in 0..<shape.samples {
      let gradient = outputGradients[sample * shape.rows + row]
      let distance = distances[sample * shape.rows + row]
      guard gradient != 0, distance > 0 else { continue }
      let x = unsafe inputs + sample * stride
      let gx = unsafe toInputs.map { unsafe $0 + sample * stride }
      if let exponent {
        unsafe addDistanceGradient(
          gradient, x, w, stride: stride, scale: 1 / distance, exponent: exponent, cutoff: cutoff,
          toWeights: gw,
          toInputs: gx)
      } else {
        unsafe addMaximumGradient(
          gradient, x, w, stride: stride, distance: distance, toWeights: gw, toInputs: gx)
      }
    }
  }
}

/// Adds the gradients of a dense layer to those of its weights and inputs.
@unsafe private func addProductGradients(
  _ shape: LayerShape, _ inputs: UnsafePointer<Vector>, _ weights: UnsafePointer<Vector>,
  outputGradients: [Float], toWeights: UnsafeMutablePointer<Vector>, toInputs: UnsafeMutablePointer<Vector>?
) {
  for row in 0..<shape.rows {
    for sample in 0..<shape.samples {
      let gradient = outputGradients[sample * shape.rows + row]
      for c in 0..<shape.stride {
        unsafe toWeights[row * shape.stride + c] += gradient * inputs[sample * shape.stride + c]
        if let toInputs = unsafe toInputs {
          unsafe toInputs[sample * shape.stride + c] += gradient * weights[row * shape.stride + c]
        }
      }
    }
  }
}

/// `s^e` for s in 1 … 2^24 and e in 0 … 1, to a relative 2e-5.
private func root(_ s: SIMD4<Float>, _ e: Float) -> SIMD4<Float> {
  // log2: the exponent, and a series of artanh for the significand in √½ … √2.
  let bits = unsafe unsafeBitCast(s, to: SIMD4<Int32>.self)
  var exponent = (bits &>> 23) &- 127
  var m = unsafe unsafeBitCast((bits & 0x7F_FFFF) | 0x3F80_0000, to: SIMD4<Float>.self)
  let isLarge = m .> 1.4142135
  m = m.replacing(with: m * 0.5, where: isLarge)
  exponent = exponent.replacing(with: exponent &+ 1, where: isLarge)
  let t = (m - 1) / (m + 1)
  let t2 = t * t
  let log =
    SIMD4<Float>(exponent) + t * (2.885390082 + t2 * (0.961796694 + t2 * (0.577078016 + t2 * 0.412198583)))
  // exp2: of a number in 0 … 24.
  let y = log * e
  let whole = y.rounded(.down)
  let f = y - whole
  var power: SIMD4<Float> = f * 0.000154035 + 0.001333356
  power = power * f + 0.009618129
  power = power * f + 0.055504109
  power = power * f + 0.240226507
  power = power * f + 0.693147181
  power = power * f + 1
  let scale = unsafe unsafeBitCast((SIMD4<Int32>(whole) &+ 127) &<< 23, to: SIMD4<Float>.self)
  return power * scale
}
