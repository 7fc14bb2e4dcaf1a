import Foundation
import TestSupport
import Testing

/// `supnorm export` of files that PyTorch wrote.
@Suite("Export of PyTorch models")
struct ForeignExportTests {
  private static let vectors = Checkout.root.appending(path: "Tests/Vectors/pytorch").path

  private func export(_ name: String, _ more: [String] = [], in folder: TestFolder) throws -> ProgramResult {
    try folder.supnorm(
      ["export", "\(Self.vectors)/\(name).safetensors", "--name", "net", "--out", "net.h", "--range", "0,16"]
        + more)
  }

  @Test(arguments: ["f32", "f16", "bf16"])
  func `A network of PyTorch becomes a header that holds and loses nothing`(type: String) throws {
    let folder = try TestFolder()
    let result = try export("digits-\(type)", ["--data", "digits", "--json"], in: folder)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(
      try result.json()["accuracy"] as? [String: Int] == [
        "samples": 360, "floatCorrect": 346, "integerCorrect": 346,
      ])
    #expect(try folder.supnorm(["verify", "net.h"]).status == 0)
  }

  @Test func `The report takes the file of PyTorch too`() throws {
    let folder = try TestFolder()
    #expect(try export("digits-bf16", ["--activation", "abs"], in: folder).status == 0)
    let result = try folder.supnorm(
      [
        "report", "\(Self.vectors)/digits-bf16.safetensors", "net.h", "--data", "digits", "--out", "r.html",
        "--tightness", "0",
      ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let page = try String(contentsOf: folder.url.appending(path: "r.html"), encoding: .utf8)
    #expect(page.contains("abs") && !page.contains("<h2>Training</h2>"))
  }

  /// Ranges for each input, and data without names to tell that it has fewer columns.
  @Test func `Data of another number of features is refused before its columns are looked at`() throws {
    let folder = try TestFolder()
    try folder.write(
      "name,min,max\n" + (0..<8).map { "f\($0),0,200\n" }.joined(), as: "ranges.csv")
    let cases = Checkout.root.appending(path: "Tests/Vectors/cases").path
    let result = try folder.supnorm([
      "export", "\(cases)/pytorch-fc1-fc2-out.safetensors", "--name", "net", "--out", "net.h", "--range",
      "ranges.csv",
      "--data", "\(cases)/npz-X_train-not-found.npz",
    ])
    #expect(result.status == 2)
    #expect(result.errorOutput.hasSuffix("features, the model has 8 inputs\n"), "\(result.errorOutput)")
  }

  @Test func `Projection says what it cost`() throws {
    let folder = try TestFolder()
    let result = try export("digits-f32", ["--data", "digits", "--project", "--json"], in: folder)
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    let projection = try #require(json["projection"] as? [String: Double])
    #expect(projection["rows"] == 64 && projection["projectedRows"] == 55)
    #expect((12.9...13).contains(projection["largestRemovedMass"] ?? 0))
    let accuracy = try #require(json["accuracy"] as? [String: Int])
    #expect(accuracy["floatCorrect"] == 346 && (accuracy["projectedCorrect"] ?? 360) < 200)
    #expect(try folder.supnorm(["verify", "net.h"]).status == 0)
    // What training bounded is inside already.
    let trained = try TrainedDigits.folder.get().folder.url.appending(path: "m.safetensors").path
    let own = try folder.supnorm(
      ["export", trained, "--name", "own", "--out", "own.h", "--project", "--json"])
    #expect((try own.json()["projection"] as? [String: Double])?["projectedRows"] == 0)
  }

  @Test(arguments: [
    (
      "convolution",
      "tensor 0.weight: shape [2, 1, 3, 3], a convolution (Conv2d); only Linear and BatchNorm1d layers are read, weights [rows, columns]"
    ),
    ("integers", "tensor 0.weight: dtype 'I64', only F16, BF16, F32 and F64 are read"),
    ("nan", "tensor 2.weight[1, 2]: nan is not finite"),
  ])
  func `What is no network of Linear layers is refused in one line`(name: String, line: String) throws {
    let folder = try TestFolder()
    let result = try export("refused/\(name)", in: folder)
    #expect(result.status == 2)
    #expect(result.errorOutput == "supnorm export: \(Self.vectors)/refused/\(name).safetensors: \(line)\n")
    #expect(try folder.names == [])
  }

  @Test func `Options and data that do not fit are refused in one line`() throws {
    let folder = try TestFolder()
    func line(_ more: [String]) throws -> String {
      let path = "\(Self.vectors)/digits-f32.safetensors"
      let result = try folder.supnorm(["export", path, "--name", "net", "--out", "net.h"] + more)
      #expect(result.status == 2)
      return String(result.errorOutput.split(separator: "\n").last ?? "").replacing(path, with: "net")
    }
    let start = "supnorm export: "
    #expect(try line(["--range", "1,1"]) == start + "--range '1,1': not two rising numbers")
    #expect(try line(["--mean", "1,2"]) == start + "net: 2 means, the network has 64 inputs")
    #expect(try line(["--std", "0"]).hasPrefix(start + "--std '0': "))
    #expect(try line(["--activation", "gelu"]).hasPrefix(start + "--activation 'gelu': not one of "))
    #expect(
      try line(["--data", "breast-cancer", "--range", "data"])
        == start + "net: 30 ranges, the network has 64 inputs")
    #expect(try line(["--data", "breast-cancer"]).hasPrefix(start + "--range is needed: --data has 20.29, "))
    #expect(try line(["--range", "data"]) == start + "--range data goes with --data")
    #expect(
      try line(["--range", "no.csv"]) == start + "--range 'no.csv': neither numbers, nor data, nor a file")
    #expect(try line(["--classes", "a,b"]) == start + "--classes: 2 names, the model has 10 outputs")
    #expect(try line(["--target", "x"]) == start + "net: 10 outputs, a regression has 1")
    #expect(try line(["--target-map", "0,1"]) == start + "--target-map goes with --target")
    #expect(
      try line(["--layers-order", "0,2"]) == start + "net: --layers-order: the Linear layer '4' is missing")
    let trained = try TrainedDigits.folder.get().folder.url.appending(path: "m.safetensors").path
    let own = try folder.supnorm(["export", trained, "--name", "n", "--out", "n.h", "--unit", "7"])
    #expect(own.status == 2)
    #expect(own.errorOutput == start + "--unit: \(trained) is a model of supnorm and states its own\n")
    #expect(try folder.names == [])
  }

  private static let cases = Checkout.root.appending(path: "Tests/Vectors/cases").path

  /// A file of Tests/Vectors/cases, and the end of the one line that it must give; nil where it must be read.
  @Test(arguments: [
    ("pytorch-fc1-fc2-out.safetensors", nil), ("pytorch-two-prefixes-features-classifier.safetensors", nil),
    ("pytorch-layers.0.linear.safetensors", nil), ("pytorch-single-output.safetensors", nil),
    ("metadata-activation-makes-it-ours.safetensors", nil),
    (
      "pytorch-prelu-called-normalization.safetensors",
      "tensor 1.weight: shape [1], a PReLU, whose slopes integers do not have exactly; train with ReLU, abs or maxMin"
    ),
    (
      "keras-transposed-blames-bias.safetensors",
      "tensor 0.weight: shape [8, 16] beside a bias of 16 looks transposed, [inputs, outputs] as Keras has it; give --transposed, or save w.T"
    ),
    (
      "git-lfs-pointer-misleading.safetensors",
      "a git-lfs pointer, not the file itself, no safetensors file; git lfs pull fetches the file"
    ),
    (
      "pt-zip-misleading-header-length.pt",
      "a PyTorch file of torch.save (zip), no safetensors file; in Python: from safetensors.torch import save_file; save_file(model.state_dict(), 'net.safetensors')"
    ),
  ])
  func `Every case is read, or says what it is and what to do`(name: String, line: String?) throws {
    let folder = try TestFolder()
    let path = "\(Self.cases)/\(name)"
    let result = try folder.supnorm(["export", path, "--name", "net", "--out", "net.h"])
    if let line {
      #expect(result.status == 2 && result.errorOutput == "supnorm export: \(path): \(line)\n")
      #expect(try folder.names == [])
      if name.hasPrefix("keras") {
        #expect(
          try folder.supnorm(["export", path, "--name", "n", "--out", "n.h", "--transposed"]).status == 0)
        #expect(try folder.supnorm(["verify", "n.h"]).status == 0)
      }
    } else {
      #expect(result.status == 0, "\(result.errorOutput)")
      #expect(try folder.supnorm(["verify", "net.h"]).status == 0)
    }
  }

  @Test func `A note of another program about its activation is heeded, or must be overridden`() throws {
    let folder = try TestFolder()
    let path = "\(Self.cases)/metadata-activation-makes-it-ours.safetensors"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let place = try #require(bytes.firstRange(of: Data("\"relu\"".utf8)))
    bytes.replaceSubrange(place, with: Data("\"tanh\"".utf8))
    try bytes.write(to: folder.url.appending(path: "m.safetensors"))
    let export = ["export", "m.safetensors", "--name", "net", "--out", "net.h"]
    let result = try folder.supnorm(export)
    #expect(result.status == 2)
    #expect(
      result.errorOutput
        == "supnorm export: metadata activation 'tanh': not one of identity, relu, abs, maxMin; --activation overrides it\n"
    )
    #expect(try folder.supnorm(export + ["--activation", "relu"]).status == 0)
  }

  @Test func `A network for a table sees each column in its range, from the data or a file`() throws {
    let folder = try TestFolder()
    func correct(_ path: String, _ more: [String]) throws -> [String: Int]? {
      let result = try folder.supnorm(
        ["export", path, "--name", "net", "--out", "net.h", "--data", "breast-cancer", "--json"] + more)
      #expect(result.status == 0, "\(result.errorOutput)")
      #expect(try folder.supnorm(["verify", "net.h"]).status == 0)
      return try result.json()["accuracy"] as? [String: Int]
    }
    let sight = ["--range", "data", "--mean", "data", "--std", "data"]
    let classes = ["--classes", "malignant,benign"]
    // scikit-learn numbers the classes like this, and the network was trained on its readings.
    let given = "\(Self.cases)/pytorch-tabular-one-range-cancer.safetensors"
    #expect(
      try correct(given, sight + classes) == ["samples": 113, "floatCorrect": 113, "integerCorrect": 113])
    #expect(try correct(given, sight + ["--classes", "benign,malignant"])?["floatCorrect"] == 0)
    let own = "\(Self.vectors)/table.safetensors"
    #expect(
      try correct(own, sight + classes) == ["samples": 113, "floatCorrect": 112, "integerCorrect": 112])
    let header = try String(contentsOf: folder.url.appending(path: "net.h"), encoding: .utf8)
    #expect(header.contains("\"mean_radius\"") && header.contains("\"malignant\""))
    let scaler = "\(Self.vectors)/table-scaler.csv"
    #expect(
      try correct(own, ["--range", scaler, "--mean", scaler, "--std", scaler] + classes)?["integerCorrect"]
        == 112)
    #expect(try String(contentsOf: folder.url.appending(path: "net.h"), encoding: .utf8) == header)
    // The range is that of the same table where only the others are given.
    #expect(try correct(own, ["--mean", "data", "--std", "data"] + classes)?["integerCorrect"] == 112)
  }

  @Test func `Constant columns, tables without names and outputs the other way round are said`() throws {
    let folder = try TestFolder()
    let path = "\(Self.cases)/pytorch-single-output.safetensors"
    var rows = ["a,b,c,d,e,f,g,h,label"]
    for row in 0..<8 { rows.append("7,\(row),\(row * row),1.5,\(-row),2,\(8 - row),\(row % 3),\(row % 2)") }
    try folder.write(rows.joined(separator: "\n") + "\n", as: "x.csv")
    func export(_ more: [String]) throws -> ProgramResult {
      try folder.supnorm(["export", path, "--name", "net", "--out", "net.h", "--data", "x.csv"] + more)
    }
    let constant = try export(["--range", "data"])
    #expect(constant.status == 0, "\(constant.errorOutput)")
    #expect(
      constant.errorOutput.contains(
        "--data: constant columns are taken with a range and a deviation of 1, as scikit-learn does: a, d, f\n"
      ))
    try folder.write("min,max\n" + (0..<8).map { "\(-$0 - 1),9\n" }.joined(), as: "r.csv")
    let unnamed = try export(["--range", "r.csv"])
    #expect(unnamed.status == 0 && !unnamed.errorOutput.contains("constant"), "\(unnamed.errorOutput)")
    try folder.write("min,max\n0,1\n", as: "one.csv")
    #expect(
      try export(["--range", "one.csv", "--mean", "one.csv"]).errorOutput
        == "supnorm export: --mean: one.csv has no mean\n")
    try folder.write("min,max,std\n" + (0..<8).map { "\(-$0),9,0\n" }.joined(), as: "s.csv")
    #expect(
      try export(["--range", "s.csv", "--std", "s.csv"]).errorOutput
        == "supnorm export: s.csv: std 0.0 of input 0, not positive\n")
    let given = "\(Self.cases)/pytorch-tabular-one-range-cancer.safetensors"
    let turned = try folder.supnorm([
      "export", given, "--name", "t", "--out", "t.h", "--data", "breast-cancer", "--mean", "data", "--std",
      "data",
    ])
    #expect(
      turned.errorOutput.contains(
        "--data: most answers are wrong; --classes malignant,benign takes the outputs the other way round\n"))
  }

  @Test func `One output is a classifier of two classes, or a regression`() throws {
    let folder = try TestFolder()
    let single = try folder.supnorm([
      "export", "\(Self.vectors)/single.safetensors", "--name", "net", "--out", "net.h", "--data",
      "breast-cancer",
      "--mean", "data", "--std", "data", "--json",
    ])
    #expect(single.status == 0, "\(single.errorOutput)")
    // Class 1 is malignant, which comes second by its name.
    #expect(
      try single.json()["accuracy"] as? [String: Int] == [
        "samples": 113, "floatCorrect": 108, "integerCorrect": 108,
      ])
    #expect(single.errorOutput.contains("BatchNorm bn1: taken to stand right behind the Linear layer"))
    #expect(single.errorOutput.contains("the outputs are taken as benign, malignant in this order"))
    let features = "mean_radius,mean_texture,mean_smoothness,mean_compactness,mean_concavity"
    let area = try folder.supnorm([
      "export", "\(Self.vectors)/area.safetensors", "--name", "area", "--out", "area.h", "--data",
      "breast-cancer",
      "--mean", "data", "--std", "data", "--target", "worst_area", "--target-map", "0,1000", "--features",
      features,
    ])
    #expect(area.status == 0, "\(area.errorOutput)")
    #expect(try folder.supnorm(["verify", "area.h"]).status == 0)
    let result = try folder.supnorm([
      "evaluate", "area.h", "--data", "breast-cancer", "--epsilon", "0.01", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(
      (81.0..<81.1).contains(try result.json()["meanAbsoluteError"] as? Double ?? 0), "\(result.output)")
  }

  @Test func `BatchNorm is folded, and the report takes such a file`() throws {
    let folder = try TestFolder()
    let result = try export("batchnorm-digits", ["--data", "digits", "--json"], in: folder)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(
      try result.json()["accuracy"] as? [String: Int] == [
        "samples": 360, "floatCorrect": 348, "integerCorrect": 348,
      ])
    let report = try folder.supnorm([
      "report", "\(Self.vectors)/batchnorm-digits.safetensors", "net.h", "--data", "digits", "--out",
      "r.html",
      "--tightness", "0",
    ])
    #expect(report.status == 0, "\(report.errorOutput)")
  }

  @Test func `Training goes on from what the network computed on its own inputs`() throws {
    let folder = try TestFolder()
    let train = [
      "train", "--data", "breast-cancer", "--epochs", "1", "--rate", "1e-9", "--loss", "cross-entropy",
      "--bound",
      "100", "--out", "m.safetensors", "--json",
    ]
    func accuracy(_ more: [String]) throws -> Double {
      let result = try folder.supnorm(train + more)
      #expect(result.status == 0, "\(result.errorOutput)")
      return try #require(try result.json()["accuracy"] as? Double)
    }
    let start = ["--start", "\(Self.vectors)/single.safetensors", "--hidden", "8,8"]
    let sight = ["--range", "data", "--mean", "data", "--std", "data"]
    #expect(try accuracy(start + sight) > 0.95)
    let wrong = try folder.supnorm(train + ["--range", "data"])
    #expect(wrong.errorOutput == "supnorm train: --range goes with --start and a file of another program\n")
  }
}
