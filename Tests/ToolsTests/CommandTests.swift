import Claims
import Header
import Certification
import Foundation
import Files
import TestSupport
import Testing
import Training

@Suite("Commands")
struct CommandTests {
  @Test func `The same training and export twice give the same bytes, another seed gives others`() throws {
    let folder = try TestFolder()
    for (name, seed) in [("a", "3"), ("b", "3"), ("c", "4")] {
      let train = try folder.supnorm([
        "train", "--data", "digits", "--epochs", "3", "--hidden", "12", "--seed", seed, "--out",
        "\(name).safetensors",
      ])
      #expect(train.status == 0, "\(train.errorOutput)")
      let export = try folder.supnorm([
        "export", "\(name).safetensors", "--name", "net", "--out", "\(name).h",
      ])
      #expect(export.status == 0, "\(export.errorOutput)")
    }
    let bytes = { (name: String) in try Data(contentsOf: folder.url.appending(path: name)) }
    #expect(try bytes("a.safetensors") == bytes("b.safetensors"))
    #expect(try bytes("a.h") == bytes("b.h"))
    #expect(try bytes("a.safetensors") != bytes("c.safetensors"))
  }

  @Test func `export reports the layers and what quantization cost`() throws {
    let json = try TrainedDigits.folder.get().export.json()
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(layers.map { $0["rows"] as? Int } == [16, 16, 10])
    for layer in layers.dropLast() {
      let sum = try #require(layer["rowSumMax"] as? Int)
      #expect(sum <= 32768)
    }
    let accuracy = try #require(json["accuracy"] as? [String: Int])
    let (float, integer) = (try #require(accuracy["floatCorrect"]), try #require(accuracy["integerCorrect"]))
    #expect(accuracy["samples"] == 360)
    #expect(float > 180 && abs(float - integer) <= 4, "float \(float), integers \(integer) of 360")
  }

  @Test func `All weights stored, zeros too, give the same answers from dense layers`() throws {
    let folder = try TrainedDigits.folder.get().folder
    var answers: [String] = []
    for storage in ["smaller", "dense"] {
      let export = try folder.supnorm([
        "export", "m.safetensors", "--name", "stored", "--out", "stored_\(storage).h", "--prune", "2000",
        "--storage", storage, "--json",
      ])
      #expect(export.status == 0, "\(export.errorOutput)")
      let layers = try #require(try export.json()["layers"] as? [[String: Any]])
      #expect(layers.contains { $0["kind"] as? String == "sparse" } == (storage == "smaller"))
      answers.append(
        try folder.supnorm([
          "evaluate", "stored_\(storage).h", "--data", "digits", "--epsilon", "0.05", "--json",
        ]).output)
    }
    #expect(answers[0] == answers[1])
  }

  @Test func `verify prints the promised keys and accepts the export`() throws {
    let box = try TrainedDigits.folder.get()
    let result = try box.folder.supnorm(["verify", "digits.h", "--json"])
    #expect(result.status == 0)
    let json = try result.json()
    #expect(json["valid"] as? Bool == true)
    #expect((json["problems"] as? [Any])?.isEmpty == true)
    #expect((json["lipschitz"] as? Double ?? 0) > 0)
    let layers = try #require(json["layers"] as? [[String: Any]])
    let keys: Set = ["kind", "rows", "columns", "shift", "rowSumMax", "rowSumBound", "gain"]
    for layer in layers { #expect(keys.isSubset(of: layer.keys)) }
  }

  @Test func `Linear bounds prove at least what intervals prove, and more somewhere`() throws {
    let folder = try TrainedDigits.folder.get().folder
    let result = try folder.supnorm([
      "evaluate", "digits.h", "--data", "digits", "--epsilon", "1/16,3/16", "--linear", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let radii = try #require(try result.json()["radii"] as? [[String: Any]])
    let linear = radii.map { $0["certifiedLinear"] as? Double ?? -1 }
    let local = radii.map { $0["certifiedLocal"] as? Double ?? 2 }
    #expect(zip(local, linear).allSatisfy { $0 <= $1 } && local[1] < linear[1], "\(local) \(linear)")
    #expect(linear[0] <= (try result.json()["clean"] as? Double ?? 0))
  }

  @Test func `verify refuses a weight beyond its bound and names layer, row, value and bound`() throws {
    let box = try TrainedDigits.folder.get()
    var text = try String(contentsOf: box.folder.url.appending(path: "digits.h"), encoding: .utf8)
    let file = try readHeader(box.folder.file("digits.h"))
    let entry = file.claims.layers[1].rows[7][0]
    let rest = file.claims.layers[1].rows[7].dropFirst().reduce(0) { $0 + abs($1.weight) }
    let isSparse = file.claims.layers[1].kind == .sparse
    let head = "#define DIGITS_LAYER1_ROW7(W) "
    let old = isSparse ? "W(\(entry.column), \(entry.weight))" : "W(\(entry.weight))"
    let new = isSparse ? "W(\(entry.column), 32767)" : "W(32767)"
    text = text.replacingOccurrences(of: head + old, with: head + new)
    try box.folder.write(text, as: "refused.h")
    let result = try box.folder.supnorm(["verify", "refused.h"])
    #expect(result.status == 1)
    let line = "refused.h: layer 1 row 7: row sum \(32767 + rest) > 32768"
    #expect(result.output.contains(line), "\(result.output) misses: \(line)")
    // The other commands do not even start.
    let evaluate = try box.folder.supnorm(["evaluate", "refused.h", "--data", "digits", "--epsilon", "0.1"])
    #expect(evaluate.status == 2)
    #expect(evaluate.errorOutput == "supnorm evaluate: \(line)\n")
  }

  @Test func `evaluate counts what the library counts`() throws {
    let box = try TrainedDigits.folder.get()
    let result = try box.folder.supnorm([
      "evaluate", "digits.h", "--data", "digits", "--epsilon", "1/16,0.125", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    let radii = try #require(json["radii"] as? [[String: Any]])
    #expect(radii.map { $0["radiusLSB"] as? Int } == [2047, 4094])
    let keys: Set = ["epsilon", "radiusLSB", "certifiedGlobal", "certifiedLocal", "certified", "empirical"]
    #expect(radii.allSatisfy { Set($0.keys) == keys })

    // Count again, sample by sample.
    let network = try CertifiedNetwork(readHeader(box.folder.file("digits.h")).verified())
    let rows = try readCSV(Checkout.root.appending(path: "Tools/data/digits/digits-test.csv").path)
    let data = try rows.dataset()
    var clean = 0
    var certified = 0
    for sample in 0..<data.count {
      let input = (0..<64).map { Int16(data.value(sample: sample, feature: $0) * 2047) }
      let answer = try network.answer(to: input)
      guard answer.classIndex == data.labels[sample] else { continue }
      clean += 1
      if try network.certifiedRadius(of: input) >= 2047 { certified += 1 }
    }
    let count = { (fraction: Any?) in ((fraction as? Double ?? -1) * 360).rounded() }
    #expect(json["samples"] as? Int == 360)
    #expect(count(json["clean"]) == Double(clean))
    #expect(count(radii[0]["certified"]) == Double(certified))
  }

  @Test func `predict gives the library's answers, in the data's units and in raw LSB alike`() throws {
    let box = try TrainedDigits.folder.get()
    let lines = try String(
      contentsOf: Checkout.root.appending(path: "Tools/data/digits/digits-test.csv"), encoding: .utf8
    ).split(separator: "\n").prefix(6)
    try box.folder.write(lines.joined(separator: "\n"), as: "units.csv")
    let raw = lines.dropFirst().map { line in
      line.split(separator: ",").dropLast().map { "\((Int($0) ?? 0) * 2047)" }.joined(separator: ",")
    }
    try box.folder.write(raw.joined(separator: "\n"), as: "raw.csv")
    let first = try box.folder.supnorm(["predict", "digits.h", "--input", "units.csv", "--json"])
    let second = try box.folder.supnorm(["predict", "digits.h", "--input", "raw.csv", "--raw", "--json"])
    #expect(first.status == 0 && second.status == 0, "\(first.errorOutput)\(second.errorOutput)")
    #expect(first.output == second.output)
    let predictions = try #require(try first.json()["predictions"] as? [[String: Any]])
    #expect(predictions.count == 5)
    let network = try CertifiedNetwork(readHeader(box.folder.file("digits.h")).verified())
    for (prediction, line) in zip(predictions, raw) {
      let input = line.split(separator: ",").map { Int16($0) ?? 0 }
      let answer = try network.answer(to: input)
      #expect(prediction["class"] as? Int == answer.classIndex)
      #expect(prediction["logits"] as? [Int] == answer.logits.map { Int($0) })
      #expect(prediction["globalRadiusLSB"] as? Int == answer.globalRadiusLSB)
      let local = try network.localRadius(of: input, as: answer.classIndex) ?? -1
      #expect(prediction["localRadiusLSB"] as? Int == local)
    }
  }

  @Test func `report writes one self-contained page`() throws {
    let box = try TrainedDigits.folder.get()
    let result = try box.folder.supnorm([
      "report", "m.safetensors", "digits.h", "--data", "digits", "--out", "report.html",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let page = try String(contentsOf: box.folder.url.appending(path: "report.html"), encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<svg") && !page.contains("<script"))
    // Nothing is loaded from elsewhere.
    #expect(!page.contains("src=\"http") && !page.contains("@import"))
    #expect(page.contains("id='tightness-wide-t'"))
    // Without its own section when nobody asks for it.
    let short = try box.folder.supnorm([
      "report", "m.safetensors", "digits.h", "--data", "digits", "--tightness", "0", "--out", "short.html",
    ])
    #expect(short.status == 0, "\(short.errorOutput)")
    let rest = try String(contentsOf: box.folder.url.appending(path: "short.html"), encoding: .utf8)
    #expect(!rest.contains("tightness-wide") && rest.contains("accuracy-wide"))
  }

  @Test func `report speaks of declared tolerances, and of a regression without classes`() throws {
    let folder = try TestFolder()
    for (name, options) in [
      ("classes", ["--tolerance", "*=1%"]),
      (
        "numbers",
        [
          "--target", "worst_area", "--features", "mean_radius,mean_texture", "--monotone", "+mean_radius",
          "--tolerance", "mean_radius=0.2",
        ]
      ),
    ] {
      for command in [
        ["train", "--data", "breast-cancer", "--epochs", "3", "--hidden", "8", "--out", "m.safetensors"]
          + options,
        ["export", "m.safetensors", "--name", name, "--out", "n.h"],
        ["report", "m.safetensors", "n.h", "--data", "breast-cancer", "--tightness", "4", "--out", "n.html"],
      ] {
        let result = try folder.supnorm(command)
        #expect(result.status == 0, "\(result.errorOutput)")
      }
      let page = try String(contentsOf: folder.url.appending(path: "n.html"), encoding: .utf8)
      #expect(page.contains("holds for mean_radius ±") && page.contains("<h2>Tolerances</h2>"))
      let isRegression = name == "numbers"
      #expect(page.contains("id='scatter-t'") == isRegression)
      #expect(page.contains("id='accuracy-wide-t'") != isRegression)
      #expect(page.contains("no output falls when mean_radius grows: <b>proved</b>") == isRegression)
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func `Ctrl-C keeps the last finished epoch`() throws {
    let folder = try TestFolder()
    let running = try WatchedProgram(
      ["train", "--data", "digits", "--epochs", "100000", "--hidden", "16", "--out", "m.safetensors"],
      in: folder)
    #expect(running.says("epoch "))
    let result = running.interrupt()
    #expect(result.status == 130, "\(result.errorOutput)")
    let model = try readModel(folder.file("m.safetensors"))
    #expect(model.curve.count > 0 && model.curve.count < 100_000)
    #expect(try folder.names == ["m.safetensors"])
  }

  @Test(arguments: [
    "demo", "train", "export", "verify", "evaluate", "tightness", "norm", "predict", "run", "report",
  ])
  func `Help says what every command takes`(_ command: String) throws {
    let folder = try TestFolder()
    let result = try folder.supnorm([command, "--help"])
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("supnorm \(command): "))
    #expect(result.output.contains("usage: supnorm \(command)"))
    #expect(try folder.supnorm(["--help"]).output.contains("  \(command) "))
  }
}
