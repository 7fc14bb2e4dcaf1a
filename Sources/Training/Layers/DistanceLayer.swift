/// `y_r = ‖x - w_r‖_p - μ_r + b_r`, with p growing until only the maximum is left; a last layer gives `-y`, so that the
/// nearest prototype wins.
///
/// The running mean μ is not trained: it keeps each neuron's output near 0 while p grows, and is folded into b in the
/// end.
///
/// Sendable unchecked, as its weights are: a task of the update changes its own part alone.
final class DistanceLayer: RowLayer, @unchecked Sendable {
  let matrix: Matrix
  let biases: Panels
  /// μ.
  private let means: Panels
  let isNegated: Bool
  /// p of the current step; nil for ∞.
  private var exponent: NormExponent?

  /// How fast the running means follow the batches' means, until p is infinite.
  private static let meanRate: Float = 0.1

  init(_ layer: FloatLayer, at place: LayerPlace) {
    matrix = Matrix(rows: layer.rows, columns: layer.columns, elements: layer.weights, isPaired: true)
    biases = Panels(rows: layer.rows, columns: 1, elements: layer.biases)
    means = biases.zeros()
    isNegated = place.isLast
  }

  var floatLayer: FloatLayer {
    FloatLayer(
      rows: rows, columns: columns, weights: matrix.elements,
      biases: zip(biases.elements, means.elements).map { $0 - $1 }, rowSumBound: nil, kind: .distance)
  }

  // MARK: Parameters

  var state: [any LaneStore] { [means] }

  func begin(_ settings: StepSettings) { exponent = settings.exponent }

  func end(_ passes: [any LayerPass], scale: Float) {
    guard exponent != nil else { return }
    for part in 0..<means.count {
      var sum = Lanes.zero
      for case let pass as RowPass<DistanceLayer> in passes { sum += unsafe pass.sums.panel(part).pointee }
      let mean = unsafe means.panel(part).pointee
      unsafe means.panel(part).pointee = mean + Self.meanRate * (sum * scale - mean)
    }
  }

  // MARK: Points

  func offsets(part: Int) -> Lanes { unsafe biases.panel(part).pointee - means.panel(part).pointee }

  func settle(_ sums: Panels, count: Int) {
    for part in 0..<means.count {
      unsafe means.panel(part).pointee = sums.panel(part).pointee / Float(count)
    }
  }

  func setValues(_ values: Matrix, _ inputs: Matrix) {
    values.setToDistances(inputs, matrix, exponent: exponent)
  }

  func addGradients(
    _ gradients: Matrix, values: Matrix, inputs: Matrix, toWeights: Matrix, toInputs: Matrix?
  ) {
    values.addGradients(
      gradients, inputs, matrix, exponent: exponent, toWeights: toWeights, toInputs: toInputs)
  }

  // MARK: The kind

  static let adam = Adam.Constants.powers

  /// Normal with standard deviation 0.25 in the first layer and 1 in the others, where square ones have -1 on the
  /// diagonal: each neuron starts by passing on the one before it.
  ///
  /// Source of the diagonal: Zhang et al., "Towards certifying L-infinity robustness using neural networks with
  /// L-inf-dist neurons", ICML 2021.
  static func random(
    rows: Int, columns: Int, at place: LayerPlace, _ options: TrainingOptions,
    using generator: inout SeededGenerator
  ) -> FloatLayer {
    var weights = (0..<rows * columns).map { _ in Float(generator.normal() * (place.isFirst ? 0.25 : 1)) }
    if rows == columns {
      for row in 0..<rows { weights[row * columns + row] = -1 }
    }
    return FloatLayer(
      rows: rows, columns: columns, weights: weights, biases: Array(repeating: 0, count: rows),
      rowSumBound: nil, kind: .distance)
  }

  static func gain(of layer: FloatLayer) -> Float? { 1 }

  static func reach(of layer: FloatLayer, between first: Int, and second: Int) -> Float { 2 }

  /// The middle of the range, from which no input is farther than half the range; what a trained row's other pixels
  /// come to at least is more.
  static func filler(range: ClosedRange<Float>) -> Float { (range.lowerBound + range.upperBound) / 2 }
}
