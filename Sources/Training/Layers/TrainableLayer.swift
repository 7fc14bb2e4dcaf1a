/// Where a layer stands in its network, and what will be asked of it.
struct LayerPlace: Sendable {
  var index: Int
  /// The layers of the network.
  var count: Int
  /// Whether boxes will be propagated.
  var intervals = false
  /// Whether gradients will be propagated back.
  var gradients = false
  /// Whether they will be, all the way to the inputs of the network.
  var inputGradients = false
  /// Whether weights that are zero stay so.
  var keepsZeros = false
  /// How weights are brought back to their bound.
  var projection = ProjectionMethod.euclidean
  /// What signs its weights have; nil for any.
  var signs: ConvexSigns?

  var isFirst: Bool { index == 0 }
  var isLast: Bool { index == count - 1 }
  /// Whether gradients with respect to the layer's inputs will be asked for.
  var propagatesBack: Bool { gradients && (!isFirst || inputGradients) }
}

/// A layer with its parameters in the shape in which passes read them and training changes them.
///
/// It is all that is known of a kind; `LayerKind.trainable` names the type of each. Parameters are moved in parts of
/// sixteen rows, each a task of its own.
protocol TrainableLayer: AnyObject, Sendable {
  /// Copies a layer's parameters.
  init(_ layer: FloatLayer, at place: LayerPlace)

  /// Outputs.
  var rows: Int { get }
  /// Inputs.
  var columns: Int { get }
  /// The layer with its parameters as they are.
  var floatLayer: FloatLayer { get }

  /// What the optimizer moves.
  var weights: any LaneStore { get }
  /// One column, of as many parts as the weights.
  var biases: Panels { get }
  /// What else changes from step to step.
  var state: [any LaneStore] { get }

  /// Makes what is derived from a part of the parameters agree with it.
  func parametersChanged(part: Int)
  /// Moves a part of the parameters, after the optimizer's step, to where they keep to their constraint.
  func project(part: Int)
  /// Moves the weights, after all parts, to where they keep to a constraint of the whole matrix.
  func projectWhole(_ threads: Threads)
  /// Takes over what changes from step to step.
  func begin(_ settings: StepSettings)
  /// Ends a step.
  ///
  /// - Parameters:
  ///   - passes: its own, of all shards.
  ///   - scale: 1 over the samples of the batch.
  func end(_ passes: [any LayerPass], scale: Float)

  /// The buffers of a shard.
  func makePass(capacity: Int, gradients: Bool) -> any LayerPass

  /// A layer of random weights.
  static func random(
    rows: Int, columns: Int, at place: LayerPlace, _ options: TrainingOptions,
    using generator: inout SeededGenerator
  ) -> FloatLayer
  /// How far an output moves at most for each unit by which all inputs may change; nil when nothing bounds it.
  static func gain(of layer: FloatLayer) -> Float?
  /// How far the difference of two outputs moves at most for each unit by which all inputs may change.
  static func reach(of layer: FloatLayer, between first: Int, and second: Int) -> Float
  /// The weight of an input that is never read.
  static func filler(range: ClosedRange<Float>) -> Float
  /// Whether gradients are not one sum over the batch, in order, wherever it is cut; it is then always cut in two.
  static var cutsSums: Bool { get }
  /// What the optimizer of a network that begins with this kind works with.
  static var adam: Adam.Constants { get }
}

/// What holds for most kinds, sums of products of weights and inputs among them.
extension TrainableLayer {
  var rows: Int { weights.rows }
  var columns: Int { weights.columns }
  var state: [any LaneStore] { [] }
  func parametersChanged(part: Int) {}
  func project(part: Int) {}
  func projectWhole(_ threads: Threads) {}
  func begin(_ settings: StepSettings) {}
  func end(_ passes: [any LayerPass], scale: Float) {}
  static func gain(of layer: FloatLayer) -> Float? { layer.rowSumBound }
  static func reach(of layer: FloatLayer, between first: Int, and second: Int) -> Float {
    L1BallConstraint.dualNorm(
      of: (0..<layer.columns).lazy.map {
        layer.weights[first * layer.columns + $0] - layer.weights[second * layer.columns + $0]
      })
  }
  static func filler(range: ClosedRange<Float>) -> Float { 0 }
  static var cutsSums: Bool { false }
  static var adam: Adam.Constants { .usual }
}

/// A layer on its way through the samples of one shard.
protocol LayerPass: AnyObject {
  /// `outputs ← f(inputs)`, a row for each sample.
  func runForward(_ inputs: Matrix, into outputs: Matrix)

  /// Turns gradients with respect to the outputs into those with respect to the inputs, nil where nobody asks for them.
  func runBackward(_ gradients: Matrix, inputs: Matrix, into inputGradients: Matrix?)

  /// Adds the gradients of a part of the parameters, summed over the samples.
  func addGradients(part: Int, _ gradients: Matrix, inputs: Matrix, to result: PartGradients)

  /// Fits the layer to its outputs of the first samples, which it may change, before the first step.
  func settle(_ outputs: Matrix)
}

extension LayerPass {
  func settle(_ outputs: Matrix) {}
}

/// Boxes of inputs or outputs, one for each sample, or gradients with respect to them.
package struct Boxes: Sendable {
  /// Their middles.
  package let centers: Matrix
  /// Half their widths.
  package let radii: Matrix
}

/// A layer that carries boxes, and that as a last layer bounds the differences of its outputs over them.
protocol IntervalLayer: TrainableLayer {
  /// Computes boxes that hold the outputs of all points of boxes of inputs.
  func runForward(_ boxes: Boxes, into outputs: Boxes)

  /// Turns gradients with respect to the boxes of the outputs into those with respect to the boxes of the inputs.
  func runBackward(_ gradients: Boxes, into inputGradients: Boxes)

  /// Adds the gradients of a part of the parameters, those that flow through the radii to `result.magnitudes`.
  func addGradients(part: Int, _ gradients: Boxes, inputs: Boxes, to result: PartGradients)

  /// Adds what `result.magnitudes` has gathered to the gradients of the weights.
  func addMagnitudeGradients(part: Int, to result: PartGradients)

  /// Computes the largest `z_j - z_y` over each box, for label y.
  func runWorstCase(_ boxes: Boxes, labels: [Int], into result: Matrix)

  /// Turns gradients with respect to these into those with respect to the boxes.
  func runWorstCaseBackward(_ gradients: Matrix, labels: [Int], into inputGradients: Boxes)

  /// Adds the gradients of a part of the parameters through these.
  func addWorstCaseGradients(
    part: Int, _ gradients: Matrix, labels: [Int], inputs: Boxes, to result: PartGradients)
}
