package import FileAccess
public import Training

/// What the file of a network of another program does not say: what stands between its layers, and how it saw its
/// inputs.
///
/// A raw value v becomes `x = (v - LO) / (HI - LO)` in 0 … 1, the mapped unit of every ε, and the network was trained
/// on `(x - mean) / deviation`, as torchvision's `Normalize` has it.
public struct ForeignConventions: Equatable, Sendable {
  /// What stands between the layers.
  public var activation: Activation = .relu

  /// LO … HI, the range of the raw values, one for all inputs or one for each.
  public var ranges: [ClosedRange<Double>] = [0...255]

  /// LSB that make the range, from 1 to 32767; nil for `m · floor(32767 / m)`, m the steps of one range of 1 … 255
  /// whole steps, which encodes them exactly (bytes: 32640), and 32767 for others.
  public var unit: Int?

  /// The mean that was taken off x, one for all inputs or one for each.
  public var means: [Double] = [0]

  /// What it was then divided by, as many; positive.
  public var deviations: [Double] = [1]

  /// The stems of the Linear layers in their order, with or without BatchNorm layers in their places; nil to find it.
  public var layersOrder: [String]?

  /// Whether weights are `[inputs, outputs]`, as Keras has them.
  public var isTransposed = false

  /// On which side of the activation BatchNorm layers stand, where their numbers do not tell; nil for before it.
  public var batchNormSide: BatchNormSide?

  /// What is added to their variances; nil for what their program usually adds, PyTorch 1e-5.
  public var batchNormEpsilon: Double?

  /// How the one output becomes the number of a regression; nil for a classifier.
  public var target: TargetMap?

  /// Bytes in 0 … 255 that became 0 … 1, and ReLU.
  public init() {}

  /// The one range of all raw values, the first where there are several.
  public var range: ClosedRange<Double> {
    get { ranges.first ?? 0...255 }
    set { ranges = [newValue] }
  }

  /// The map to 0 … 1 for a network of so many inputs.
  func inputMap(columns: Int, path: String) throws(FileError) -> InputMap {
    guard ranges.count == 1 || ranges.count == columns else {
      throw FileError(path, "\(ranges.count) ranges, the network has \(columns) inputs")
    }
    for (index, range) in ranges.enumerated() {
      let width = range.upperBound - range.lowerBound
      guard width > 0, (1 / width).isFinite, (width / 2).isFinite, range.lowerBound.isFinite else {
        let place = ranges.count > 1 ? " of input \(index)" : ""
        throw FileError(
          path, "the range \(range.lowerBound) to \(range.upperBound) of the raw values\(place) is not one")
      }
    }
    let width = range.upperBound - range.lowerBound
    let steps = ranges.count == 1 && width == width.rounded() && width <= 255 ? Int(width) : 1
    let unit = unit ?? steps * (32767 / steps)
    guard (1...32767).contains(unit) else { throw FileError(path, "unit \(unit) is not in 1...32767") }
    return InputMap(
      offsets: ranges.map(\.lowerBound), scales: ranges.map { 1 / ($0.upperBound - $0.lowerBound) },
      unit: unit,
      minimumLSB: 0, maximumLSB: unit)
  }
}

extension Safetensors {
  /// Whether the file is no model of ours, which says so itself and has an input map; what others note in their
  /// metadata means nothing.
  package var isForeign: Bool {
    metadata["format"] != "supnorm-model" && (tensors["input.offset"] == nil || tensors["input.scale"] == nil)
  }
}

/// A model of another program, and what was concluded where its file leaves it open.
package struct ForeignModel {
  /// The model.
  package var model: FloatModel
  /// The Linear layers in their order, such as `fc1 (8 → 16), out (16 → 3)`.
  package var layers: String
  /// What was assumed, a line each; empty when nothing was.
  package var notes: [String] = []

  /// The model of a file that another program wrote, such as PyTorch's `safetensors.torch.save_file` on the state of
  /// an `nn.Module`: Linear layers, with or without bias, and BatchNorm1d layers, under any names.
  ///
  /// Means and deviations are folded into the first layer, `W_rc / σ_c` and `b_r - Σ W_rc · μ_c / σ_c`, and BatchNorm
  /// into the layer beside it, in double precision and rounded once; nothing is bounded yet, which quantization makes
  /// up for by an exact rewriting. One output z is that of a regression where the conventions have a target, and else
  /// becomes the two logits 0 and z: class 1 where z > 0, where the sigmoid of z exceeds 1/2.
  ///
  /// - Parameters:
  ///   - content: what the file holds.
  ///   - conventions: what it does not say.
  ///   - path: only for messages.
  /// - Throws: the tensor that is missing, not finite, of an unsupported layer, or whose shape does not chain; an
  ///   order or place of layers that is ambiguous, and the option that states it.
  /// - Complexity: O(weights)
  package init(_ content: Safetensors, conventions: ForeignConventions, path: String) throws(FileError) {
    let reader = ModelReader(content: content, path: path)
    let tensors = try ForeignTensors(reader, isTransposed: conventions.isTransposed)
    let finder = ForeignOrder(tensors.linears)
    let batchNormStems = Set(tensors.batchNorms.map(\.stem))
    let order: [Int]
    if let names = conventions.layersOrder {
      order = try finder.stated(names.filter { !batchNormStems.contains($0) }, path: path)
    } else {
      let weights = Dictionary(uniqueKeysWithValues: tensors.linears.enumerated().map { ($1.weight, $0) })
      let found = try finder.decided(
        fileOrder: content.ownOrder.isEmpty ? nil : content.ownOrder.compactMap { weights[$0] }, path: path)
      order = found.order
      if let note = found.note { notes.append("layers in an order that their shapes allow, \(note)") }
    }
    let linears = order.map { tensors.linears[$0] }
    layers = linears.prefix(12).map(\.text).joined(separator: ", ")
    if linears.count > 12 { layers += ", … (\(linears.count) in all)" }
    if !tensors.batchNorms.isEmpty {
      let stems = batchNormStems.sorted(by: ForeignOrder.isBefore)
      layers += ", BatchNorm \(stems.prefix(12).joined(separator: ", ")) folded into them"
    }
    var folds = try Self.folds(tensors.batchNorms, linears, conventions, reader, &notes)
    let first = try AffineMap(conventions, columns: linears[0].columns, path: path)
    folds[0].inputs = folds[0].inputs.map { first.followed(by: $0) } ?? first
    var floatLayers: [FloatLayer] = []
    for (linear, fold) in zip(linears, folds) {
      var layer = try reader.floatLayer(linear)
      try layer.fold(fold.inputs, fold.outputs, exact: reader.exactNumbers(linear), path: path)
      floatLayers.append(layer)
    }
    try Self.setOutputs(&floatLayers, conventions.target, path)
    model = FloatModel(
      network: FloatNetwork(layers: floatLayers, activation: conventions.activation),
      inputMap: try conventions.inputMap(columns: linears[0].columns, path: path),
      targets: conventions.target.map { [$0] } ?? [])
  }

  /// What each Linear layer takes over from the BatchNorm layers beside it.
  private static func folds(
    _ batchNorms: [ForeignBatchNorm], _ linears: [ForeignLinear], _ conventions: ForeignConventions,
    _ reader: ModelReader, _ notes: inout [String]
  ) throws(FileError) -> [(inputs: AffineMap?, outputs: AffineMap?)] {
    var folds: [(inputs: AffineMap?, outputs: AffineMap?)] = linears.map { _ in (nil, nil) }
    var places = BatchNormPlaces(linears, side: conventions.batchNormSide, path: reader.path)
    let stated = conventions.layersOrder ?? []
    let stems = Set(batchNorms.map(\.stem))
    for layer in batchNorms.sorted(by: { ForeignOrder.isBefore($0.stem, $1.stem) }) {
      let place = try places.place(
        layer,
        predecessors: stated.firstIndex(of: layer.stem).map { stated[..<$0].count { !stems.contains($0) } })
      let map = try AffineMap(layer, epsilon: conventions.batchNormEpsilon, reader: reader)
      switch place {
      case .inputs(let index): folds[index].inputs = folds[index].inputs?.followed(by: map) ?? map
      case .outputs(let index): folds[index].outputs = folds[index].outputs?.followed(by: map) ?? map
      }
    }
    if !places.assumed.isEmpty {
      notes.append(
        "BatchNorm \(places.assumed.prefix(12).joined(separator: ", ")): taken to stand right behind the Linear layer, before its activation; --batchnorm after says behind it"
      )
    }
    return folds
  }

  /// Makes two logits of one, or checks that a regression has one output.
  private static func setOutputs(
    _ layers: inout [FloatLayer], _ target: TargetMap?, _ path: String
  ) throws(FileError) {
    let last = layers[layers.count - 1]
    guard last.rows <= 32767 else {
      throw FileError(path, "\(last.rows) outputs, a header holds at most 32767")
    }
    guard target == nil else {
      guard last.rows == 1 else { throw FileError(path, "\(last.rows) outputs, a regression has 1") }
      return
    }
    guard last.rows == 1 else { return }
    layers[layers.count - 1] = FloatLayer(
      rows: 2, columns: last.columns, weights: Array(repeating: 0, count: last.columns) + last.weights,
      biases: [0] + last.biases, rowSumBound: nil)
  }
}

extension FloatModel {
  /// The model of a file that another program wrote; see `ForeignModel`, which also says what was assumed.
  package init(
    _ content: Safetensors, conventions: ForeignConventions, path: String
  ) throws(FileError) {
    self = try ForeignModel(content, conventions: conventions, path: path).model
  }
}

extension ModelReader {
  /// The weights and biases of a layer, rounded to `Float` where the file has more digits.
  fileprivate func floatLayer(_ linear: ForeignLinear) throws(FileError) -> FloatLayer {
    let (rows, columns) = (linear.rows, linear.columns)
    var weights = try tensor(linear.weight, shape: [nil, nil]).elements.floats
    if linear.isTransposed { weights = linear.upright(weights) }
    let biases =
      try linear.bias.map { name throws(FileError) in try tensor(name, shape: [rows]).elements.floats }
      ?? Array(repeating: 0, count: rows)
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw fail("tensor \(linear.weight)", "a number beyond the range of 32-bit floats, or in its bias")
    }
    return FloatLayer(rows: rows, columns: columns, weights: weights, biases: biases, rowSumBound: nil)
  }

  /// The weights and biases of a layer of 64-bit floats; nil for others, which `Float` holds exactly.
  fileprivate func exactNumbers(_ linear: ForeignLinear) -> (weights: [Double], biases: [Double])? {
    guard case .float64(let stored)? = content.tensors[linear.weight]?.elements else { return nil }
    let biases = linear.bias.flatMap { content.tensors[$0]?.elements.doubles }
    return (
      linear.isTransposed ? linear.upright(stored) : stored,
      biases ?? Array(repeating: 0, count: linear.rows)
    )
  }
}

extension ForeignLinear {
  /// Weights stored as `[columns, rows]` as `[rows, columns]`.
  fileprivate func upright<Number>(_ stored: [Number]) -> [Number] {
    stored.indices.map { stored[$0 % columns * rows + $0 / columns] }
  }
}
