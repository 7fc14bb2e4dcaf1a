import FileAccess
import Foundation
import Files
import TestSupport
import Testing
import Training

@Suite("Classes")
struct ClassNumberingTests {
  private static func classes(_ labels: [String], known: [String]? = nil, outputs: Int? = nil) throws
    -> (names: [String], labels: [Int])
  {
    let text = "a,label\n" + labels.map { "1,\"\($0)\"\n" }.joined()
    let data = try table(text).dataset(classNames: known, outputs: outputs)
    return (data.classNames, data.labels)
  }

  @Test func `Classes are the labels that occur, without phantoms from gaps`() throws {
    let path = Checkout.root.appending(path: "Tests/Vectors/cases/labels-10-20-900-make-901-outputs.csv").path
    #expect(try readCSV(path).dataset().classNames == ["10", "20", "900"])
    #expect(try Self.classes(["900", "-1", "20"]) == (["-1", "20", "900"], [2, 0, 1]))
  }

  @Test func `Numbers are ordered by value and equal ones are one class in any spelling`() throws {
    #expect(try Self.classes(["10", "9", "010", "9.0", "1e1"]) == (["9", "10"], [1, 0, 1, 0, 1]))
    #expect(try Self.classes(["08", "07"]) == (["07", "08"], [1, 0]))
    #expect(try Self.classes(["1.0", "2.0"]) == (["1.0", "2.0"], [0, 1]))
    #expect(
      try Self.classes(["1.000000000000000000e+00", "2"]) == (["1.000000000000000000e+00", "2"], [0, 1]))
  }

  @Test func `Words, and numbers among words, are ordered by bytes`() throws {
    #expect(try Self.classes(["pear", "apple", "pear", "10"]) == (["10", "apple", "pear"], [2, 1, 2, 0]))
    #expect(try Self.classes(["é", "z", "Z"]) == (["Z", "z", "é"], [2, 1, 0]))
    #expect(try Self.classes(["9007199254740993", "9007199254740992"]).names.count == 2)
  }

  @Test func `Labels that are not whole numbers are no classes`() {
    #expect(
      problem("a,label\n1,1\n1,0.5\n")
        == "x.csv: column 'label': label '0.5' is not a whole number, as the number of a class is; "
        + "--target finds other numbers")
  }

  @Test func `Labels of a model's classes are found by text or number, others count as wrong and are said`()
    throws
  {
    #expect(
      try Self.classes(["pear", "10", "fig"], known: ["pear", "plum", "10"]) == (
        ["pear", "plum", "10"], [0, 2, -1]
      ))
    #expect(try Self.classes(["01", "1.0", "2"], known: ["0", "1"]).labels == [1, 1, -1])
    let data = try table("a,label\n1,x\n2,y\n3,z\n4,y\n").dataset(classNames: ["x"])
    #expect(data.labels == [0, -1, -1, -1])
    #expect(data.notes == ["x.csv: 3 of 4 labels are no classes of the model ('y', 'z') and count as wrong"])
  }

  @Test
  func `Without names whole numbers are the outputs of a model, and as many words its outputs in order`()
    throws
  {
    #expect(try Self.classes(["2", "0", "5"], outputs: 3).labels == [2, 0, -1])
    #expect(try Self.classes(["no", "yes", "no"], outputs: 2).labels == [0, 1, 0])
    #expect(
      message { () throws(FileError) in _ = try table("a,label\n1,x\n2,y\n").dataset(outputs: 3) }
        == "x.csv: column 'label': 2 classes in words, the model has 3 outputs and no names for them")
  }
}
