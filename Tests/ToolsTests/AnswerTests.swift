import Integers
import Header
import Certification
import Foundation
import Files
import Quantization
import TestSupport
import Testing
import Training

/// What `predict`, `evaluate` and `report` say beside logits and classes.
@Suite("Answers")
struct AnswerTests {
  /// A header of two outputs, `u = x + 2·y` and `v = 100 - 50·x`, and a table of both.
  private func twoOutputs(outputNames: [String]) throws -> TestFolder {
    let folder = try TestFolder()
    let rows = (0..<40).map { (x: Double($0), y: Double($0 * 7 % 40)) }
    try folder.write(
      "x,y,u,v\n"
        + rows.map { "\($0.x),\($0.y),\($0.x + 2 * $0.y),\(100 - 50 * $0.x)" }.joined(separator: "\n") + "\n",
      as: "d.csv")
    let data = Dataset(
      values: .reals(rows.flatMap { [$0.x, $0.y] }), labels: rows.map { _ in 0 }, featureCount: 2,
      featureNames: ["x", "y"], classNames: [])
    // x = m / scale + offset of the mapped input m; outputs are a third of u and a fiftieth of v, times the scale.
    var map = InputMap.fitted(to: data)
    // So that an Int16 lies outside the declared range.
    map.minimumLSB = -32767
    let (offsets, scales) = (
      [map.offsets[0], map.offsets[map.offsets.count - 1]], [map.scales[0], map.scales[map.scales.count - 1]]
    )
    let (left, right) = (Float(0.3), Float(0.6 * scales[0] / scales[1]))
    let model = FloatModel(
      network: FloatNetwork(
        layers: [
          FloatLayer(rows: 2, columns: 2, weights: [1, 0, 0, 1], biases: [0, 0], rowSumBound: 1),
          FloatLayer(
            rows: 2, columns: 2, weights: [left, right, -0.9, 0], biases: [0, 0], rowSumBound: nil),
        ], activation: .identity),
      inputMap: map, featureNames: ["x", "y"],
      targets: [
        TargetMap(offset: offsets[0] + 2 * offsets[1], scale: 1 / (0.3 * scales[0])),
        TargetMap(offset: 100 - 50 * offsets[0], scale: 50 / (0.9 * scales[0])),
      ],
      targetNames: outputNames, examples: [[1, 2], [3, 4], [5, 6], [7, 8]])
    try writeModel(model, to: folder.file("m.safetensors"))
    let export = try folder.supnorm(["export", "m.safetensors", "--name", "two", "--out", "two.h"])
    #expect(export.status == 0, "\(export.errorOutput)")
    return folder
  }

  @Test func `predict gives value and bounds of every output`() throws {
    let folder = try twoOutputs(outputNames: ["u", "v"])
    try folder.write("x,y\n10,20\n0,39\n", as: "x.csv")
    let arguments = ["predict", "two.h", "--input", "x.csv", "--within", "50"]
    let text = try folder.supnorm(arguments)
    #expect(text.status == 0, "\(text.errorOutput)")
    let predictions = try #require(
      try folder.supnorm(arguments + ["--json"]).json()["predictions"] as? [[String: Any]])
    let lines = text.output.split(separator: "\n")
    #expect(lines.count == 2 && predictions.count == 2)
    for (index, expected) in [[50.0, -400], [78, 100]].enumerated() {
      let values = try #require(predictions[index]["values"] as? [Double])
      let lower = try #require(predictions[index]["lowerValues"] as? [Double])
      let upper = try #require(predictions[index]["upperValues"] as? [Double])
      #expect(values.count == 2 && lower.count == 2 && upper.count == 2)
      for output in 0..<2 {
        #expect((values[output] - expected[output]).magnitude < 0.5)
        #expect(lower[output] <= values[output] && values[output] <= upper[output])
        #expect(lower[output] < upper[output])
      }
      #expect(predictions[index]["value"] as? Double == values[0])
      #expect(predictions[index]["localRadiusLSB"] as? Int == -1)
      #expect(
        lines[index].contains(#/^u \S+, within \S+ … \S+; v \S+, within \S+ … \S+, output -?\d+ -?\d+$/#))
    }
  }

  @Test
  func `A regression's input outside the declared range has no bounds, and both forms of the answer say so`()
    throws
  {
    let folder = try twoOutputs(outputNames: ["u", "v"])
    try folder.write("x,y\n-32768,-32768\n", as: "x.csv")
    let arguments = ["predict", "two.h", "--raw", "--input", "x.csv", "--within", "50"]
    let json = try folder.supnorm(arguments + ["--json"]).json()
    let prediction = try #require((json["predictions"] as? [[String: Any]])?.first)
    #expect(prediction["certified"] as? Bool == false && prediction["lowerValues"] == nil)
    #expect(
      try folder.supnorm(arguments).output.contains(", no bounds: outside the declared input range, output "))
  }

  @Test func `evaluate and report speak of every output, also of one that the data do not have`() throws {
    for (name, isThere) in [("v", true), ("w", false)] {
      let folder = try twoOutputs(outputNames: ["u", name])
      let arguments = ["two.h", "--data", "d.csv", "--epsilon", "0.01"]
      let json = try folder.supnorm(["evaluate"] + arguments + ["--json"]).json()
      let outputs = try #require(json["outputs"] as? [[String: Any]])
      #expect(outputs.map { $0["target"] as? String } == ["u", name])
      #expect(json["target"] as? String == "u" && (json["explainedVariance"] as? Double ?? 0) > 0.999)
      #expect((outputs[1]["meanAbsoluteError"] != nil) == isThere)
      let changes = outputs.map { ($0["radii"] as? [[String: Any]])?.first?["changeBound"] as? Double ?? 0 }
      // v moves 50 per x, u at most 3 for both.
      #expect(changes[0] > 0 && changes[1] > 10 * changes[0], "\(changes)")
      let text = try folder.supnorm(["evaluate"] + arguments).output
      #expect(text.contains("40 samples, u: mean") && text.contains("40 samples, \(name): "))
      #expect(text.contains("not in the data") != isThere)
      let report = try folder.supnorm(
        ["report", "m.safetensors"] + arguments + ["--tightness", "0", "--out", "r.html"])
      #expect(report.status == 0, "\(report.errorOutput)")
      let page = try String(contentsOf: folder.url.appending(path: "r.html"), encoding: .utf8)
      #expect(page.contains("id='scatter-t'") && page.contains("id='scatter-1-t'"))
      #expect(page.contains("<h2>\(name), and how far it can move</h2>"))
    }
  }

  @Test
  func
    `A tie and an input outside the range have the local radius -1, and text says what a radius of 0 means`()
    throws
  {
    let folder = try TestFolder()
    try FileManager.default.copyItem(
      at: TrainedDigits.folder.get().folder.url.appending(path: "digits.h"),
      to: folder.url.appending(path: "digits.h"))
    let outside = Array(repeating: "-32768", count: 64).joined(separator: ",")
    try folder.write("\(outside)\n", as: "x.csv")
    let arguments = ["predict", "digits.h", "--raw", "--no-header", "--input", "x.csv"]
    let result = try folder.supnorm(arguments + ["--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    let prediction = try #require((try result.json()["predictions"] as? [[String: Any]])?.first)
    #expect(prediction["localRadiusLSB"] as? Int == -1)
    let global = try #require(prediction["globalRadiusLSB"] as? Int)
    let text = try folder.supnorm(arguments).output
    #expect(
      text.contains(
        global == 0 ? "0 LSB (this input only) global, none local" : "\(global) LSB global, none local"))
  }

  @Test func `evaluate takes a usual epsilon and says which`() throws {
    let folder = try TrainedDigits.folder.get().folder
    let result = try folder.supnorm(["evaluate", "digits.h", "--data", "digits", "--json"])
    #expect(result.status == 0)
    #expect(
      result.errorOutput.hasPrefix("--epsilon 1/16,2/16: one and two gray levels\n"), "\(result.errorOutput)")
    let radii = try #require(try result.json()["radii"] as? [[String: Any]])
    #expect(radii.map { $0["radiusLSB"] as? Int } == [2047, 4094])
    #expect(try folder.supnorm(["evaluate", "--help"]).output.contains("Without --epsilon"))
  }

  @Test func `Errors and networks print as sentences`() throws {
    let layers = [
      FloatLayer(rows: 3, columns: 2, weights: [1, 0, 0, 1, 0, 0], biases: [0, 0, 0], rowSumBound: 1),
      FloatLayer(rows: 2, columns: 3, weights: [1, 0, 0, 0, 1, 0], biases: [0, 0], rowSumBound: nil),
    ]
    #expect(
      "\(FloatNetwork(layers: layers, activation: .relu))"
        == "2-3-2 network of dense layers in floating point, relu between them, 17 parameters")
    let network = try CertifiedNetwork(
      readHeader(TrainedDigits.folder.get().folder.file("digits.h")).verified())
    let bytes = network.network.parameterBytes
    #expect("\(network.network)".hasPrefix("64-16-16-10 classifier of "))
    #expect("\(network)".contains(" layers, \(bytes) bytes of parameters, checked"), "\(network)")
    do {
      _ = try network.isCertified([Int16](repeating: 0, count: 64), as: 10, within: 3)
      Issue.record("class 10 of 10 was taken")
    } catch {
      #expect("\(error)" == "The class is not in 0 … outputs - 1.")
    }
    do {
      _ = try network.isCertified([Int16](repeating: 0, count: 64), as: 1, within: 65536)
      Issue.record("radius 65536 was taken")
    } catch {
      #expect("\(error)" == "The radius is not in 0 … 65535.")
    }
    #expect(
      "\(QuantizationError.tooWide(layer: 1, width: 70000, bound: 65535))" == "layer 1: width 70000 > 65535")
    #expect("\(TrainingError.tooFewClasses(1))" == "1 classes: at least 2 are needed")
  }
}
