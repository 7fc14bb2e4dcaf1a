import Claims
import Integers
import Certification
import Foundation
import Files
import TestSupport
import Testing

/// Columns that never change in the data: nothing can be learned from them, and so nothing reads them.
@Suite("Constant columns")
struct ConstantColumnTests {
  /// 40 samples in which `fixed` is 5 and `also` is -0.25.
  private static let table: String = {
    let rows = (0..<40).map { row in
      let (a, b) = (row * 37 % 101, row * 53 % 97)
      return "\(a),5,\(Double(b) / 10),-0.25,\(a + b > 95 ? 1 : 0),\(2 * a - b)"
    }
    return "a,fixed,b,also,label,y\n" + rows.joined(separator: "\n") + "\n"
  }()

  private static let features = ["--features", "a,fixed,b,also", "--hidden", "6,4", "--epochs", "6"]

  private static let variants = [
    ["--layers", "dense"], ["--layers", "dense", "--tolerance", "*=1%,fixed=2"], ["--layers", "distance"],
    ["--layers", "hybrid"], ["--target", "y"], ["--target", "y", "--monotone", "+a,-b"],
    ["--monotone", "+a:1,-b:0"],
  ]

  /// The columns that a layer reads.
  private static func read(_ layer: IntegerLayer) -> Set<Int> {
    if layer.kind == .maxPlus { return Set(layer.entries.joined().map(\.column)) }
    return Set(layer.weights.indices.filter { layer.weights[$0] != 0 }.map { $0 % layer.columns })
  }

  @Test(arguments: variants)
  func `A column that never changes is named, and no layer reads it`(options: [String]) throws {
    let folder = try TestFolder()
    try folder.write(Self.table, as: "d.csv")
    let said = try InputPlanTests.deploy(folder, Self.features + options)
    #expect(
      said.contains("never read, since they do not change in the data: fixed, also\n"), "\(said)")
    let claims = try InputPlanTests.claims(folder)
    #expect(claims.featureNames == ["a", "fixed", "b", "also"] && claims.inputs == 4)
    let network = try claims.network()
    #expect(Self.read(network.layers[0]) == [0, 2])
    #expect(Set(network.residualInputs).isSubset(of: [0, 2]))
    #expect(network.residualInputs.isEmpty == !options.contains("--monotone"))
    let monotone = claims.monotoneInputs.map { [$0.input, $0.direction] }
    #expect(monotone == (options.contains("--monotone") ? [[0, 1], [2, -1]] : []))
  }

  @Test(arguments: variants)
  func `Answers do not depend on a column that never changed`(options: [String]) throws {
    let folder = try TestFolder()
    try folder.write(Self.table, as: "d.csv")
    try InputPlanTests.deploy(folder, Self.features + options)
    func logits(_ fixed: String, _ also: String) throws -> [[Int]] {
      let rows = stride(from: 0, through: 100, by: 10).map {
        "\($0),\(fixed),\(Double($0 * 7 % 97) / 10),\(also)"
      }
      try folder.write("a,fixed,b,also\n" + rows.joined(separator: "\n") + "\n", as: "x.csv")
      let result = try folder.supnorm(["predict", "net.h", "--input", "x.csv", "--json"])
      let predictions = try #require(
        try result.json()["predictions"] as? [[String: Any]], "\(result.errorOutput)")
      return predictions.compactMap { $0["logits"] as? [Int] }
    }
    let own = try logits("5", "-0.25")
    #expect(Set(own).count > 5)
    for (fixed, also) in [("4", "-0.25"), ("6", "0"), ("-2147483648", "1e300"), ("5.5", "-1e-300")] {
      #expect(try logits(fixed, also) == own)
    }
  }

  @Test func `A monotone column that never changes, and a table of such columns alone, are refused`() throws {
    let folder = try TestFolder()
    try folder.write(Self.table, as: "d.csv")
    let train = ["train", "--data", "d.csv", "--epochs", "1000000", "--out", "m.safetensors"]
    for (options, problem) in [
      (["--target", "y", "--monotone", "+fixed"], "--monotone: column 'fixed' does not change in the data"),
      (["--target", "y", "--monotone", "+a,-also"], "--monotone: column 'also' does not change in the data"),
      (
        ["--features", "fixed,also"], "--data: no feature changes in the data, there is nothing to learn from"
      ),
      (
        ["--features", "also", "--target", "y"],
        "--data: no feature changes in the data, there is nothing to learn from"
      ),
    ] {
      let result = try folder.supnorm(train + options)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errorOutput == "supnorm train: \(problem)\n")
      #expect(try folder.names == ["d.csv"])
    }
  }
}
