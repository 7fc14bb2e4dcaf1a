/// `y = W x + b`, in panels: every product is a chain of fused multiply-adds over the columns, or over the samples.
///
/// A box of center c and radius r becomes the one of center `W c + b` and radius `|W| r`.
///
/// Sendable unchecked, as its panels are: a task of the update changes its own part alone.
final class DenseLayer: TrainableLayer, LayerPass, @unchecked Sendable {
  /// W.
  let panels: Panels
  let biases: Panels
  /// Wᵀ, which carries gradients back; nil when no pass needs it.
  let transposed: Panels?

  /// `|W|`, which carries the radius of a box; nil when no pass needs it.
  private let magnitudes: Panels?
  /// `|W|ᵀ`, for both of these reasons.
  private let transposedMagnitudes: Panels?

  private let constraint: (any LayerConstraint)?
  /// 1 for each weight that may move and 0 for one that stays zero; nil when all may move.
  private let mask: Panels?
  /// The least value of each weight, 0 or -∞; nil when all may have any sign.
  private let least: Panels?
  private let initial: FloatLayer

  init(_ layer: FloatLayer, at place: LayerPlace) {
    let (rows, columns) = (layer.rows, layer.columns)
    let (intervals, propagatesBack) = (place.intervals, place.propagatesBack)
    initial = layer
    constraint = layer.constraint(place.projection)
    panels = Panels(rows: rows, columns: columns, elements: layer.weights)
    biases = Panels(rows: rows, columns: 1, elements: layer.biases)
    transposed = propagatesBack ? Panels(rows: columns, columns: rows) : nil
    magnitudes = intervals ? Panels(rows: rows, columns: columns) : nil
    transposedMagnitudes = intervals && propagatesBack ? Panels(rows: columns, columns: rows) : nil
    let limits = place.signs?.limits(at: place, rows: rows, columns: columns)
    var kept = limits?.kept
    if place.keepsZeros {
      kept = layer.weights.indices.map { layer.weights[$0] == 0 ? 0 : kept?[$0] ?? 1 }
    }
    mask = kept.map { Panels(rows: rows, columns: columns, elements: $0) }
    least = limits.map { Panels(rows: rows, columns: columns, elements: $0.least) }
    for part in 0..<panels.count { parametersChanged(part: part) }
  }

  var floatLayer: FloatLayer {
    var layer = initial
    layer.weights = panels.elements
    layer.biases = biases.elements
    return layer
  }

  // MARK: Parameters

  var columns: Int { panels.columns }
  var weights: any LaneStore { panels }
  var state: [any LaneStore] { constraint?.state ?? [] }

  func parametersChanged(part: Int) {
    if let magnitudes {
      let (source, target) = unsafe (panels.panel(part), magnitudes.panel(part))
      for column in 0..<columns { unsafe target[column] = unsafe source[column].magnitudes }
    }
    if let transposed { panels.transpose(panel: part, into: transposed) }
    if let transposedMagnitudes { magnitudes?.transpose(panel: part, into: transposedMagnitudes) }
  }

  func project(part: Int) {
    if let mask {
      let (weights, kept) = unsafe (panels.panel(part), mask.panel(part))
      for column in 0..<columns { unsafe weights[column] *= kept[column] }
    }
    if let least {
      let (weights, least) = unsafe (panels.panel(part), least.panel(part))
      for column in 0..<columns {
        let (weight, limit) = unsafe (weights[column], least[column])
        unsafe weights[column] = weight.replacing(with: limit, where: weight .< limit)
      }
    }
    // What is shortened keeps its sign: with those projections first, these are the nearest rows that keep to all.
    constraint?.project(part: part, of: panels)
    parametersChanged(part: part)
  }

  func projectWhole(_ threads: Threads) {
    guard constraint?.project(panels, threads) ?? false else { return }
    threads.forEach(panels.count) { part, _ in self.parametersChanged(part: part) }
  }

  // MARK: Points

  func makePass(capacity: Int, gradients: Bool) -> any LayerPass { self }

  func runForward(_ inputs: Matrix, into outputs: Matrix) {
    outputs.setToProduct(inputs, transposed: panels, plus: biases)
  }

  func runBackward(_ gradients: Matrix, inputs: Matrix, into inputGradients: Matrix?) {
    guard let inputGradients else { return }
    guard let transposed else { preconditionFailure("made without gradients") }
    inputGradients.setToProduct(gradients, transposed: transposed)
  }

  func addGradients(part: Int, _ gradients: Matrix, inputs: Matrix, to result: PartGradients) {
    result.weights.addProduct(transposed: gradients, block: part, inputs, toPanel: 0)
    for row in 0..<gradients.rows { result.biases += gradients.lanes(part, ofRow: row) }
  }

  // MARK: Boxes, see also `WorstCaseHead.swift`

  func runForward(_ boxes: Boxes, into outputs: Boxes) {
    guard let magnitudes else { preconditionFailure("made without intervals") }
    outputs.centers.setToProduct(boxes.centers, transposed: panels, plus: biases)
    outputs.radii.setToProduct(boxes.radii, transposed: magnitudes)
  }

  func runBackward(_ gradients: Boxes, into inputGradients: Boxes) {
    guard let transposed, let transposedMagnitudes else { preconditionFailure("made without gradients") }
    inputGradients.centers.setToProduct(gradients.centers, transposed: transposed)
    inputGradients.radii.setToProduct(gradients.radii, transposed: transposedMagnitudes)
  }

  func addGradients(part: Int, _ gradients: Boxes, inputs: Boxes, to result: PartGradients) {
    addGradients(part: part, gradients.centers, inputs: inputs.centers, to: result)
    result.magnitudes?.addProduct(transposed: gradients.radii, block: part, inputs.radii, toPanel: 0)
  }

  func addMagnitudeGradients(part: Int, to result: PartGradients) {
    guard let magnitudes = result.magnitudes else { return }
    // |w| has the derivative sign(w), 0 at 0.
    let (direct, through) = unsafe (result.lanes, magnitudes.panel(0))
    let signs = unsafe panels.panel(part)
    for column in 0..<columns {
      let zero = unsafe signs[column] .== 0
      let negative = unsafe signs[column] .< 0
      var change = unsafe through[column]
      change.replace(with: -change, where: negative)
      change.replace(with: 0, where: zero)
      unsafe direct[column] += change
    }
  }

  // MARK: The kind

  /// Uniform in ±k/√columns, k being 1, in hidden layers that are bounded the bound that suits the activation; biases of
  /// zero, or uniform as the weights before tanh and sigmoid.
  ///
  /// Biases are zero because the projected rows carry only small values at first, which random biases would
  /// drown: such units start constant or dead, and certified accuracy ends one or two points lower. For the same
  /// reason the inner layers of a ReLU network start with weights of one sign, in 0 … 1/√columns: sums of what
  /// ReLU lets through stay positive, so every unit starts alive (measured: up to half a point). Units of tanh and
  /// sigmoid must start where their curves bend: within ±1/√columns, or without biases, networks stayed linear.
  static func random(
    rows: Int, columns: Int, at place: LayerPlace, _ options: TrainingOptions,
    using generator: inout SeededGenerator
  ) -> FloatLayer {
    let activation = place.isLast ? .identity : options.activation
    let reach = Double(options.bounds.isEmpty ? 1 : activation.suitableBound) / Double(columns).squareRoot()
    let isPositive = !place.isFirst && activation == .relu
    let weights = (0..<rows * columns).map { _ in
      let draw = generator.uniform()
      return Float(reach * (isPositive ? draw : 2 * draw - 1))
    }
    let biases = (0..<rows).map { _ in
      activation.isHomogeneous ? 0 : Float(reach * (2 * generator.uniform() - 1))
    }
    return FloatLayer(
      rows: rows, columns: columns, weights: weights, biases: biases,
      normBound: options.bound(ofLayer: place.index))
  }
}
