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
    let featureCount = layers[0].columns
    precondition(!labels.isEmpty && inputs.count == labels.count * featureCount)
    let classCount = layers[layers.count - 1].rows
    let stack = LayerStack(self)
    return fraction(ofSamples: labels.count) { range in
      let logits = stack.logits(of: inputs, samples: range)
      return range.count { sample in
        let first = (sample - range.lowerBound) * classCount
        return logits[first..<first + classCount].indexOfLargest == first + labels[sample]
      }
    }
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
    let featureCount = layers[0].columns
    precondition(!labels.isEmpty && inputs.count == labels.count * featureCount)
    let classCount = layers[layers.count - 1].rows
    let stack = LayerStack(self, intervals: true)
    if stack.intervalLayers == nil {
      return marginAccuracy(stack, inputs: inputs, labels: labels, epsilon: epsilon)
    }
    return fraction(ofSamples: labels.count) { part in
      let pass = IntervalPass(for: stack, capacity: part.count)
      for sample in part {
        pass.boxes[0].centers.setRow(sample - part.lowerBound, to: inputs, from: sample * featureCount)
      }
      pass.spread(by: epsilon, within: range)
      pass.runForward(stack, labels: Array(labels[part]))
      let worstLogits = pass.worstLogits.elements
      return part.count { sample in
        let first = (sample - part.lowerBound) * classCount
        return (0..<classCount).allSatisfy { other in
          other == labels[sample] || worstLogits[first + other] < 0
        }
      }
    }
  }
}

extension FloatNetwork {
  /// The fraction of samples whose label leads by more than a change of epsilon in every input can take away.
  private func marginAccuracy(
    _ stack: LayerStack, inputs: [Float], labels: [Int], epsilon: Float
  ) -> Double {
    let last = layers[layers.count - 1]
    let kind = trainable(layers.count - 1)
    let reaches = (0..<last.rows * last.rows).map { pair in
      kind.reach(of: last, between: pair / last.rows, and: pair % last.rows) * epsilon
    }
    return fraction(ofSamples: labels.count) { part in
      let logits = stack.logits(of: inputs, samples: part)
      return part.count { sample in
        let (first, label) = ((sample - part.lowerBound) * last.rows, labels[sample])
        return (0..<last.rows).allSatisfy { other in
          other == label || logits[first + label] - logits[first + other] > reaches[label * last.rows + other]
        }
      }
    }
  }
}

extension LayerStack {
  /// The logits of some of the samples.
  fileprivate func logits(of inputs: [Float], samples: Range<Int>) -> [Float] {
    let columns = layers[0].columns
    let pass = PointPass(for: self, capacity: samples.count)
    for sample in samples {
      pass.inputs[0].setRow(sample - samples.lowerBound, to: inputs, from: sample * columns)
    }
    pass.runForward(self)
    return pass.outputs[layers.count - 1].elements
  }
}

/// How many samples pass through a network at a time.
private let partSize = 256

/// Counts samples that meet a condition, in parts that all cores share, and divides by their number.
private func fraction(ofSamples count: Int, countingIn body: @Sendable (Range<Int>) -> Int) -> Double {
  let total = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: (count + partSize - 1) / partSize) { part in
    let met = body(part * partSize..<min((part + 1) * partSize, count))
    total.add(met, ordering: .relaxed)
  }
  return Double(total.load(ordering: .relaxed)) / Double(count)
}

extension ArraySlice<Float> {
  /// The index of the first largest element.
  fileprivate var indexOfLargest: Int {
    var best = startIndex
    for index in indices where self[index] > self[best] { best = index }
    return best
  }
}

extension Range<Int> {
  /// How many elements meet a condition.
  fileprivate func count(where condition: (Int) -> Bool) -> Int {
    reduce(0) { condition($1) ? $0 + 1 : $0 }
  }
}
