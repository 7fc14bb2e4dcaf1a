import Foundation
import TestSupport
import Testing

/// `train --clip` and `--weight-penalty`, `attack` and `reproduce` from end to end.
@Suite("CLIP from the command line")
struct ClipCommandTests {
  private static let train =
    "train --data digits --out m.safetensors --seed 1 --hidden 24 --activation sigmoid --bound none --epochs 20 --batch 32"
    .split(separator: " ").map(String.init)
  private static let descent =
    "--loss cross-entropy --temperature 1 --optimizer sgd --rate 0.1 --schedule constant --validation 0.2"
    .split(separator: " ").map(String.init)

  @Test func `CLIP keeps quotients of the digits below those of the same run without it`() throws {
    let folder = try TestFolder()
    var quotients: [Double] = []
    var files: [Data] = []
    // λ = 0 only looks on.
    for lambda in ["lambda=0", "lambda=0.5", "lambda=0.5"] {
      let result = try folder.supnorm(Self.train + Self.descent + ["--clip", lambda, "--json"])
      #expect(result.status == 0, "\(result.errorOutput)")
      let json = try result.json()
      quotients.append(try #require(json["quotient"] as? Double))
      #expect(result.errorOutput.contains(", lambda 0.") && result.errorOutput.contains(", quotient "))
      #expect((json["accuracy"] as? Double ?? 0) > 0.8)
      files.append(try Data(contentsOf: folder.url.appending(path: "m.safetensors")))
    }
    #expect(quotients[1] < 0.5 * quotients[0], "\(quotients)")
    #expect(files[1] == files[2] && files[0] != files[1])
    // The model says how it was made, and reads back.
    let text = String(decoding: files[1].prefix(100_000), as: UTF8.self)
    #expect(text.contains("lambda=0.5,warm-up=0,pairs=32,renew=50,noise=0.1,over=mean"))
  }

  @Test func `A target accuracy steers the weight penalty, and the best attacked epoch is kept`() throws {
    let folder = try TestFolder()
    let result = try folder.supnorm(
      Self.train + Self.descent + [
        "--weight-penalty", "target=0.9,step=0.002,warm-up=2", "--attacked", "0.5", "--patience", "20",
        "--json",
      ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    #expect(json["quotient"] == nil && (json["lambda"] as? Double) != nil)
    #expect((json["validationAttackedAccuracy"] as? Double ?? 0) > 0.3)
    #expect(json["validationVerifiedAccuracy"] == nil)
    let attack = try folder.supnorm(
      [
        "attack", "m.safetensors", "--data", "digits", "--l2", "0.5", "--step", "0.125", "--steps", "20",
        "--json",
      ])
    #expect(attack.status == 0, "\(attack.errorOutput)")
    let rates = try attack.json()
    let rate = { (name: String) in rates[name] as? Double ?? -1 }
    #expect(rates["samples"] as? Int == 360 && rate("clean") > 0.8)
    #expect(
      rate("pgdInfinity") <= rate("fgsm") && rate("fgsm") < rate("clean") && rate("pgdTwo") < rate("clean"))
    #expect(rate("noise") < rate("clean") && rate("pgdInfinity") >= 0)
    let text = try folder.supnorm(["attack", "m.safetensors", "--data", "digits", "--limit", "50"])
    #expect(text.output.contains("50 samples: empirical, nothing certified") && text.output.contains("FGSM"))
  }

  @Test func `The regression draws every network and prints its quotient`() throws {
    let folder = try TestFolder()
    let result = try folder.supnorm(["reproduce", "clip-regression", "--out", "r.svg", "--epochs", "3"])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.output.split(separator: "\n").count == 5 && result.output.contains("empirical quotient"))
    let figure = try String(contentsOf: folder.url.appending(path: "r.svg"), encoding: .utf8)
    #expect(figure.hasPrefix("<svg ") && figure.contains("λ = 0.001") && figure.contains("no penalty"))
    #expect(figure.components(separatedBy: "class='dot'").count == 101)
  }

  @Test(arguments: [
    ("--clip", "x", "--clip 'x': not a name, = and a value"),
    ("--clip", "pairs=3", "--clip: one of target=A and lambda=L is required"),
    ("--clip", "target=0.9,lambda=1", "--clip: one of target=A and lambda=L is required"),
    ("--clip", "lambda=1,lambda=2", "--clip 'lambda': given twice"),
    ("--clip", "lambda=1,step=2", "--clip: step goes with target"),
    ("--clip", "target=2", "--clip target '2': not a number in 0.0…1.0"),
    ("--clip", "target=0.9,pairs=0", "--clip pairs '0': not a whole number in 1…65536"),
    ("--clip", "target=0.9,renew=0", "--clip renew '0': not a whole number in 1…1000000"),
    ("--clip", "target=0.9,noise=0", "--clip noise '0': not a number in 1e-06…1.0"),
    ("--clip", "target=0.9,over=all", "--clip over 'all': not one of mean, worst"),
    ("--clip", "target=0.9,warm-up=-1", "--clip warm-up '-1': not a whole number in 0…1000000"),
    (
      "--clip", "target=0.9,pear=3",
      "--clip 'pear': not one of target, step, warm-up, lambda, pairs, renew, noise, over"
    ),
    (
      "--weight-penalty", "target=0.9,pairs=3",
      "--weight-penalty 'pairs': not one of target, step, warm-up, lambda"
    ),
    ("--weight-penalty", "lambda=nan", "--weight-penalty lambda 'nan': not a number in 0.0…1000000000.0"),
    ("--momentum", "0.5", "--momentum goes with --optimizer sgd"),
    ("--optimizer", "rmsprop", "--optimizer 'rmsprop': not one of adam, sgd"),
    ("--schedule", "cosine", "--schedule 'cosine': not one of decay, constant"),
    ("--attacked", "2", "--attacked goes with --validation: it scores samples held out"),
  ]) func `Bad options are refused in one line`(option: String, value: String, line: String) throws {
    let folder = try TestFolder()
    let result = try folder.supnorm(Self.train + [option, value])
    #expect(result.status == 2 && result.errorOutput == "supnorm train: \(line)\n", "\(result.errorOutput)")
    #expect(try folder.names.isEmpty)
  }

  @Test func `Penalties of distances, both penalties at once, and models that do not fit are refused`() throws
  {
    let folder = try TestFolder()
    func expect(_ line: String, _ arguments: [String]) throws {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 2 && result.errorOutput.hasSuffix(line + "\n"), "\(result.errorOutput)")
    }
    try expect(
      "--weight-penalty does not go with --clip",
      Self.train + ["--clip", "lambda=1", "--weight-penalty", "lambda=1"])
    try expect(
      "training option penalty: 1 is not 0 where there are distances or monotone inputs",
      ["train", "--data", "digits", "--out", "m", "--layers", "distance", "--clip", "lambda=1"])
    try expect("'ode': not clip-regression", ["reproduce", "ode", "--out", "f.svg"])
    #expect(try folder.supnorm(Self.train).status == 0)
    let other = try folder.supnorm(["attack", "m.safetensors", "--data", "breast-cancer"])
    #expect(other.status == 2 && other.errorOutput.contains("no feature column 'p00'"))
    try expect("no.safetensors: no such file or folder", ["attack", "no.safetensors", "--data", "digits"])
    try expect("option '--data' is required", ["attack", "m.safetensors"])
  }
}
