import FileAccess
import Files
import TestSupport
import Testing
import Training

@Suite("Model files")
struct ModelFileTests {
  /// A network 3 → 4 → 2 with everything a model can carry, in numbers that text easily spoils.
  static let model = FloatModel(
    network: FloatNetwork(
      layers: [
        FloatLayer(
          rows: 4, columns: 3, weights: (0..<12).map { Float($0) / 7 - 1 },
          biases: [0.1, -0.0, .leastNonzeroMagnitude, 3e38],
          rowSumBound: 0.1),
        FloatLayer(
          rows: 2, columns: 4, weights: (0..<8).map { 1 / Float($0 + 3) }, biases: [1, 2], rowSumBound: nil),
      ], activation: .maxMin,
      residuals: [
        ResidualTerm(input: 0, isIncreasing: true, weights: [0.25, 1.0 / 3]),
        ResidualTerm(input: 2, isIncreasing: false, weights: [-0.5, -3e38]),
      ]),
    inputMap: InputMap(
      offsets: [0.1, -1e300, 0], scales: [1.0 / 3, .leastNonzeroMagnitude, 2],
      readings: [ReadingUnit("10^15"), nil, ReadingUnit("2^-30")], unit: 32640, minimumLSB: -32768,
      maximumLSB: 32640),
    classNames: ["no", "yes \"ж\\\n"], featureNames: ["a", "", "b,c"],
    targets: [TargetMap(offset: -1e300, scale: 0.1), TargetMap(offset: 7, scale: .leastNonzeroMagnitude)],
    targetNames: ["worst area", "Ω"], tolerances: [0.5, 0, 1e-300],
    examples: [[1, 2, 3], [0.1, -0.0, 1e300]],
    settings: ["seed": "7", "": "", "a.b \u{1}": "x"],
    curve: [
      TrainingPoint(epoch: 0, loss: 2.302585092994046, accuracy: 0.1, verifiedAccuracy: nil),
      TrainingPoint(epoch: 1, loss: 1e-300, accuracy: -0.0, verifiedAccuracy: 1.0 / 3),
    ])

  static func content() throws -> Safetensors {
    try Safetensors(bytes: modelBytes(model, path: "m"), path: "m")
  }

  /// The message for the file of `model` after a change.
  static func problem(_ change: (inout Safetensors) -> Void) throws -> String {
    var content = try content()
    change(&content)
    return message { () throws(FileError) in _ = try FloatModel(content, path: "m.safetensors") }
  }

  /// The message when a model is written after a change.
  static func refusal(_ change: (inout FloatModel) -> Void) -> String {
    var model = model
    change(&model)
    return message { () throws(FileError) in _ = try modelBytes(model, path: "m.safetensors") }
  }

  @Test func `A model reads back equal, bit for bit, and its file is written back the same`() throws {
    let folder = try TestFolder()
    let path = folder.file("m.safetensors")
    for model in [
      Self.model,
      FloatModel(
        network: FloatNetwork(
          layers: [FloatLayer(rows: 1, columns: 1, weights: [-0.0], biases: [0], rowSumBound: 1)],
          activation: .identity),
        inputMap: InputMap(offsets: [0], scales: [1], unit: 1, minimumLSB: 0, maximumLSB: 0)),
    ] {
      try writeModel(model, to: path)
      let bytes = try AtomicFile.read(path, limit: 1 << 20)
      let read = try readModel(path)
      #expect(read == model)
      #expect(try modelBytes(read, path: path) == bytes)
      try writeModel(read, to: path)
      #expect(try AtomicFile.read(path, limit: 1 << 20) == bytes)
      for (a, b) in zip(read.network.layers, model.network.layers) {
        #expect(a.weights.map(\.bitPattern) == b.weights.map(\.bitPattern))
        #expect(a.biases.map(\.bitPattern) == b.biases.map(\.bitPattern))
      }
      #expect(read.examples.joined().map(\.bitPattern) == model.examples.joined().map(\.bitPattern))
      #expect(read.curve.map(\.accuracy.bitPattern) == model.curve.map(\.accuracy.bitPattern))
    }
  }

  @Test func `The file names its tensors and metadata as documented`() throws {
    let content = try Self.content()
    #expect(
      content.tensors.keys.sorted() == [
        "examples", "input.offset", "input.scale", "input.tolerance", "layers.0.bias", "layers.0.weight",
        "layers.1.bias", "layers.1.weight", "residual.weight", "target.offset", "target.scale",
      ])
    #expect(content.tensors["residual.weight"]?.shape == [2, 2])
    #expect(content.tensors["residual.weight"]?.elements.floats == [0.25, -0.5, 1.0 / 3, -3e38])
    #expect(content.tensors["layers.0.weight"]?.shape == [4, 3])
    #expect(content.tensors["examples"]?.shape == [2, 3])
    #expect(
      content.metadata == [
        "format": "supnorm-model", "version": "1", "activation": "maxMin", "unit": "32640",
        "input_min": "-32768",
        "input_max": "32640", "row_sum_bounds": "0.1,free", "class_names": #"["no","yes \"ж\\\u000a"]"#,
        "feature_names": #"["a","","b,c"]"#, "settings.seed": "7", "settings.": "", "settings.a.b \u{1}": "x",
        "residual_inputs": "+0,-2", "readings": "10^15,host,2^-30", "target_names": #"["worst area","Ω"]"#,
        "curve": #"[{"epoch":0,"loss":2.302585092994046,"accuracy":0.1},"#
          + #"{"epoch":1,"loss":1e-300,"accuracy":-0.0,"verifiedAccuracy":0.3333333333333333}]"#,
      ])
  }

  @Test func `A file of another program says what is missing`() throws {
    let bare = try Self.problem { content in
      content.metadata = ["format": "pt"]
      content.tensors["input.offset"] = nil
    }
    #expect(bare == "m.safetensors: metadata: key 'activation' is missing")
    for key in ["unit", "input_min", "input_max"] {
      #expect(
        try Self.problem { $0.metadata[key] = nil } == "m.safetensors: metadata: key '\(key)' is missing")
    }
    for name in ["input.offset", "input.scale", "layers.0.weight", "layers.0.bias", "layers.1.bias"] {
      #expect(try Self.problem { $0.tensors[name] = nil } == "m.safetensors: tensor \(name) is missing")
    }
    // What can be left out is left out.
    var content = try Self.content()
    for key in ["format", "version", "row_sum_bounds", "class_names", "feature_names", "curve", "readings"] {
      content.metadata[key] = nil
    }
    content.tensors["examples"] = nil
    let model = try FloatModel(content, path: "m")
    #expect(model.network.layers.allSatisfy { $0.rowSumBound == nil })
    #expect(model.classNames.isEmpty && model.curve.isEmpty && model.examples.isEmpty)
    #expect(model.inputMap.readings == [.whole, .whole, .whole])
  }

  @Test(arguments: [
    ("format", "x", "'x', 'supnorm-model' expected"),
    ("version", "2", "'2', '1' expected"),
    ("activation", "swish", "'swish' is not one of identity, relu, abs, maxMin, sort, tanh, sigmoid"),
    ("unit", "0", "'0' is not an integer in 1...32768"),
    ("unit", "1.5", "'1.5' is not an integer in 1...32768"),
    ("input_min", "-32769", "'-32769' is not an integer in -32768...32767"),
    ("input_max", "-32769", "'-32769' is not an integer in -32768...32767"),
    ("row_sum_bounds", "1", "1 bounds for 2 layers"),
    ("row_sum_bounds", "free,-1", "'-1' is neither free nor a positive number"),
    ("row_sum_bounds", "free,nan", "'nan' is neither free nor a positive number"),
    ("residual_inputs", "+0,2", "'2' is not + or - and an input, in increasing order"),
    ("residual_inputs", "+2,-0", "'-0' is not + or - and an input, in increasing order"),
    ("residual_inputs", "+0,-3", "'-3' is not + or - and an input, in increasing order"),
    ("residual_inputs", "+0,+2", "the weights of '+2' are not all positive"),
    ("residual_inputs", "+0,-1,-2,+3", "4 residual inputs, 3 inputs, 2 layers"),
    ("residual_inputs", "+0:1,-2", "the class of '+0:1' is not one of 2 classes"),
    ("readings", "10^0", "1 units for 3 input maps"),
    ("readings", "", "1 units for 3 input maps"),
    ("readings", "10^0,10^1,host,host", "4 units for 3 input maps"),
    ("readings", "10^0,none,host", "'none' is neither a unit such as 10^2 nor host"),
    ("readings", "10^0,,host", "'' is neither a unit such as 10^2 nor host"),
    ("readings", "10^16,host,host", "'10^16' is neither a unit such as 10^2 nor host"),
    ("readings", "host,2^-31,host", "'2^-31' is neither a unit such as 10^2 nor host"),
    ("readings", "host,host,3^0", "'3^0' is neither a unit such as 10^2 nor host"),
    ("readings", "host,host, 10^0", "' 10^0' is neither a unit such as 10^2 nor host"),
    ("readings", "host,host,10^0^1", "'10^0^1' is neither a unit such as 10^2 nor host"),
    ("target_names", "[\"a\"]", "1 names, the network has 2"),
    ("class_names", "[\"a\"]", "1 names, the network has 2"),
    ("feature_names", "[1]", "'Index 0': not of type String"),
    ("curve", "[{}]", "'Index 0': key 'epoch' is missing"),
    ("curve", "[", "not JSON of the expected form"),
  ])
  func `Metadata out of bounds is named`(key: String, value: String, expected: String) throws {
    #expect(
      try Self.problem { $0.metadata[key] = value } == "m.safetensors: metadata \(key): \(expected)")
  }

  @Test func `Tensors that do not fit are named`() throws {
    func problem(_ name: String, _ shape: [Int], _ value: Double = 0, at index: Int = 0) throws -> String {
      try Self.problem { content in
        var values = [Double](repeating: 1, count: shape.reduce(1, *))
        if index < values.count { values[index] = value }
        content.tensors[name] = .init(shape: shape, elements: .float64(values))
      }
    }
    let start = "m.safetensors: tensor "
    #expect(
      try problem("layers.1.weight", [2, 5]) == start
        + "layers.1.weight: shape [2, 5], [1...65535, 4] expected")
    #expect(try problem("layers.0.bias", [3]) == start + "layers.0.bias: shape [3], [4] expected")
    #expect(
      try problem("layers.0.weight", [12])
        == start + "layers.0.weight: shape [12], [1...65535, 1...65535] expected")
    #expect(
      try problem("layers.0.weight", [0, 3])
        == start + "layers.0.weight: shape [0, 3], [1...65535, 1...65535] expected")
    #expect(
      try problem("layers.0.weight", [1, 65536])
        == start + "layers.0.weight: shape [1, 65536], [1...65535, 1...65535] expected")
    #expect(
      try problem("layers.1.weight", [2, 4], .nan, at: 7) == start
        + "layers.1.weight[1, 3]: nan is not finite")
    #expect(
      try problem("layers.1.weight", [2, 4], 1e300)
        == "m.safetensors: layers.1: a number beyond the range of 32-bit floats")
    #expect(
      try problem("layers.1.bias", [2], -.infinity, at: 1) == start + "layers.1.bias[1]: -inf is not finite")
    #expect(
      try problem("layers.3.weight", [2, 2]) == start + "layers.3.weight: not part of a model of 2 layers")
    #expect(
      try problem("layers.0.running_mean", [4])
        == start + "layers.0.running_mean: not part of a model of 2 layers")
    #expect(try problem("input.offset", [2]) == start + "input.offset: shape [2], [1] or [3] expected")
    #expect(try problem("input.scale", [1]) == start + "input.scale: shape [1], [3] expected")
    #expect(try problem("input.scale", [3], -1, at: 2) == start + "input.scale[2]: -1.0 is not positive")
    #expect(try problem("examples", [2, 4]) == start + "examples: shape [2, 4], [1...65535, 3] expected")
    #expect(try problem("examples", [1, 3], .infinity) == start + "examples[0, 0]: inf is not finite")
  }

  @Test func `A model that could not be read back is not written`() throws {
    let start = "m.safetensors: "
    #expect(
      Self.refusal { $0.network.layers[1].weights[5] = .nan }
        == start + "tensor layers.1.weight[1, 1]: nan is not finite")
    #expect(
      Self.refusal { $0.network.layers[1].weights.removeLast() }
        == start + "tensor layers.1.weight: 7 elements, shape [2, 4]")
    #expect(Self.refusal { $0.examples[0] = [1] } == start + "tensor examples: 4 elements, shape [2, 3]")
    #expect(
      Self.refusal { $0.examples = [[1, 2], [1, 2, 3, 4]] } == start + "the model does not read back equal")
    #expect(
      Self.refusal { $0.classNames = ["a"] } == start + "metadata class_names: 1 names, the network has 2")
    #expect(
      Self.refusal { $0.curve[1].loss = .infinity } == start + "metadata curve: not JSON of the expected form"
    )
    #expect(
      Self.refusal { $0.inputMap.unit = 40000 } == start
        + "metadata unit: '40000' is not an integer in 1...32768")
    let folder = try TestFolder()
    var model = Self.model
    model.network.layers[0].biases[0] = .infinity
    #expect(throws: FileError.self) { try writeModel(model, to: folder.file("m.safetensors")) }
    #expect(try folder.names == [])
  }

  @Test func `A file cut at any length is refused`() throws {
    let bytes = try modelBytes(Self.model, path: "m")
    for count in 0..<bytes.count {
      #expect(throws: FileError.self, "\(count)") {
        try FloatModel(Safetensors(bytes: Array(bytes[..<count]), path: "m"), path: "m")
      }
    }
  }

  @Test func `Random damage never crashes the reader, and what is read can be written`() throws {
    var survivors = 0
    withBrokenCopies(of: try modelBytes(Self.model, path: "m"), count: 5000) { bytes in
      guard let content = try? Safetensors(bytes: bytes, path: "m"),
        let model = try? FloatModel(content, path: "m")
      else { return }
      survivors += 1
      #expect(throws: Never.self) { try modelBytes(model, path: "m") }
    }
    print("\(survivors) damaged models were still readable")
  }
}
