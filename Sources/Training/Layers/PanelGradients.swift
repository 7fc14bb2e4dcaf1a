/// The gradients of sixteen rows of a layer's parameters, summed over a batch: the memory of one thread, used for one
/// panel after the other.
final class PanelGradients: @unchecked Sendable {
  /// With respect to the weights: the only panel, as long as the longest row.
  let weights: Panels

  /// With respect to the biases.
  var biases = Lanes.zero

  /// With respect to the magnitudes of the weights, through which the radius of a box flows.
  private let magnitudes: Panels?

  /// Makes room for the gradients of each of a network's panels.
  init(for network: FloatNetwork, intervals: Bool) {
    let columns = network.layers.map(\.columns).max() ?? 0
    weights = Panels(rows: Lanes.scalarCount, columns: columns)
    magnitudes = intervals ? Panels(rows: Lanes.scalarCount, columns: columns) : nil
  }

  /// Becomes the gradients of one panel, the samples' sums.
  ///
  /// - Parameters:
  ///   - layer: its index.
  ///   - panel: which of its panels.
  ///   - shards: the parts of the batch, in order, passed forward and back.
  func compute(_ network: PreparedNetwork, layer: Int, panel: Int, of shards: some Sequence<Shard>) {
    let parameters = network.layers[layer]
    let columns = parameters.weights.columns
    unsafe weights.panel(0).update(repeating: .zero, count: columns)
    biases = .zero
    for shard in shards {
      guard let points = shard.points else { break }
      add(points.gradients[layer], block: panel, points.inputs[layer])
    }
    guard let magnitudes else { return }
    unsafe magnitudes.panel(0).update(repeating: .zero, count: columns)
    for shard in shards {
      guard let intervals = shard.intervals else { break }
      guard layer + 1 < network.layers.count else {
        WorstCaseHead.addGradients(
          parameters, intervals.centers[layer], intervals.radii[layer], labels: shard.labels,
          gradients: intervals.worstLogits, panel: panel, to: self)
        continue
      }
      add(intervals.centerGradients[layer], block: panel, intervals.centers[layer])
      magnitudes.addProduct(
        transposed: intervals.radiusGradients[layer], block: panel, intervals.radii[layer], toPanel: 0)
    }
    // |w| has the derivative sign(w), 0 at 0.
    let (direct, through) = unsafe (weights.panel(0), magnitudes.panel(0))
    let signs = unsafe parameters.weights.panel(panel)
    for column in 0..<columns {
      let zero = unsafe signs[column] .== 0
      let negative = unsafe signs[column] .< 0
      var change = unsafe through[column]
      change.replace(with: -change, where: negative)
      change.replace(with: 0, where: zero)
      unsafe direct[column] += change
    }
  }

  /// Adds `Gᵀ X` and the sums of G's columns.
  private func add(_ gradients: Matrix, block: Int, _ inputs: Matrix) {
    weights.addProduct(transposed: gradients, block: block, inputs, toPanel: 0)
    for row in 0..<gradients.rows { biases += gradients.lanes(block, ofRow: row) }
  }
}
