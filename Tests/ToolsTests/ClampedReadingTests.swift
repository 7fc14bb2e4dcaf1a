import Foundation
import TestSupport
import Testing

/// Readings outside the declared range are clamped, and every command that reads them says so.
@Suite("Clamped readings")
struct ClampedReadingTests {
  /// Columns of whole steps, of decimals, over all of a 16-bit converter, and of no grid at all.
  private static let table =
    "step,tenth,word,real,label\n"
    + "0,-0.3,-32768,0.1234567890123,0\n7,0.1,32767,7.7777777777777e-5,1\n3,20.4,12345,-5.4321012345678,0\n"
    + "6,20.3,0,5.1111111111111,1\n"

  private static func deployed(_ table: String = table, _ options: [String] = []) throws -> TestFolder {
    try InputPlanTests.deployed(table, ["--hidden", "3", "--epochs", "2"] + options)
  }

  private static let words = "outside the declared input range and were clamped"

  private func json(_ folder: TestFolder, _ arguments: [String]) throws -> [String: Any] {
    let result = try folder.supnorm(arguments + ["--json"])
    try #require(result.status == 0, "\(result.errorOutput)")
    return try result.json()
  }

  @Test(arguments: [[], ["--layers", "distance"], ["--tolerance", "*=1%"], ["--tolerance", "step=1"]])
  func `The data that a model was trained on is within its range, ends included`(options: [String]) throws {
    let folder = try Self.deployed(Self.table, options)
    for arguments in [
      ["evaluate", "net.h", "--data", "d.csv"], ["predict", "net.h", "--input", "d.csv"],
      ["export", "m.safetensors", "--name", "net", "--out", "net.h", "--data", "d.csv"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0)
      #expect(!(result.output + result.errorOutput).contains("clamped"), "\(result.errorOutput)")
    }
    #expect(
      try json(folder, ["evaluate", "net.h", "--data", "d.csv"])["clampedReadings"] as? Int == 0)
    let predictions = try json(folder, ["predict", "net.h", "--input", "d.csv"])["predictions"]
    #expect((predictions as? [[String: Any]])?.map { $0["clampedReadings"] as? Int } == [0, 0, 0, 0])
  }

  /// Where doubles are 2^-23 and more apart there is none in the middle of the first two columns.
  @Test(arguments: [[], ["--layers", "distance"], ["--tolerance", "third=1%"]])
  func `Columns so far from zero that the numbers become coarse are within their range`(options: [String])
    throws
  {
    let folder = try Self.deployed(
      "first,second,third,label\n-1066080293.3884082,1611088122.7101889,1,0\n"
        + "-1066080293.3884064,1611088122.709489,2,1\n-1066080293.3884076,1611088122.7099164,4,0\n", options)
    let result = try folder.supnorm(["evaluate", "net.h", "--data", "d.csv"])
    #expect(result.status == 0 && !result.errorOutput.contains("clamped"), "\(result.errorOutput)")
  }

  /// One step of each grid beyond either end, and far outside: rows with 0, 1, 2, 4 and 1 of them.
  private static let outside =
    "step,tenth,word,real,label\n"
    + "0,20.4,32767,0,0\n8,0,0,0,1\n-1,-0.4,0,0,0\n1e9,20.5,-40000,-6,1\n0,0,0,1e300,0\n"

  @Test func `Readings outside are counted and said by evaluate, export and predict`() throws {
    let folder = try Self.deployed()
    try folder.write(Self.outside, as: "o.csv")
    let line =
      "o.csv: 8 of 20 readings lie \(Self.words), in 4 of 5 samples; certificates speak of the clamped inputs"
    for arguments in [
      ["evaluate", "net.h", "--data", "o.csv"],
      ["export", "m.safetensors", "--name", "net", "--out", "net.h", "--data", "o.csv"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0)
      #expect(result.errorOutput.split(separator: "\n").contains { $0 == line }, "\(result.errorOutput)")
    }
    #expect(try json(folder, ["evaluate", "net.h", "--data", "o.csv"])["clampedReadings"] as? Int == 8)
    // Of the samples that are looked at.
    let two = ["evaluate", "net.h", "--data", "o.csv", "--limit", "2"]
    #expect(try json(folder, two)["clampedReadings"] as? Int == 1)
    #expect(
      try folder.supnorm(two).errorOutput.contains(
        "o.csv: 1 of 8 readings lie \(Self.words), in 1 of 2 samples"))
    let one = try folder.supnorm(["evaluate", "net.h", "--data", "o.csv", "--limit", "1"])
    #expect(!one.errorOutput.contains("clamped"))

    let predict = ["predict", "net.h", "--input", "o.csv"]
    let predictions = try #require(try json(folder, predict)["predictions"] as? [[String: Any]])
    #expect(predictions.map { $0["clampedReadings"] as? Int } == [0, 1, 2, 4, 1])
    let text = try folder.supnorm(predict)
    let ends = [nil, "1 reading clamped", "2 readings clamped", "4 readings clamped", "1 reading clamped"]
    let lines = text.output.split(separator: "\n")
    #expect(lines.count == ends.count)
    for (line, end) in zip(lines, ends) {
      #expect(
        end.map { line.hasSuffix(", \($0): certified is the clamped input") } ?? !line.contains("clamped"))
    }
    #expect(
      text.errorOutput
        == "o.csv: 8 readings in 4 of 5 rows lie \(Self.words); certificates speak of the clamped inputs\n")
  }

  @Test func `The answer to a clamped reading is that to the end of the range`() throws {
    let folder = try Self.deployed()
    // The ends of the declared range are those of the column, or up to a step beyond them.
    let columns = "step,tenth,word,real\n"
    try folder.write(
      columns + "2147483647,1e6,2147483647,1e6\n-2147483648,-1e6,-2147483648,-1e6\n", as: "far.csv")
    try folder.write(columns + "32767,32767,32767,32767\n-32768,-32768,-32768,-32768\n", as: "ends.csv")
    func logits(_ arguments: [String]) throws -> [[Int]] {
      let predictions = try json(folder, ["predict", "net.h", "--input"] + arguments)["predictions"]
      return try #require(predictions as? [[String: Any]]).compactMap { $0["logits"] as? [Int] }
    }
    let far = try logits(["far.csv"])
    #expect(far.count == 2 && far[0] != far[1])
    #expect(far == (try logits(["ends.csv", "--raw"])))
  }

  @Test func `A regression says what was clamped as well`() throws {
    let table = "x,y\n0,1\n1,3\n2,5\n3,7\n"
    let folder = try Self.deployed(table, ["--target", "y"])
    try folder.write("x,y\n-1,0\n0,1\n4,9\n3,7\n", as: "o.csv")
    let line = "o.csv: 2 of 4 readings lie \(Self.words), in 2 of 4 samples;"
    for (file, count) in [("d.csv", 0), ("o.csv", 2)] {
      #expect(
        try json(folder, ["evaluate", "net.h", "--data", file])["clampedReadings"] as? Int == count)
      for arguments in [
        ["evaluate", "net.h", "--data", file],
        ["export", "m.safetensors", "--name", "net", "--out", "net.h", "--data", file],
      ] {
        let said = try folder.supnorm(arguments).errorOutput
        #expect(said.contains(line) == (count > 0), "\(said)")
      }
    }
    let text = try folder.supnorm(["predict", "net.h", "--input", "o.csv", "--within", "1"]).output
    let lines = text.split(separator: "\n").map { $0.contains("1 reading clamped") }
    #expect(lines == [true, false, true, false], "\(text)")
  }
}
