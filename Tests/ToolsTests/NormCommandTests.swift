import Foundation
import TestSupport
import Testing
@testable import Tools

@Suite("norm, and evaluate --norm")
struct NormCommandTests {
  private func run(_ arguments: [String]) throws -> ProgramResult {
    try TrainedDigits.folder.get().folder.supnorm(arguments)
  }

  private func networks(_ json: [String: Any]) throws -> [[String: Any]] {
    try #require(json["networks"] as? [[String: Any]])
  }

  private func number(_ key: String, _ object: [String: Any]) throws -> Double {
    try #require(object[key] as? Double, "\(key) of \(object)")
  }

  @Test func `Quotients of the integers stand below the bound, and beside those of the floats`() throws {
    let result = try run([
      "norm", "digits.h", "--data", "digits", "--model", "m.safetensors", "--limit", "20", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    #expect(json["certified"] as? Bool == true)
    for (network, norm) in zip(try networks(json), ["1", "2", "inf"]) {
      #expect(network["norm"] as? String == norm && network["violations"] as? Int == 0)
      let (quotient, bound) = (try number("quotient", network), try number("boundAtDistance", network))
      let (slope, offset) = (try number("slope", network), try number("offset", network))
      #expect(0 < quotient && quotient <= bound && slope < bound && offset > 0)
      #expect(abs(try number("floatQuotient", network) / quotient - 1) < 0.05, "\(network)")
    }
    let layers = try #require(json["layers"] as? [[String: Any]])
    let norms = try layers.map { try #require($0["norms"] as? [[String: Any]]) }
    #expect(norms.count == 3 && norms.allSatisfy { $0[1]["proof"] as? String == "factor" })
    let verified = try run(["verify", "digits.h", "--json"]).json()
    let gains = try #require(verified["layers"] as? [[String: Any]]).map { $0["gain"] as? Double }
    #expect(norms.map { $0[2]["bound"] as? Double } == gains)
    let text = try run(["norm", "digits.h", "--norm", "2", "--limit", "3"]).output
    #expect(text.contains("slope") && text.contains("0 exceed their bound") && !text.contains("p = 1"))
  }

  @Test func `A model's bounds are close to its header's, and called uncertified`() throws {
    let model = try run(["norm", "m.safetensors", "--limit", "5", "--json"]).json()
    let header = try run(["norm", "digits.h", "--limit", "5", "--json"]).json()
    #expect(model["certified"] as? Bool == false)
    for (model, header) in zip(try networks(model), try networks(header)) {
      #expect(try number("slope", header) <= 1.01 * number("slope", model), "\(model) \(header)")
      #expect(try number("floatQuotient", model) <= number("slope", model))
    }
    #expect(try run(["norm", "m.safetensors", "--limit", "2"]).output.contains("nothing here is certified"))
    let same = ["norm", "digits.h", "--limit", "4", "--seed", "5", "--json"]
    #expect(try run(same).output == run(same).output)
  }

  @Test
  func `Certified accuracy in l2 lies between that of the box around the ball and what an attack leaves`()
    throws
  {
    let words = [
      "evaluate", "digits.h", "--data", "digits", "--epsilon", "0.05,0.2,1", "--limit", "200", "--json",
    ]
    for norm in ["1", "2"] {
      let json = try run(words + ["--norm", norm, "--attack", "pgd", "--restarts", "2", "--steps", "10"])
        .json()
      #expect(json["norm"] as? String == norm && (json["violations"] as? [Any])?.isEmpty == true)
      for radius in try #require(json["radii"] as? [[String: Any]]) {
        let certified = try number("certified", radius)
        #expect(try number("certifiedBox", radius) <= certified && certified <= number("empirical", radius))
        #expect(
          try max(number("certifiedProduct", radius), number("certifiedFirstLayer", radius)) <= certified)
      }
    }
    let text = try run(words.dropLast() + ["--norm", "2"]).output
    #expect(text.contains("by the first layer") && text.contains("by the product of norms"))
  }

  @Test func `Bad usage is one line and exit status 2`() throws {
    for (arguments, line) in [
      (["norm", "digits.h", "--norm", "3"], "--norm '3': not one of 1, 2, inf"),
      (["norm", "digits.h", "--steps", "0"], "--steps '0': not a whole number in 1…1000000"),
      (["norm", "m.safetensors", "--model", "m.safetensors"], "--model goes with a header"),
      (["norm"], "1 argument(s) missing, see --help"),
      (["evaluate", "digits.h", "--data", "digits", "--norm", "2"], "--norm 2 needs --epsilon"),
      (
        ["evaluate", "digits.h", "--data", "digits", "--norm", "two", "--epsilon", "1"],
        "--norm 'two': not one of 1, 2, inf"
      ),
    ] {
      let result = try run(arguments)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errorOutput == "supnorm \(arguments[0]): \(line)\n")
    }
  }
}
