import Foundation
import TestSupport
import Testing

/// `supnorm bench --board` and `--check` on the boards in QEMU.
@Suite("Bench on boards", .serialized)
struct BoardBenchTests {
  @Test func `No board takes over 2 % more instructions, code or stack than what is checked in`() throws {
    let counts = Checkout.root.appending(path: "Tests/Vectors/instructions.json").path
    let result = try TestFolder().supnorm(["bench", "--check", counts])
    print(result.output)
    #expect(result.status == 0, "\(result.errorOutput)")
  }

  @Test func `bench counts what run counts, and its histogram adds up to the mean`() throws {
    let folder = try TestFolder()
    for arguments in [
      ["train", "--data", "digits", "--epochs", "2", "--hidden", "16,16", "--out", "m.safetensors"],
      ["export", "m.safetensors", "--name", "net", "--out", "net.h", "--storage", "dense"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let common = ["--board", "mps2-an386", "--data", "digits", "--limit", "4", "--epsilon", "1/16", "--json"]
    let bench = try folder.supnorm(["bench", "net.h"] + common).json()
    let run = try folder.supnorm(["run", "net.h"] + common).json()
    let cost = try #require((bench["costs"] as? [[String: Any]])?.first)
    let figures = { (key: String) in cost[key] as? [String: Any] ?? [:] }
    let (inference, certificate) = (figures("inference"), figures("certificate"))
    let mean = try #require(inference["mean"] as? Int)
    #expect(mean == run["instructionsPerInference"] as? Int)
    #expect(certificate["mean"] as? Int == run["instructionsPerCertificate"] as? Int)
    #expect(cost["mismatches"] as? Int == 0)
    #expect(cost["stackBytes"] as? Int == run["stackBytes"] as? Int)
    for figure in [inference, certificate] {
      let values = ["mean", "greatest", "full"].map { figure[$0] as? Int ?? -1 }
      #expect(values[0] > 500 && values[0] <= values[1] && values[1] <= values[2] * 102 / 100, "\(values)")
    }
    let functions = try #require(cost["functions"] as? [[String: Any]])
    let sum = functions.reduce(0) { $0 + ($1["inference"] as? Double ?? 0) }
    #expect((sum - Double(mean)).magnitude <= 1)
    #expect(functions.contains { $0["name"] as? String == "supnorm_dense_infer" })
    let network = try #require((bench["networks"] as? [[String: Any]])?.first)
    #expect(network["samples"] as? Int == 360 && network["entries"] as? Int == 64 * 16 + 16 * 16 + 16 * 10)
  }
}
