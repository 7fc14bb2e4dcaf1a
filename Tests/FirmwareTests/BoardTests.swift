import Foundation
import TestSupport
import Testing

/// The firmware on every board in QEMU, over the whole test set.
///
/// A missing QEMU fails here; it is never skipped.
@Suite("Firmware", .serialized)
struct BoardTests {
  /// Trained enough to be worth certifying: the demo's network shape with fewer epochs.
  private static let digits = Result { () throws -> TestFolder in
    let folder = try TestFolder()
    for arguments in [
      ["train", "--data", "digits", "--epochs", "30", "--out", "m.safetensors"],
      ["export", "m.safetensors", "--name", "digits", "--out", "digits.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    return folder
  }

  @Test(
    "every board computes logits, class, radius and local verdict like the host, on all 360 test samples",
    arguments: ["mps2-an386", "microbit", "riscv32-virt"])
  func board(_ name: String) throws {
    let folder = try Self.digits.get()
    let result = try folder.supnorm(["run", "digits.h", "--board", name, "--data", "digits", "--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    let value = { (key: String) in json[key] as? Int ?? -1 }
    #expect(value("samples") == 360)
    #expect(value("mismatches") == 0)
    // Neither nothing nor everything is certified, so the verdicts say something.
    #expect(value("locallyCertified") > 36 && value("locallyCertified") < 360)
    #expect(value("instructionsPerInference") > 1000)
    #expect(value("instructionsPerCertificate") > value("instructionsPerInference"))
    #expect(value("textBytes") > value("parameterBytes"))
    #expect(value("dataBytes") == 0)
    #expect(value("bssBytes") >= value("scratchBytes"))
    #expect((1...2048).contains(value("stackBytes")))
    // The abstaining inference gives a class wherever a certificate reaches the radius.
    #expect(value("abstained") <= 360 - value("locallyCertified") && value("abstained") > 0)
    // 4 KB on the Cortex-M4, a little more without its instructions.
    #expect((1000...(name == "mps2-an386" ? 4095 : 4864)).contains(value("inferenceCodeBytes")))
  }

  @Test(
    "a monotone regression and its output bounds run bit for bit on every board",
    arguments: ["mps2-an386", "microbit", "riscv32-virt"])
  func regression(_ name: String) throws {
    let folder = try TestFolder()
    for arguments in [
      [
        "train", "--data", "breast-cancer", "--target", "worst_area", "--features",
        "mean_radius,mean_texture,mean_smoothness", "--monotone", "+mean_radius,-mean_smoothness",
        "--tolerance", "mean_radius=0.2,mean_texture=0.3", "--epochs", "20", "--out", "m.safetensors",
      ],
      ["export", "m.safetensors", "--name", "area", "--out", "area.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let result = try folder.supnorm(["run", "area.h", "--board", name, "--data", "breast-cancer", "--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    #expect(json["samples"] as? Int == 113 && json["mismatches"] as? Int == 0)
    #expect(
      (json["instructionsPerCertificate"] as? Int ?? 0) > (json["instructionsPerInference"] as? Int ?? 0))
  }

  @Test("maxMin, abs and a constrained last layer run bit for bit too", arguments: ["maxMin", "abs"])
  func activations(_ activation: String) throws {
    let folder = try TestFolder()
    for arguments in [
      [
        "train", "--data", "digits", "--epochs", "10", "--hidden", "24,17", "--activation", activation,
        "--loss",
        "hinge", "--last", "constrained", "--out", "m.safetensors",
      ],
      ["export", "m.safetensors", "--name", "net_2", "--out", "net.h", "--prune", "64"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let result = try folder.supnorm([
      "run", "net.h", "--board", "mps2-an386", "--data", "digits", "--epsilon", "1/64", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try result.json()["mismatches"] as? Int == 0)
  }
}
