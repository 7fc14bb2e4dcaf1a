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
    bytes.replaceSubrange(place, with: Data("\"gelu\"".utf8))
    try bytes.write(to: folder.url.appending(path: "m.safetensors"))
    let export = ["export", "m.safetensors", "--name", "net", "--out", "net.h"]
    let result = try folder.supnorm(export)
    #expect(result.status == 2)
    #expect(
      result.errorOutput
        == "supnorm export: metadata activation 'gelu': not one of identity, relu, abs, maxMin, sort, tanh, sigmoid; --activation overrides it\n"
    )
    #expect(try folder.supnorm(export + ["--activation", "relu"]).status == 0)
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
}
