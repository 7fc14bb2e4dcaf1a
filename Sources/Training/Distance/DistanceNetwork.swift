/// The parameters of a network of distances while it is trained, in the shape its kernels read.
///
/// Layer l computes `y_r = ‖x - w_r‖_p - μ_r + b_r`; a last layer of distances has the logits `-y`. The running mean μ
/// is not trained: it keeps each neuron's output near 0 while p grows, and is folded into b in the end. In a hybrid the
/// last layer is dense, `W x + b` with every row's `Σ|w|` at most 1, so that its logits move no farther than the inputs.
package struct DistanceParameters: Sendable {
  /// The weights of each layer, a row for each neuron.
  var weights: [PaddedRows]
  /// b of each layer.
  var biases: [[Float]]
  /// μ of each layer of distances; zeros of a dense one.
  var means: [[Float]]
  /// The bound on the rows of a dense last layer; nil when the last layer is one of distances.
  let lastRowSumBound: Float?

  /// The layers of distances.
  var distanceLayers: Range<Int> { 0..<weights.count - (isHybrid ? 1 : 0) }
  /// Whether the last layer is dense.
  var isHybrid: Bool { lastRowSumBound != nil }

  /// The parameters of a network whose layers are distances, the last one perhaps dense.
  package init(_ network: FloatNetwork) {
    precondition(network.layers.dropLast().allSatisfy { $0.kind == .distance })
    weights = network.layers.map { PaddedRows(rows: $0.rows, columns: $0.columns, elements: $0.weights) }
    biases = network.layers.map(\.biases)
    means = network.layers.map { Array(repeating: 0, count: $0.rows) }
    let last = network.layers[network.layers.count - 1]
    lastRowSumBound = last.kind == .dense ? last.rowSumBound ?? 1 : nil
  }

  /// The network with the running means folded into the biases.
  package var network: FloatNetwork {
    let layers = weights.indices.map { index in
      let isDistance = distanceLayers.contains(index)
      return FloatLayer(
        rows: weights[index].rows, columns: weights[index].columns, weights: weights[index].unpadded,
        biases: zip(biases[index], means[index]).map { $0 - $1 },
        rowSumBound: isDistance ? nil : lastRowSumBound, kind: isDistance ? .distance : .dense)
    }
    return FloatNetwork(layers: layers, activation: .identity)
  }

  /// Projects the rows of a dense last layer onto their bound.
  mutating func project() {
    guard let bound = lastRowSumBound, let last = weights.last else { return }
    var layer = FloatLayer(
      rows: last.rows, columns: last.columns, weights: last.unpadded,
      biases: Array(repeating: 0, count: last.rows), rowSumBound: nil)
    layer.projectRows(ontoL1Ball: bound)
    weights[weights.count - 1] = PaddedRows(rows: last.rows, columns: last.columns, elements: layer.weights)
  }
}

/// Rows of single precision, each padded with zeros to whole blocks of four vectors of eight.
struct PaddedRows: Sendable {
  /// The rows in use.
  var rows: Int
  /// The length of a row.
  let columns: Int
  /// Vectors of a row.
  let stride: Int
  /// `rows * stride` vectors or more.
  var elements: [Vector]

  /// Creates rows of zeros.
  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    stride = (columns + 31) / 32 * 4
    elements = Array(repeating: .zero, count: rows * stride)
  }

  /// Creates rows of given elements, row after row.
  init(rows: Int, columns: Int, elements: [Float]) {
    self.init(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = elements[row * columns + column] }
    }
  }

  subscript(row: Int, column: Int) -> Float {
    get { elements[row * stride + column / 8][column % 8] }
    set { elements[row * stride + column / 8][column % 8] = newValue }
  }

  /// All elements without the padding, row after row.
  var unpadded: [Float] {
    (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } }
  }
}
