import Foundation
import TestSupport
import Testing

/// Data files as people ship them, through the program.
@Suite("Data files")
struct DataFileCommandTests {
  private static let cases = Checkout.root.appending(path: "Tests/Vectors/cases").path

  /// Trains for two epochs on a file and returns what the program said on standard error before it wrote the model.
  private func train(_ folder: TestFolder, _ data: String, _ more: [String] = []) throws -> ProgramResult {
    try folder.supnorm(
      ["train", "--data", data, "--epochs", "2", "--hidden", "4", "--out", "m.safetensors"] + more)
  }

  private func export(_ folder: TestFolder) throws {
    let result = try folder.supnorm(["export", "m.safetensors", "--name", "net", "--out", "net.h"])
    #expect(result.status == 0, "\(result.errorOutput)")
  }

  /// A model of two features and the classes no and yes.
  private static let model = Result { () throws -> TestFolder in
    let folder = try TestFolder()
    let rows = (0..<40).map { "\(Double($0) / 8),\(5 - Double($0) / 16),\($0 < 20 ? "no" : "yes")" }
    try folder.write("sl,sw,label\n" + rows.joined(separator: "\n") + "\n", as: "d.csv")
    for arguments in [
      [
        "train", "--data", "d.csv", "--epochs", "60", "--hidden", "8", "--epsilon", "0.01", "--out",
        "m.safetensors",
      ],
      ["export", "m.safetensors", "--name", "net", "--out", "net.h"],
    ] {
      let result = try folder.supnorm(arguments)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    return folder
  }

  @Test(arguments: [
    (
      "csv-semicolon-decimal-comma", [], "csv-semicolon-decimal-comma.csv: separated by ';', decimal commas\n"
    ),
    ("csv-excel-sep-line", [], ""), ("csv-utf16", [], "csv-utf16.csv: UTF-16\n"),
    ("features-option-does-not-skip-text-column", ["--features", "f1,f2,f3,f4"], ""),
    (
      "csv-no-header-reported-as-duplicate-column", ["--label", "5"],
      "csv-no-header-reported-as-duplicate-column.csv: no header line, columns are named 1 to 5; the label is column 5\n"
    ),
  ])
  func `Files in shapes that people use are trained on, with a word where something was found out`(
    name: String, options: [String], note: String
  ) throws {
    let folder = try TestFolder()
    try FileManager.default.copyItem(atPath: "\(Self.cases)/\(name).csv", toPath: folder.file("\(name).csv"))
    let result = try train(folder, "\(name).csv", options)
    #expect(result.status == 0 && result.errorOutput.hasPrefix(note), "\(result.errorOutput)")
    #expect(result.errorOutput.hasSuffix("wrote m.safetensors\n"))
    try export(folder)
    let evaluation = try folder.supnorm(
      ["evaluate", "net.h", "--data", "\(name).csv", "--epsilon", "0.01", "--json"]
        + (options.first == "--label" ? options : []))
    #expect(try evaluation.json()["samples"] as? Int == 6, "\(evaluation.errorOutput)")
  }

  @Test func `Labels 10, 20 and 900 make three outputs, whose names are in the header and in predict`() throws
  {
    let folder = try TestFolder()
    let data = "\(Self.cases)/labels-10-20-900-make-901-outputs.csv"
    #expect(try train(folder, data).status == 0)
    try export(folder)
    let text = try String(contentsOf: folder.url.appending(path: "net.h"), encoding: .utf8)
    #expect(text.contains("N(\"10\") N(\"20\") N(\"900\")"))
    let prediction = try folder.supnorm(["predict", "net.h", "--input", data, "--json"])
    let rows = try #require(
      try prediction.json()["predictions"] as? [[String: Any]], "\(prediction.errorOutput)")
    #expect(rows.allSatisfy { ["10", "20", "900"].contains($0["label"] as? String) })
    #expect((rows.first?["logits"] as? [Int])?.count == 3)
  }

  @Test func `A label that occurs only in test data counts as wrong and is said, in every command`() throws {
    let folder = try Self.model.get()
    try folder.write("sw,sl,label,note\n4.9,0.5,no,\n3,4.9,yes,?\n3,4.9,perhaps,x\n", as: "t.csv")
    let note = "t.csv: 1 of 3 labels are no classes of the model ('perhaps') and count as wrong\n"
    let data = ["--data", "t.csv"]
    let evaluation = try folder.supnorm(["evaluate", "net.h", "--epsilon", "0.001", "--json"] + data)
    #expect(evaluation.status == 0 && evaluation.errorOutput.contains(note), "\(evaluation.errorOutput)")
    let clean = try #require(try evaluation.json()["clean"] as? Double)
    #expect(abs(clean * 3 - 2) < 1e-9)
    for arguments in [
      ["export", "m.safetensors", "--name", "net", "--out", "other.h"],
      ["tightness", "net.h", "--seconds", "1", "--nodes", "100"],
      ["bench", "--certify", "net.h", "--runs", "1"],
      ["evaluate", "net.h", "--epsilon", "0.001", "--attack", "noise"],
      ["report", "m.safetensors", "net.h", "--tightness", "2", "--out", "r.html"],
    ] {
      let result = try folder.supnorm(arguments + data)
      #expect(result.status == 0 && result.errorOutput.contains(note), "\(arguments): \(result.errorOutput)")
    }
  }

  @Test func `Rows with missing values are left out where that is asked for`() throws {
    let folder = try Self.model.get()
    try folder.write("sl,sw,label\n0.5,4.9,no\n?,4,no\n4.9,3,yes\n4.9,3,\n", as: "gaps.csv")
    let evaluate = ["evaluate", "net.h", "--data", "gaps.csv", "--epsilon", "0.001", "--json"]
    let refused = try folder.supnorm(evaluate)
    #expect(refused.status == 2)
    #expect(
      refused.errorOutput
        == "supnorm evaluate: gaps.csv:3: column 'sl': missing value '?'; --missing drop leaves out such rows\n"
    )
    let result = try folder.supnorm(evaluate + ["--missing", "drop"])
    #expect(try result.json()["samples"] as? Int == 2)
    #expect(result.errorOutput.hasPrefix("gaps.csv: 2 of 4 rows left out, which have a missing value\n"))
  }

  @Test func `predict refuses what it would have to guess, and takes --no-header`() throws {
    let folder = try Self.model.get()
    func predict(_ text: String, _ more: [String] = []) throws -> (answers: Int, error: String) {
      try folder.write(text, as: "p.csv")
      let result = try folder.supnorm(["predict", "net.h", "--input", "p.csv", "--json"] + more)
      #expect(result.status == (result.output.isEmpty ? 2 : 0), "\(result.errorOutput)")
      return (
        (try? result.json()["predictions"] as? [Any])?.count ?? 0,
        result.errorOutput.split(separator: "\n", omittingEmptySubsequences: false).filter {
          // Other tests look at what is said of readings outside the range.
          !$0.contains("were clamped")
        }.joined(separator: "\n").replacing("supnorm predict: p.csv:", with: "")
      )
    }
    #expect(try predict("id,sw,sl\na,3,4\nb,4,0.5\n") == (2, ""))
    #expect(
      try predict("SW,sl\n3,4\n").error.hasPrefix("1: no column 'sw' of the model, there are 'SW', 'sl'\n"))
    #expect(try predict("sw,sl,sw\n3,4,3\n").error == "1: column 'sw' appears twice\n")
    #expect(
      try predict("0,1\n3,4\n").error.hasPrefix("1: these numbers may be names of columns or a row of data"))
    #expect(
      try predict("NA,1\n3,4\n").error.hasPrefix(
        "1: a first row that is neither the model's names nor numbers"))
    #expect(try predict("3,1\n3,4\n", ["--no-header"]) == (2, ""))
    #expect(try predict("3,NA\n3,4\n", ["--no-header"]).error.hasPrefix("1: column '2': missing value 'NA'"))
    #expect(try predict("3;4\n", ["--no-header"]) == (1, "p.csv: separated by ';'\n"))
  }

  @Test func `Columns are pixels of images where --images says so, and a table of gray levels is told of it`()
    throws
  {
    let folder = try TestFolder()
    let names = (0..<64).map { "pixel\($0)" }.joined(separator: ",")
    let rows = (0..<20).map { row in
      (0..<64).map { "\(($0 * 7 + row * 13) % 17)" }.joined(separator: ",") + ",\(row % 2)"
    }
    try folder.write("\(names),label\n" + rows.joined(separator: "\n") + "\n", as: "d.csv")
    let hint =
      "d.csv: 64 columns of whole numbers in 0…255; if they are the pixels of images, say so with --images 8x8\n"
    let plain = try train(folder, "d.csv")
    #expect(plain.status == 0 && plain.errorOutput.hasPrefix(hint), "\(plain.errorOutput)")
    #expect(try train(folder, "d.csv", ["--images", "8x8", "--crop", "1"]).errorOutput.hasPrefix("training"))
    for (value, line) in [
      ("8x9", "--images 8x9: 72 pixels, d.csv has 64 features"),
      ("64", "--images '64': not a width and a height such as 28x28"),
      ("0x64", "--images '0x64': not a width and a height such as 28x28"),
    ] {
      let result = try train(folder, "d.csv", ["--images", value])
      #expect(result.status == 2 && result.errorOutput == "supnorm train: \(line)\n")
    }
  }

  @Test func `Arrays have their usual names or those of --arrays`() throws {
    let folder = try TestFolder()
    let data = "\(Self.cases)/npz-X_train-not-found.npz"
    #expect(try train(folder, data).status == 0)
    #expect(try train(folder, data, ["--arrays", "X_test,y_test"]).status == 0)
    let result = try train(folder, data, ["--arrays", "X_test,y"])
    #expect(result.status == 2)
    #expect(
      result.errorOutput
        == "supnorm train: \(data): no array 'y', there are 'X_test', 'X_train', 'y_test', 'y_train'\n")
    let table = try train(folder, "\(Self.cases)/csv-utf16.csv", ["--arrays", "x,y"])
    #expect(table.errorOutput.hasSuffix("--arrays goes with .npz files\n"))
  }

  @Test(arguments: [
    (["--header", "--no-header"], "--header does not go with --no-header"),
    (["--missing", "fill"], "--missing 'fill': not one of drop"),
    (["--arrays", "x"], "--arrays 'x': not the names of two arrays, inputs and labels, such as X,Y"),
  ])
  func `Options of data files that say nothing are refused`(options: [String], line: String) throws {
    let result = try train(TestFolder(), "digits", options)
    #expect(result.status == 2 && result.errorOutput == "supnorm train: \(line)\n", "\(result.errorOutput)")
  }

  @Test func `More classes than a header can be verified for are refused before training`() throws {
    let folder = try TestFolder()
    try folder.write("a,label\n" + (0..<30000).map { "\($0 % 9),\($0)\n" }.joined(), as: "d.csv")
    let result = try folder.supnorm(["train", "--data", "d.csv", "--hidden", "64", "--out", "m.safetensors"])
    #expect(result.status == 2)
    #expect(
      result.errorOutput
        == "d.csv: 30000 classes in 30000 rows; --target finds a number instead of a class\n"
        + "supnorm train: --data: 30000 classes and a last hidden layer of 64: classes² · width is above 2^33, "
        + "too large for a header to be verified; --target finds a number instead of a class\n")
    #expect(try folder.names == ["d.csv"])
  }
}
