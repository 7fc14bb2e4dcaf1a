/// `y_r = ‖x - w_r‖_p - μ_r + b_r`, with p growing until only the maximum is left; a last layer gives `-y`, so that the
/// nearest prototype wins.
///
/// The running mean μ is not trained: it keeps each neuron's output near 0 while p grows, and is folded into b in the end.
///
/// Sendable unchecked, as its weights are: a task of the update changes its own part alone.
final class DistanceLayer: TrainableLayer, @unchecked Sendable {
  private let matrix: Matrix
  let biases: Panels
  /// μ.
  private let means: Panels
  private let isLast: Bool
  /// p of the current step; nil for ∞.
  private var exponent: NormExponent?

  /// How fast the running means follow the batches' means, until p is infinite.
  private static let meanRate: Float = 0.1

  init(_ layer: FloatLayer, at place: LayerPlace) {
    matrix = Matrix(rows: layer.rows, columns: layer.columns, elements: layer.weights)
    biases = Panels(rows: layer.rows, columns: 1, elements: layer.biases)
    means = biases.zeros()
    isLast = place.isLast
  }

  var floatLayer: FloatLayer {
    FloatLayer(
      rows: rows, columns: columns, weights: matrix.elements,
      biases: zip(biases.elements, means.elements).map { $0 - $1 }, rowSumBound: nil, kind: .distance)
  }

  // MARK: Parameters

  var weights: any LaneStore { matrix }
  var state: [any LaneStore] { [means] }

  func begin(_ settings: StepSettings) { exponent = settings.exponent }

  func end(_ passes: [any LayerPass], scale: Float) {
    guard exponent != nil else { return }
    for part in 0..<means.count {
      let sum = passes.reduce(Lanes.zero) { $0 + (($1 as? Pass)?.sum(part: part) ?? .zero) }
      let mean = unsafe means.panel(part).pointee
      unsafe means.panel(part).pointee = mean + Self.meanRate * (sum * scale - mean)
    }
  }

  // MARK: Points

  func makePass(capacity: Int, gradients: Bool) -> any LayerPass {
    Pass(self, distances: Matrix(rows: capacity, columns: rows), gradients: gradients)
  }

  private final class Pass: LayerPass {
    private let layer: DistanceLayer
    /// The distances alone, and their sums over the samples.
    private let distances: Matrix
    private let sums: Panels
    private let gradients: RowGradients?

    init(_ layer: DistanceLayer, distances: Matrix, gradients: Bool) {
      self.layer = layer
      self.distances = distances
      sums = layer.means.zeros()
      self.gradients = gradients ? RowGradients(of: layer.matrix) : nil
    }

    func sum(part: Int) -> Lanes { unsafe sums.panel(part).pointee }

    func runForward(_ inputs: Matrix, into outputs: Matrix) {
      distances.setToDistances(inputs, layer.matrix, exponent: layer.exponent)
      distances.sumRows(into: sums)
      setOutputs(outputs)
    }

    func settle(_ outputs: Matrix) {
      for part in 0..<sums.count {
        unsafe layer.means.panel(part).pointee = sum(part: part) / Float(distances.rows)
      }
      setOutputs(outputs)
    }

    private func setOutputs(_ outputs: Matrix) {
      let (biases, means) = (layer.biases, layer.means)
      outputs.setToSums(
        distances, plus: { unsafe biases.panel($0).pointee - means.panel($0).pointee },
        negated: layer.isLast)
    }

    func runBackward(_ outputGradients: Matrix, inputs: Matrix, into inputGradients: Matrix?) {
      guard let gradients else { preconditionFailure("made without gradients") }
      if layer.isLast {
        outputGradients.setToSums(outputGradients, plus: { _ in .zero }, negated: true)
      }
      gradients.begin(outputGradients)
      inputGradients?.rows = inputs.rows
      inputGradients?.clear()
      distances.addGradients(
        outputGradients, inputs, layer.matrix, exponent: layer.exponent, toWeights: gradients.weights,
        toInputs: inputGradients)
    }

    func addGradients(part: Int, _ outputGradients: Matrix, inputs: Matrix, to result: PartGradients) {
      gradients?.add(part: part, to: result)
    }
  }

  // MARK: The kind

  static let cutsSums = true
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

  /// The middle of the range, from which no input is farther than half the range; what a trained row's other pixels come
  /// to at least is more.
  static func filler(range: ClosedRange<Float>) -> Float { (range.lowerBound + range.upperBound) / 2 }
}
