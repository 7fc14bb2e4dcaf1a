import Foundation
import TestSupport
import Testing

@Suite("Tightness")
struct TightnessTests {
  @Test func `It prints the radii that the library finds, in order, and the same ones twice`() throws {
    let box = try TrainedDigits.folder.get()
    let command = [
      "tightness", "digits.h", "--data", "digits", "--limit", "6", "--nodes", "20", "--seconds", "600",
      "--json",
    ]
    let result = try box.folder.supnorm(command)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try box.folder.supnorm(command).output == result.output)
    let json = try result.json()
    let samples = try #require(json["samples"] as? [[String: Any]])
    #expect(samples.map { $0["sample"] as? Int } == [0, 1, 2, 3, 4, 5])
    #expect(json["isOrdered"] as? Bool == true && json["model"] as? String == "digits")
    let predictions = try box.folder.supnorm([
      "predict", "digits.h", "--input",
      Checkout.root.appending(path: "Tools/data/digits/digits-test.csv").path,
      "--json",
    ]).json()["predictions"]
    for (sample, prediction) in zip(samples, try #require(predictions as? [[String: Any]])) {
      for key in ["class", "globalRadiusLSB", "localRadiusLSB"] {
        #expect(sample[key] as? Int == prediction[key] as? Int, "\(key)")
      }
      let radii = [
        "localRadiusLSB", "linearRadiusLSB", "provedRadiusLSB", "refutedRadiusLSB", "empiricalRadiusLSB",
      ].compactMap { sample[$0] as? Int }
      #expect(radii.count == 5 && radii[0] <= radii[1] && radii[1] <= radii[2], "\(radii)")
      #expect(radii[2] < radii[3] && radii[3] <= radii[4] + 1 && (sample["nodes"] as? Int ?? 99) <= 20)
    }
    let exact = try #require(json["exact"] as? Int)
    #expect(exact + (json["between"] as? Int ?? 0) == 6)
    let least = try #require(json["localToExactLeast"] as? Double)
    let greatest = try #require(json["localToExactGreatest"] as? Double)
    #expect(0 < least && least <= greatest && greatest <= 1)
  }

  @Test func `The table has a line for each radius`() throws {
    let box = try TrainedDigits.folder.get()
    let result = try box.folder.supnorm([
      "tightness", "digits.h", "--data", "digits", "--limit", "3", "--nodes", "0",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let names = result.output.split(separator: "\n").map { String($0.prefix { $0 != " " && $0 != "," }) }
    #expect(
      names == ["radius", "global", "local", "linear", "proved", "refuted", "empirical", "gap", "3"],
      "\(result.output)")
  }

  @Test func `Bad input is one line and exit status 2`() throws {
    let box = try TrainedDigits.folder.get()
    let cases: [(arguments: [String], line: String)] = [
      (["digits.h"], "option '--data' is required"),
      (["digits.h", "--data", "digits", "--limit", "0"], "--limit '0': not a whole number in 1…2147483647"),
      (
        ["digits.h", "--data", "digits", "--nodes", "-1"], "--nodes '-1': not a whole number in 0…1000000000"
      ),
      (["digits.h", "--data", "digits", "--seconds", "x"], "--seconds 'x': not a number in 0.0…1000000.0"),
      (["nope.h", "--data", "digits"], "nope.h: no such file or folder"),
    ]
    for (arguments, line) in cases {
      let result = try box.folder.supnorm(["tightness"] + arguments)
      #expect(result.status == 2)
      #expect(result.errorOutput == "supnorm tightness: \(line)\n")
      #expect(result.output.isEmpty)
    }
  }
}
