import Claims
import Integers
import Certification
import Files
import Quantization
import TestSupport
import Testing
import Training

/// What the files of other programs do not say.
@Suite("Conventions of foreign models")
struct ForeignConventionsTests {
  @Test func `One output is two logits, or a regression in a scale that fits`() throws {
    var content = ForeignModelTests.content()
    content.tensors["2.weight"] = .init(shape: [1, 3], elements: .float32([1, -2, 3]))
    content.tensors["2.bias"] = .init(shape: [1], elements: .float32([0.5]))
    let logits = try FloatModel(content, conventions: ForeignConventions(), path: "net")
    #expect(
      logits.network.layers[1].weights == [0, 0, 0, 1, -2, 3] && logits.network.layers[1].biases == [0, 0.5])
    #expect(logits.targets.isEmpty)
    // Nothing comes in, nothing comes out: class 0, as PyTorch's z > 0 has it.
    content.tensors["2.bias"] = nil
    content.tensors["0.bias"] = nil
    let tied = try quantized(FloatModel(content, conventions: ForeignConventions(), path: "net"))
    #expect(Oracle(tied).logits([0, 0, 0, 0]) == [0, 0] && Oracle.classIndex([0, 0]) == 0)
    for size: Float in [1e-30, 1e-9, 1e-3, 1, 1e3, 1e9, 1e30] {
      var sized = content
      sized.tensors["2.weight"] = .init(shape: [1, 3], elements: .float32([size, -2 * size, 3 * size]))
      sized.tensors["2.bias"] = .init(shape: [1], elements: .float32([7 * size]))
      var conventions = ForeignConventions()
      conventions.target = TargetMap(offset: 2, scale: 4)
      var model = try FloatModel(sized, conventions: conventions, path: "net")
      model.scaleLastLayer()
      let network = try quantized(model)
      #expect(network.task == .regression)
      let units = Double(network.unit) * Double(1 << network.layers[1].shift)
      for input: [Int16] in [[0, 0, 0, 0], [32640, 0, 32640, 32640], [0, 32640, 1000, 7]] {
        let output = Double(Oracle(network).logits(input)[0]) / units
        let found = model.targets[0].offset + output * model.targets[0].scale
        let x = input.map { Float($0) / 32640 }
        let plain = try FloatModel(sized, conventions: conventions, path: "net").network.logits(of: x)
        let wanted = 2 + 4 * Double(plain[0])
        #expect((found - wanted).magnitude <= 1e-3 * Double(4 * size) * 8, "\(size): \(found), not \(wanted)")
      }
    }
    var conventions = ForeignConventions()
    conventions.target = TargetMap(offset: 0, scale: 1)
    #expect(ForeignModelTests.problem(conventions) == "net: 2 outputs, a regression has 1")
  }

  @Test func `A classifier of tiny logits keeps its classes`() throws {
    var content = ForeignModelTests.content()
    let weights: [Float] = [1e-8, -2e-8, 3e-8, -4e-8, 5e-8, -6e-8]
    content.tensors["2.weight"] = .init(shape: [2, 3], elements: .float32(weights))
    var model = try FloatModel(content, conventions: ForeignConventions(), path: "net")
    model.scaleLastLayer()
    let network = try quantized(model)
    for input: [Int16] in [[0, 0, 0, 0], [32640, 0, 0, 0], [0, 32640, 0, 32640], [0, 0, 32640, 32640]] {
      let logits = model.network.logits(of: input.map { Float($0) / 32640 })
      #expect(Oracle.classIndex(Oracle(network).logits(input)) == (logits[1] > logits[0] ? 1 : 0))
    }
  }

  @Test func `Each input has a range of its own, where they are given`() throws {
    var conventions = ForeignConventions()
    conventions.ranges = [0...1, -5...5, 100...101, 0...255]
    let model = try FloatModel(ForeignModelTests.content(), conventions: conventions, path: "net")
    #expect(model.inputMap.unit == 32767 && model.inputMap.offsets == [0, -5, 100, 0])
    #expect(
      [1, 0, 101, 51].enumerated().map { model.inputMap.encoded($1, feature: $0) } == [
        32767, 16384, 32767, 6553,
      ])
    conventions.ranges = [0...1, 0...1]
    #expect(ForeignModelTests.problem(conventions) == "net: 2 ranges, the network has 4 inputs")
    conventions.ranges = [0...1, 0...1, 3...3, 0...1]
    #expect(
      ForeignModelTests.problem(conventions)
        == "net: the range 3.0 to 3.0 of the raw values of input 2 is not one")
  }

  @Test func `A model is ours by its own marks, not by a note of others`() throws {
    var content = ForeignModelTests.content()
    #expect(content.isForeign)
    content.metadata["activation"] = "relu"
    #expect(content.isForeign)
    content.metadata["format"] = "supnorm-model"
    #expect(!content.isForeign)
  }

  @Test func `Means and deviations are folded into the first layer`() throws {
    var conventions = ForeignConventions()
    conventions.range = -1...3
    conventions.means = [0.5, 0, 1, -2]
    conventions.deviations = [0.5]
    let folded = try FloatModel(ForeignModelTests.content(), conventions: conventions, path: "net")
    let plain = try FloatModel(ForeignModelTests.content(), conventions: ForeignConventions(), path: "net")
    #expect(folded.inputMap.unit == 4 * 8191 && folded.inputMap.offsets == [-1])
    let raw: [Double] = [-1, 0, 2.5, 3]
    let x = raw.indices.map { folded.inputMap.mapped(raw[$0], feature: $0) }
    #expect(x == [0, 0.25, 0.875, 1])
    let seen = zip(x, conventions.means).map { ($0 - $1) / 0.5 }
    for (a, b) in zip(
      folded.network.logits(of: x.map { Float($0) }), plain.network.logits(of: seen.map { Float($0) }))
    { #expect(abs(a - b) < 1e-5) }
    conventions.means = [1, 2]
    #expect(ForeignModelTests.problem(conventions) == "net: 2 means, the network has 4 inputs")
    conventions.means = [0]
    conventions.deviations = [0]
    #expect(ForeignModelTests.problem(conventions) == "net: 0.0 among the deviations of the inputs")
    conventions.deviations = [1e-45]
    #expect(
      ForeignModelTests.problem(conventions)
        == "net: means, deviations or BatchNorm take a layer beyond the range of 32-bit floats")
  }
}
