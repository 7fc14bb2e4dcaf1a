import FileAccess
import Integers
import Certification
import Foundation
import FuzzTargets
import Files
import Quantization
import TestSupport
import Testing
import Training

/// Networks that PyTorch trained and wrote, see Tests/Vectors/pytorch/make.py.
@Suite("Models of PyTorch")
struct ForeignModelTests {
  static let folder = Checkout.root.appending(path: "Tests/Vectors/pytorch").path

  static var digits: ForeignConventions {
    var conventions = ForeignConventions()
    conventions.range = 0...16
    return conventions
  }

  static func model(_ name: String) throws -> FloatModel {
    let path = "\(folder)/\(name).safetensors"
    return try FloatModel(Safetensors(path: path), conventions: digits, path: path)
  }

  /// The integer inputs of the 360 test images, and PyTorch's logits and classes.
  static func vectors(
    _ file: String, _ type: String, _ map: InputMap
  ) throws -> (inputs: [[Int16]], logits: [[Double]], classes: [Int]) {
    let content = try Safetensors(path: "\(folder)/\(file).safetensors")
    let data = try readCSV(Checkout.root.appending(path: "Tools/data/digits/digits-test.csv").path).dataset()
    let inputs = (0..<data.count).map { sample in
      (0..<data.featureCount).map { map.encoded(data.value(sample: sample, feature: $0), feature: $0) }
    }
    let logits = try #require(content.tensors["logits.\(type)"]).elements.doubles
    let classes = try #require(content.tensors["classes.\(type)"]).elements.floats.map { Int($0) }
    return (inputs, (0..<inputs.count).map { Array(logits[$0 * 10..<($0 + 1) * 10]) }, classes)
  }

  /// The integer logits of an input, and how far each may be from `logit · unit · 2^shift`.
  ///
  /// With e the error of a layer's inputs x: a hidden weight is off by at most 1 LSB (rounding, repair, clamp), a bias
  /// by half a unit of the accumulator, the rounded output by half an LSB; a last layer's weight by half an LSB. 2^-20
  /// is for the single precision of both programs.
  static func bounded(
    _ network: IntegerNetwork, _ input: [Int16], inputError: Double = 0
  ) -> (logits: [Int64], errors: [Double]) {
    let oracle = Oracle(network)
    var values = input.map { Int64($0) }
    var errors = values.map { _ in inputError }
    for (index, layer) in network.layers.enumerated() {
      let isLast = index == network.layers.count - 1
      let sums = oracle.accumulators(ofLayer: index, values)
      let weightError = isLast ? 0.5 : 1.0
      errors = (0..<layer.rows).map { row in
        zip(layer.row(row), zip(values, errors)).reduce(0.5 + Double(sums[row].magnitude) * 0x1p-20) {
          let weight = Double($1.0.magnitude)
          return $0 + weight * $1.1.1 + (weightError + weight * 0x1p-20) * (Double($1.1.0.magnitude) + $1.1.1)
        }
      }
      if isLast { return (sums, errors) }
      errors = errors.map { $0 / Double(1 << layer.shift) + 0.5 }
      values = Oracle.activated(
        sums.map { Oracle.saturated(Oracle.rounded($0, shift: layer.shift)) }, by: layer.activation)
    }
    return ([], [])
  }

  @Test(arguments: ["f32", "f16", "bf16"])
  func `The integers give PyTorch's logits up to the rounding, and its classes`(type: String) throws {
    let model = try Self.model("digits-\(type)")
    #expect(model.inputMap.unit == 32752)
    let network = try quantized(model)
    for layer in network.layers.dropLast() { #expect(layer.rowSums.allSatisfy { $0 <= 1 << layer.shift }) }
    let scale = Double(network.unit) * Double(1 << network.layers[2].shift)
    let vectors = try Self.vectors("digits-vectors", type, model.inputMap)
    var clear = 0
    var equal = 0
    for (sample, input) in vectors.inputs.enumerated() {
      let (logits, errors) = Self.bounded(network, input)
      let wanted = vectors.logits[sample].map { $0 * scale }
      for index in logits.indices {
        #expect(abs(Double(logits[index]) - wanted[index]) <= errors[index], "\(type) \(sample) \(index)")
      }
      let best = vectors.classes[sample]
      let isClear = wanted.indices.allSatisfy {
        $0 == best || wanted[best] - wanted[$0] > errors[best] + errors[$0]
      }
      let isEqual = Oracle.classIndex(logits) == best
      if isClear { #expect(isEqual, "\(type) \(sample)") }
      clear += isClear ? 1 : 0
      equal += isEqual ? 1 : 0
    }
    print("\(type): \(clear) of 360 margins exceed the rounding, \(equal) classes are equal")
    #expect(vectors.inputs.count == 360 && clear > 330 && equal == 360)
  }

  /// PyTorch's networks with BatchNorm, on a table, and with one output, which becomes the logits 0 and z.
  @Test(arguments: ["batchnorm", "table", "single"])
  func `Where the margin exceeds the proved rounding, the class is PyTorch's`(name: String) throws {
    var conventions = Self.digits
    var data = try readCSV(Checkout.root.appending(path: "Tools/data/digits/digits-test.csv").path).dataset()
    if name != "batchnorm" {
      let folder = Checkout.root.appending(path: "Tools/data/breast-cancer")
      data = try readCSV(
        folder.appending(path: "breast-cancer-test.csv").path, CSVChoice(label: "diagnosis")
      ).dataset()
      let table = try FeatureStatistics(path: "\(Self.folder)/table-scaler.csv")
      let ends = try zip(#require(table.values[.minimum]), #require(table.values[.maximum])).map { $0...$1 }
      conventions.ranges = ends
      conventions.means = try zip(#require(table.values[.mean]), ends).map {
        ($0 - $1.lowerBound) / ($1.upperBound - $1.lowerBound)
      }
      conventions.deviations = try zip(#require(table.values[.deviation]), ends).map {
        $0 / ($1.upperBound - $1.lowerBound)
      }
    }
    let path = "\(Self.folder)/\(name == "batchnorm" ? "batchnorm-digits" : name).safetensors"
    let model = try FloatModel(Safetensors(path: path), conventions: conventions, path: path)
    let network = try quantized(model)
    let vectors = try Safetensors(path: "\(Self.folder)/\(name)-vectors.safetensors")
    let logits = try #require(vectors.tensors["logits.f32"]).elements.doubles
    let outputs = logits.count / data.count
    let scale = Double(network.unit) * Double(1 << network.layers[network.layers.count - 1].shift)
    var (clear, equal) = (0, 0)
    for sample in 0..<data.count {
      let input = (0..<data.featureCount).map {
        model.inputMap.encoded(data.value(sample: sample, feature: $0), feature: $0)
      }
      let (found, errors) = Self.bounded(network, input, inputError: name == "batchnorm" ? 0 : 0.5)
      var wanted = logits[sample * outputs..<(sample + 1) * outputs].map { $0 * scale }
      if outputs == 1 { wanted.insert(0, at: 0) }
      for index in found.indices {
        #expect(abs(Double(found[index]) - wanted[index]) <= errors[index], "\(name) \(sample) \(index)")
      }
      let best = wanted.indices.reduce(0) { wanted[$1] > wanted[$0] ? $1 : $0 }
      let isClear = wanted.indices.allSatisfy {
        $0 == best || wanted[best] - wanted[$0] > errors[best] + errors[$0]
      }
      let isEqual = Oracle.classIndex(found) == best
      if isClear { #expect(isEqual, "\(name) \(sample)") }
      clear += isClear ? 1 : 0
      equal += isEqual ? 1 : 0
    }
    print("\(name): \(clear) of \(data.count) margins exceed the rounding, \(equal) classes are equal")
    // BatchNorm on the inputs weighs pixels that are never lit 316 times, which coarsens all others.
    #expect(clear > (name == "batchnorm" ? data.count / 2 : data.count - 4) && equal == data.count)
  }

  @Test func `A scale that is too much for the last layer is taken off all logits`() throws {
    let model = try Self.model("deep-f32")
    #expect(
      model.network.layers.count == 5 && model.network.layers.allSatisfy { $0.biases.allSatisfy { $0 == 0 } })
    let network = try quantized(model)
    #expect(network.layers[4].shift == 0)
    let vectors = try Self.vectors("deep-vectors", "f32", model.inputMap)
    // Of a factor of 1 the logits would be those of PyTorch times the unit.
    let factors = zip(vectors.inputs, vectors.logits).map { input, logits in
      logits.map { $0.magnitude }.reduce(0, +) * Double(network.unit)
        / Oracle(network).logits(input).map { Double($0.magnitude) }.reduce(0, +)
    }
    #expect(factors.allSatisfy { $0 > 2 && $0 < 1.1 * factors[0] && $0 > factors[0] / 1.1 })
    let equal = zip(vectors.inputs, vectors.classes).count {
      Oracle.classIndex(Oracle(network).logits($0)) == $1
    }
    #expect(equal == 360)
    var regression = model
    regression.targets = Array(repeating: TargetMap(offset: 0, scale: 1), count: 10)
    #expect(throws: QuantizationError.self) { try quantized(regression) }
  }

  /// A network 4 → 3 → 2 as another program might write it.
  static func content(_ prefix: String = "") -> Safetensors {
    Safetensors(
      tensors: [
        "\(prefix)0.weight": .init(shape: [3, 4], elements: .float32((0..<12).map { Float($0) / 8 - 0.5 })),
        "\(prefix)0.bias": .init(shape: [3], elements: .float32([0.5, -0.25, 0])),
        "\(prefix)2.weight": .init(shape: [2, 3], elements: .float32([1, -2, 3, -4, 5, -6])),
      ], metadata: ["format": "pt"])
  }

  static func problem(
    _ conventions: ForeignConventions = ForeignConventions(), _ change: (inout Safetensors) -> Void = { _ in }
  ) -> String {
    var content = content()
    change(&content)
    return message { () throws(FileError) in
      _ = try FloatModel(content, conventions: conventions, path: "net")
    }
  }

  @Test func `Layers are taken in the order of their numbers, behind any one prefix`() throws {
    for prefix in ["", "layers.", "fc", "module.net."] {
      let model = try FloatModel(Self.content(prefix), conventions: ForeignConventions(), path: "net")
      #expect(model.network.layers.map(\.rows) == [3, 2])
      #expect(model.network.layers[0].biases == [0.5, -0.25, 0] && model.network.layers[1].biases == [0, 0])
      #expect(model.network.activation == .relu && model.inputMap.unit == 32640)
      #expect(model.inputMap.encoded(7, feature: 0) == 7 * 128)
    }
    // 10 comes after 2, whatever the order of the letters.
    var content = Self.content()
    content.tensors["10.weight"] = .init(shape: [2, 2], elements: .float64([1, 0, 0, 1]))
    let layers = try FloatModel(content, conventions: ForeignConventions(), path: "net").network.layers
    #expect(layers.map(\.columns) == [4, 3, 2])
  }

  @Test func `What is no chain of Linear layers is named`() {
    func tensor(_ shape: [Int], _ value: Float = 1) -> Safetensors.Tensor {
      .init(shape: shape, elements: .float32(Array(repeating: value, count: shape.reduce(1, *))))
    }
    func problem(_ name: String, _ tensor: Safetensors.Tensor?) -> String {
      Self.problem { $0.tensors[name] = tensor }
    }
    #expect(Self.problem() == "no error")
    #expect(
      problem("2.weight", tensor([2, 4]))
        == "net: 2 (4 → 2) does not take the 3 values of 0 (4 → 3); "
        + "the Linear layers 0 (4 → 3), 2 (4 → 2) form no chain in which each takes what the one before gives"
    )
    #expect(problem("0.bias", tensor([5])) == "net: tensor 0.bias: shape [5], [3] expected")
    #expect(problem("2.bias", tensor([2, 1])) == "net: tensor 2.bias: shape [2, 1], [2] expected")
    #expect(problem("0.weight", nil) == "net: tensor 0.weight is missing")
    #expect(problem("3.bias", tensor([2])) == "net: tensor 3.weight is missing")
    #expect(problem("2.weight", tensor([0, 3])).hasPrefix("net: tensor 2.weight: shape [0, 3], "))
    #expect(
      problem("2.weight", tensor([2, 3], .infinity)) == "net: tensor 2.weight[0, 0]: inf is not finite")
    #expect(problem("0.bias", tensor([3], .nan)) == "net: tensor 0.bias[0]: nan is not finite")
    #expect(
      problem("1.running_var", tensor([3]))
        == "net: tensor 1.running_mean is missing, the BatchNorm '1' has the other statistics")
    // Behind the last layer a square one fits by its shape, before it by its number.
    #expect(
      problem("1.weight", tensor([2, 2]))
        == "net: 1 (2 → 2) does not take the 3 values of 0 (4 → 3) in the order of their numbers; "
        + "--layers-order 0,2,1 chains")
    #expect(problem("head.3.weight", tensor([2, 2])) == "no error")
    #expect(Self.problem { $0.tensors = [:] } == "net: no tensors")
  }

  @Test func `Weights of any size end in a network or in one line`() throws {
    for size: Float in [0, .leastNonzeroMagnitude, 1e-30, 1e-3, 1e3, 1e30, .greatestFiniteMagnitude] {
      for activation in Activation.allCases {
        for (first, second) in [(size, size), (size, 1 / max(size, 1e-38)), (1, size)] {
          var content = Self.content()
          for (name, value) in [("0.weight", first), ("0.bias", first), ("2.weight", second)] {
            let elements = content.tensors[name]?.elements.floats.map { $0.sign == .minus ? -value : value }
            content.tensors[name]?.elements = .float32(elements ?? [])
          }
          var conventions = ForeignConventions()
          conventions.activation = activation
          let model = try FloatModel(content, conventions: conventions, path: "net")
          do throws(QuantizationError) {
            let network = try quantized(model)
            #expect(network.layers[0].rowSums.allSatisfy { $0 <= 32768 })
          } catch {
            #expect("\(error)".hasPrefix("layer "))
          }
        }
      }
    }
  }

  @Test func `Random damage never crashes the reader, nor what deploys the model`() throws {
    for seed in try FuzzTarget.safetensors.seeds()
    where ["seed-pytorch", "seed-deep", "seed-batchnorm"].contains(seed.name) {
      withBrokenCopies(of: seed.bytes, count: 3000) { bytes in
        #expect(throws: Never.self) { try FuzzTarget.safetensors.refusal(of: bytes) }
      }
    }
  }
}
