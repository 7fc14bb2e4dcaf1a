import Claims
import Integers
import Certification
import Foundation
import TestSupport
import Testing
@testable import Tools

@Suite("evaluate --attack")
struct EvaluateAttackTests {
  private func evaluate(_ arguments: [String]) throws -> ProgramResult {
    try TrainedDigits.folder.get().folder.supnorm(
      ["evaluate", "digits.h", "--data", "digits", "--epsilon", "1/16,1/8,1/4"] + arguments)
  }

  private func fractions(_ key: String, _ json: [String: Any]) throws -> [Double] {
    try #require(json["radii"] as? [[String: Any]]).map { $0[key] as? Double ?? -1 }
  }

  @Test func `PGD finds at least as much as FGSM, that more than noise, and nothing that is certified`()
    throws
  {
    var empirical: [String: [Double]] = [:]
    for kind in ["pgd", "fgsm", "corner", "noise"] {
      let result = try evaluate(["--attack", kind, "--json"])
      #expect(result.status == 0, "\(result.errorOutput)")
      let json = try result.json()
      let found = try fractions("empirical", json)
      empirical[kind] = found
      #expect(zip(try fractions("certified", json), found).allSatisfy { $0 <= $1 }, "\(kind): \(found)")
      #expect(found.allSatisfy { $0 <= json["clean"] as? Double ?? 0 })
      let attack = try #require(json["attack"] as? [String: Any])
      #expect(Set(attack.keys) == ["kind", "norm", "steps", "restarts", "seed", "attempts"])
      #expect(attack["kind"] as? String == kind && attack["norm"] as? String == "inf")
      #expect(attack["attempts"] as? Int ?? 0 > 900)
      #expect((json["violations"] as? [Any])?.isEmpty == true)
    }
    let (pgd, fgsm) = (try #require(empirical["pgd"]), try #require(empirical["fgsm"]))
    let (corner, noise) = (try #require(empirical["corner"]), try #require(empirical["noise"]))
    #expect(zip(pgd, fgsm).allSatisfy { $0 <= $1 } && pgd[2] < fgsm[2], "\(empirical)")
    #expect(zip(fgsm, noise).allSatisfy { $0 <= $1 } && fgsm[2] < noise[2], "\(empirical)")
    // Neither of these two contains the other: small radii may differ by a few samples.
    #expect(zip(corner, fgsm).allSatisfy { $0 <= $1 + 0.01 } && corner[2] < fgsm[2], "\(empirical)")
  }

  @Test func `An l2 ball lies in the l-infinity ball, and finds less`() throws {
    let box = try fractions("empirical", evaluate(["--attack", "pgd", "--json"]).json())
    let ball = try fractions("empirical", evaluate(["--attack", "pgd", "--norm", "2", "--json"]).json())
    #expect(zip(box, ball).allSatisfy { $0 <= $1 } && box[2] < ball[2], "\(box) \(ball)")
  }

  @Test func `The same seed gives the same bytes, and the table says what withstood`() throws {
    let words = ["--attack", "noise", "--restarts", "5", "--seed", "3", "--limit", "100"]
    let (first, second) = (try evaluate(words + ["--json"]), try evaluate(words + ["--json"]))
    #expect(first.status == 0 && first.output == second.output)
    let json = try first.json()
    #expect(json["samples"] as? Int == 100)
    let attack = try #require(json["attack"] as? [String: Any])
    #expect(attack["restarts"] as? Int == 5 && attack["seed"] as? Int == 3)
    let text = try evaluate(words).output.split(separator: "\n")
    #expect(text[0].hasPrefix("100 samples, clean accuracy "))
    #expect(text[1].hasSuffix("under noise") && text.count == 5)
    for (line, fraction) in zip(text.dropFirst(2), try fractions("empirical", json)) {
      #expect(line.hasSuffix(" \(Int((fraction * 100).rounded())).0 %"), "\(line)")
    }
  }

  @Test func `Without an attack, empirical is null and nothing is said of attacks`() throws {
    let json = try evaluate(["--limit", "10", "--json"]).json()
    #expect(try #require(json["radii"] as? [[String: Any]]).allSatisfy { $0["empirical"] is NSNull })
    #expect(json["attack"] == nil && json["violations"] == nil)
  }

  @Test func `Bad usage is one line and exit status 2`() throws {
    for (arguments, line) in [
      (["--attack", "magic"], "--attack 'magic': not one of fgsm, pgd, noise, corner"),
      (["--attack", "pgd", "--norm", "3"], "--norm '3': not one of 1, 2, inf"),
      (["--attack", "pgd", "--steps", "0"], "--steps '0': not a whole number in 1…1000000"),
      (["--attack", "fgsm", "--steps", "3"], "--steps does not go with --attack fgsm"),
      (["--attack", "noise", "--steps", "3"], "--steps does not go with --attack noise"),
      (["--steps", "3"], "--steps needs --attack"), (["--seed", "3"], "--seed needs --attack"),
      (["--norm", "0"], "--norm '0': not one of 1, 2, inf"),
      (["--restarts", "2"], "--restarts needs --attack"),
      (["--limit", "0"], "--limit '0': not a whole number in 1…1000000000"),
      (["--attack"], "option '--attack' needs a value"),
    ] {
      let result = try evaluate(arguments)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errorOutput == "supnorm evaluate: \(line)\n")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `Ctrl-C ends an attack with status 130 and no output`() throws {
    let folder = try TrainedDigits.folder.get().folder
    let running = try WatchedProgram(
      [
        "evaluate", "digits.h", "--data", "digits", "--epsilon", "1/16", "--attack", "noise", "--restarts",
        "30000", "--json",
      ], in: folder)
    #expect(running.says("attacking by noise"))
    let result = running.interrupt()
    #expect(result.status == 130, "\(result.errorOutput)")
    #expect(result.output.isEmpty)
    #expect(result.errorOutput.hasSuffix("supnorm evaluate: interrupted\n"))
  }

  @Test func `A disproved certificate is told with sample, radius, classes, logits and changed inputs`()
    throws
  {
    // Class 0 wins while the first input exceeds 20; the table claims that it always does.
    let layer = IntegerLayer(
      rows: 2, columns: 20, weights: [1] + Array(repeating: 0, count: 39), biases: [0, 20], shift: 0,
      activation: .identity, rowSumBound: 1, isSparse: false)
    let network = try CertifiedNetwork(
      IntegerNetwork(layers: [layer], unit: 1, inputMinimum: 0, inputMaximum: 100),
      unproved: [ChangeBound(slope: 0, offset: 0)])
    let input = Array(repeating: Int16(50), count: 20)
    let counts = try #require(
      try network.attackedAccuracy(
        inputs: [Array(repeating: 90, count: 20), input], labels: [0, 0], radii: [40],
        options: AttackOptions(.noise)))
    #expect(counts.withstood == [1] && counts.violations.count == 1)
    #expect(
      AttackRun.failure(counts, of: "n.h")
        == "n.h: sample 1: class 0 is certified within 40 LSB and does not hold there (1 such)")
    let found = try #require(counts.violations.first).counterExample
    let lines = AttackRun.text(counts).split(separator: "\n")
    #expect(lines[0] == "Sample 1: class 0, logits [50, 20], certified within 40 LSB by the global bound.")
    #expect(
      lines[1]
        == "At a distance of \(found.distanceLSB) LSB: class 1, logits [\(found.point[0]), 20].")
    let changed = found.point.indices.filter { found.point[$0] != 50 }
    let first = try #require(changed.first)
    #expect(lines[2].hasPrefix("Changed inputs: \(first): 50 → \(found.point[first]), "))
    #expect(lines[2].hasSuffix(", and \(changed.count - 16) more") == (changed.count > 16), "\(lines[2])")
    #expect(AttackRun.failure(AttackCounts(withstood: [2]), of: "n.h") == nil)
    #expect(AttackRun.text(AttackCounts(withstood: [2])).isEmpty)
  }
}
