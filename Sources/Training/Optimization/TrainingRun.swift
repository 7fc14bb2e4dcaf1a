private import Dispatch

/// The state of a training run between two steps: parameters, optimizer, buffers.
package struct TrainingRun: Sendable {
  /// The network as of the last step; its constrained rows keep their bounds.
  package private(set) var network: FloatNetwork

  /// How many parts every batch is cut into; also the number of threads that can help.
  package static let shardCount = 2

  private let samples: Shard.Samples
  private let loss: TrainingLoss
  private let shards: [Shard]
  private var weightSteps: [Adam]
  private var biasSteps: [Adam]
  private var residualSteps: [Adam]

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - network: the initial parameters; rows are projected onto their bounds at once.
  ///   - inputs: mapped, sample after sample.
  ///   - targets: the outputs wanted of a regression, sample after sample.
  ///   - batchSize: the largest batch to come.
  package init(
    _ network: FloatNetwork, inputs: [Float], labels: [Int], targets: [Float] = [], range: ClosedRange<Float>,
    loss: TrainingLoss, batchSize: Int
  ) {
    self.network = network
    self.loss = loss
    samples = Shard.Samples(
      inputs: inputs, labels: loss.isRegression ? Array(labels.indices) : labels, targets: targets,
      featureCount: network.layers[0].columns, range: range)
    let capacity = (batchSize + Self.shardCount - 1) / Self.shardCount
    shards = (0..<Self.shardCount).map { _ in Shard(for: network, loss: loss, capacity: capacity) }
    weightSteps = network.layers.map { Adam(count: $0.weights.count) }
    biasSteps = network.layers.map { Adam(count: $0.biases.count) }
    residualSteps = network.residuals.map { Adam(count: $0.weights.count) }
    project()
  }

  /// Shows all that changes from step to step to a body that may change it.
  mutating func visitState(_ visit: (inout [Float]) -> Void) {
    for index in network.layers.indices {
      visit(&network.layers[index].weights)
      visit(&network.layers[index].biases)
      weightSteps[index].visitState(visit)
      biasSteps[index].visitState(visit)
    }
    for index in network.residuals.indices {
      visit(&network.residuals[index].weights)
      residualSteps[index].visitState(visit)
    }
  }

  /// Makes the next step the one after that many.
  mutating func restoreStepCount(_ count: Int) {
    for index in network.layers.indices {
      weightSteps[index].restoreStepCount(count)
      biasSteps[index].restoreStepCount(count)
    }
    for index in network.residuals.indices { residualSteps[index].restoreStepCount(count) }
  }

  /// Takes one step of the optimizer and projects every constrained row.
  ///
  /// - Returns: the mean loss of the batch before the step.
  /// - Postcondition: every constrained row's `Σ|w|` is at most its bound.
  package mutating func step(batch: ArraySlice<Int>, epsilon: Float, rate: Float) -> Double {
    let (meanLoss, gradients, residualGradients) = lossAndGradients(batch: batch, epsilon: epsilon)
    for index in network.residuals.indices {
      residualSteps[index].step(
        &network.residuals[index].weights, gradients: residualGradients[index], rate: rate)
    }
    for index in network.layers.indices {
      weightSteps[index].step(
        &network.layers[index].weights, gradients: gradients[index].weights, rate: rate)
      biasSteps[index].step(&network.layers[index].biases, gradients: gradients[index].biases, rate: rate)
    }
    project()
    return meanLoss
  }

  /// The mean loss of a batch and its gradients: layers of the network's shapes, and one array for each residual
  /// term.
  package func lossAndGradients(
    batch: ArraySlice<Int>, epsilon: Float
  ) -> (loss: Double, layers: [FloatLayer], residuals: [[Float]]) {
    let prepared = PreparedNetwork(network, intervals: loss.intervalTerm != nil)
    DispatchQueue.concurrentPerform(iterations: shards.count) { index in
      let first = batch.startIndex + batch.count * index / shards.count
      let end = batch.startIndex + batch.count * (index + 1) / shards.count
      shards[index].run(prepared, loss: loss, samples: samples, indices: batch[first..<end], epsilon: epsilon)
    }
    var total = 0.0
    var layers = network.layers
    for index in layers.indices {
      layers[index].weights.withEachElement { $0 = 0 }
      layers[index].biases.withEachElement { $0 = 0 }
    }
    var residuals = network.residuals.map { Array(repeating: Float(0), count: $0.weights.count) }
    let scale = 1 / Float(batch.count)
    for shard in shards {
      shard.withResult { result in
        total += result.loss
        for index in layers.indices {
          layers[index].add(
            result.gradients, layer: index, scale: scale, signs: network.layers[index].weights)
        }
        for term in residuals.indices {
          for output in residuals[term].indices {
            residuals[term][output] += result.gradients.residuals[term][output] * scale
          }
        }
      }
    }
    return (total / Double(batch.count), layers, residuals)
  }

  /// Projects the rows of the constrained layers onto their bounds, and residual terms to what outweighs them.
  private mutating func project() {
    for index in network.layers.indices {
      guard let bound = network.layers[index].rowSumBound else { continue }
      network.layers[index].projectRows(ontoL1Ball: bound)
    }
    guard let bound = network.lipschitzBound else { return }
    for index in network.residuals.indices { network.residuals[index].project(ontoMagnitudesFrom: bound) }
  }
}

extension FloatLayer {
  /// Adds a shard's gradients: `weights + sign(w) · magnitudes`, times `scale`.
  fileprivate mutating func add(_ gradients: ParameterGradients, layer: Int, scale: Float, signs: [Float]) {
    let direct = gradients.weights[layer].elements
    let throughMagnitude = gradients.magnitudes[layer].elements
    for i in weights.indices {
      let sign: Float = signs[i] > 0 ? 1 : signs[i] < 0 ? -1 : 0
      weights[i] += (direct[i] + sign * throughMagnitude[i]) * scale
    }
    for i in biases.indices {
      biases[i] += gradients.biases[layer][i] * scale
    }
  }
}
