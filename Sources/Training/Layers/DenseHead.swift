/// A dense last layer behind layers of other kinds, `y = W x + b` with every row's `Σ|w|` bounded, so that its outputs
/// move no farther than its inputs.
///
/// It is not `DenseLayer`: its products are sums of eight partial ones, one for each lane, without fused operations,
/// and its rows are projected anew after every step. The bits of the networks that end in it depend on that order.
///
/// Sendable unchecked, as its weights are: a task of the update changes its own part alone.
final class DenseHead: RowLayer, @unchecked Sendable {
  let matrix: Matrix
  let biases: Panels
  private let constraint: L1BallConstraint

  init(_ layer: FloatLayer, at place: LayerPlace) {
    matrix = Matrix(rows: layer.rows, columns: layer.columns, elements: layer.weights, isPaired: true)
    biases = Panels(rows: layer.rows, columns: 1, elements: layer.biases)
    constraint = L1BallConstraint(bound: layer.rowSumBound ?? 1)
  }

  var floatLayer: FloatLayer {
    FloatLayer(
      rows: rows, columns: columns, weights: matrix.elements, biases: biases.elements,
      rowSumBound: constraint.bound)
  }

  func project(part: Int) {
    let first = part * Lanes.scalarCount
    let count = min(Lanes.scalarCount, rows - first)
    let elements = (first..<first + count).flatMap { row in
      unsafe Array(UnsafeBufferPointer(start: matrix.row(row), count: columns))
    }
    let panels = Panels(rows: count, columns: columns, elements: elements)
    panels.projectRows(onto: constraint, thresholds: Panels(rows: count, columns: 1))
    let projected = panels.elements
    for row in 0..<count { matrix.setRow(first + row, to: projected, from: row * columns) }
  }

  // MARK: Points

  func setValues(_ values: Matrix, _ inputs: Matrix) {
    for sample in 0..<inputs.rows {
      let x = unsafe inputs.halfLanes(sample)
      for row in 0..<rows {
        let w = unsafe matrix.halfLanes(row)
        var sum = HalfLanes.zero
        for c in 0..<matrix.halfLaneCount { unsafe sum += x[c] * w[c] }
        unsafe values.row(sample)[row] = sum.total
      }
    }
  }

  func addGradients(
    _ gradients: Matrix, values: Matrix, inputs: Matrix, toWeights: Matrix, toInputs: Matrix?
  ) {
    for row in 0..<rows {
      let (w, gw) = unsafe (matrix.halfLanes(row), toWeights.halfLanes(row))
      for sample in 0..<inputs.rows {
        let gradient = unsafe gradients.row(sample)[row]
        let x = unsafe inputs.halfLanes(sample)
        for c in 0..<matrix.halfLaneCount { unsafe gw[c] += gradient * x[c] }
        guard let gx = unsafe toInputs?.halfLanes(sample) else { continue }
        for c in 0..<matrix.halfLaneCount { unsafe gx[c] += gradient * w[c] }
      }
    }
  }

  // MARK: The kind

  /// Normal with standard deviation 0.1, with biases of zero.
  static func random(
    rows: Int, columns: Int, at place: LayerPlace, _ options: TrainingOptions,
    using generator: inout SeededGenerator
  ) -> FloatLayer {
    FloatLayer(
      rows: rows, columns: columns,
      weights: (0..<rows * columns).map { _ in Float(generator.normal() * 0.1) },
      biases: Array(repeating: 0, count: rows), rowSumBound: 1)
  }
}
