/// A layer that is read row by row, `y_r = f(x, w_r) + offset_r`: each output comes of one row of weights.
protocol RowLayer: TrainableLayer {
  /// The weights.
  var matrix: Matrix { get }
  /// Whether the outputs are `-y`.
  var isNegated: Bool { get }

  /// What is added to sixteen outputs.
  func offsets(part: Int) -> Lanes
  /// `values ← f`.
  func setValues(_ values: Matrix, _ inputs: Matrix)
  /// Adds the gradients through f to those of the weights and, where somebody asks for them, of the inputs.
  func addGradients(
    _ gradients: Matrix, values: Matrix, inputs: Matrix, toWeights: Matrix, toInputs: Matrix?)
  /// Fits the offsets to the sums of f over the first samples.
  func settle(_ sums: Panels, count: Int)
}

extension RowLayer {
  var weights: any LaneStore { matrix }
  var isNegated: Bool { false }
  static var cutsSums: Bool { true }

  func offsets(part: Int) -> Lanes { unsafe biases.panel(part).pointee }
  func settle(_ sums: Panels, count: Int) {}
  func makePass(capacity: Int, gradients: Bool) -> any LayerPass {
    RowPass(self, capacity: capacity, gradients: gradients)
  }
}

/// The pass of such a layer, which sums the gradients of the weights while it computes those of the inputs.
final class RowPass<Layer: RowLayer>: LayerPass {
  private let layer: Layer
  /// f.
  private let values: Matrix
  /// Its sums over the samples.
  let sums: Panels
  private let weightGradients: Matrix?
  private let biasGradients: Panels

  init(_ layer: Layer, capacity: Int, gradients: Bool) {
    self.layer = layer
    values = Matrix(rows: capacity, columns: layer.rows)
    sums = layer.biases.zeros()
    weightGradients = gradients ? layer.matrix.zeros() : nil
    biasGradients = layer.biases.zeros()
  }

  func runForward(_ inputs: Matrix, into outputs: Matrix) {
    values.rows = inputs.rows
    layer.setValues(values, inputs)
    values.sumRows(into: sums)
    outputs.setToSums(values, plus: layer.offsets, negated: layer.isNegated)
  }

  func settle(_ outputs: Matrix) {
    layer.settle(sums, count: values.rows)
    outputs.setToSums(values, plus: layer.offsets, negated: layer.isNegated)
  }

  func runBackward(_ gradients: Matrix, inputs: Matrix, into inputGradients: Matrix?) {
    guard let weightGradients else { preconditionFailure("made without gradients") }
    if layer.isNegated { gradients.setToSums(gradients, plus: { _ in .zero }, negated: true) }
    gradients.sumRows(into: biasGradients)
    weightGradients.clear()
    inputGradients?.rows = inputs.rows
    inputGradients?.clear()
    layer.addGradients(
      gradients, values: values, inputs: inputs, toWeights: weightGradients, toInputs: inputGradients)
  }

  func addGradients(part: Int, _ gradients: Matrix, inputs: Matrix, to result: PartGradients) {
    guard let source = unsafe weightGradients?.part(part) else { return }
    let target = unsafe result.lanes
    for index in source.indices { unsafe target[index] += source[index] }
    result.biases += unsafe biasGradients.panel(part).pointee
  }
}

extension Matrix {
  /// Computes the sums of the columns, from the first row to the last.
  fileprivate func sumRows(into sums: Panels) {
    precondition(sums.rows == columns && sums.columns == 1)
    for part in 0..<sums.count {
      var sum = Lanes.zero
      for row in 0..<rows { sum += lanes(part, ofRow: row) }
      unsafe sums.panel(part).pointee = sum
    }
  }

  /// Becomes another matrix with a number added to each column, negated where asked.
  fileprivate func setToSums(_ source: Matrix, plus offsets: (_ part: Int) -> Lanes, negated: Bool) {
    precondition(source.columns == columns)
    rows = source.rows
    for part in 0..<lanesNeeded(for: columns) {
      let offset = offsets(part)
      for row in 0..<rows {
        let value = source.lanes(part, ofRow: row) + offset
        setLanes(part, ofRow: row, to: negated ? -value : value)
      }
    }
  }
}
