/// The state of a distance network's training between two steps: parameters, optimizer, buffers.
package struct DistanceRun: TrainingProcess {
  private var parameters: DistanceParameters
  /// s of the loss.
  private var lossScale: Float = 1
  /// Whether the running means have been set, by the first step.
  private var hasMeans = false

  private let samples: SampleSource
  private let epsilon: Float
  private let rates: Schedule
  private let schedule: DistanceSchedule
  private let threads: Threads
  private let shards: (DistanceShard, DistanceShard)
  private var weightSteps: [VectorAdam]
  private var biasSteps: [VectorAdam]
  private var scaleStep = VectorAdam(count: 1)

  /// How fast the running means follow the batches' means, until p is infinite.
  private static let meanRate: Float = 0.1

  /// Prepares a run of that many steps.
  package init(
    _ network: FloatNetwork, samples: SampleSource, options: TrainingOptions, steps: Int,
    threads: Threads = Threads(count: 2)
  ) {
    self.threads = threads
    parameters = DistanceParameters(network)
    self.samples = samples
    epsilon = options.epsilon
    rates = Schedule(options, steps: steps)
    schedule = DistanceSchedule(options, steps: steps)
    let capacity = (options.batchSize + 1) / 2
    shards = (
      DistanceShard(for: parameters, capacity: capacity), DistanceShard(for: parameters, capacity: capacity)
    )
    weightSteps = parameters.weights.map { VectorAdam(count: $0.elements.count) }
    biasSteps = parameters.biases.map { VectorAdam(count: vectors($0).count) }
    parameters.project()
  }

  /// The network as of the last step, with maxima in place of sums of powers.
  package var network: FloatNetwork { parameters.network }

  mutating func visitState(_ body: (inout [Float]) -> Void) {
    var scalars = [lossScale, hasMeans ? 1 : 0]
    body(&scalars)
    (lossScale, hasMeans) = (scalars[0], scalars[1] == 1)
    for layer in parameters.weights.indices {
      visit(&parameters.weights[layer].elements, body)
      body(&parameters.biases[layer])
      body(&parameters.means[layer])
      weightSteps[layer].visitState(body)
      biasSteps[layer].visitState(body)
    }
    scaleStep.visitState(body)
  }

  mutating func restoreStepCount(_ count: Int) {
    for layer in parameters.weights.indices {
      weightSteps[layer].restoreStepCount(count)
      biasSteps[layer].restoreStepCount(count)
    }
    scaleStep.restoreStepCount(count)
  }

  /// Takes one step of the optimizer.
  ///
  /// - Returns: the mean loss of the batch before the step.
  package mutating func step(batch: ArraySlice<Int>, atStep step: Int) -> Double {
    let exponent = schedule.exponent(atStep: step)
    let loss = DistanceLoss(
      epsilon: epsilon, crossEntropyWeight: schedule.crossEntropyWeight(atStep: step), scale: lossScale)
    let middle = batch.startIndex + (batch.count + 1) / 2
    if !hasMeans {
      hasMeans = true
      parameters.means = shards.0.means(
        parameters, exponent: exponent, samples: samples, indices: batch[..<middle])
    }
    threads.forEach(2) { [parameters, shards, samples] index, _ in
      (index == 0 ? shards.0 : shards.1).run(
        parameters, exponent: exponent, loss: loss, samples: samples,
        indices: index == 0 ? batch[..<middle] : batch[middle...], step: step)
    }
    let rate = rates.rate(atStep: step)
    return shards.0.withResult { first in
      shards.1.withResult { second in
        update(first, second, scale: 1 / Float(batch.count), rate: rate, movesMeans: exponent != nil)
        return (first.loss + second.loss) / Double(batch.count)
      }
    }
  }

  /// Moves all parameters along the gradients of both halves of a batch.
  private mutating func update(
    _ first: DistanceShard.Result, _ second: DistanceShard.Result, scale: Float, rate: Float, movesMeans: Bool
  ) {
    for layer in parameters.weights.indices {
      weightSteps[layer].step(
        &parameters.weights[layer].elements, gradients: first.pass.weightGradients[layer].elements,
        second.pass.weightGradients[layer].elements, scale: scale, rate: rate)
      var biases = vectors(parameters.biases[layer])
      biasSteps[layer].step(
        &biases, gradients: vectors(first.pass.biasGradients[layer]),
        vectors(second.pass.biasGradients[layer]),
        scale: scale, rate: rate)
      for row in parameters.biases[layer].indices { parameters.biases[layer][row] = biases[row / 8][row % 8] }
    }
    var scales = [Vector(repeating: lossScale)]
    scaleStep.step(
      &scales, gradients: [Vector(repeating: first.scaleGradient)], [Vector(repeating: second.scaleGradient)],
      scale: scale, rate: rate)
    lossScale = scales[0][0]
    if movesMeans {
      for layer in parameters.distanceLayers {
        for row in parameters.means[layer].indices {
          let mean = (first.pass.distanceSums[layer][row] + second.pass.distanceSums[layer][row]) * scale
          parameters.means[layer][row] += Self.meanRate * (mean - parameters.means[layer][row])
        }
      }
    }
    parameters.project()
  }
}

/// Numbers as whole vectors, the last one padded with zeros.
private func vectors(_ numbers: [Float]) -> [Vector] {
  PaddedRows(rows: 1, columns: numbers.count, elements: numbers).elements
}
