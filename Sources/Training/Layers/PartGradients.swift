/// The gradients of sixteen rows of a layer's parameters, summed over a batch: the memory of one thread, used for one
/// part after the other.
///
/// Sendable unchecked, since no other thread sees it while its owner writes.
final class PartGradients: @unchecked Sendable {
  /// With respect to the weights: the only panel, as long as the longest part.
  let weights: Panels

  /// With respect to the biases.
  var biases = Lanes.zero

  /// With respect to the magnitudes of the weights, through which the radius of a box flows.
  let magnitudes: Panels?

  /// Makes room for the gradients of each of a network's parts.
  init(for stack: LayerStack, intervals: Bool = false) {
    let count =
      stack.layers.filter { $0.weights.partCount > 0 }.map { unsafe $0.weights.part(0).count }.max() ?? 0
    weights = Panels(rows: Lanes.scalarCount, columns: count)
    magnitudes = intervals ? Panels(rows: Lanes.scalarCount, columns: count) : nil
  }

  /// The lanes of the gradients with respect to the weights.
  var lanes: UnsafeMutablePointer<Lanes> { unsafe weights.panel(0) }

  /// Becomes the gradients of one part, the samples' sums.
  ///
  /// - Parameters:
  ///   - layer: its index.
  ///   - shards: the parts of the batch, in order, passed forward and back.
  ///   - penalty: what is added to the loss.
  func sum(
    _ stack: LayerStack, layer index: Int, part: Int, of shards: [Shard], _ penalty: (any Penalty)? = nil
  ) {
    clear(count: unsafe stack.layers[index].weights.part(part).count)
    for shard in shards { shard.points?.addGradients(layer: index, part: part, to: self) }
    penalty?.addGradients(stack, layer: index, part: part, to: self)
    guard let layer = stack.intervalLayers?[index], magnitudes != nil else { return }
    for shard in shards {
      shard.intervals?.addGradients(layer, index: index, part: part, labels: shard.labels, to: self)
    }
    layer.addMagnitudeGradients(part: part, to: self)
  }

  /// Sets what the next part needs to zero.
  private func clear(count: Int) {
    unsafe lanes.update(repeating: .zero, count: count)
    unsafe magnitudes?.panel(0).update(repeating: .zero, count: count)
    biases = .zero
  }

  /// The gradients of all of a layer's parameters, as `fill` leaves them part by part, in the shape of the layer.
  func gather(
    _ layer: any TrainableLayer, scale: Float = 1, _ fill: (_ part: Int) -> Void
  ) -> (weights: [Float], biases: [Float]) {
    let (allWeights, allBiases) = (layer.weights.zeros(), layer.biases.zeros())
    for part in 0..<layer.weights.partCount {
      let target = unsafe allWeights.part(part)
      clear(count: target.count)
      fill(part)
      for index in target.indices { unsafe target[index] = unsafe lanes[index] * scale }
      unsafe allBiases.panel(part).pointee = biases * scale
    }
    return (allWeights.elements, allBiases.elements)
  }
}
