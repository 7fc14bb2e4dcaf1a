import FileAccess
import Files
import TestSupport
import Testing
import Training

@Suite("Tables of features")
struct FeatureStatisticsTests {
  static func table(_ text: String) throws(FileError) -> FeatureStatistics {
    try FeatureStatistics(bytes: Array(text.utf8), path: "t.csv")
  }

  static func problem(_ text: String) -> String {
    message { () throws(FileError) in _ = try table(text) }
  }

  @Test func `A row for each feature, or a column, says the same`() throws {
    let wanted = ["speed": [0.0, 3, 1.5, 0.5], "heat, wet": [-1.5, 20, 4, 2e-3]]
    for text in [
      "feature,min,max,mean,std\nspeed,0,3,1.5,0.5\n\"heat, wet\",-1.5,20,4,2e-3\n",
      ",count,mean,std,min,25%,max\r\nspeed,9,1.5,0.5,0,1,3\r\n\"heat, wet\",9,4,0.002,-1.5,0,20\r\n",
      "\u{FEFF},speed,\"heat, wet\"\ncount,9,9\nmean,1.5,4\nstd,.5,2e-3\nmin,0,-1.5\n\nmax,3,20\n",
      "name;Min;Max;Mean;Std\nspeed;0;3;1,5;0,5\nheat, wet;-1,5;20;4;0,002\n",
      "name\tlo\thi\taverage\tsd\n speed \t0\t3\t1.5\t0.5\nheat, wet\t-1.5\t20\t4\t0.002\n",
    ] {
      let table = try Self.table(text)
      #expect(table.names == ["speed", "heat, wet"], "\(text)")
      for (index, name) in table.names.enumerated() {
        #expect(
          FeatureStatistics.Quantity.allCases.map { table.values[$0]?[index] } == wanted[name], "\(text)")
      }
    }
    let unnamed = try Self.table("min,max\n0,1\n-3,3\n")
    #expect(unnamed.names == [] && unnamed.values == [.minimum: [0, -3], .maximum: [1, 3]])
  }

  @Test func `A data set's own are those of its columns`() {
    let data = Dataset(
      values: .reals([1, 5, 2, 5, 6, 5]), labels: [0, 0, 1], featureCount: 2, featureNames: ["a", "b"],
      classNames: ["x", "y"])
    let table = FeatureStatistics(data)
    #expect(
      table.names == ["a", "b"] && table.values[.minimum] == [1, 5] && table.values[.maximum] == [6, 5])
    // Variance 14/3, of all values and not of all but one.
    #expect(table.values[.mean] == [3, 5] && table.values[.deviation]?[1] == 0)
    #expect(((table.values[.deviation]?[0] ?? 0) - 2.160_246_899_469_287).magnitude < 1e-12)
  }

  @Test func `Features are found by name, in the order of the inputs`() throws {
    let table = try Self.table("name,min,max\na,0,1\nb,2,3\nc,4,5\n")
    let ordered = try table.ordered(by: ["c", "a"], path: "t.csv")
    #expect(ordered.names == ["c", "a"] && ordered.values == [.minimum: [4, 0], .maximum: [5, 1]])
    let line = message { () throws(FileError) in _ = try table.ordered(by: ["a", "d"], path: "t.csv") }
    #expect(line == "t.csv: no feature 'd', there are 'a', 'b', 'c'")
  }

  @Test func `What is no such table is refused with place and value`() {
    let form =
      "a header row expected with columns min, max, mean or std and a row for each feature, or the same turned"
    #expect(Self.problem("") == "t.csv: an empty file, not a table of features")
    #expect(Self.problem("min,max\n") == "t.csv: \(form)")
    #expect(Self.problem("1,2\n3,4\n") == "t.csv: \(form)")
    #expect(Self.problem("n,min\na,1\nb,2,3\n") == "t.csv:3: 3 cells, the first row has 2")
    #expect(Self.problem("n,min\na,1\nb,x\n") == "t.csv:3: min: 'x' is not a number")
    #expect(Self.problem("n,a,b\nmin,1,inf\n") == "t.csv:2: min: 'inf' is not a number")
    #expect(Self.problem("n,min,lo\na,1,2\n") == "t.csv: min appears twice")
    #expect(Self.problem("n,min\na,1\na,2\n") == "t.csv: feature 'a' appears twice")
  }

  @Test func `Random damage never crashes the reader`() {
    withBrokenCopies(
      of: Array("feature,min,max,mean,std\nspeed,0,3,1.5,0.5\n\"a, b\",-1.5,20,4,2e-3\n".utf8), count: 3000
    ) { bytes in _ = try? FeatureStatistics(bytes: bytes, path: "t") }
  }
}
