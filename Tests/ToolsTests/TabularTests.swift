import Foundation
import TestSupport
import Testing

/// Tables: tolerances in the data's own units, abstaining, and a monotone regression, through the program.
@Suite("Tables")
struct TabularTests {
  static let features = "mean_radius,mean_texture,mean_smoothness,mean_compactness,mean_concavity"

  /// The two worked examples of the article "Results".
  static let examples = Result { () throws -> TestFolder in
    let folder = try TestFolder()
    for arguments in [
      ["train", "--data", "breast-cancer", "--tolerance", "*=1%", "--out", "bc.safetensors"],
      ["export", "bc.safetensors", "--name", "bc", "--out", "bc.h"],
      [
        "train", "--data", "breast-cancer", "--target", "worst_area", "--features", features, "--monotone",
        "+mean_radius", "--tolerance", "mean_radius=0.2,mean_texture=0.3", "--out", "area.safetensors",
      ],
      ["export", "area.safetensors", "--name", "area", "--out", "area.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    return folder
  }

  static let testFile = Checkout.root.appending(path: "Tools/data/breast-cancer/breast-cancer-test.csv").path

  @Test func `A header speaks of its tolerances, and evaluates at their radius without being told`() throws {
    let folder = try Self.examples.get()
    let verify = try folder.supnorm(["verify", "bc.h", "--json"])
    let radius = try #require(try verify.json()["toleranceLSB"] as? Int)
    #expect((600...700).contains(radius))
    let result = try folder.supnorm(["evaluate", "bc.h", "--data", "breast-cancer", "--json"])
    #expect(result.status == 0, "\(result.errorOutput)")
    let json = try result.json()
    let radii = try #require(json["radii"] as? [[String: Any]])
    // One more, since the readings are not whole numbers.
    #expect(radii.map { $0["radiusLSB"] as? Int } == [radius + 1])
    #expect((json["clean"] as? Double ?? 0) > 0.9 && (radii[0]["certified"] as? Double ?? 0) > 0.85)
    let text = try folder.supnorm(["evaluate", "bc.h", "--data", "breast-cancer"]).output
    #expect(text.contains("\(radius) LSB hold for mean_radius ±0.211"), "\(text)")
  }

  /// Moves every feature of the test samples by its whole tolerance, in its own unit, and expects the same class.
  @Test func `Readings moved by their tolerances, all at once, keep a class that is certified for them`()
    throws
  {
    let folder = try Self.examples.get()
    let lines = try String(contentsOfFile: Self.testFile, encoding: .utf8).split(separator: "\n").map(
      String.init)
    let train = Checkout.root.appending(path: "Tools/data/breast-cancer/breast-cancer-train.csv")
    let rows = try String(contentsOf: train, encoding: .utf8).split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").dropLast().compactMap { Double($0) }
    }
    // 1 % of each feature's range in the training data, a little less for the decimal digits written below.
    let tolerances = (0..<30).map { column in
      let values = rows.map { $0[column] }
      return ((values.max() ?? 0) - (values.min() ?? 0)) * 0.01 * 0.999_999
    }
    func predictions(_ name: String, _ sign: (Int, Int) -> Double) throws -> [[String: Any]] {
      let moved = lines.dropFirst().enumerated().map { row, line in
        line.split(separator: ",").dropLast().enumerated().map { column, value in
          "\((Double(value) ?? 0) + sign(row, column) * tolerances[column])"
        }.joined(separator: ",")
      }
      let header = lines[0].split(separator: ",").dropLast().joined(separator: ",")
      try folder.write(([header] + moved).joined(separator: "\n") + "\n", as: name)
      let json = try folder.supnorm(["predict", "bc.h", "--input", name, "--within", "tolerance", "--json"])
        .json()
      return try #require(json["predictions"] as? [[String: Any]])
    }
    let own = try predictions("own.csv") { _, _ in 0 }
    var random = TestRandom()
    var certified = 0
    for trial in 0..<6 {
      let moved = try predictions("moved\(trial).csv") { _, _ in random.oneIn(2) ? 1 : -1 }
      for (before, after) in zip(own, moved) where before["certified"] as? Bool == true {
        certified += 1
        // The moved reading may be uncertified itself; its logits still have the class.
        let logits = try #require(after["logits"] as? [Int])
        let best = logits.indices.max { (logits[$0], $1) < (logits[$1], $0) }
        #expect(best == before["class"] as? Int, "\(random)")
      }
    }
    #expect(certified > 500, "\(certified)")
  }

  @Test
  func `predict abstains beyond the certified radius, and says how many tolerances an answer holds for`()
    throws
  {
    let folder = try Self.examples.get()
    let input = ["--input", Self.testFile, "--label", "diagnosis", "--json"]
    func predictions(_ more: [String]) throws -> [[String: Any]] {
      let result = try folder.supnorm(["predict", "bc.h"] + input + more)
      return try #require(try result.json()["predictions"] as? [[String: Any]], "\(result.errorOutput)")
    }
    let plain = try predictions([])
    let strict = try predictions(["--within", "20000"])
    #expect(strict.contains { $0["class"] as? Int == -1 && $0["label"] == nil })
    for (free, bound) in zip(plain, strict) {
      let radius = max(free["globalRadiusLSB"] as? Int ?? 0, free["localRadiusLSB"] as? Int ?? 0)
      #expect((bound["certified"] as? Bool) == (radius >= 20000))
      #expect(bound["class"] as? Int == (radius >= 20000 ? free["class"] as? Int : -1))
      #expect((free["tolerances"] as? Double ?? -1) >= 0)
    }
  }

  @Test
  func
    `A regression's outputs lie within their bounds, rise with the monotone input, and move by no more than stated`()
    throws
  {
    let folder = try Self.examples.get()
    let verify = try folder.supnorm(["verify", "area.h", "--json"])
    #expect(try verify.json()["monotone"] as? [String] == ["+mean_radius"])
    let evaluation = try folder.supnorm(["evaluate", "area.h", "--data", "breast-cancer", "--json"]).json()
    #expect((evaluation["explainedVariance"] as? Double ?? 0) > 0.9)
    let radius = try #require((evaluation["radii"] as? [[String: Any]])?.first)
    let bound = try #require(radius["changeBound"] as? Double)
    let largest = try #require(radius["largestLocalChange"] as? Double)
    #expect(largest > 0 && largest <= bound)

    let grid = stride(from: 7.0, through: 27.0, by: 0.25).map { "\($0),18.5,0.1,0.12,0.1" }
    try folder.write("\(Self.features)\n" + grid.joined(separator: "\n") + "\n", as: "grid.csv")
    let result = try folder.supnorm([
      "predict", "area.h", "--input", "grid.csv", "--within", "tolerance", "--json",
    ])
    let predictions = try #require(try result.json()["predictions"] as? [[String: Any]])
    let values = try predictions.map { try #require($0["value"] as? Double) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    #expect((values.last ?? 0) - (values.first ?? 0) > 500)
    for (prediction, value) in zip(predictions, values) {
      let ends = (prediction["lowerValue"] as? Double ?? .nan, prediction["upperValue"] as? Double ?? .nan)
      #expect(ends.0 <= value && value <= ends.1 && ends.1 - ends.0 <= 2 * bound)
    }
  }

  @Test func `A feature that never changes in the data may have a tolerance, in its unit`() throws {
    let folder = try TestFolder()
    try folder.write("a,b,label\n1,2,0\n1,3,1\n1,2.5,0\n", as: "d.csv")
    for arguments in [
      ["train", "--data", "d.csv", "--tolerance", "a=0.5,b=0.1", "--epochs", "2", "--out", "m.safetensors"],
      ["export", "m.safetensors", "--name", "net", "--out", "net.h"], ["verify", "net.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let result = try folder.supnorm(["evaluate", "net.h", "--data", "d.csv"])
    #expect(result.output.contains("hold for a ±0.500, b ±0.100, all at once"), "\(result.output)")
  }

  @Test func `What only a classifier can be asked is refused in one line`() throws {
    let folder = try Self.examples.get()
    let data = ["--data", "breast-cancer"]
    for (arguments, request) in [
      (["evaluate", "area.h"] + data + ["--attack", "pgd"], "--attack"),
      (["evaluate", "area.h"] + data + ["--linear"], "--linear"),
      (["tightness", "area.h"] + data, "a radius"), (["bench", "--certify", "area.h"] + data, "--certify"),
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(
        result.errorOutput
          == "supnorm \(arguments[0]): area.h: a regression, which has no classes for \(request)\n")
    }
  }

  @Test func `The report's multiples of the tolerances leave one LSB for the encoding of the readings`()
    throws
  {
    let folder = try Self.examples.get()
    let report = try folder.supnorm([
      "report", "bc.safetensors", "bc.h", "--data", "breast-cancer", "--tightness", "0", "--out", "bc.html",
    ])
    #expect(report.status == 0, "\(report.errorOutput)")
    let radius = try #require(
      try folder.supnorm(["verify", "bc.h", "--json"]).json()["toleranceLSB"] as? Int)
    let page = try String(contentsOf: folder.url.appending(path: "bc.html"), encoding: .utf8)
    let shown = page.matches(
      of: /<b>([0-9,]+)<\/b> LSB<\/span><span class='tolerance'>([0-9.]+) × the tolerance/)
    var tells = 0
    for match in shown {
      let lsb = try #require(Int(match.1.replacing(",", with: "")))
      let hundredths = { (lsb: Int) in Double(max(lsb, 0) * 100 / radius) / 100 }
      #expect(Double(match.2) == hundredths(lsb - 1), "\(match.0)")
      if hundredths(lsb - 1) != hundredths(lsb) { tells += 1 }
    }
    #expect(shown.count > 20 && tells > 0, "\(tells) of \(shown.count)")
  }

  @Test func `Columns are found by name, whatever their order and whatever else the file has`() throws {
    let folder = try Self.examples.get()
    let names = Self.features.split(separator: ",")
    let values = ["17.99", "10.38", "0.1184", "0.2776", "0.3001"]
    try folder.write("\(Self.features)\n" + values.joined(separator: ",") + "\n", as: "plain.csv")
    try folder.write(
      "noise," + names.reversed().joined(separator: ",") + ",worst_area\n7,"
        + values.reversed().joined(separator: ",") + ",2019\n", as: "other.csv")
    let predict = { (file: String) in
      try folder.supnorm(["predict", "area.h", "--input", file, "--json"]).output
    }
    #expect(try predict("plain.csv") == predict("other.csv"))
    let evaluate = try folder.supnorm([
      "evaluate", "area.h", "--data", "other.csv", "--epsilon", "0.01", "--json",
    ])
    #expect(try evaluate.json()["samples"] as? Int == 1, "\(evaluate.errorOutput)")
  }

  @Test func `bench prints a row for the baseline and each certificate, with ratios`() throws {
    let folder = try Self.examples.get()
    let result = try folder.supnorm([
      "bench", "--certify", "bc.h", "--data", "breast-cancer", "--runs", "1", "--json",
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let rows = try #require(try result.json()["rows"] as? [[String: Any]])
    #expect(rows.count == 3 && rows[0]["ratioToInference"] as? Double == 1)
    #expect(rows.dropFirst().allSatisfy { ($0["proved"] as? Int ?? -1) > 90 })
  }
}
