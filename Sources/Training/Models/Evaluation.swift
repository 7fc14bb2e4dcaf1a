private import Dispatch
private import Synchronization

extension FloatNetwork {
  /// The logits of one or more samples.
  ///
  /// - Parameter inputs: mapped inputs, sample after sample.
  /// - Returns: logits, sample after sample.
  /// - Complexity: O(samples · weights).
  public func logits(of inputs: [Float]) -> [Float] {
    let featureCount = layers[0].columns
    precondition(inputs.count % featureCount == 0)
    let count = inputs.count / featureCount
    let stack = LayerStack(self)
    return stride(from: 0, to: count, by: partSize).flatMap { first in
      stack.logits(of: inputs, samples: first..<min(first + partSize, count))
    }
  }

  /// The coefficient of determination of a regression, `1 - Σ(y - t)² / Σ(t - mean)²` over all outputs.
  ///
  /// - Parameter targets: the outputs wanted, sample after sample; each output has its own mean.
  /// - Complexity: O(samples · weights).
  public func explainedVariance(inputs: [Float], targets: [Float]) -> Double {
    let outputs = layers[layers.count - 1].rows
    let predictions = logits(of: inputs)
    precondition(predictions.count == targets.count && !targets.isEmpty)
    let count = targets.count / outputs
    var residual = 0.0
    var total = 0.0
    for output in 0..<outputs {
      let places = (0..<count).map { $0 * outputs + output }
      let mean = places.reduce(0) { $0 + Double(targets[$1]) } / Double(count)
      for place in places {
        residual +=
          (Double(predictions[place]) - Double(targets[place]))
          * (Double(predictions[place]) - Double(targets[place]))
        total += (Double(targets[place]) - mean) * (Double(targets[place]) - mean)
      }
    }
    return total > 0 ? 1 - residual / total : residual == 0 ? 1 : 0
  }

  /// The fraction of samples whose largest logit is the label's; on a tie the lowest index counts.
  ///
  /// - Parameter inputs: mapped inputs, sample after sample, at least one sample.
  /// - Complexity: O(samples · weights), shared by all cores.
  public func accuracy(inputs: [Float], labels: [Int]) -> Double {
    let stack = LayerStack(self)
    return fraction(inputs, labels) { part in
      stack.logits(of: inputs, samples: part)
    } where: {
      isRight($0, label: $1)
    }
  }

  /// The fraction of samples that an attack on the floating-point network leaves right: empirical, and no certificate.
  ///
  /// - Parameters:
  ///   - inputs: mapped inputs, sample after sample, at least one sample.
  ///   - attack: what is done to each; attacked inputs may leave the range.
  ///   - seed: what noise is drawn from.
  /// - Complexity: O(steps · samples · weights), shared by all cores.
  public func accuracy(
    inputs: [Float], labels: [Int], under attack: FloatAttack, seed: UInt64 = 0
  ) -> Double {
    let stack = LayerStack(self, gradients: true, inputGradients: true)
    return fraction(inputs, labels) { part in
      let pass = PointPass(for: stack, capacity: part.count, gradients: true, inputGradients: true)
      pass.inputs[0].setRows(to: inputs, samples: part)
      attack.run(stack, pass, labels: Array(labels[part]), seed: seed &+ UInt64(part.lowerBound))
      return pass.outputs[layers.count - 1].elements
    } where: {
      isRight($0, label: $1)
    }
  }

  /// Whether the largest logit is the label's; of equal ones the first counts.
  private func isRight(_ logits: ArraySlice<Float>, label: Int) -> Bool {
    logits.indices.max { logits[$0] < logits[$1] } == logits.startIndex + label
  }

  /// The fraction of samples whose class interval bounds, or where a layer carries no boxes the margins of the logits,
  /// prove in the whole box of radius epsilon around them.
  ///
  /// The box is cut to the range. Computed in floating point, so only indicative: nothing here is "certified".
  ///
  /// - Parameters:
  ///   - inputs: mapped inputs within `range`, sample after sample, at least one sample.
  ///   - epsilon: in mapped units, at least 0.
  /// - Complexity: O(samples · weights), shared by all cores.
  public func verifiedAccuracy(
    inputs: [Float], labels: [Int], range: ClosedRange<Float>, epsilon: Float
  ) -> Double {
    let stack = LayerStack(self, intervals: true)
    if stack.intervalLayers == nil {
      return marginAccuracy(stack, inputs: inputs, labels: labels, epsilon: epsilon)
    }
    return fraction(inputs, labels) { part in
      let pass = IntervalPass(for: stack, capacity: part.count)
      pass.boxes[0].centers.setRows(to: inputs, samples: part)
      pass.spread(by: epsilon, within: range)
      pass.runForward(stack, labels: Array(labels[part]))
      return pass.worstLogits.elements
    } where: { worstLogits, label in
      worstLogits.indices.allSatisfy { $0 == worstLogits.startIndex + label || worstLogits[$0] < 0 }
    }
  }

  /// The fraction of samples whose label leads by more than a change of epsilon in every input can take away.
  private func marginAccuracy(
    _ stack: LayerStack, inputs: [Float], labels: [Int], epsilon: Float
  ) -> Double {
    let last = layers[layers.count - 1]
    let kind = trainable(layers.count - 1)
    let reaches = (0..<last.rows * last.rows).map { pair in
      kind.reach(of: last, between: pair / last.rows, and: pair % last.rows) * epsilon
    }
    return fraction(inputs, labels) { part in
      stack.logits(of: inputs, samples: part)
    } where: { logits, label in
      let first = logits.startIndex
      return (0..<last.rows).allSatisfy { other in
        other == label || logits[first + label] - logits[first + other] > reaches[label * last.rows + other]
      }
    }
  }

  /// The fraction of samples whose outputs meet a condition, in parts that all cores share.
  ///
  /// - Parameters:
  ///   - outputs: as many numbers as the network has outputs, for each sample of a part.
  ///   - condition: asked with a sample's outputs and its label.
  private func fraction(
    _ inputs: [Float], _ labels: [Int], of outputs: @Sendable (_ part: Range<Int>) -> [Float],
    where condition: @Sendable (_ outputs: ArraySlice<Float>, _ label: Int) -> Bool
  ) -> Double {
    precondition(!labels.isEmpty && inputs.count == labels.count * layers[0].columns)
    let count = layers[layers.count - 1].rows
    let total = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: (labels.count + partSize - 1) / partSize) { index in
      let part = index * partSize..<min((index + 1) * partSize, labels.count)
      let values = outputs(part)
      let met = part.count { sample in
        let first = (sample - part.lowerBound) * count
        return condition(values[first..<first + count], labels[sample])
      }
      total.add(met, ordering: .relaxed)
    }
    return Double(total.load(ordering: .relaxed)) / Double(labels.count)
  }
}

extension LayerStack {
  /// The logits of some of the samples.
  fileprivate func logits(of inputs: [Float], samples: Range<Int>) -> [Float] {
    let pass = PointPass(for: self, capacity: samples.count)
    pass.inputs[0].setRows(to: inputs, samples: samples)
    pass.runForward(self)
    return pass.outputs[layers.count - 1].elements
  }
}

extension Matrix {
  /// Becomes some of the samples, one a row.
  fileprivate func setRows(to inputs: [Float], samples: Range<Int>) {
    for (row, sample) in samples.enumerated() { setRow(row, to: inputs, from: sample * columns) }
  }
}

/// How many samples pass through a network at a time.
private let partSize = 256
