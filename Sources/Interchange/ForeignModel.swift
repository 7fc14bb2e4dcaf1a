public import Training

/// What the file of a network from PyTorch does not say: what stands between its layers, and how it saw its inputs.
///
/// A raw value v becomes `x = (v - LO) / (HI - LO)` in 0 … 1, the mapped unit of every ε, and the network was trained
/// on `(x - mean) / deviation`, as torchvision's `Normalize` has it.
public struct ForeignConventions: Equatable, Sendable {
  /// What stands between the layers.
  public var activation: Activation = .relu

  /// LO … HI, the range of the raw values.
  public var range: ClosedRange<Double> = 0...255

  /// LSB that make the range, from 1 to 32767; nil for `m · floor(32767 / m)`, m the steps of a range of 1 … 255
  /// whole steps, which encodes them exactly (bytes: 32640), and 32767 for others.
  public var unit: Int?

  /// The mean that was taken off x, one for all inputs or one for each.
  public var means: [Double] = [0]

  /// What it was then divided by, as many; positive.
  public var deviations: [Double] = [1]

  /// Bytes in 0 … 255 that became 0 … 1, and ReLU.
  public init() {}
}

extension Safetensors {
  /// Whether the file is no model of ours: PyTorch's `save_file` writes no `activation`.
  package var isForeign: Bool { metadata["activation"] == nil && metadata["format"] != "supnorm-model" }
}

extension FloatModel {
  /// The model of a file that another program wrote, such as PyTorch's `safetensors.torch.save_file` on the state of an
  /// `nn.Sequential`: Linear layers, with or without bias, called `N.weight` and `N.bias` with any increasing N,
  /// behind one prefix or none (`0.weight`, `layers.2.weight`, `fc1.weight`).
  ///
  /// Means and deviations are folded into the first layer, `W_rc / σ_c` and `b_r - Σ W_rc · μ_c / σ_c`, in double
  /// precision; nothing is bounded yet, which quantization makes up for by an exact rewriting.
  ///
  /// - Parameters:
  ///   - content: what the file holds.
  ///   - conventions: what it does not say.
  ///   - path: only for messages.
  /// - Throws: the tensor that is missing, not finite, of an unsupported layer, or whose shape does not chain.
  /// - Complexity: O(weights).
  package init(
    _ content: Safetensors, conventions: ForeignConventions, path: String
  ) throws(FileError) {
    let range = conventions.range
    let width = range.upperBound - range.lowerBound
    guard width > 0, (1 / width).isFinite, (width / 2).isFinite, range.lowerBound.isFinite else {
      throw FileError(
        path, "the range \(range.lowerBound) to \(range.upperBound) of the raw values is not one")
    }
    let steps = width == width.rounded() && width <= 255 ? Int(width) : 1
    let unit = conventions.unit ?? steps * (32767 / steps)
    guard (1...32767).contains(unit) else { throw FileError(path, "unit \(unit) is not in 1...32767") }
    var layers = try ModelReader(content: content, path: path).foreignLayers()
    try layers[0].fold(conventions, path: path)
    self.init(
      network: FloatNetwork(layers: layers, activation: conventions.activation),
      inputMap: InputMap(
        offsets: [range.lowerBound], scales: [1 / width], unit: unit, minimumLSB: 0, maximumLSB: unit))
  }
}

extension FloatLayer {
  /// Takes over what was done to the inputs before the layer: means taken off and deviations divided by.
  package mutating func fold(_ conventions: ForeignConventions, path: String) throws(FileError) {
    let (means, deviations) = (conventions.means, conventions.deviations)
    for (words, values) in [("means", means), ("deviations", deviations)] {
      guard values.count == 1 || values.count == columns else {
        throw FileError(path, "\(values.count) \(words), the network has \(columns) inputs")
      }
      if let bad = values.first(where: { !$0.isFinite || words == "deviations" && $0 <= 0 }) {
        throw FileError(path, "\(bad) among the \(words) of the inputs")
      }
    }
    for row in 0..<rows {
      var bias = Double(biases[row])
      for column in 0..<columns {
        let index = row * columns + column
        let weight = Double(weights[index]) / deviations[deviations.count == 1 ? 0 : column]
        bias -= weight * means[means.count == 1 ? 0 : column]
        weights[index] = Float(weight)
      }
      biases[row] = Float(bias)
    }
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw FileError(path, "means and deviations take the first layer beyond the range of 32-bit floats")
    }
  }
}

extension ModelReader {
  /// The Linear layers in order of their numbers; any other tensor could change what the network computes.
  fileprivate func foreignLayers() throws(FileError) -> [FloatLayer] {
    var numbers: Set<Int> = []
    var prefix: String?
    for name in content.tensors.keys.sorted() {
      if let words = unsupportedLayer(of: name) { throw fail("tensor \(name)", words) }
      guard let parts = linearName(name) else {
        throw fail("tensor \(name)", "only Linear layers are read, called N.weight and N.bias")
      }
      guard prefix ?? parts.prefix == parts.prefix else {
        throw fail("tensor \(name)", "other layers are called \(quoted("\(prefix ?? "")N"))")
      }
      prefix = parts.prefix
      numbers.insert(parts.number)
    }
    guard let prefix else { throw FileError(path, "no tensors") }
    var layers: [FloatLayer] = []
    for number in numbers.sorted() {
      layers.append(try linearLayer("\(prefix)\(number)", columns: layers.last?.rows))
    }
    guard let outputs = layers.last?.rows, outputs > 1 else {
      throw FileError(path, "one output, a classifier has at least 2")
    }
    return layers
  }

  private func linearLayer(_ name: String, columns: Int?) throws(FileError) -> FloatLayer {
    let weightName = "\(name).weight"
    if let shape = content.tensors[weightName]?.shape, shape.count != 2 {
      let kind = shape.count > 2 ? "a convolution" : shape.count == 1 ? "a normalization" : "a number"
      throw fail(
        "tensor \(weightName)", "shape \(shape), \(kind); only Linear layers are read, [rows, columns]")
    }
    let weights = try tensor(weightName, shape: [nil, columns])
    let rows = weights.shape[0]
    var biases = [Float](repeating: 0, count: rows)
    if content.tensors["\(name).bias"] != nil {
      biases = try tensor("\(name).bias", shape: [rows]).elements.floats
    }
    let layer = FloatLayer(
      rows: rows, columns: weights.shape[1], weights: weights.elements.floats, biases: biases,
      rowSumBound: nil)
    guard layer.weights.allSatisfy(\.isFinite), layer.biases.allSatisfy(\.isFinite) else {
      throw fail("tensor \(weightName)", "a number beyond the range of 32-bit floats, or in its bias")
    }
    return layer
  }
}

/// A name such as `layers.2.weight` as `layers.` and 2; nil for one of another form.
private func linearName(_ name: String) -> (prefix: String, number: Int)? {
  let suffix = [".weight", ".bias"].first { name.hasSuffix($0) }
  guard let stem = suffix.map({ name.dropLast($0.count) }) else { return nil }
  let digits = stem.reversed().prefix { $0.isASCII && $0.isNumber }
  // A number has one spelling, so that two tensors cannot be the same layer's weight.
  guard let number = Int(String(digits.reversed())), "\(number)".count == digits.count else { return nil }
  return (String(stem.dropLast(digits.count)), number)
}

/// Why a tensor is no part of a Linear layer, where its name tells.
func unsupportedLayer(of name: String) -> String? {
  let parts = ["running_mean", "running_var", "num_batches_tracked"]
  guard parts.contains(where: { name == $0 || name.hasSuffix(".\($0)") }) else { return nil }
  return "a BatchNorm layer; only Linear layers are read, fold it into the one before it"
}
