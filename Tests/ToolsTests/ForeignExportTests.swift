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
      "batch-norm",
      "tensor 1.num_batches_tracked: a BatchNorm layer; only Linear layers are read, fold it into the one before it"
    ),
    (
      "convolution",
      "tensor 0.weight: shape [2, 1, 3, 3], a convolution; only Linear layers are read, [rows, columns]"
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
    #expect(try line(["--data", "breast-cancer"]) == start + "--data: 30 features, the model has 64 inputs")
    let trained = try TrainedDigits.folder.get().folder.url.appending(path: "m.safetensors").path
    let own = try folder.supnorm(["export", trained, "--name", "n", "--out", "n.h", "--unit", "7"])
    #expect(own.status == 2)
    #expect(own.errorOutput == start + "--unit: \(trained) is a model of supnorm and states its own\n")
    #expect(try folder.names == [])
  }
}
