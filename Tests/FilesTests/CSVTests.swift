import FileAccess
import Foundation
import Files
import TestSupport
import Testing
import Training

/// Reads a table from text.
func table(_ text: String, _ choice: CSVChoice = CSVChoice()) throws(FileError) -> CSVTable {
  try CSVTable(Array(text.utf8), "x.csv", choice)
}

/// The line that refuses a table.
func problem(_ text: String, _ choice: CSVChoice = CSVChoice()) -> String {
  message { () throws(FileError) in _ = try table(text, choice).dataset() }
}

extension Dataset.Values {
  /// All values as they were written.
  var numbers: [Double] { (0..<count).map { self[$0] } }
}

extension CSVTable {
  /// The label of each row as it was written.
  var writtenLabels: [String] { labels.map { labelTexts[Int($0)] } }
}

@Suite("CSV files")
struct CSVTests {
  static let dropping: CSVChoice = {
    var choice = CSVChoice()
    choice.dropsMissing = true
    return choice
  }()

  @Test func `A file with integer labels becomes a data set`() throws {
    let folder = try TestFolder()
    try AtomicFile.write("a,label,b\n1.5,2,-3e-2\n+4,0,.25\n", to: folder.file("x.csv"))
    let table = try readCSV(folder.file("x.csv"))
    #expect(table.featureNames == ["a", "b"] && table.writtenLabels == ["2", "0"])
    #expect((0..<3).map { table.line(ofRow: $0) } == [2, 3, nil])
    let data = try table.dataset()
    #expect(data.values.numbers == [1.5, -0.03, 4, 0.25])
    #expect(data.labels == [1, 0] && data.classNames == ["0", "2"])
    #expect(data.featureNames == ["a", "b"] && data.featureCount == 2)
    #expect(data.imageSize == nil && data.notes.isEmpty)
  }

  @Test func `Values are stored in the smallest type that holds them all`() throws {
    func kind(_ row: String) throws -> String {
      let values = try table("a,b,label\n\(row),0\n").values
      #expect(values.numbers == row.split(separator: ",").compactMap { Double($0) })
      return switch values {
      case .bytes: "bytes"
      case .shorts: "shorts"
      case .floats: "floats"
      case .decimals: "decimals"
      case .reals: "reals"
      }
    }
    for (row, expected) in [
      ("0,255.0", "bytes"), ("0,256", "shorts"), ("-1,1", "shorts"), ("-32768,3e4", "shorts"),
      ("32768,0", "floats"),
      ("0.5,1", "floats"), ("0.1,1", "decimals"), ("16777217,1", "decimals"),
      ("2147483647,-0", "decimals"), ("21474836.4,0.01", "decimals"), ("21474836.5,0.01", "reals"),
      ("0.000000001,2", "decimals"), ("0.0000000001,2", "reals"), ("2147483648,1.1", "reals"),
      ("1e300,0", "reals"),
      ("-0.25,1e3", "floats"),
      ("123456789012345,0.000001", "reals"), ("1234567890.12345,00012.50", "reals"),
    ] {
      #expect(try kind(row) == expected, "\(row)")
    }
  }

  @Test func `Numbers are read to the nearest double, whatever their spelling`() throws {
    var random = TestRandom()
    for _ in 0..<2000 {
      let digits = String(Int.random(in: 0...999_999_999_999_999, using: &random))
      let cut = digits.index(digits.startIndex, offsetBy: Int.random(in: 1...digits.count, using: &random))
      let fraction = cut == digits.endIndex ? "" : ".\(digits[cut...])"
      let text = "\(random.oneIn(2) ? "-" : "")\(digits[..<cut])\(fraction)"
      #expect(
        try table("a,label\n\(text),0").values.numbers == [try #require(Double(text))], "\(text) \(random)")
    }
  }

  @Test func `Quotes, CR LF, CR, blanks, a byte-order mark and blank lines are understood`() throws {
    let read = try table(
      "\u{FEFF}\"a \"\"b\"\"\" , \"c,\nd\",label\r\n\r\n 1 ,\"2\" , \"x, \"\"y\"\"\" \r\n\n3,4,z")
    #expect(read.featureNames == ["a \"b\"", "c,\nd"])
    #expect(read.values.numbers == [1, 2, 3, 4])
    #expect(read.writtenLabels == ["x, \"y\"", "z"])
    #expect((0..<2).map { read.line(ofRow: $0) } == [4, 6])
    let old = try table("a,label\r1,x\r\r2,y")
    #expect(old.values.numbers == [1, 2] && (0..<2).map { old.line(ofRow: $0) } == [2, 4])
  }

  @Test func `Features named by row and column of a square are an image`() throws {
    func size(_ names: [String]) throws -> Int? {
      let row = names.map { _ in "1" }.joined(separator: ",")
      return try table("\(names.joined(separator: ",")),label\n\(row),0").dataset().imageSize?.width
    }
    let pixels = (0..<8).flatMap { row in (0..<8).map { "p\(row)\($0)" } }
    #expect(try size(pixels) == 8)
    #expect(try size(pixels.reversed()) == nil)
    #expect(try size(Array(pixels[..<63])) == nil)
    #expect(try size(["a", "b", "c", "d"]) == nil)
  }

  @Test func `Only chosen columns are parsed, in the order chosen`() throws {
    let text = "time,a,b,,label,a2,a2\nmonday,1,2,x,l,?,\ntuesday,3,4,y,m,?,\n"
    let read = try table(text, CSVChoice(features: ["b", "a"]))
    #expect(read.values.numbers == [2, 1, 4, 3] && read.featureNames == ["b", "a"])
    let regression = try table(text, CSVChoice(.regression, target: "a", features: ["b"]))
    #expect(
      regression.values.numbers == [2, 4] && regression.targets == [1, 3] && regression.labels.isEmpty)
    #expect(problem(text, CSVChoice(features: ["a2"])) == "x.csv:1: column 'a2' appears twice")
    #expect(
      problem(text) == "x.csv:1: column 4 has no name; --features says which columns are read")
    #expect(problem(text, CSVChoice(features: ["a", "a"])) == "x.csv: column 'a' is chosen twice")
    #expect(
      problem("a,b,label\n1,2,0", CSVChoice(.regression, target: "c"))
        == "x.csv: no feature column 'c', there are 'a', 'b'")
  }

  @Test func `Rows may end in a separator`() throws {
    let read = try table("a;label;\n1;x;\n2;y;\n")
    #expect(read.featureNames == ["a"] && read.values.numbers == [1, 2])
    #expect(
      problem("a,label,,\n1,x,,\n2,y,3,\n")
        == "x.csv:3: column 3 has no name; --features says which columns are read")
    #expect(
      problem(",label\n,x\n") == "x.csv:1: column 1 has no name; --features says which columns are read")
  }

  @Test func `Rows with missing values are refused, or left out and counted`() throws {
    let text =
      "a,b,label\n1,2,x\n,2,x\n3,NA,y\n3,n/a,y\n3,NaN,y\n3,?,z\n3,4,\n5,#N/A,u\n5,<NA>,u\n5,null,u\n6,7,x\n"
    #expect(
      problem("a,label\n1,0\nNA,1\n")
        == "x.csv:3: column 'a': missing value 'NA'; --missing drop leaves out such rows")
    #expect(problem(text) == "x.csv:3: column 'a': missing value; --missing drop leaves out such rows")
    let data = try table(text, Self.dropping).dataset()
    #expect(data.values.numbers == [1, 2, 6, 7] && data.labels == [0, 0] && data.classNames == ["x"])
    #expect(data.notes == ["x.csv: 9 of 11 rows left out, which have a missing value"])
    // What is not read may be missing.
    var choice = CSVChoice(features: ["a"])
    choice.dropsMissing = true
    #expect(try table(text, choice).rowCount == 9)
    #expect(
      problem("a,label\n?,0\n,1\n", Self.dropping)
        == "x.csv: no rows below the header: all 2 have a missing value")
  }

  @Test(arguments: [
    ("", "x.csv: empty file"),
    ("\n\r\n \n", "x.csv: empty file"),
    ("a,label\n", "x.csv: no rows below the header"),
    ("a,b,a,label\n1,2,3,4\n", "x.csv:1: column 'a' appears twice"),
    ("a,label,label\n1,2,3\n", "x.csv:1: column 'label' appears twice"),
    ("a,,label\n1,2,3\n", "x.csv:1: column 2 has no name; --features says which columns are read"),
    ("a,b\n1,2\n", "x.csv:1: no label column 'label', there are 'a', 'b'; say which it is with --label"),
    ("label\n1\n", "x.csv:1: 0 feature columns, 1 to 65535 are read"),
    ("a,label\n1\n", "x.csv:2: 1 cells, the first row has 2"),
    ("a,label\n1,2,3,4\n", "x.csv:2: 4 cells, the first row has 2"),
    ("a,label\n1,2\n1,2,\n", "x.csv:3: 3 cells, the first row has 2"),
    (
      "a label\nr1 1 2\nr2 1 2\n",
      "x.csv:2: 3 cells, the first row has 2; names of rows need a name above them"
    ),
    (
      "a,label\n0x10,0\n",
      "x.csv:2: column 'a': '0x10' is not a number; --features says which columns are read"
    ),
    ("a,label\n1e,0\n", "x.csv:2: column 'a': '1e' is not a number; --features says which columns are read"),
    (
      "a,label\n1 2,0\n", "x.csv:2: column 'a': '1 2' is not a number; --features says which columns are read"
    ),
    ("a,label\n-inf,0\n", "x.csv:2: column 'a': -inf is not finite"),
    ("a,label\n1e999,0\n", "x.csv:2: column 'a': 1e999 is not finite"),
    ("a,label\n\"1,0\n2,0\n", "x.csv:2: a quote is not closed"),
    ("a,label\n\"1\"2,0\n", "x.csv:2: text after a closing quote"),
    ("a,label\n1\0,0\n", "x.csv:2: a zero byte, not a text file"),
    ("a,label\n\"1\"\0,0\n", "x.csv:2: text after a closing quote"),
    ("PK\u{3}\u{4}x", "x.csv: a zip file, as .xlsx and .npz are, not a table in text; save it as .csv"),
    (
      "<!DOCTYPE html><html>",
      "x.csv: a page of HTML or XML, not a table in text; was the download redirected?"
    ),
    (
      "version https://git-lfs.github.com/spec/v1\n",
      "x.csv: a pointer of git-lfs, not the file itself; run git lfs pull"
    ),
  ])
  func `A broken file is named with line, column and value`(text: String, expected: String) {
    #expect(problem(text) == expected)
  }

  @Test func `Names, cells and labels without bound are refused`() {
    let names = (0..<65).map { "c\($0)" }
    #expect(
      problem("\(names.joined(separator: ","))\n", CSVChoice(label: "y"))
        == "x.csv:1: no label column 'y', there are 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', "
        + "'c9', 'c10', 'c11', … (65 in all)")
    #expect(problem(String(repeating: ",", count: 70_000)) == "x.csv:1: more than 65536 cells")
    let digits = String(repeating: "1", count: 2000)
    #expect(
      problem("a,label\n\(digits),0\n")
        == "x.csv:2: column 'a': '\(digits.prefix(40))…' is not a number; --features says which columns are read"
    )
    let long = String(repeating: "ж", count: 128)
    #expect(
      problem("a,label\n1,\(long)\n")
        == "x.csv:2: column 'label': label '\(long.prefix(40))…' of 256 bytes, at most 255")
    let rows = (0..<32768).map { "1,\($0)" }.joined(separator: "\n")
    #expect(
      problem("a,label\n\(rows)\n")
        == "x.csv:32769: column 'label': more than 32767 different labels; --target finds a number instead of a class"
    )
  }

  @Test func `Labels that are no UTF-8 are refused, for two of them could become one`() {
    let text = Array("a,label\n1,x\n2,".utf8) + [0xE9, 10]
    let line = message { () throws(FileError) in _ = try CSVTable(text, "x.csv", CSVChoice()) }
    #expect(line == "x.csv:3: column 'label': '\u{FFFD}' is not UTF-8; save the file as UTF-8")
    let name = [0xE9] + Array(",label\n1,x\n2,y\n".utf8)
    let other = message { () throws(FileError) in _ = try CSVTable(name, "x.csv", CSVChoice()) }
    #expect(other == "x.csv:1: column '\u{FFFD}' is not UTF-8; save the file as UTF-8")
  }

  @Test func `Files cut anywhere and random damage never crash the reader`() throws {
    let bytes = Array("a,\"b \"\"c\",label\r\n1.5,\"2\",x\n3e2,nan,y\n\n4,5,6".utf8)
    for choice in [CSVChoice(), Self.dropping, CSVChoice(.inputs(2)), CSVChoice(.regression, target: "a")] {
      for count in 0...bytes.count {
        _ = try? CSVTable(Array(bytes[..<count]), "x.csv", choice).dataset()
      }
      withBrokenCopies(of: bytes, count: 3000) { bytes in
        _ = try? CSVTable(bytes, "x.csv", choice).dataset()
      }
    }
  }
}
