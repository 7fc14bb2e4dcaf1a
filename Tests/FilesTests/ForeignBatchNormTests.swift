import FileAccess
import Files
import TestSupport
import Testing
import Training

/// BatchNorm layers of other programs' files, and layers that are none of those that are read.
@Suite("BatchNorm of foreign models")
struct ForeignBatchNormTests {
  /// γ, β, mean and variance of a BatchNorm layer, some γ negative.
  static func batchNorm(_ name: String, _ width: Int, _ content: inout Safetensors) {
    for (index, part) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
      let values = (0..<width).map { place in
        let value = Float((place * 5 + index * 3) % 9) / 4 - 0.75
        return part == "running_var" ? value * value + 0.1 : value
      }
      content.tensors["\(name).\(part)"] = .init(shape: [width], elements: .float32(values))
    }
  }

  /// What a network of layers in this order gives; the ReLU stands where `activation` does.
  static func outputs(
    _ content: Safetensors, _ steps: [String], _ input: [Double], epsilon: Double = 1e-5
  ) -> [Double] {
    steps.reduce(input) { values, step in
      func tensor(_ part: String) -> [Double]? { content.tensors["\(step).\(part)"]?.elements.doubles }
      if step == "relu" { return values.map { max($0, 0) } }
      if let means = tensor("running_mean"), let variances = tensor("running_var") {
        return values.indices.map { place in
          (values[place] - means[place]) / (variances[place] + epsilon).squareRoot()
            * (tensor("weight")?[place] ?? 1) + (tensor("bias")?[place] ?? 0)
        }
      }
      let (weights, biases) = (tensor("weight") ?? [], tensor("bias") ?? [])
      return biases.indices.map { row in
        values.indices.reduce(biases[row]) { $0 + weights[row * values.count + $1] * values[$1] }
      }
    }
  }

  /// Networks as they run: `relu` where an activation stands, a star before the name of a BatchNorm.
  @Test(
    arguments: [
      ("0 *1 relu 3 *4 relu 6", nil, false), ("0 relu *2 3 relu 5", nil, false),
      ("0 *1 relu 3 relu *5 6", nil, false), ("0 *1 relu 3 *4", nil, false),
      ("fc1 *bn1 relu fc2 *bn2 relu fc3", nil, true), ("fc1 relu *bn1 fc2 relu *bn2 fc3", .after, false),
      ("layers.0.linear *layers.0.norm relu layers.1.linear *layers.1.norm relu out", nil, true),
      ("linears.0 *bns.0 relu linears.1 *bns.1 relu out", nil, true), ("0 relu *2 4", .after, false),
      ("0 *2 relu 4", .before, false), ("block.0 *block.1 relu head.0 *head.1", nil, false),
      ("*0 1 *2 relu 4 relu 6", nil, false), ("*0 2 relu 4", nil, false), ("0 *1 relu *3 4", nil, false),
    ] as [(String, BatchNormSide?, Bool)])
  func `BatchNorm is folded where it stands`(text: String, side: BatchNormSide?, isAssumed: Bool) throws {
    let steps = text.split(separator: " ").map { $0.drop { $0 == "*" } }.map(String.init)
    let linears = text.split(separator: " ").filter { $0.first != "*" && $0 != "relu" }.map(String.init)
    // All are as wide, so that no shape helps, but for the last.
    var content = ForeignOrderTests.content(
      linears.enumerated().map { ($1, 6, $0 == linears.count - 1 ? 3 : 6) })
    for step in steps where step != "relu" && !linears.contains(step) {
      Self.batchNorm(step, steps.last == step ? 3 : 6, &content)
    }
    let foreign = try ForeignOrderTests.read(content) {
      $0.batchNormSide = side
      $0.range = 0...1
    }
    #expect(foreign.notes.count == (isAssumed ? 1 : 0), "\(foreign.notes)")
    #expect(foreign.model.network.layers.count == linears.count)
    for input in [[0.5, 0.25, 1, 0, 0.75, 0.125], [1, 1, 0, 0, 0.5, 0.5]] {
      let wanted = Self.outputs(content, steps, input)
      let found = foreign.model.network.logits(of: input.map { Float($0) })
      #expect(found.count == 3)
      for (a, b) in zip(found, wanted) {
        #expect((Double(a) - b).magnitude < 1e-4, "\(text): \(found), not \(wanted)")
      }
    }
  }

  @Test func `BatchNorm on the inputs is folded behind means and deviations`() throws {
    for name in ["norm", "bn0", "input_norm"] {
      var content = ForeignOrderTests.content([("fc1", 4, 6), ("fc2", 6, 3)])
      Self.batchNorm(name, 4, &content)
      let foreign = try ForeignOrderTests.read(content) {
        ($0.range, $0.means, $0.deviations) = (0...1, [0.5], [0.25])
      }
      let input = [0.5, 0.25, 1, 0]
      let wanted = Self.outputs(content, [name, "fc1", "relu", "fc2"], input.map { ($0 - 0.5) / 0.25 })
      for (a, b) in zip(foreign.model.network.logits(of: input.map { Float($0) }), wanted) {
        #expect((Double(a) - b).magnitude < 1e-4)
      }
      #expect(foreign.notes.isEmpty)
    }
  }

  @Test func `Weights of 64 bits are rounded once, behind the folding`() throws {
    var content = ForeignOrderTests.content([("0", 1, 1), ("3", 1, 2)])
    let (weight, bias) = (1 + 0x1.Cp-25, 3 + 0x1p-30)
    content.tensors["0.weight"] = .init(shape: [1, 1], elements: .float64([weight]))
    content.tensors["0.bias"] = .init(shape: [1], elements: .float64([bias]))
    content.tensors["1.running_mean"] = .init(shape: [1], elements: .float64([bias]))
    content.tensors["1.running_var"] = .init(shape: [1], elements: .float64([1 / 9.0]))
    content.tensors["1.bias"] = .init(shape: [1], elements: .float64([0x1p-40]))
    for isTransposed in [false, true] {
      if isTransposed { content.tensors["3.weight"]?.shape = [1, 2] }
      let layer = try ForeignOrderTests.read(content) {
        $0.batchNormEpsilon = 0
        $0.isTransposed = isTransposed
      }.model.network.layers[0]
      #expect(layer.weights == [Float(3 * weight)] && Float(3 * weight) != 3 * Float(weight))
      #expect(abs(layer.biases[0] - 0x1p-40) < 0x1p-48)
    }
  }

  @Test func `Epsilon is PyTorch's or Keras's unless stated, and γ and β may be missing`() throws {
    var content = ForeignOrderTests.content([("0", 2, 2), ("3", 2, 2)])
    content.tensors["1.running_mean"] = .init(shape: [2], elements: .float32([0.5, -0.5]))
    content.tensors["1.running_var"] = .init(shape: [2], elements: .float32([0, 1]))
    func scale(_ content: Safetensors, _ epsilon: Double?) throws -> Double {
      let plain = try #require(content.tensors["0.weight"] ?? content.tensors["0.kernel"]).elements.floats[0]
      let folded = try ForeignOrderTests.read(content) { $0.batchNormEpsilon = epsilon }.model.network
      return Double(folded.layers[0].weights[0] / plain)
    }
    #expect(try (scale(content, nil) - 1 / 1e-5.squareRoot()).magnitude < 1e-3)
    #expect(try (scale(content, 0.25) - 2).magnitude < 1e-6)
    var keras = content
    for part in ["running_mean", "running_var"] { keras.tensors["1.\(part)"] = nil }
    keras.tensors["1.moving_mean"] = content.tensors["1.running_mean"]
    keras.tensors["1.moving_variance"] = content.tensors["1.running_var"]
    #expect(try (scale(keras, nil) - 1 / 1e-3.squareRoot()).magnitude < 1e-4)
    content.tensors["1.running_var"]?.elements = .float32([-1, 1])
    let line = message { () throws(FileError) in _ = try ForeignOrderTests.read(content) }
    #expect(line == "net: tensor 1.running_var[0]: -1.0 is no variance")
  }

  @Test func `A place that cannot be told is asked for, and taken as stated`() throws {
    func problem(
      _ linears: [(String, Int, Int)], _ name: String, _ width: Int,
      _ change: (inout ForeignConventions) -> Void = { _ in }
    ) -> String {
      var content = ForeignOrderTests.content(linears)
      Self.batchNorm(name, width, &content)
      return message { () throws(FileError) in _ = try ForeignOrderTests.read(content, change) }
    }
    let sequential = [("0", 6, 6), ("4", 6, 3)]
    #expect(
      problem(sequential, "2", 6).hasPrefix(
        "net: BatchNorm 2: something without tensors stands between it and Linear 0"))
    #expect(problem(sequential, "2", 6) { $0.batchNormSide = .after } == "no error")
    let named = [("fc1", 6, 6), ("fc2", 6, 6), ("fc3", 6, 3)]
    #expect(
      problem(named, "norm", 6)
        == "net: BatchNorm norm: its 6 values may be those of 'fc1', 'fc2', 'the inputs'; "
        + "--layers-order NAME,… with norm in its place says which")
    #expect(problem(named, "norm", 6) { $0.layersOrder = ["fc1", "norm", "fc2", "fc3"] } == "no error")
    #expect(problem(named, "norm", 6) { $0.layersOrder = ["norm", "fc1", "fc2", "fc3"] } == "no error")
    #expect(problem(named, "norm", 5) == "net: BatchNorm norm: 5 values, as many as no Linear layer gives")
    #expect(
      problem([("0", 6, 4), ("3", 4, 3)], "1", 6)
        == "net: BatchNorm 1: 6 values, 4 expected at its place among the Linear layers")
  }

  /// Layers that are not read, by the names and shapes that PyTorch gives their tensors.
  @Test(arguments: [
    ("1.weight", [1], "a PReLU"), ("act.weight", [6], "a PReLU (or an RMSNorm)"),
    ("norm.weight", [6], "an RMSNorm"),
    ("conv.weight", [6, 6, 3], "Conv1d"), ("conv.weight", [2, 1, 3, 3], "Conv2d"),
    ("conv.weight", [2, 1, 3, 3, 3], "Conv3d"), ("rnn.weight_ih_l0", [24, 6], "an LSTM, GRU or RNN"),
    ("embedding.weight", [100, 6], "an embedding"), ("attn.in_proj_weight", [18, 6], "an attention layer"),
    ("self_attn.out_proj.weight", [6, 6], "an attention layer"),
    ("fc.weight_g", [6, 1], "remove_parametrizations"),
    ("fc.parametrizations.weight.original0", [6, 1], "remove_parametrizations"),
    ("fc.weight_mask", [6, 6], "prune.remove"), ("fc.lora_A.weight", [2, 6], "LoRA"),
    ("fc.qweight", [6, 6], "quantized"),
    ("fc.alpha", [1], "a PReLU"), ("cell.recurrent_kernel", [6, 24], "LSTM"),
    ("t", [], "no part of a Linear layer"),
    ("mean", [6], "no part of a Linear layer"),
  ])
  func `What is not read is called by its name`(name: String, shape: [Int], words: String) {
    var content = ForeignOrderTests.content([("0", 6, 6), ("2", 6, 3)])
    let count = shape.reduce(1, *)
    content.tensors[name] = .init(shape: shape, elements: .float32(Array(repeating: 1, count: count)))
    let line = message { () throws(FileError) in _ = try ForeignOrderTests.read(content) }
    #expect(line.hasPrefix("net: tensor \(name): ") && line.contains(words), "\(line)")
  }

  @Test func `Normalizations of each sample are told from BatchNorm`() {
    var content = ForeignOrderTests.content([("0", 6, 6), ("2", 6, 3)])
    for part in ["weight", "bias"] {
      content.tensors["1.\(part)"] = .init(shape: [6], elements: .float32([1, 1, 1, 1, 1, 1]))
    }
    let line = message { () throws(FileError) in _ = try ForeignOrderTests.read(content) }
    #expect(line.hasPrefix("net: tensor 1.weight: shape [6], a LayerNorm or GroupNorm"), "\(line)")
  }
}
