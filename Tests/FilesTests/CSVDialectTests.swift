import FileAccess
import Foundation
import Files
import TestSupport
import Testing
import Training

/// Tables as people ship them: separators, decimal commas, encodings, no header.
@Suite("CSV dialects")
struct CSVDialectTests {
  private static let cases = Checkout.root.appending(path: "Tests/Vectors/cases").path
  private static let measures = [5.1, 3.5, 1.4, 0.2, 6.2, 2.9, 4.3, 1.3]

  @Test(arguments: [
    ("csv-semicolon-decimal-comma", ["separated by ';', decimal commas"]), ("csv-excel-sep-line", []),
    ("csv-utf16", ["UTF-16"]),
  ])
  func `Separators, decimal commas, Excel's first line and UTF-16 are read and said`(
    name: String, notes: [String]
  ) throws {
    let path = "\(Self.cases)/\(name).csv"
    let data = try readCSV(path).dataset()
    #expect(Array(data.values.numbers.prefix(8)) == Self.measures)
    #expect(data.count == 6 && data.classNames == ["a", "b"] && data.labels == [0, 1, 0, 1, 0, 1])
    #expect(data.notes == notes.map { "\(path): \($0)" })
  }

  @Test(arguments: [
    ("a\tb\tlabel\n1,5\t2\tx\n\t3\ty\n", "separated by a tab, decimal commas"),
    ("  a   b label\n 1.5 2   x \n NA 3\ty", "separated by spaces"),
    ("sep=;\r\na;b;label\r\n1,5;2;x\r\n?;3;y\r\n", "separated by ';', decimal commas"),
    ("\"sep=\t\"\na\tb\tlabel\n1.5\t2\tx\n\t3\ty\n", "separated by a tab"),
    ("a;b;label\n\"1,5\";2;x\n;3;y\n", "separated by ';', decimal commas"),
    ("a,b,label\n1.5,2,x\n,3,y\n", ""),
  ])
  func `Every separator is told from the first rows`(text: String, note: String) throws {
    let read = try table(text, CSVTests.dropping)
    #expect(
      read.values.numbers == [1.5, 2] && read.featureNames == ["a", "b"] && read.writtenLabels == ["x"])
    #expect(
      read.notes.first
        == (note.isEmpty ? "x.csv: 1 of 2 rows left out, which have a missing value" : "x.csv: \(note)"))
  }

  @Test func `Text with other separators in it does not mislead`() throws {
    let read = try table(
      "time,a,label\n2024-01-01 10:00,1.5,x;y\n2024-01-02 11:00,2,z;y\n", CSVChoice(features: ["a"]))
    #expect(read.values.numbers == [1.5, 2] && read.writtenLabels == ["x;y", "z;y"] && read.notes.isEmpty)
    let spaced = try table("1700, 48.5, 1\n1701, 12.25, 2\n", CSVChoice(label: "3"))
    #expect(spaced.values.numbers == [1700, 48.5, 1701, 12.25])
  }

  @Test func `Two ways to write fractions in one file are refused`() {
    #expect(
      problem("a;b;label\n1.5;2;x\n1,5;3;y\n")
        == "x.csv:3: column 'a': '1,5' is not a number with a decimal point, as the ones before it are")
    #expect(
      problem("a;b;label\n1,5;2;x\n1.234;3;y\n")
        == "x.csv:3: column 'a': '1.234' is not a number with a decimal comma, as the ones before it are")
    #expect(problem("sep=|\na|b\n") == "x.csv:1: 'sep=|': the separators are ',', ';', tab and space")
  }

  @Test(arguments: [true, false])
  func `UTF-16 of either order is read, with letters of every length`(isBigEndian: Bool) throws {
    let text = "a,label\n1,é\n2,€\n3,😀\n"
    let units = [0xFEFF] + Array(text.utf16)
    let bytes = units.flatMap { unit in
      let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
      return isBigEndian ? pair : pair.reversed()
    }
    let read = try CSVTable(bytes, "x.csv", CSVChoice())
    #expect(read.writtenLabels == ["é", "€", "😀"] && read.notes == ["x.csv: UTF-16"])
    for (cut, line) in [(1, "x.csv: \(bytes.count - 1) bytes, UTF-16 has an even number")] {
      #expect(
        message { () throws(FileError) in _ = try CSVTable(bytes.dropLast(cut), "x.csv", CSVChoice()) }
          == line)
    }
    let half = bytes.dropLast(4)
    let line = message { () throws(FileError) in _ = try CSVTable(Array(half), "x.csv", CSVChoice()) }
    #expect(line.hasPrefix("x.csv: half a surrogate pair at byte "), "\(line)")
  }

  @Test func `A compressed table is read as a plain one`() throws {
    let folder = try TestFolder()
    try folder.write("a,label\n1,x\n2,y\n", as: "x.csv")
    _ = try Checkout.run("gzip", ["x.csv"], folder: folder.url)
    #expect(try readCSV(folder.file("x.csv.gz")).values.numbers == [1, 2])
    try FileManager.default.moveItem(atPath: folder.file("x.csv.gz"), toPath: folder.file("y.csv"))
    let line = message(in: folder) { () throws(FileError) in _ = try readCSV(folder.file("y.csv")) }
    #expect(line == "y.csv: compressed with gzip, so its name should end in .gz")
  }

  @Test func `A missing header is said to be missing, and columns have numbers where that is said`() throws {
    let path = "\(Self.cases)/csv-no-header-reported-as-duplicate-column.csv"
    let line = message { () throws(FileError) in _ = try readCSV(path) }
    #expect(
      line
        == "\(path):1: no header line: '0' is a number, not the name of a column; say which column is the label "
        + "by its number, as --label 5, or --header if these are names")
    var bare = CSVChoice()
    bare.hasHeader = false
    // With --no-header alone, the one column of words is the label.
    for choice in [CSVChoice(label: "5"), bare] {
      let data = try readCSV(path, choice).dataset()
      #expect(data.featureNames == ["1", "2", "3", "4"] && data.classNames == ["a", "b"] && data.count == 6)
      #expect(data.notes == ["\(path): no header line, columns are named 1 to 5; the label is column 5"])
    }
    let first = try table("1,14.5,2,2\n3,13,1065,7\n", CSVChoice(label: "1", features: ["3"]))
    #expect(first.values.numbers == [2, 1065] && first.writtenLabels == ["1", "3"])
  }

  @Test func `What may be a header or data is not guessed`() throws {
    var bare = CSVChoice()
    bare.hasHeader = false
    #expect(
      problem("1,2,3\n4,5,6\n", bare)
        == "x.csv:1: no header line and no --label: say which column is the label, 1 to 3")
    #expect(
      problem("5,2,3\n4,5,6\n", CSVChoice(label: "3"))
        == "x.csv:1: '3' is a cell of this row and the number of a column; say --header or --no-header")
    var named = CSVChoice(label: "3")
    named.hasHeader = true
    #expect(try table("5,2,3\n4,5,6\n", named).featureNames == ["5", "2"])
    named.hasHeader = false
    #expect(try table("5,2,3\n4,5,6\n", named).rowCount == 2)
    // Years are numbers, but the name of the label makes the row a header.
    #expect(try table("2019,2020,label\n1,2,x\n", CSVChoice()).featureNames == ["2019", "2020"])
  }

  @Test func `The first line of scikit-learn's files names the classes`() throws {
    let data = try table("3,4,setosa,versicolor,virginica\n1,2,3,4,2\n5,6,7,8,0\n9,1,2,3,2\n").dataset()
    #expect(data.classNames == ["setosa", "virginica"] && data.labels == [1, 0, 1])
    #expect(data.values.numbers.count == 12 && data.featureNames == ["1", "2", "3", "4"])
    #expect(
      data.notes == [
        "x.csv: the first line names 3 classes, columns are named by number; the label is column 5"
      ])
    let wide = try table("2,1,malignant,benign\n17.5,0\n3,1\n").dataset()
    #expect(wide.classNames == ["malignant", "benign"] && wide.labels == [0, 1])
    #expect(
      problem("4,4,a,b,c\n1,2,3,4,2\n5,6,7,8,0\n") == "x.csv:1: the first line speaks of 4 rows, there are 2")
    #expect(problem("1,4,a,b,a\n1,2,3,4,0\n") == "x.csv:1: class name 'a' appears twice")
    let long = String(repeating: "a", count: 256)
    #expect(
      problem("1,4,\(long),b,c\n1,2,3,4,0\n")
        == "x.csv:1: class name '\(long.prefix(40))…' of 256 bytes, at most 255")
    #expect(
      problem("1,4,a,b,c\n1,2,3,4,3\n")
        == "x.csv: column '5': label '3', the first line names 3 classes from 0 on")
  }

  @Test func `Columns without a header are taken in order where names and as many columns are given`() throws
  {
    var choice = CSVChoice(label: "3", features: ["sl", "sw"])
    choice.hasHeader = false
    let read = try table("1,2,x\n3,4,y\n", choice)
    #expect(read.featureNames == ["sl", "sw"] && read.values.numbers == [1, 2, 3, 4])
    #expect(read.notes.contains("x.csv: the columns are taken in order as 'sl', 'sw'"))
  }
}
