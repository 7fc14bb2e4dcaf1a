import Integers
import TestSupport
import Claims
import Certification
import Quantization
import Testing
import Training

@Suite("Quantization errors")
struct QuantizationErrorTests {
  static let map = InputMap(offsets: [0], scales: [1], unit: 32768, minimumLSB: -32768, maximumLSB: 32767)

  static func layer(_ weights: [Float], bias: Float = 0, bound: Float? = nil) -> FloatLayer {
    FloatLayer(rows: 1, columns: weights.count, weights: weights, biases: [bias], rowSumBound: bound)
  }

  /// Of a regression unless told: a classifier's last layer is made to fit.
  static func problem(_ layers: [FloatLayer], isClassifier: Bool = false) -> QuantizationError? {
    var model = FloatModel(network: FloatNetwork(layers: layers, activation: .relu), inputMap: map)
    if !isClassifier { model.targets = [TargetMap(offset: 0, scale: 1)] }
    do {
      _ = try quantized(model)
      return nil
    } catch {
      return error
    }
  }

  @Test func `A last layer that does not fit at shift 0 names itself`() {
    #expect(Self.problem([Self.layer([32767, 32767])]) == nil)
    #expect(Self.problem([Self.layer([32767, 32767, 2])]) == .layerTooLarge(layer: 0, rowSum: 65536))
    #expect(Self.problem([Self.layer([32769])]) == .layerTooLarge(layer: 0, rowSum: 32769))
    #expect(
      Self.problem([Self.layer([1]), Self.layer([40_000])]) == .layerTooLarge(layer: 1, rowSum: 40_000))
    #expect(
      Self.problem([Self.layer([40_000])])?.description
        == "layer 0: row sum 40000.0 (or its bias) does not fit, bound 65535 at shift 0")
  }

  @Test func `A classifier's last layer that does not fit is divided until it does`() throws {
    for (weights, bias) in [
      ([32767, 32767, 2] as [Float], 0 as Float), ([40_000], 0), ([1], 70_000), ([3e38, -3e38], 3e38),
      (Array(repeating: 1.5, count: 65535), 0),
    ] {
      let layer = Self.layer(weights, bias: bias)
      #expect(Self.problem([layer]) != nil)
      let model = FloatModel(network: FloatNetwork(layers: [layer], activation: .relu), inputMap: Self.map)
      let integers = try quantized(model).layers[0]
      #expect(integers.shift == 0)
      // At least half of what fits is used.
      let reach = 32768 * integers.rowSums[0] + Int(integers.biases[0].magnitude)
      #expect(reach > 1 << 30 || integers.weights.contains { $0.magnitude > 16383 })
    }
    #expect(Self.problem([Self.layer([40_000], bound: 40_000)], isClassifier: true) != nil)
  }

  @Test func `A bias that does not fit is an error, in the last layer and not in one that can be scaled`() {
    #expect(Self.problem([Self.layer([1], bias: 60_000)]) == nil)
    #expect(Self.problem([Self.layer([1], bias: 70_000)]) == .layerTooLarge(layer: 0, rowSum: 1))
    #expect(Self.problem([Self.layer([1], bias: -70_000)]) == .layerTooLarge(layer: 0, rowSum: 1))
    #expect(Self.problem([Self.layer([1], bias: 20_000), Self.layer([1])]) == nil)
  }

  @Test func `Weights and biases that are no numbers are errors`() {
    for bad in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude] {
      #expect(Self.problem([Self.layer([1, bad])]) != nil)
      #expect(Self.problem([Self.layer([1], bias: bad)]) != nil)
      #expect(Self.problem([Self.layer([1, bad]), Self.layer([1])]) != nil)
      #expect(Self.problem([Self.layer([1], bias: bad), Self.layer([1])]) != nil)
      guard !bad.isFinite else { continue }
      #expect(Self.problem([Self.layer([1, bad])], isClassifier: true) != nil)
      #expect(Self.problem([Self.layer([1], bias: bad), Self.layer([1])], isClassifier: true) != nil)
    }
  }

  @Test func `Bounds beyond any shift are errors`() {
    for bound: Float in [65536, 1e9, 1e30, .greatestFiniteMagnitude] {
      #expect(
        Self.problem([Self.layer([1], bound: bound), Self.layer([1])]) == .layerTooLarge(layer: 0, rowSum: 1))
    }
    #expect(Self.problem([Self.layer([1], bound: 65535), Self.layer([1])]) == nil)
  }

  @Test func `Layers wider than 65535 are errors`() {
    let wide = Self.layer(Array(repeating: 0, count: 65536))
    #expect(Self.problem([wide]) == .tooWide(layer: 0, width: 65536, bound: 65535))
    #expect(Self.problem([Self.layer(Array(repeating: 0, count: 65535))]) == nil)
    func tall(_ rows: Int) -> FloatLayer {
      FloatLayer(
        rows: rows, columns: 1, weights: Array(repeating: 0, count: rows),
        biases: Array(repeating: 0, count: rows), rowSumBound: nil)
    }
    // The last layer's rows are the classes, whose number is a signed 16-bit one.
    #expect(Self.problem([Self.layer([1]), tall(32768)]) == .tooWide(layer: 1, width: 32768, bound: 32767))
    #expect(Self.problem([Self.layer([1]), tall(32767)]) == nil)
  }

  @Test func `A feature whose readings have no integer map of 32 bits is an error`() throws {
    func problem(_ scales: [Double], offset: Double = 0, readings: ReadingUnit? = .whole)
      -> QuantizationError?
    {
      let layer = Self.layer(Array(repeating: 0.5, count: scales.count))
      let model = FloatModel(
        network: FloatNetwork(layers: [layer], activation: .relu),
        inputMap: InputMap(
          offsets: Array(repeating: offset, count: scales.count), scales: scales,
          readings: Array(repeating: readings, count: scales.count), unit: 32768, minimumLSB: -32768,
          maximumLSB: 32767))
      do {
        _ = try ModelClaims(deploying: model, name: "m")
        return nil
      } catch {
        return error as? QuantizationError
      }
    }
    #expect(problem([1, 65535]) == nil)
    #expect(problem([1, 65536]) == .noIntegerMap(feature: 1, readings: .whole))
    #expect(problem([1e30]) == .noIntegerMap(feature: 0, readings: .whole))
    #expect(problem([1], offset: 2e9) == nil)
    #expect(problem([1], offset: 0x1p31) == .noIntegerMap(feature: 0, readings: .whole))
    // A slope of so little leaves the multiplier, 7037, too few digits for the range.
    #expect(problem([1e-10]) == .noIntegerMap(feature: 0, readings: .whole))
    #expect(problem([1e30], readings: nil) == nil)
  }
}
