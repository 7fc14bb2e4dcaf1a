/// The state of a training run between two steps: parameters, optimizer, buffers.
///
/// A step has two parts, each shared by the threads. First the batch is cut into as many shards as there are threads,
/// or into two where a layer's sums depend on it, and each is passed forward and back through the layers. Then every
/// sixteen rows of every layer are a task of their own: their gradients over the batch, their step of the optimizer,
/// their projection, all while they are in the cache. No sum is ever cut by a thread, so threads change the time and
/// not a bit of the result.
package final class TrainingRun {
  /// What the optimizer keeps of a layer's parameters.
  private struct LayerMoments {
    let weights: Moments
    let biases: Moments
  }

  private let initial: FloatNetwork
  private var stack: LayerStack
  private var optimizer: any Optimizer
  private let moments: [LayerMoments]
  private let residualMoments: [Moments]
  /// The scale of the logits in the loss; learned by some.
  private let lossScale = Panels(rows: 1, columns: 1, elements: [1])
  private let lossScaleMoments: Moments
  /// Whether a step was taken, now or before a checkpoint.
  private var hasBegun = false

  private let data: TrainingData
  private let objective: Objective
  /// What is added to the objective; nil for nothing.
  private let penalty: (any Penalty)?
  private let threads: Threads
  private let shards: [Shard]
  private let gradients: [PartGradients]
  /// Each part of each layer, the longest first.
  private let parts: [(layer: Int, part: Int)]

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - network: the initial parameters; rows are projected onto their constraints at once.
  ///   - data: the samples, of as many inputs as the network has.
  ///   - batchSize: the largest batch to come.
  ///   - keepsZeros: whether weights of all layers but the last that are zero stay so.
  ///   - projection: how weights are brought back to their bounds.
  ///   - optimizer: what moves the parameters.
  ///   - penalty: what is added to the objective, and the samples that it may be made of.
  ///   - threads: how many threads share the work.
  package init(
    _ network: FloatNetwork, _ data: TrainingData, objective: Objective, batchSize: Int,
    keepsZeros: Bool = false, projection: ProjectionMethod = .euclidean,
    optimizer: OptimizerOptions = OptimizerOptions(),
    penalty: (options: PenaltyOptions, samples: [Int], seed: UInt64)? = nil,
    threads: Threads = Threads(count: 2)
  ) {
    initial = network
    self.objective = objective
    self.threads = threads
    self.data = data
    let terms = Shard.Terms(objective, data, StepSettings(), scale: 1)
    let intervals = terms.intervals != nil
    let stack = LayerStack(
      network, intervals: intervals, gradients: true, inputGradients: penalty?.options.takesPairs ?? false,
      keepsZeros: keepsZeros, projection: projection)
    self.stack = stack
    let shardCount =
      network.layers.indices.contains { network.trainable($0).cutsSums } ? 2 : threads.count
    let capacity = (batchSize + shardCount - 1) / shardCount
    shards = (0..<shardCount).map { _ in Shard(for: stack, terms, capacity: capacity) }
    gradients = (0..<threads.count).map { _ in PartGradients(for: stack, intervals: intervals) }
    self.penalty = penalty.map {
      $0.options.penalty(stack, data, among: $0.samples, shardCount: shardCount, seed: $0.seed)
    }
    let optimizer = optimizer.optimizer(network.trainable(0).adam)
    self.optimizer = optimizer
    moments = stack.layers.map {
      LayerMoments(weights: optimizer.moments(of: $0.weights), biases: optimizer.moments(of: $0.biases))
    }
    residualMoments = network.residuals.map {
      optimizer.moments(of: Panels(rows: $0.weights.count, columns: 1))
    }
    lossScaleMoments = optimizer.moments(of: lossScale)
    parts = stack.layers.indices.sorted { stack.layers[$0].columns > stack.layers[$1].columns }
      .flatMap { layer in (0..<stack.layers[layer].weights.partCount).map { (layer, $0) } }
    for (layer, part) in parts { stack.layers[layer].project(part: part) }
    for layer in stack.layers { layer.projectWhole(threads) }
    projectResiduals()
  }

  /// The network as of the last step; its constrained rows keep their bounds.
  ///
  /// - Complexity: O(parameters).
  package var network: FloatNetwork { stack.network }

  /// The largest difference quotient of the last step; nil where none is taken.
  package var quotient: Double? { penalty?.quotient }

  /// Shows all arrays that change from step to step to a body that may change their elements, but not their counts.
  func visitState(_ body: (inout [Float]) -> Void) {
    for (layer, moments) in zip(stack.layers, moments) {
      layer.weights.visitElements(body)
      layer.biases.visitElements(body)
      moments.weights.visitElements(body)
      moments.biases.visitElements(body)
      for store in layer.state { store.visitElements(body) }
      for part in 0..<layer.weights.partCount { layer.parametersChanged(part: part) }
    }
    for index in stack.residuals.indices {
      body(&stack.residuals[index].weights)
      residualMoments[index].visitElements(body)
    }
    penalty?.visitState(body)
    guard objective.learnsScale else { return }
    lossScale.visitElements(body)
    lossScaleMoments.visitElements(body)
  }

  /// Makes the next step the one after that many.
  func restoreStepCount(_ count: Int) {
    optimizer.restoreStepCount(count)
    hasBegun = count > 0
  }

  /// Takes one step of the optimizer and projects every constrained row.
  ///
  /// - Returns: the mean loss of the batch before the step.
  /// - Postcondition: every constrained row keeps to its bound.
  package func step(batch: ArraySlice<Int>, atStep number: Int = 0, _ settings: StepSettings) -> Double {
    let meanLoss = runPasses(batch, step: number, settings)
    optimizer.begin(rate: settings.rate)
    let scale = 1 / Float(batch.count)
    moveResiduals(scale: scale)
    forEachPart { [stack, moments, optimizer] index, part, gradients in
      let (layer, moments) = (stack.layers[index], moments[index])
      unsafe optimizer.move(
        layer.weights, part: part, moments.weights, gradients: gradients.lanes, scale: scale)
      unsafe optimizer.move(
        layer.biases, part: part, moments.biases, gradients: &gradients.biases, scale: scale)
      layer.project(part: part)
    }
    projectResiduals()
    for (index, layer) in stack.layers.enumerated() {
      layer.projectWhole(threads)
      layer.end(shards.compactMap { $0.points?.layers[index] }, scale: scale)
    }
    if objective.learnsScale {
      let gradient = Panels(rows: 1, columns: 1, elements: [shards.reduce(0) { $0 + $1.scaleGradient }])
      unsafe optimizer.move(lossScale, part: 0, lossScaleMoments, gradients: gradient.panel(0), scale: scale)
    }
    return meanLoss
  }

  /// The mean loss of a batch and its gradients: layers of the network's shapes, and one array for each residual
  /// term.
  package func lossAndGradients(
    batch: ArraySlice<Int>, _ settings: StepSettings
  ) -> (loss: Double, layers: [FloatLayer], residuals: [[Float]]) {
    let meanLoss = runPasses(batch, step: 0, settings)
    let scale = 1 / Float(batch.count)
    var network = initial
    for (index, layer) in stack.layers.enumerated() {
      (network.layers[index].weights, network.layers[index].biases) = gradients[0].gather(
        layer, scale: scale
      ) { gradients[0].sum(stack, layer: index, part: $0, of: shards, penalty) }
    }
    return (meanLoss, network.layers, stack.residuals.map { $0.gradients(shards).map { $0 * scale } })
  }

  /// Passes a batch forward and back.
  ///
  /// - Returns: the mean loss.
  private func runPasses(_ batch: ArraySlice<Int>, step: Int, _ settings: StepSettings) -> Double {
    let terms = Shard.Terms(objective, data, settings, scale: lossScale.elements[0])
    let count = shards.count
    let ends = (0...count).map { batch.startIndex + (batch.count * $0 + count - 1) / count }
    stack.begin(settings)
    if !hasBegun { shards[0].settle(stack, data, indices: batch[..<ends[1]]) }
    hasBegun = true
    threads.forEach(count) { [stack, shards, data] index, _ in
      shards[index].run(
        stack, terms, data, indices: batch[ends[index]..<ends[index + 1]], step: step,
        epsilon: settings.epsilon)
    }
    penalty?.begin(stack, step: step, weight: settings.lambda * Float(batch.count), threads)
    return objective.total(shards.map(\.losses)) / Double(batch.count)
  }

  /// Computes the gradients of every part, summed over the batch, and hands them to a closure, on all threads.
  private func forEachPart(_ body: @Sendable (_ layer: Int, _ part: Int, PartGradients) -> Void) {
    threads.forEach(parts.count) { [stack, shards, penalty, parts, gradients] task, thread in
      let (layer, part) = parts[task]
      gradients[thread].sum(stack, layer: layer, part: part, of: shards, penalty)
      body(layer, part, gradients[thread])
    }
  }

  /// Moves the residual terms.
  private func moveResiduals(scale: Float) {
    for (index, term) in stack.residuals.enumerated() {
      let weights = Panels(rows: term.weights.count, columns: 1, elements: term.weights)
      let gradients = Panels(rows: term.weights.count, columns: 1, elements: term.gradients(shards))
      for part in 0..<weights.count {
        unsafe optimizer.move(
          weights, part: part, residualMoments[index], gradients: gradients.panel(part), scale: scale)
      }
      stack.residuals[index].weights = weights.elements
    }
  }

  /// Projects the residual terms to what outweighs the layers as they are.
  private func projectResiduals() {
    guard !stack.residuals.isEmpty, let bound = initial.lipschitzBound else { return }
    let last = stack.layers[stack.layers.count - 1].floatLayer
    for index in stack.residuals.indices {
      let reach = stack.residuals[index].classIndex.map { last.reach(ofLeadOf: $0) }
      stack.residuals[index].project(ontoMagnitudesFrom: reach ?? bound)
    }
  }
}
