/// A dense last layer behind layers of other kinds, `y = W x + b` with every row's `Σ|w|` bounded, so that its outputs move
/// no farther than its inputs.
///
/// It is not `DenseLayer`: its products are sums of eight partial ones, one for each lane, without fused operations, and
/// its rows are projected anew after every step. The bits of the networks that end in it depend on that order.
///
/// Sendable unchecked, as its weights are: a task of the update changes its own part alone.
final class DenseHead: TrainableLayer, @unchecked Sendable {
  private let matrix: Matrix
  let biases: Panels
  private let constraint: L1BallConstraint

  init(_ layer: FloatLayer, at place: LayerPlace) {
    matrix = Matrix(rows: layer.rows, columns: layer.columns, elements: layer.weights)
    biases = Panels(rows: layer.rows, columns: 1, elements: layer.biases)
    constraint = L1BallConstraint(bound: layer.rowSumBound ?? 1)
  }

  var floatLayer: FloatLayer {
    FloatLayer(
      rows: rows, columns: columns, weights: matrix.elements, biases: biases.elements,
      rowSumBound: constraint.bound)
  }

  var weights: any LaneStore { matrix }

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

  func makePass(capacity: Int, gradients: Bool) -> any LayerPass {
    Pass(self, products: Matrix(rows: capacity, columns: rows), gradients: gradients)
  }

  private final class Pass: LayerPass {
    private let layer: DenseHead
    private let products: Matrix
    private let gradients: RowGradients?

    init(_ layer: DenseHead, products: Matrix, gradients: Bool) {
      self.layer = layer
      self.products = products
      self.gradients = gradients ? RowGradients(of: layer.matrix) : nil
    }

    func runForward(_ inputs: Matrix, into outputs: Matrix) {
      let weights = layer.matrix
      products.rows = inputs.rows
      for sample in 0..<inputs.rows {
        let x = unsafe inputs.halfLanes(sample)
        for row in 0..<weights.rows {
          let w = unsafe weights.halfLanes(row)
          var sum = HalfLanes.zero
          for c in 0..<4 * weights.pairs { unsafe sum += x[c] * w[c] }
          unsafe products.row(sample)[row] = sum.total
        }
      }
      outputs.setToSums(products, plus: { unsafe self.layer.biases.panel($0).pointee }, negated: false)
    }

    func runBackward(_ outputGradients: Matrix, inputs: Matrix, into inputGradients: Matrix?) {
      guard let gradients else { preconditionFailure("made without gradients") }
      gradients.begin(outputGradients)
      inputGradients?.rows = inputs.rows
      inputGradients?.clear()
      let weights = layer.matrix
      for row in 0..<weights.rows {
        let (w, gw) = unsafe (weights.halfLanes(row), gradients.weights.halfLanes(row))
        for sample in 0..<inputs.rows {
          let gradient = unsafe outputGradients.row(sample)[row]
          let x = unsafe inputs.halfLanes(sample)
          for c in 0..<4 * weights.pairs { unsafe gw[c] += gradient * x[c] }
          guard let gx = unsafe inputGradients?.halfLanes(sample) else { continue }
          for c in 0..<4 * weights.pairs { unsafe gx[c] += gradient * w[c] }
        }
      }
    }

    func addGradients(part: Int, _ outputGradients: Matrix, inputs: Matrix, to result: PartGradients) {
      gradients?.add(part: part, to: result)
    }
  }

  // MARK: The kind

  static let cutsSums = true

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

  static func gain(of layer: FloatLayer) -> Float? { DenseLayer.gain(of: layer) }

  static func reach(of layer: FloatLayer, between first: Int, and second: Int) -> Float {
    DenseLayer.reach(of: layer, between: first, and: second)
  }

  static func filler(range: ClosedRange<Float>) -> Float { 0 }
}
