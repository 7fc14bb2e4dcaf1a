import Header
import Checker
import Claims
import Integers
import Certification
import Foundation
import Files
import TestSupport
import Testing
@testable import Tools

/// The firmware on every board in QEMU, over the whole test set.
///
/// A missing QEMU fails here; it is never skipped.
@Suite("Firmware", .serialized)
struct BoardTests {
  /// Every folder of Firmware/Boards, in which nobody lost one of those that are promised.
  static let boards: [String] = {
    let names = (try? Board.names()) ?? []
    let promised = [
      "microbit", "mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547", "riscv32-virt",
    ]
    return names + promised.filter { !names.contains($0) }
  }()

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

  @Test(arguments: boards)
  func `every board computes logits, class, radius and local verdict like the host, on all 360 test samples`(
    _ name: String
  ) throws {
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
    // Dense and sparse layers with what opens them: most on RISC-V, whose kernels are in C.
    #expect((3000...9216).contains(value("inferenceCodeBytes")))
  }

  @Test(arguments: boards)
  func `a monotone regression and its output bounds run bit for bit on every board`(_ name: String) throws {
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

  @Test(arguments: boards)
  func `max-plus layers in every layout run bit for bit on every board`(_ name: String) throws {
    var random = TestRandom("board \(name) max-plus")
    for unit in [240, 32640] {
      try Self.runDigits(try Self.distances(unit: unit, &random), on: name, &random)
    }
  }

  @Test(arguments: boards)
  func `sort, abs, maxMin and residual inputs in layers of all kinds run bit for bit on every board`(
    _ name: String
  ) throws {
    var random = TestRandom("board \(name) hybrid")
    try Self.runDigits(try Self.hybrid(&random), on: name, &random)
  }

  @Test func `a firmware that does not fit is one line with both sizes of both memories`() throws {
    var random = TestRandom("too large")
    let network = try IntegerNetwork(
      layers: [Self.dense(&random, 3800, 64, .relu), Self.dense(&random, 10, 3800, .identity)], unit: 32640,
      inputMinimum: 0, inputMaximum: 32640)
    let folder = try TestFolder()
    try folder.write(headerText(of: try Self.claims(of: network, &random)), as: "net.h")
    let result = try folder.supnorm(["run", "net.h", "--board", "microbit", "--data", "digits"])
    #expect(result.status == 2)
    let error = result.errorOutput
    #expect(error.split(separator: "\n").count { $0.hasPrefix("supnorm run: ") } == 1)
    let line = try #require(error.split(separator: "\n").last { $0.contains("does not fit") }, "\(error)")
    #expect(line.hasPrefix("supnorm run: net.h does not fit microbit: "), "\(line)")
    #expect(line.contains(" bytes for FLASH, which has 262,144; "), "\(line)")
    #expect(line.hasSuffix(" bytes for RAM, which has 16,384"), "\(line)")
  }

  /// Runs the test images of the digits through a drawn network.
  private static func runDigits(
    _ network: IntegerNetwork, on name: String, _ random: inout TestRandom
  ) throws {
    let claims = try claims(of: network, &random)
    #expect(verification(of: claims).problems.isEmpty)
    let folder = try TestFolder()
    try folder.write(headerText(of: claims), as: "net.h")
    let result = try folder.supnorm([
      "run", "net.h", "--board", name, "--data", "digits", "--epsilon", "1/64", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    #expect(json["samples"] as? Int == 360 && json["mismatches"] as? Int == 0)
    let (stored, instructions) = (
      network.layers.reduce(0) { $0 + $1.storedCount }, json["instructionsPerInference"] as? Int ?? 0
    )
    print(
      "\(name), \(network.isMaxPlus ? "max-plus" : "hybrid"): \(stored) entries, \(instructions) instructions"
    )
    #expect(instructions > 0)
  }

  /// The claims of a drawn network, with golden vectors.
  private static func claims(
    of network: IntegerNetwork, _ random: inout TestRandom
  ) throws -> ModelClaims {
    // A feature of 0 … 16 becomes 0 … unit.
    let feature = FeatureClaims(
      offset: 0, scale: 1.0 / 16, multiplier: network.unit / 16, addend: 0, shift: 0,
      tolerance: (1.0 / Double(network.unit / 16)).nextDown.nextDown)
    let golden = (0..<4).map { _ in random.input(of: network) }
    return try ModelClaims(stating: network, name: "net", features: [feature], golden: golden)
  }

  /// Maxima over the image and over maxima, in words or, of inputs that fit in bytes, in bytes and halfwords; the nearest
  /// class wins.
  private static func distances(unit: Int, _ random: inout TestRandom) throws -> IntegerNetwork {
    func layer(_ rows: Int, _ columns: Int, _ activation: IntegerActivation) -> IntegerLayer {
      let entries = (0..<rows).map { _ in
        (0..<columns).filter { _ in random.oneIn(2) }.map { column in
          let (isNegated, center) = (random.oneIn(2), random.integer(0...unit))
          return MaxPlusEntry(column: column, isNegated: isNegated, offset: isNegated ? center : -center)
        } + [MaxPlusEntry(column: random.integer(0...columns - 1), isNegated: false, offset: 0)]
      }
      return IntegerLayer(columns: columns, entries: entries, activation: activation)
    }
    let network = try IntegerNetwork(
      layers: [layer(200, 64, .relu), layer(20, 200, .relu), layer(10, 20, .negate)], unit: unit,
      inputMinimum: 0, inputMaximum: unit)
    #expect(network.layers.map(\.layout) == (unit > 255 ? [0, 0, 0] : [1, 2, 1]))
    return network
  }

  /// Layers of all kinds, and a dense last layer that reads some pixels once more.
  private static func hybrid(_ random: inout TestRandom) throws -> IntegerNetwork {
    try IntegerNetwork(
      layers: [
        dense(&random, 30, 64, .maxMin), dense(&random, 24, 30, .abs, isSparse: true),
        random.maxPlusLayer(rows: 20, columns: 24, activation: IntegerActivation.allCases[6]),
        dense(&random, 16, 20, .sort),
        dense(&random, 10, 18, .identity),
      ], unit: 32640, inputMinimum: 0, inputMaximum: 32640, residualInputs: [20, 43])
  }

  private static func dense(
    _ random: inout TestRandom, _ rows: Int, _ columns: Int, _ activation: IntegerActivation,
    isSparse: Bool = false
  ) -> IntegerLayer {
    let weights = (0..<rows).flatMap { _ in random.row(columns, sum: 1 << 12) }
    let layer = IntegerLayer(
      rows: rows, columns: columns, weights: weights, biases: [Int32](repeating: 99, count: rows), shift: 12,
      activation: activation, rowSumBound: 0, isSparse: isSparse)
    return layer.changed(rowSumBound: layer.rowSums.max() ?? 0)
  }
}
