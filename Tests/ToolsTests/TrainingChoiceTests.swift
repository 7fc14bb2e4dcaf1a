import Foundation
import TestSupport
import Testing

/// Validation, restarts, early stopping and warm starts of `supnorm train`.
@Suite("Choices of training")
struct TrainingChoiceTests {
  private static let train = ["train", "--data", "digits", "--epochs", "4", "--hidden", "12"]

  @Test func `Restarts keep the seed of the best validation certificate`() throws {
    let folder = try TestFolder()
    let result = try folder.supnorm(
      Self.train + [
        "--validation", "0.2", "--restarts", "3", "--seed", "5", "--out", "m.safetensors", "--json",
      ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    let restarts = try #require(json["restarts"] as? [[String: Double]])
    #expect(restarts.map { $0["seed"] } == [5, 6, 7])
    let scores = restarts.compactMap { $0["validationVerifiedAccuracy"] }
    let best = try #require(scores.max())
    #expect(json["validationVerifiedAccuracy"] as? Double == best)
    let seed = try #require(json["seed"] as? Int)
    #expect(scores[seed - 5] == best)
    // That seed alone, with the same samples held out, gives the same network.
    #expect(result.errorOutput.contains("seed 6: epoch 4, validation "))
    // The report shows the held-out samples.
    #expect(try folder.supnorm(["export", "m.safetensors", "--name", "d", "--out", "d.h"]).status == 0)
    let report = try folder.supnorm(
      ["report", "m.safetensors", "d.h", "--data", "digits", "--out", "r.html", "--tightness", "0"])
    #expect(report.status == 0, "\(report.errorOutput)")
    let page = try String(contentsOf: folder.url.appending(path: "r.html"), encoding: .utf8)
    #expect(page.contains("its verified ") && page.contains("held out"))
  }

  @Test func `A network of PyTorch can be trained further`() throws {
    let folder = try TestFolder()
    let start = Checkout.root.appending(path: "Tests/Vectors/pytorch/digits-f32.safetensors").path
    let train = ["train", "--data", "digits", "--start", start, "--out", "m.safetensors"]
    // Hardly a step: what comes out is the network that went in.
    let result = try folder.supnorm(train + ["--epochs", "1", "--rate", "1e-9", "--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect((try result.json()["accuracy"] as? Double ?? 0) > 0.999)
    let export = try folder.supnorm(
      ["export", "m.safetensors", "--name", "d", "--out", "d.h", "--data", "digits", "--json"])
    #expect((try export.json()["accuracy"] as? [String: Int])?["integerCorrect"] == 346)
    for (more, line) in [
      (["--hidden", "7"], "--hidden: \(start) has 32,32"),
      (["--layers", "distance"], "--start goes with --layers dense"),
    ] {
      let refused = try folder.supnorm(train + more)
      #expect(refused.status == 2 && refused.errorOutput.hasSuffix("supnorm train: \(line)\n"))
    }
  }

  @Test func `Choices without samples to choose by are refused`() throws {
    let folder = try TestFolder()
    for (option, value) in [("--patience", "3"), ("--restarts", "2")] {
      let result = try folder.supnorm(Self.train + [option, value, "--out", "m"])
      #expect(result.status == 2)
      #expect(result.errorOutput.hasPrefix("supnorm train: \(option) goes with --validation: "))
    }
  }

  @Test func `An interrupted run goes on from its checkpoint to the same file`() throws {
    let folder = try TestFolder()
    let train = ["train", "--data", "digits", "--epochs", "60", "--hidden", "12", "--validation", "0.1"]
    #expect(try folder.supnorm(train + ["--out", "whole.safetensors"]).status == 0)
    let running = try Checkout.start(
      Checkout.supnorm.path, train + ["--checkpoint", "c", "--out", "m.safetensors"], folder: folder.url)
    while running.process.isRunning, try !folder.names.contains("c") { sched_yield() }
    // However the machine goes down: what is there is a whole checkpoint.
    kill(running.process.processIdentifier, SIGKILL)
    running.process.waitUntilExit()
    _ = running.result
    let result = try folder.supnorm(train + ["--checkpoint", "c", "--out", "m.safetensors"])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.errorOutput.contains("c: going on after epoch "))
    let bytes = { (name: String) in try Data(contentsOf: folder.url.appending(path: name)) }
    #expect(try bytes("m.safetensors") == bytes("whole.safetensors"))
    // Another run is not taken for this one.
    let other = try folder.supnorm(train + ["--checkpoint", "c", "--out", "m.safetensors", "--rate", "0.01"])
    #expect(other.status == 2)
    #expect(other.errorOutput == "supnorm train: c: run.rate: '0.005', this run has '0.01'\n")
    try folder.write("no checkpoint", as: "d")
    let broken = try folder.supnorm(train + ["--checkpoint", "d", "--out", "m.safetensors"])
    #expect(broken.status == 2 && broken.errorOutput.hasPrefix("supnorm train: d: "))
  }
}
