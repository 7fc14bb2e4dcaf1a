import Foundation
import TestSupport
import Testing

/// Networks of other programs that read tables: how they saw each column, and what their outputs are.
@Suite("Networks of PyTorch for tables")
struct ForeignTableTests {
  private static let vectors = Checkout.root.appending(path: "Tests/Vectors/pytorch").path
  private static let cases = Checkout.root.appending(path: "Tests/Vectors/cases").path

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
