/// The state of a training run between two steps: parameters, optimizer, buffers.
///
/// A step has two parts, each shared by the threads. First the batch is cut into as many shards as there are threads,
/// and each is passed forward and back through the layers. Then every sixteen rows of every layer are a task of their
/// own: their gradients over all shards, their step of the optimizer, their projection, all while they are in the
/// cache. No sum is ever cut by a thread, so threads change the time and not a bit of the result.
package struct TrainingRun: ~Copyable {
  /// One layer's parameters and what their optimization needs.
  private struct Layer {
    let parameters: PreparedNetwork.Layer
    let bound: Float?
    let weightMoments: Adam.Moments
    let biasMoments: Adam.Moments
    /// The θ of each row's last projection, where the next one starts.
    let thresholds: Panels
    /// 1 for each weight that may move and 0 for one that stays zero; nil when all may move.
    let mask: Panels?

    /// Projects sixteen rows onto their bound, if they have one, and makes what is derived from them agree.
    func finish(panel: Int) {
      if let mask {
        let (weights, kept) = unsafe (parameters.weights.panel(panel), mask.panel(panel))
        for column in 0..<mask.columns { unsafe weights[column] *= kept[column] }
      }
      if let bound {
        unsafe L1BallProjection.project(
          panel: parameters.weights.panel(panel), columns: parameters.weights.columns,
          ontoL1Ball: Double(bound),
          thresholds: &thresholds.panel(panel).pointee)
      }
      parameters.deriveFromWeights(panel: panel)
    }
  }

  private let initial: FloatNetwork
  private var prepared: PreparedNetwork
  private let layers: [Layer]
  private var adam = Adam()
  private let residualMoments: [Adam.Moments]

  private let samples: Shard.Samples
  private let loss: TrainingLoss
  private let threads: Threads
  private let shards: [Shard]
  private let gradients: [PanelGradients]
  /// Each panel of each layer, the longest first.
  private let panels: [(layer: Int, panel: Int)]

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - network: the initial parameters; rows are projected onto their bounds at once.
  ///   - source: the samples, of as many inputs as the network has.
  ///   - targets: the outputs wanted of a regression, sample after sample.
  ///   - batchSize: the largest batch to come.
  ///   - keepsZeros: whether weights of all layers but the last that are zero stay so.
  ///   - threads: how many threads share the work.
  package init(
    _ network: FloatNetwork, source: SampleSource, targets: [Float] = [], range: ClosedRange<Float>,
    loss: TrainingLoss, batchSize: Int, keepsZeros: Bool = false, threads: Threads = Threads(count: 2)
  ) {
    initial = network
    self.loss = loss
    self.threads = threads
    samples = Shard.Samples(
      source: source, labels: loss.isRegression ? Array(source.labels.indices) : source.labels,
      targets: targets, range: range)
    let intervals = loss.intervalTerm != nil
    let capacity = (batchSize + threads.count - 1) / threads.count
    shards = (0..<threads.count).map { _ in Shard(for: network, loss: loss, capacity: capacity) }
    gradients = (0..<threads.count).map { _ in PanelGradients(for: network, intervals: intervals) }
    let prepared = PreparedNetwork(network, intervals: intervals, gradients: true)
    self.prepared = prepared
    layers = zip(network.layers, prepared.layers).enumerated().map { index, pair in
      let (layer, parameters) = pair
      let mask =
        keepsZeros && index < network.layers.count - 1
        ? Panels(
          rows: layer.rows, columns: layer.columns, elements: layer.weights.map { $0 == 0 ? 0 : 1 }) : nil
      return Layer(
        parameters: parameters, bound: layer.rowSumBound,
        weightMoments: Adam.Moments(rows: layer.rows, columns: layer.columns),
        biasMoments: Adam.Moments(rows: layer.rows, columns: 1),
        thresholds: Panels(rows: layer.rows, columns: 1), mask: mask)
    }
    residualMoments = network.residuals.map { Adam.Moments(rows: $0.weights.count, columns: 1) }
    panels = prepared.layers.indices.sorted {
      prepared.layers[$0].weights.columns > prepared.layers[$1].weights.columns
    }.flatMap { layer in (0..<prepared.layers[layer].weights.count).map { (layer, $0) } }
    for (layer, panel) in panels { layers[layer].finish(panel: panel) }
    projectResiduals()
  }

  /// The network as of the last step; its constrained rows keep their bounds.
  ///
  /// - Complexity: O(parameters).
  package var network: FloatNetwork {
    var network = initial
    for index in layers.indices {
      network.layers[index].weights = layers[index].parameters.weights.elements
      network.layers[index].biases = layers[index].parameters.biases.elements
    }
    network.residuals = prepared.residuals
    return network
  }

  /// Shows all that changes from step to step, but for their count, to a body that may change it.
  mutating func visitState(_ body: (inout [Float]) -> Void) {
    for layer in layers {
      for panels in [
        layer.parameters.weights, layer.parameters.biases, layer.weightMoments.first,
        layer.weightMoments.second,
        layer.biasMoments.first, layer.biasMoments.second, layer.thresholds,
      ] { panels.visitElements(body) }
      for panel in 0..<layer.parameters.weights.count { layer.parameters.deriveFromWeights(panel: panel) }
    }
    for index in prepared.residuals.indices {
      body(&prepared.residuals[index].weights)
      residualMoments[index].first.visitElements(body)
      residualMoments[index].second.visitElements(body)
    }
  }

  /// Makes the next step the one after that many.
  mutating func restoreStepCount(_ count: Int) { adam.restoreStepCount(count) }

  /// Takes one step of the optimizer and projects every constrained row.
  ///
  /// - Returns: the mean loss of the batch before the step.
  /// - Postcondition: every constrained row's `Σ|w|` is at most its bound.
  package mutating func step(
    batch: ArraySlice<Int>, atStep number: Int = 0, epsilon: Float, rate: Float
  ) -> Double {
    let meanLoss = runPasses(batch: batch, step: number, epsilon: epsilon)
    let step = adam.nextStep(rate: rate)
    let scale = 1 / Float(batch.count)
    for (index, gradients) in residualGradients().enumerated() {
      let moments = residualMoments[index]
      let weights = Panels(rows: gradients.count, columns: 1, elements: prepared.residuals[index].weights)
      let panels = Panels(rows: gradients.count, columns: 1, elements: gradients)
      for panel in 0..<panels.count {
        unsafe step.update(weights, panel: panel, moments, gradients: panels.panel(panel), scale: scale)
      }
      prepared.residuals[index].weights = weights.elements
    }
    forEachPanel { [layers] layer, panel, gradients in
      let layer = layers[layer]
      unsafe step.update(
        layer.parameters.weights, panel: panel, layer.weightMoments, gradients: gradients.weights.panel(0),
        scale: scale)
      unsafe step.update(
        layer.parameters.biases, panel: panel, layer.biasMoments, gradients: &gradients.biases, scale: scale)
      layer.finish(panel: panel)
    }
    projectResiduals()
    return meanLoss
  }

  /// The mean loss of a batch and its gradients: layers of the network's shapes, and one array for each residual
  /// term.
  package func lossAndGradients(
    batch: ArraySlice<Int>, epsilon: Float
  ) -> (loss: Double, layers: [FloatLayer], residuals: [[Float]]) {
    let meanLoss = runPasses(batch: batch, step: 0, epsilon: epsilon)
    let scale = 1 / Float(batch.count)
    let weights = layers.map {
      Panels(rows: $0.parameters.weights.rows, columns: $0.parameters.weights.columns)
    }
    let biases = layers.map { Panels(rows: $0.parameters.biases.rows, columns: 1) }
    forEachPanel { layer, panel, gradients in
      for column in 0..<weights[layer].columns {
        unsafe weights[layer].panel(panel)[column] = unsafe gradients.weights.panel(0)[column] * scale
      }
      unsafe biases[layer].panel(panel).pointee = gradients.biases * scale
    }
    var network = initial
    for index in layers.indices {
      network.layers[index].weights = weights[index].elements
      network.layers[index].biases = biases[index].elements
    }
    return (meanLoss, network.layers, residualGradients().map { $0.map { $0 * scale } })
  }

  /// Passes a batch forward and back.
  ///
  /// - Returns: the mean loss.
  private func runPasses(batch: ArraySlice<Int>, step: Int, epsilon: Float) -> Double {
    threads.forEach(shards.count) { index, _ in
      let first = batch.startIndex + batch.count * index / shards.count
      let end = batch.startIndex + batch.count * (index + 1) / shards.count
      shards[index].run(
        prepared, loss: loss, samples: samples, indices: batch[first..<end], step: step, epsilon: epsilon)
    }
    var total = 0.0
    for shard in shards {
      for loss in shard.losses { total += loss }
    }
    return total / Double(batch.count)
  }

  /// Computes the gradients of every panel, summed over the batch, and hands them to a closure, on all threads.
  private func forEachPanel(_ body: @Sendable (_ layer: Int, _ panel: Int, PanelGradients) -> Void) {
    threads.forEach(panels.count) { task, thread in
      let (layer, panel) = panels[task]
      gradients[thread].compute(prepared, layer: layer, panel: panel, of: shards)
      body(layer, panel, gradients[thread])
    }
  }

  /// The gradients of the residual terms, `Σ ∂/∂y_j · x_input` over the batch.
  private func residualGradients() -> [[Float]] {
    prepared.residuals.map { term in
      var sums = Array(repeating: Float(0), count: term.weights.count)
      for case let points? in shards.map(\.points) {
        let outputs = points.gradients[layers.count - 1]
        for row in 0..<outputs.rows {
          let input = unsafe points.inputs[0].row(row)[term.input]
          for output in sums.indices { unsafe sums[output] += outputs.row(row)[output] * input }
        }
      }
      return sums
    }
  }

  /// Projects the residual terms to what outweighs the layers.
  private mutating func projectResiduals() {
    guard let bound = initial.lipschitzBound else { return }
    for index in prepared.residuals.indices { prepared.residuals[index].project(ontoMagnitudesFrom: bound) }
  }
}
