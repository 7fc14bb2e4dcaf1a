import FileAccess
import Files
import TestSupport
import Testing
import Training

/// The layers of other programs' files, whose order the names and shapes must tell.
@Suite("Order of foreign layers")
struct ForeignOrderTests {
  /// A network of layers with these names and sizes (columns, rows), its weights telling them apart.
  static func content(_ layers: [(String, Int, Int)], bias: Bool = true) -> Safetensors {
    var content = Safetensors()
    for (index, (name, columns, rows)) in layers.enumerated() {
      let weights = (0..<rows * columns).map { Float(($0 * 7 + index * 3) % 11 - 5) / 8 }
      content.tensors["\(name).weight"] = .init(shape: [rows, columns], elements: .float32(weights))
      if bias {
        let biases = (0..<rows).map { Float($0 % 5) / 4 - Float(index) }
        content.tensors["\(name).bias"] = .init(shape: [rows], elements: .float32(biases))
      }
    }
    return content
  }

  static func read(
    _ content: Safetensors, _ change: (inout ForeignConventions) -> Void = { _ in }
  ) throws(FileError) -> ForeignModel {
    var conventions = ForeignConventions()
    change(&conventions)
    return try ForeignModel(content, conventions: conventions, path: "net")
  }

  static func problem(
    _ layers: [(String, Int, Int)], bias: Bool = true, _ change: (inout ForeignConventions) -> Void = { _ in }
  ) -> String {
    message { () throws(FileError) in _ = try read(content(layers, bias: bias), change) }
  }

  /// Networks as people define them, in the order in which they run.
  @Test(arguments: [
    [("0", 8, 16), ("2", 16, 16), ("4", 16, 3)], [("0", 8, 16), ("3", 16, 16), ("6", 16, 3)],
    [("fc1", 8, 16), ("fc2", 16, 16), ("out", 16, 3)], [("fc", 8, 8), ("fc2", 8, 8), ("fc10", 8, 8)],
    [("features.0", 8, 16), ("features.2", 16, 16), ("classifier.0", 16, 3)],
    [("features.0", 8, 16), ("features.3", 16, 16), ("classifier.1", 16, 16), ("classifier.4", 16, 3)],
    [("layers.0.linear", 8, 8), ("layers.1.linear", 8, 8), ("layers.10.linear", 8, 8)],
    [("module.net.0", 8, 16), ("module.net.2", 16, 16), ("module.net.4", 16, 3)],
    [("_orig_mod.fc1", 8, 16), ("_orig_mod.fc2", 16, 16), ("_orig_mod.head", 16, 16)],
    [("input", 16, 16), ("hidden.0", 16, 16), ("hidden.1", 16, 16), ("output", 16, 16)],
    [("encoder.0", 64, 32), ("encoder.2", 32, 16), ("decoder.0", 16, 32), ("decoder.2", 32, 64)],
    [("dense", 8, 8), ("dense_1", 8, 8), ("dense_2", 8, 8)], [("linear_relu_stack.0", 4, 3)],
    [("stem", 8, 8), ("blocks.0.fc", 8, 8), ("blocks.1.fc", 8, 8), ("head", 8, 8)],
    [("a.0", 8, 32), ("b.0", 32, 4), ("a.1", 4, 7), ("b.1", 7, 2)],
    [("l1", 8, 16), ("mid", 16, 4), ("l2", 4, 3)], [("", 8, 3)],
  ])
  func `Layers come in the order in which they run`(layers: [(String, Int, Int)]) throws {
    for bias in [true, false] {
      let content = Self.content(layers.map { ($0.0.isEmpty ? "x" : $0.0, $0.1, $0.2) }, bias: bias)
      var renamed = content
      if layers[0].0.isEmpty {
        renamed.tensors = ["weight": content.tensors["x.weight"], "bias": content.tensors["x.bias"]]
          .compactMapValues(\.self)
      }
      let network = try Self.read(renamed).model.network
      #expect(network.layers.map(\.columns) == layers.map(\.1))
      for (layer, (name, _, _)) in zip(network.layers, layers) {
        let weights = content.tensors["\(name.isEmpty ? "x" : name).weight"]?.elements.floats
        #expect(layer.weights == weights, "\(name)")
      }
    }
  }

  @Test func `What names and shapes leave open is refused with the orders that fit, and taken as stated`()
    throws
  {
    let tied = [("start", 8, 16), ("beta", 16, 16), ("alpha", 16, 16), ("end", 16, 3)]
    #expect(
      Self.problem(tied)
        == "net: the order of the layers is ambiguous: their shapes fit start,alpha,beta,end and "
        + "start,beta,alpha,end; --layers-order NAME,… states it")
    for middle in [["alpha", "beta"], ["beta", "alpha"]] {
      let names = ["start"] + middle + ["end"]
      let content = Self.content(tied)
      let network = try Self.read(content) { $0.layersOrder = names }.model.network
      #expect(network.layers.map(\.weights) == names.map { content.tensors["\($0).weight"]?.elements.floats })
    }
    // An autoencoder whose names say nothing, and one that takes turns both ways.
    for layers in [
      [("left.0", 64, 16), ("right.0", 16, 64)], [("q", 8, 8), ("k", 8, 8), ("v", 8, 8)],
      [("up.0", 8, 32), ("down.0", 32, 8), ("up.1", 8, 32), ("down.1", 32, 8)],
    ] {
      #expect(Self.problem(layers).contains("ambiguous"), "\(layers)")
    }
    // Sixty equal ones: not all orders are tried.
    let many = (0..<60).map { (String(repeating: "x", count: $0 + 1), 4, 4) }
    #expect(Self.problem(many).contains("ambiguous"))
    // None fits, and to find that out by trying would take forever.
    #expect(
      Self.problem(many.prefix(30) + [("y", 5, 5)])
        == "net: 31 Linear layers in more orders than can be tried; --layers-order NAME,… states it")
  }

  @Test func `A stated order has every layer once, by its name or the end of it, and chains`() throws {
    let layers = [("net.fc1", 8, 16), ("net.fc2", 16, 16), ("net.out", 16, 3)]
    func problem(_ names: [String]) -> String { Self.problem(layers) { $0.layersOrder = names } }
    #expect(problem(["net.fc1", "fc2", "out"]) == "no error")
    #expect(
      problem(["fc1", "fc3", "out"])
        == "net: --layers-order: no Linear layer 'fc3', there are 'net.fc1', 'net.fc2', 'net.out'")
    #expect(problem(["fc1", "out"]) == "net: --layers-order: the Linear layer 'net.fc2' is missing")
    #expect(problem(["fc1", "fc1", "fc2", "out"]) == "net: --layers-order: 'fc1' is given twice")
    #expect(
      problem(["fc2", "fc1", "out"])
        == "net: --layers-order: net.fc1 (8 → 16) does not take the 16 values of net.fc2 (16 → 16)")
  }

  /// A file whose writer kept its own order: the bytes of these layers one after the other.
  static func file(_ layers: [(String, Int, Int)]) throws -> Safetensors {
    var entries: [String] = []
    var buffer: [UInt8] = []
    for (name, columns, rows) in layers {
      let begin = buffer.count
      for index in 0..<rows * columns {
        let bits = (Float(index) + Float(begin)).bitPattern
        buffer += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
      }
      entries.append(
        #""\#(name).weight":{"dtype":"F32","shape":[\#(rows),\#(columns)],"data_offsets":[\#(begin),\#(buffer.count)]}"#
      )
    }
    return try Safetensors(
      bytes: SafetensorsTests.file("{\(entries.joined(separator: ","))}", buffer), path: "net")
  }

  @Test func `An order of the file's own decides where names do not, and must not contradict them`() throws {
    let own = try Self.file([("start", 8, 16), ("wide", 16, 16), ("beta", 16, 16), ("end", 16, 3)])
    let model = try Self.read(own)
    #expect(model.layers == "start (8 → 16), wide (16 → 16), beta (16 → 16), end (16 → 3)")
    #expect(model.notes.count == 1 && model.notes[0].contains("order of the file"))
    // The names in their order chain too, and say another one.
    let contrary = try Self.file([("a", 8, 16), ("c", 16, 16), ("b", 16, 16), ("d", 16, 3)])
    let line = message { () throws(FileError) in _ = try Self.read(contrary) }
    #expect(
      line.hasPrefix("net: the order of the layers is ambiguous: their shapes fit a,b,c,d and a,c,b,d; "))
    let numbers = try Self.file([("fc1", 8, 16), ("fc3", 16, 16), ("fc2", 16, 16), ("fc4", 16, 3)])
    #expect(message { () throws(FileError) in _ = try Self.read(numbers) }.contains("ambiguous"))
    // An order that does not chain says nothing.
    let shuffled = try Self.file([("fc2", 16, 16), ("fc1", 8, 16), ("fc3", 16, 3)])
    #expect(try Self.read(shuffled).layers == "fc1 (8 → 16), fc2 (16 → 16), fc3 (16 → 3)")
  }

  @Test func `Transposed weights are told by their biases or by the chain, and read when that is said`()
    throws
  {
    func turned(_ content: Safetensors) -> Safetensors {
      var result = content
      for (name, tensor) in content.tensors where tensor.shape.count == 2 {
        let (rows, columns) = (tensor.shape[0], tensor.shape[1])
        let values = tensor.elements.floats
        result.tensors[name] = .init(
          shape: [columns, rows],
          elements: .float32((0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }))
      }
      return result
    }
    for bias in [true, false] {
      let content = Self.content([("0", 8, 16), ("2", 16, 16), ("4", 16, 3)], bias: bias)
      let line = message { () throws(FileError) in _ = try Self.read(turned(content)) }
      #expect(line.hasPrefix("net: tensor 0.weight: shape [8, 16]"), "\(line)")
      #expect(
        line.hasSuffix("looks transposed, [inputs, outputs] as Keras has it; give --transposed, or save w.T"))
      let network = try Self.read(turned(content)) { $0.isTransposed = true }.model.network
      #expect(try network == Self.read(content).model.network)
      let other = message { () throws(FileError) in _ = try Self.read(content) { $0.isTransposed = true } }
      #expect(other.contains("leave --transposed away"), "\(other)")
      // Keras's own names say it themselves.
      var keras = Safetensors()
      for (name, tensor) in turned(content).tensors {
        let layer = ["0": "dense", "2": "dense_1", "4": "dense_2"][name.prefix(1)] ?? ""
        keras.tensors["\(layer)/\(name.hasSuffix("weight") ? "kernel" : "bias"):0"] = tensor
      }
      #expect(try Self.read(keras).model.network == network)
    }
  }

  @Test func `Sizes that no header can hold are refused`() {
    func weights(_ shape: [Int]) -> Safetensors.Tensor {
      .init(shape: shape, elements: .float32(Array(repeating: 1, count: shape.reduce(1, *))))
    }
    func problem(_ shape: [Int]) -> String {
      message { () throws(FileError) in _ = try Self.read(Safetensors(tensors: ["fc.weight": weights(shape)]))
      }
    }
    #expect(
      problem([65536, 1]) == "net: tensor fc.weight: shape [65536, 1], [1...65535, 1...65535] expected")
    #expect(problem([2, 65536]).hasPrefix("net: tensor fc.weight: shape [2, 65536], "))
    #expect(problem([32768, 1]) == "net: 32768 outputs, a header holds at most 32767")
    #expect(problem([32767, 1]) == "no error")
  }
}
