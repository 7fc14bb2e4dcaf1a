import FileAccess
import Foundation
import Files
import TestSupport
import Testing
import Training

/// Inputs of a model: header and rows are told apart by its names alone.
@Suite("CSV inputs")
struct CSVInputTests {
  private static let names = ["sl", "sw", "pl", "pw"]

  private static func choice(_ names: [String]? = names, count: Int = 4, hasHeader: Bool? = nil) -> CSVChoice
  {
    var choice = CSVChoice(.inputs(count), features: names)
    choice.hasHeader = hasHeader
    return choice
  }

  private static func problem(_ name: String, _ choice: CSVChoice = choice()) -> String {
    let folder = Checkout.root.appending(path: "Tests/Vectors/cases").path
    return message { () throws(FileError) in _ = try readCSV("\(folder)/\(name).csv", choice) }
      .replacing("\(folder)/\(name)", with: "x")
  }

  @Test func `Columns are found by name, others are allowed and not parsed`() throws {
    let read = try table("id,pw,pl,sw,sl,label\nx1,4,3,2,1,?\n,8,7,6,5,\n", Self.choice())
    #expect(read.values.numbers == [1, 2, 3, 4, 5, 6, 7, 8] && read.notes.isEmpty)
    #expect(read.line(ofRow: 1) == 3)
    let numbered = try table("1,2,3,0\n5,6,7,8\n", Self.choice(["0", "1", "2", "3"]))
    #expect(numbered.values.numbers == [8, 5, 6, 7])
  }

  @Test func `A header that lacks a name, or has it twice, is refused by name`() {
    #expect(
      Self.problem("predict-renamed-column-silently-by-position")
        == "x.csv:1: no column 'sl' of the model, there are 'pw', 'pl', 'sw', 'SL'")
    #expect(
      FilesTests.problem("sl,sw,pl,4\n1,2,3,4\n", Self.choice())
        == "x.csv:1: no column 'pw' of the model, there are 'sl', 'sw', 'pl', '4'; "
        + "--no-header says that this row is data")
    let refusal = { (text: String) in FilesTests.problem(text, Self.choice()) }
    #expect(refusal("sl,sw,pl,pw,sl\n1,2,3,4,5\n") == "x.csv:1: column 'sl' appears twice")
    #expect(
      refusal("a,b,c,d\n1,2,3,4\n")
        == "x.csv:1: no column 'sl', 'sw', 'pl', 'pw' of the model, there are 'a', 'b', 'c', 'd'")
  }

  @Test func `A first row that may be names or data is refused, and so is one that is neither`() throws {
    let line =
      "x.csv:1: these numbers may be names of columns or a row of data: put the model's names above them, or say --no-header"
    #expect(Self.problem("predict-numeric-header-counted-as-row") == line)
    #expect(Self.problem("predict-numeric-header-counted-as-row", Self.choice(nil)) == line)
    #expect(
      Self.problem("predict-first-row-NA-silently-dropped")
        == "x.csv:1: a first row that is neither the model's names nor numbers: column 1 is 'NA'")
    #expect(
      Self.problem("predict-first-row-NA-silently-dropped", Self.choice(hasHeader: false))
        == "x.csv:1: column '1': missing value 'NA', every row needs all inputs")
    // No header has the same name twice.
    #expect(try table("1,0,0,2\n3,4,5,6\n", Self.choice()).rowCount == 2)
    #expect(try table("1,2,3,4\n", Self.choice(hasHeader: false)).values.numbers == [1, 2, 3, 4])
  }

  @Test
  func `A model whose columns had numbers finds them by number, beside a label and in scikit-learn's files`()
    throws
  {
    let names = ["2", "3"]
    #expect(
      try table("9,1,2\n8,3,4\n", Self.choice(names, count: 2, hasHeader: false)).values.numbers == [
        1, 2, 3, 4,
      ])
    #expect(
      try table("1,2\n3,4\n", Self.choice(names, count: 2, hasHeader: false)).values.numbers == [1, 2, 3, 4])
    #expect(
      try table("2,2,no,yes\n1,2,0\n3,4,1\n", Self.choice(["1", "2"], count: 2)).values.numbers == [
        1, 2, 3, 4,
      ])
  }

  @Test func `Rows without a header have as many cells as the model has inputs`() {
    #expect(
      FilesTests.problem("1,2,3\n", Self.choice(hasHeader: false))
        == "x.csv:1: 3 columns, the model has 4 inputs")
    #expect(
      FilesTests.problem("1,1,1,1,1\n", Self.choice()) == "x.csv:1: 5 columns, the model has 4 inputs")
  }

  @Test func `A model without names takes the columns in order and says so`() throws {
    let read = try table("p1,p2,label\n1,2,x\n", Self.choice(nil, count: 2))
    #expect(read.values.numbers == [1, 2])
    #expect(read.notes == ["x.csv: the model has no names for its inputs, so the columns are taken in order"])
    #expect(
      FilesTests.problem("p1,p2,p3\n1,2,3\n", Self.choice(nil, count: 2))
        == "x.csv:1: 3 columns, the model has 2 inputs")
    #expect(
      FilesTests.problem("p1,2\n1,2\n", Self.choice(nil, count: 2))
        == "x.csv:1: a first row that is neither a header nor numbers: column 1 is 'p1'")
  }
}
