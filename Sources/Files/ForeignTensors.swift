internal import FileAccess

/// A Linear layer of another program, by the names of its tensors.
struct ForeignLinear {
  /// What stands before `.weight`.
  var stem: String
  var weight: String
  var bias: String?
  var rows: Int
  var columns: Int
  /// Whether the file has its weights as `[columns, rows]`, as Keras does.
  var isTransposed: Bool

  /// The layer as messages have it, `fc1 (8 → 16)`.
  var text: String { "\(stem.isEmpty ? "''" : stem) (\(columns) → \(rows))" }
}

/// A BatchNorm1d layer of another program in evaluation: `y = γ · (x - mean) / √(variance + ε) + β`.
struct ForeignBatchNorm {
  var stem: String
  var width: Int
  var gamma: String?
  var beta: String?
  var mean: String
  var variance: String
  /// What its program adds to the variance unless told: PyTorch 1e-5, Keras 1e-3.
  var usualEpsilon: Double
}

/// The layers that the names and shapes of another program's tensors speak of, in no order yet.
struct ForeignTensors {
  private(set) var linears: [ForeignLinear] = []
  private(set) var batchNorms: [ForeignBatchNorm] = []

  /// Sorts the tensors into layers; any other could change what the network computes.
  ///
  /// - Parameter isTransposed: whether all weights are `[inputs, outputs]`; those called `kernel` always are.
  /// - Throws: the first tensor, by name, that is part of no such layer, and what it looks like.
  /// - Complexity: O(tensors · log tensors)
  init(_ reader: ModelReader, isTransposed: Bool) throws(FileError) {
    let tensors = reader.content.tensors
    guard !tensors.isEmpty else { throw FileError(reader.path, "no tensors") }
    var layers: [String: [String: String]] = [:]
    for name in tensors.keys.sorted() {
      let parts = ForeignName(name)
      guard layers[parts.stem, default: [:]].updateValue(name, forKey: parts.part) == nil else {
        throw reader.fail("tensor \(name)", "another one is called the same but for its separators")
      }
    }
    let sorted = layers.sorted { $0.key < $1.key }
    for (_, parts) in sorted {
      let siblings = Set(parts.keys)
      for (_, name) in parts.sorted(by: { $0.key < $1.key }) {
        let shape = tensors[name]?.shape ?? []
        if let words = unsupportedTensor(name, shape: shape, siblings: siblings) {
          throw reader.fail("tensor \(name)", words)
        }
      }
    }
    for (stem, parts) in sorted {
      if let layer = try reader.batchNorm(stem, parts) {
        batchNorms.append(layer)
      } else {
        linears.append(try reader.linear(stem, parts, isTransposed: isTransposed))
      }
    }
    guard !linears.isEmpty else {
      throw FileError(reader.path, "no Linear layer, \(batchNorms.count) BatchNorm")
    }
    guard linears.count <= Self.limit else {
      throw FileError(reader.path, "\(linears.count) Linear layers, at most \(Self.limit) are read")
    }
  }

  private static let limit = 256
}

extension ModelReader {
  /// A BatchNorm layer by its parts in PyTorch's names or in those of Keras; nil when it is none.
  fileprivate func batchNorm(_ stem: String, _ parts: [String: String]) throws(FileError) -> ForeignBatchNorm?
  {
    let isKeras = parts["moving_mean"] != nil || parts["moving_variance"] != nil
    let names =
      isKeras
      ? ["moving_mean", "moving_variance", "gamma", "beta"]
      : ["running_mean", "running_var", "weight", "bias"]
    guard isKeras || parts["running_mean"] != nil || parts["running_var"] != nil else { return nil }
    for (part, name) in parts.sorted(by: { $0.key < $1.key })
    where !names.contains(part) && part != "num_batches_tracked" {
      throw fail("tensor \(name)", "no part of the BatchNorm \(quoted(stem))")
    }
    guard let mean = parts[names[0]], let variance = parts[names[1]] else {
      let missing = parts[names[0]] == nil ? names[0] : names[1]
      throw FileError(
        path, "tensor \(stem).\(missing) is missing, the BatchNorm \(quoted(stem)) has the other statistics")
    }
    let width = try tensor(mean, shape: [nil]).shape[0]
    for name in [variance, parts[names[2]], parts[names[3]]] {
      if let name { _ = try tensor(name, shape: [width]) }
    }
    return ForeignBatchNorm(
      stem: stem, width: width, gamma: parts[names[2]], beta: parts[names[3]], mean: mean, variance: variance,
      usualEpsilon: isKeras ? 1e-3 : 1e-5)
  }

  fileprivate func linear(
    _ stem: String, _ parts: [String: String], isTransposed: Bool
  ) throws(FileError) -> ForeignLinear {
    let known = ["weight", "kernel", "bias"]
    for (part, name) in parts.sorted(by: { $0.key < $1.key }) where !known.contains(part) {
      throw fail(
        "tensor \(name)", "no part of a Linear layer (weight, bias) or a BatchNorm1d; only those are read")
    }
    guard parts["weight"] == nil || parts["kernel"] == nil else {
      throw fail("tensor \(parts["kernel"] ?? "")", "its layer has a weight, too")
    }
    let isTransposed = isTransposed || parts["kernel"] != nil
    guard let name = parts["weight"] ?? parts["kernel"] else {
      throw FileError(path, "tensor \(stem.isEmpty ? "" : "\(stem).")weight is missing")
    }
    let shape = try tensor(name, shape: [nil, nil]).shape
    let (rows, columns) = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
    guard rows * columns <= 1 << 27 else {
      throw fail("tensor \(name)", "\(rows) × \(columns) weights, a header holds at most \(1 << 27) a layer")
    }
    if let bias = parts["bias"], let biasShape = content.tensors[bias]?.shape, biasShape == [columns],
      columns != rows
    {
      throw fail("tensor \(name)", Self.transposed(shape, biasCount: columns, isRead: isTransposed))
    }
    if let bias = parts["bias"] { _ = try tensor(bias, shape: [rows]) }
    return ForeignLinear(
      stem: stem, weight: name, bias: parts["bias"], rows: rows, columns: columns, isTransposed: isTransposed)
  }

  /// What to do about weights whose shape shows that they lie the other way round.
  static func transposed(_ shape: [Int], biasCount: Int? = nil, isRead: Bool) -> String {
    let reason = biasCount.map { " beside a bias of \($0)" } ?? ""
    return isRead
      ? "shape \(shape)\(reason) looks like [outputs, inputs] already, as PyTorch has it; leave --transposed away"
      : "shape \(shape)\(reason) looks transposed, [inputs, outputs] as Keras has it; give --transposed, or save w.T"
  }
}
