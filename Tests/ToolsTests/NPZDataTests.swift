import Foundation
import TestSupport
import Testing

/// `.npz` files as `--data`.
@Suite("NPZ data")
struct NPZDataTests {
  private static let vectors = Checkout.root.appending(path: "Tests/Vectors/npz").path

  @Test func `A network is trained and evaluated on the two parts of a file`() throws {
    let folder = try TestFolder()
    let data = "\(Self.vectors)/images.npz"
    let train = try folder.supnorm(
      [
        "train", "--data", data, "--epochs", "2", "--hidden", "4", "--crop", "0", "--out", "m.safetensors",
        "--json",
      ])
    #expect(train.status == 0, "\(train.errorOutput)")
    #expect(try train.json()["samples"] as? Int == 5)
    #expect(try folder.supnorm(["export", "m.safetensors", "--name", "n", "--out", "n.h"]).status == 0)
    let evaluation = try folder.supnorm(["evaluate", "n.h", "--data", data, "--epsilon", "0.1", "--json"])
    #expect(evaluation.status == 0, "\(evaluation.errorOutput)")
    #expect(try evaluation.json()["samples"] as? Int == 2)
    #expect(try String(contentsOf: folder.url.appending(path: "n.h"), encoding: .utf8).contains("N_UNIT 32"))
  }

  @Test func `A file that cannot be read is refused in one line`() throws {
    let folder = try TestFolder()
    let train = { (data: String) in try folder.supnorm(["train", "--data", data, "--out", "m"]) }
    for (name, line) in [
      ("refused-nan", "x[1]: nan is not finite"), ("refused-count", "y: 2 labels for 3 samples"),
    ] {
      let result = try train("\(Self.vectors)/\(name).npz")
      #expect(result.status == 2)
      #expect(result.errorOutput == "supnorm train: \(Self.vectors)/\(name).npz: \(line)\n")
    }
    let missing = try folder.supnorm(
      ["train", "--data", "\(Self.vectors)/images.npz", "--out", "m"], environment: ["PATH": "/nowhere"])
    #expect(missing.status == 2)
    #expect(missing.errorOutput.hasSuffix("install it or save the arrays uncompressed\n"))
    #expect(try folder.names == [])
  }
}
