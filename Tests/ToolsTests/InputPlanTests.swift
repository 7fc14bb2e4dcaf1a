import Header
import Claims
import Certification
import Foundation
import Files
import TestSupport
import Testing
import Training

/// How the columns of a table become inputs: the maps that `train` chooses, and what it refuses first.
@Suite("Input maps of tables")
struct InputPlanTests {
  static func text(_ name: String) throws -> String {
    try String(
      contentsOf: Checkout.root.appending(path: "Tests/Vectors/cases/\(name).csv"), encoding: .utf8)
  }

  /// Trains on `d.csv` in a folder, exports it as `net.h` and verifies that.
  ///
  /// - Returns: what the training said on standard error.
  @discardableResult
  static func deploy(_ folder: TestFolder, _ options: [String] = []) throws -> String {
    let train = try folder.supnorm(["train", "--data", "d.csv", "--out", "m.safetensors"] + options)
    try #require(train.status == 0, "\(train.errorOutput)")
    for arguments in [["export", "m.safetensors", "--name", "net", "--out", "net.h"], ["verify", "net.h"]] {
      let result = try folder.supnorm(arguments)
      try #require(result.status == 0, "\(result.errorOutput)")
    }
    return train.errorOutput
  }

  static func deployed(_ text: String, _ options: [String] = []) throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write(text, as: "d.csv")
    try deploy(folder, options)
    return folder
  }

  static func claims(_ folder: TestFolder) throws -> ModelClaims {
    let file = try readHeader(folder.file("net.h"))
    #expect(file.check().problems == [])
    return file.claims
  }

  /// A table with the cells of its columns changed, but for the last one, the label.
  static func changing(_ text: String, _ change: (_ value: Double, _ column: Int) -> Double) -> String {
    let lines = text.split(whereSeparator: \.isNewline)
    let rows = lines.dropFirst().map { line in
      let cells = line.split(separator: ",")
      let features = cells.dropLast().enumerated().map { "\(change(Double($1) ?? .nan, $0))" }
      return (features + [String(cells[cells.count - 1])]).joined(separator: ",")
    }
    return ([String(lines[0])] + rows).joined(separator: "\n") + "\n"
  }

  @Test func `Whole numbers of a table get an exact map for each column, whatever their unit`() throws {
    let millimeters = try Self.text("train-integers-share-one-scale-iris-mm")
    let folder = try Self.deployed(millimeters)
    let features = try Self.claims(folder).features
    #expect(
      features.map(\.shift) == [0, 0, 0, 0] && features.allSatisfy { $0.base == 10 && $0.exponent == 0 })
    // Ranges of 36, 24, 59 and 24 steps; the odd one has a middle between two readings, and so even steps.
    #expect(features.map(\.multiplier) == [65534 / 36, 65534 / 24, 65534 / 59 / 2 * 2, 65534 / 24])
    func clean(_ folder: TestFolder) throws -> Double {
      let json = try folder.supnorm(["evaluate", "net.h", "--data", "d.csv", "--json"]).json()
      #expect(json["samples"] as? Int == 150)
      return json["clean"] as? Double ?? 0
    }
    let whole = try clean(folder)
    #expect(whole >= 0.93, "\(whole)")
    for change: (Double, Int) -> Double in [{ value, _ in value / 10 }, { $0 + ($1 == 0 ? 0.5 : 0) }] {
      let other = try Self.deployed(Self.changing(millimeters, change))
      #expect(abs(try clean(other) - whole) <= 3.0 / 150)
      // Both are tenths, where anything has changed.
      #expect(try Self.claims(other).features[0].exponent == 1)
    }
  }

  @Test func `A regression on a small table of whole numbers explains what a free scaling would`() throws {
    let folder = try Self.deployed(
      Self.text("regression-integers-share-one-scale-stackloss"), ["--target", "STACKLOSS"])
    #expect(try Self.claims(folder).features.map(\.shift) == [0, 0, 0])
    let json = try folder.supnorm(["evaluate", "net.h", "--data", "d.csv", "--json"]).json()
    #expect(json["samples"] as? Int == 21)
    let explained = json["explainedVariance"] as? Double ?? 0
    #expect(explained >= 0.95, "\(explained)")
  }

  /// `supnorm_encode` in 128 bits, from the numbers of the header.
  static func encoded(_ reading: Int, _ feature: FeatureClaims, _ claims: ModelClaims) -> Int {
    let product = Int128(reading - feature.origin) * Int128(feature.multiplier) + Int128(feature.addend)
    let shifted = product >> Int128(feature.shift)
    return Int(min(max(shifted, Int128(claims.inputMinimum)), Int128(claims.inputMaximum)))
  }

  @Test func `Host and device answer alike over a wide range, and far outside of it`() throws {
    let text = try Self.text("encode-device-multiplier-1-range-1e9")
    let folder = try Self.deployed(text, ["--hidden", "8", "--epochs", "4"])
    let claims = try Self.claims(folder)
    #expect(claims.features.allSatisfy { $0.base == 10 && $0.exponent == 0 })
    var rows = text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      line.split(separator: ",").prefix(2).map { Int($0) ?? .min }
    }
    let words = [Int(Int32.min), Int(Int32.max)]
    rows += words.flatMap { first in (words + [0, -1]).map { [first, $0] } } + [[0, 0], [-1, 1]]
    let lines = rows.map { "\($0[0]),\($0[1])" }
    try folder.write("cnt,v\n" + lines.joined(separator: "\n") + "\n", as: "host.csv")
    let device = rows.map { row in
      row.enumerated().map { "\(Self.encoded($1, claims.features[$0], claims))" }.joined(separator: ",")
    }
    try folder.write("cnt,v\n" + device.joined(separator: "\n") + "\n", as: "device.csv")
    func answers(_ arguments: [String]) throws -> [[Int]] {
      let result = try folder.supnorm(["predict", "net.h", "--json", "--input"] + arguments)
      let predictions = try #require(
        try result.json()["predictions"] as? [[String: Any]], "\(result.errorOutput)")
      return predictions.compactMap { $0["logits"] as? [Int] }
    }
    let (host, raw) = (try answers(["host.csv"]), try answers(["device.csv", "--raw"]))
    #expect(host.count == 310 && host == raw)
    #expect(Set(host).count > 100, "the rows differ")
  }

  @Test func `Columns that are no readings are for hosts only, and --reading makes them readings`() throws {
    let text = try Self.text("export-fails-after-training-range-1e-6")
    let folder = try TestFolder()
    try folder.write(text, as: "d.csv")
    let short = ["--hidden", "4", "--epochs", "1"]
    let said = try Self.deploy(folder, short)
    #expect(said.contains("host only, since the values are no whole readings of 32 bits: a, b ("), "\(said)")
    let features = try Self.claims(folder).features
    #expect(features.map(\.base) == [0, 0, 10])
    #expect(features.prefix(2).allSatisfy { $0.multiplier == 0 && $0.origin == 0 && $0.addend == 0 })
    let stated = try Self.deploy(folder, short + ["--reading", "a=1e-12,b=10^-15"])
    #expect(!stated.contains("host only"))
    let readings = try Self.claims(folder).features
    #expect(readings.map(\.base) == [10, 10, 10] && readings.map(\.exponent) == [12, 15, 0])
    #expect(readings.allSatisfy { $0.multiplier > 0 })
  }

  @Test func `Seconds since 1970 have an exact map`() throws {
    let folder = try Self.deployed(
      Self.text("export-fails-after-training-unix-timestamp"), ["--hidden", "4", "--epochs", "1"])
    let feature = try Self.claims(folder).features[0]
    #expect(feature.shift == 0 && feature.origin > 1_700_000_000 && feature.multiplier > 400)
  }

  static let milliseconds = "ts,v\u{20}2,label\n1700000000000,1,0\n1700000001000,2,1\n1700000003000,5,0\n"
  static let short = ["--hidden", "2", "--epochs", "1"]

  @Test func `Whole numbers beyond 32 bits are refused before training, with column, range and remedy`()
    throws
  {
    let folder = try TestFolder()
    try folder.write(Self.milliseconds, as: "d.csv")
    // So many epochs that training would not come to an end.
    let train = ["train", "--data", "d.csv", "--epochs", "1000000", "--out", "m.safetensors"]
    for (options, problem) in [
      ([], "whole numbers beyond the 32 bits of a reading"),
      (["--reading", "ts=1"], "readings of value · 10^0 leave 32 bits"),
      (["--reading", "ts=100"], "readings of value · 10^-2 leave 32 bits"),
      (["--reading", "*=1"], "readings of value · 10^0 leave 32 bits"),
    ] {
      let result = try folder.supnorm(train + options)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(
        result.errorOutput
          == "supnorm train: --data: column 'ts', 1700000000000 … 1700000003000: \(problem); "
          + "take a base off the column, give it a coarser unit (--reading 'ts=UNIT'), "
          + "or leave it to hosts (--reading 'ts=none')\n")
      #expect(try folder.names == ["d.csv"])
    }
    try Self.deploy(folder, Self.short + ["--reading", "ts=1000"])
    let seconds = try Self.claims(folder).features[0]
    #expect(seconds.base == 10 && seconds.exponent == -3 && seconds.origin / 1000 == 1_700_000)
    #expect(try Self.deploy(folder, Self.short + ["--reading", "ts=none"]).contains("32 bits: ts ("))
    #expect(try Self.claims(folder).features.map(\.base) == [0, 10])
  }

  private static let noUnit =
    "not a power of ten from 1e-15 to 1e9 or of two from 2^-60 to 2^30, nor none"

  private static let refusals =
    [
      "ts=0.3", "ts=abc", "ts=", "ts=0", "ts=-1", "ts=10^10", "ts=10^-16", "ts=2^-61", "ts=2^31", "ts=3^1",
      "ts=2^-9223372036854775808", "ts=inf", "ts=nan", "ts=NONE",
    ].map { ($0, " '\($0)': \(noUnit)") } + [
      ("ts", " 'ts': not a name, =, and a unit"), ("ts=1000,", " '': not a name, =, and a unit"),
      ("time=1", " 'time': no such feature column, there are ts, v 2"),
      ("label=1", " 'label': no such feature column, there are ts, v 2"),
      ("ts=1000,ts=1000", " 'ts': given twice"), ("*=1000,*=none", ": '*' is given twice"),
    ]

  @Test func `A unit that is none is refused in one line`() throws {
    let folder = try TestFolder()
    try folder.write(Self.milliseconds, as: "d.csv")
    for (option, problem) in Self.refusals {
      let result = try folder.supnorm([
        "train", "--data", "d.csv", "--reading", option, "--epochs", "1000000", "--out", "m.safetensors",
      ])
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errorOutput == "supnorm train: --reading\(problem)\n")
    }
    #expect(try folder.names == ["d.csv"])
  }

  @Test func `A column too narrow for any map is refused, and the narrowest ones have one`() throws {
    let folder = try TestFolder()
    for width in ["2e-320", "2e-307"] {
      try folder.write("a,b,label\n0,1,0\n\(width),2,1\n0,3,0\n", as: "d.csv")
      let result = try folder.supnorm(["train", "--data", "d.csv", "--out", "m.safetensors"] + Self.short)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(
        result.errorOutput == "supnorm train: --data: column 'a', 0.0 … \(width): too narrow for a map; "
          + "multiply it by a constant\n")
    }
    try folder.write("a,b,label\n0,-1.5e308,0\n2e-303,1.5e308,1\n1e-303,3,0\n", as: "d.csv")
    try Self.deploy(folder, Self.short + ["--reading", "b=none"])
    #expect(try Self.claims(folder).features.map(\.base) == [0, 0])
  }

  @Test func `Decimal columns get their own grid, and every spelling of a unit is stated`() throws {
    let folder = try TestFolder()
    try folder.write(
      "whole,tenths,thousandths,eighths,label\n"
        + "-3,0.5,-1.001,0.125,0\n4,20,7.25,3.875,1\n0,-1.5,0.002,-1.625,0\n", as: "d.csv")
    for (options, units) in [
      ([], ["10^0", "10^1", "10^3", "10^3"]),
      (["--reading", "eighths=1/8,tenths=0.01"], ["10^0", "10^2", "10^3", "2^3"]),
      (["--reading", "thousandths=2^-10,eighths=0.125,whole=10^0"], ["10^0", "10^1", "2^10", "2^3"]),
      (["--reading", "whole=10^-1,thousandths=1/1024,*=1e-3"], ["10^1", "10^3", "2^10", "10^3"]),
      (["--reading", "whole=2^0,tenths=none,*=1e-4"], ["10^0", "0", "10^4", "10^4"]),
    ] {
      try Self.deploy(folder, Self.short + options)
      let features = try Self.claims(folder).features
      #expect(features.map { $0.base == 0 ? "0" : "\($0.base)^\($0.exponent)" } == units, "\(options)")
      let model = try readModel(folder.file("m.safetensors"))
      #expect(model.inputMap.readings.map { $0?.description ?? "0" } == units, "\(options)")
    }
  }
}
