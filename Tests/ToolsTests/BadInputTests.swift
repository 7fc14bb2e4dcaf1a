import Foundation
import TestSupport
import Testing
@testable import Tools

/// Every kind of bad input ends in one clear line on standard error, exit status 2 and no new file.
@Suite("Bad input")
struct BadInputTests {
  /// Runs in a fresh folder with the given files and expects the line.
  private func expect(
    _ line: String, _ arguments: [String], files: [String: Data] = [:], environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try TestFolder()
    for (name, content) in files { try content.write(to: folder.url.appending(path: name)) }
    let result = try folder.supnorm(arguments, environment: environment)
    #expect(result.status == 2, "\(result.errorOutput)", sourceLocation: sourceLocation)
    #expect(
      result.errorOutput == "supnorm \(arguments[0]): \(line)\n", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    #expect(
      try folder.names == files.keys.sorted(), "something was left behind", sourceLocation: sourceLocation)
  }

  private func trained(_ name: String) throws -> Data {
    try Data(contentsOf: TrainedDigits.folder.get().folder.url.appending(path: name))
  }

  private func csv(_ lines: String...) -> Data { Data((lines.joined(separator: "\n") + "\n").utf8) }

  @Test func `Bad usage is refused in one line`() throws {
    try expect("unknown option '--epoch'", ["train", "--data", "digits", "--epoch", "3", "--out", "m"])
    try expect("option '--data' needs a value", ["train", "--out", "m", "--data"])
    try expect("option '--data' is required", ["train", "--out", "m"])
    try expect("option '--seed' is given twice", ["train", "--seed", "1", "--seed", "2"])
    try expect("unexpected argument 'b.h'", ["verify", "a.h", "b.h"])
    try expect(
      "--epochs '0': not a whole number in 1…1000000",
      ["train", "--data", "digits", "--out", "m", "--epochs", "0"])
    try expect(
      "--activation 'gelu': not one of identity, relu, abs, maxMin, sort, tanh, sigmoid",
      ["train", "--data", "digits", "--out", "m", "--activation", "gelu"])
    try expect(
      "--margin does not go with --loss worst-case",
      ["train", "--data", "digits", "--out", "m", "--margin", "1"])
    try expect(
      "training option boundCount: 3 is not one bound, or one for each constrained layer",
      ["train", "--data", "digits", "--out", "m", "--bound", "1,1,1"])
    for (options, line) in [
      ("--norm 3", "--norm '3': not one of inf, 1, 2"),
      ("--lipschitz 0", "--lipschitz '0': not a number in 1e-06…1000000.0"),
      ("--lipschitz -1", "--lipschitz '-1': not a number in 1e-06…1000000.0"),
      ("--lipschitz nan", "--lipschitz 'nan': not a number in 1e-06…1000000.0"),
      ("--project clip", "--project 'clip': not one of euclidean, rescale"),
      ("--norm 2 --layers distance", "--norm does not go with --layers distance"),
      ("--lipschitz 2 --layers hybrid", "--lipschitz does not go with --layers hybrid"),
      ("--norm 2 --last free", "--last free does not go with --norm, which bounds every layer"),
      ("--lipschitz 2 --bound 1", "--bound does not go with --lipschitz, which bounds every layer"),
      ("--norm 2 --flash 4KB", "--flash does not go with --norm 2: it needs row sums"),
    ] {
      try expect(
        line, ["train", "--data", "digits", "--out", "m"] + options.split(separator: " ").map(String.init))
    }
    let folder = try TestFolder()
    let unknown = try folder.supnorm(["certify"])
    #expect(unknown.status == 2)
    #expect(unknown.errorOutput == "supnorm: unknown command 'certify', see supnorm --help\n")
    #expect(try folder.supnorm([]).status == 2)
  }

  @Test func `Options of distances, images and flash that do not go together are refused`() throws {
    let dense = ["train", "--data", "digits", "--out", "m"]
    let train = dense + ["--layers", "distance"]
    try expect("--layers 'sphere': not one of dense, distance, hybrid", dense + ["--layers", "sphere"])
    try expect("--loss does not go with --layers distance", train + ["--loss", "hinge"])
    try expect("--exponents goes with --layers distance or hybrid", dense + ["--exponents", "3,9"])
    try expect("--exponents: two numbers expected", train + ["--exponents", "3"])
    try expect(
      "training option exponents: 9 is not 2 to 1000000, the last one no less than the first",
      train + ["--exponents", "9,3"])
    try expect("training option epsilon of distances: 0 is not above 0", train + ["--epsilon", "0"])
    try expect("training option crop: 4 is not 0 or more, less than half the image", dense + ["--crop", "4"])
    try expect("training option shift: 8 is not 0 or more, less than the image", dense + ["--shift", "8"])
    try expect(
      "--crop and --shift go with images", ["train", "--data", "breast-cancer", "--out", "m", "--crop", "1"])
    try expect("--flash '1TB': not a number of bytes such as 16384 or 16KB", dense + ["--flash", "1TB"])
    let tooSmall = try TestFolder().supnorm(train + ["--hidden", "8", "--epochs", "2", "--flash", "100"])
    #expect(tooSmall.status == 2)
    #expect(
      tooSmall.errorOutput.hasSuffix(
        "supnorm train: --flash: flash budget: 220 bytes of parameters at least, 100 allowed\n"))
    let model = ["m.safetensors": try trained("m.safetensors")]
    let export = ["export", "m.safetensors", "--name", "m", "--out", "m.h"]
    try expect(
      "--offsets 8: m.safetensors has dense layers, only distances have offsets",
      export + ["--offsets", "8"],
      files: model)
    try expect(
      "--prune does not go with --flash, which chooses it", export + ["--flash", "9KB", "--prune", "3"],
      files: model)
  }

  @Test func `Files that are not there or cannot be written are refused`() throws {
    try expect("nope.h: no such file or folder", ["verify", "nope.h"])
    try expect(
      "no.safetensors: no such file or folder", ["export", "no.safetensors", "--name", "a", "--out", "a.h"])
    try expect(
      "--data 'nowhere': no such file or folder, and not 'digits' or 'breast-cancer'",
      ["train", "--data", "nowhere", "--out", "m"])
    try expect("no/m: no such folder", ["train", "--data", "digits", "--out", "no/m"])
    // A full disk.
    try expect(
      "/dev/full: cannot be written: No space left on device",
      ["export", "m.safetensors", "--name", "a", "--out", "/dev/full"],
      files: ["m.safetensors": trained("m.safetensors")])
  }

  @Test func `Models that are none are refused`() throws {
    let model = try trained("m.safetensors")
    let folder = try TestFolder()
    for length in [0, 7, 100, model.count / 2, model.count - 1] {
      try model.prefix(length).write(to: folder.url.appending(path: "cut.safetensors"))
      let result = try folder.supnorm(["export", "cut.safetensors", "--name", "a", "--out", "a.h"])
      #expect(result.status == 2)
      #expect(result.errorOutput.hasPrefix("supnorm export: cut.safetensors: "), "\(result.errorOutput)")
      #expect(result.errorOutput.split(separator: "\n").count == 1)
    }
    #expect(try folder.names == ["cut.safetensors"])
    try expect(
      "--name 'Digits': not a lowercase letter followed by up to 39 lowercase letters, digits or underscores",
      ["export", "m.safetensors", "--name", "Digits", "--out", "a.h"], files: ["m.safetensors": model])
    try expect(
      "--name 'supnorm_layer': its identifiers or its file supnorm_layer.h would be those of supnorm.h or of the C library; another name",
      ["export", "m.safetensors", "--name", "supnorm_layer", "--out", "a.h"], files: ["m.safetensors": model])
    try expect(
      "d.csv: no feature column 'p00', there are 'a', 'b'",
      ["evaluate", "digits.h", "--data", "d.csv", "--epsilon", "0.1"],
      files: ["digits.h": trained("digits.h"), "d.csv": csv("a,b,label", "1,2,0")])
  }

  @Test func `Monotone classes and convex inputs that are not there are refused`() throws {
    let train = ["train", "--data", "breast-cancer", "--out", "m"]
    let regression = train + ["--target", "worst_area", "--features", "mean_radius,mean_texture"]
    for (option, line) in [
      ("+mean_radius", "'+mean_radius': of classes it takes one, +FEATURE:CLASS"),
      ("mean_radius:malignant", "'mean_radius:malignant': not + or - and the name of a feature"),
      ("+height:malignant", "'+height:malignant': no such feature column"),
      ("+mean_radius:bad", "'+mean_radius:bad': no such class, there are benign, malignant"),
      ("+mean_area:benign,-mean_area:malignant", "'-mean_area:malignant': the feature is named twice"),
    ] { try expect("--monotone \(line)", train + ["--monotone", option]) }
    try expect(
      "--monotone does not go with --layers hybrid",
      train + ["--monotone", "+mean_radius:benign", "--layers", "hybrid"])
    for (options, line) in [
      (["--convex", "height"], "--convex 'height': no such feature column"),
      (["--convex", "mean_radius,mean_radius"], "--convex 'mean_radius': the feature is named twice"),
      (
        ["--convex", "all", "--activation", "maxMin"],
        "--convex does not go with --activation maxMin: relu or identity"
      ),
    ] { try expect(line, regression + options) }
    try expect(
      "--convex goes with --target: a class is no convex function", train + ["--convex", "mean_radius"])
  }

  @Test func `Tolerances, targets and monotone inputs that say nothing are refused`() throws {
    let train = ["train", "--data", "breast-cancer", "--out", "m"]
    for (tolerance, line) in [
      ("mean_radius=0", "--tolerance 'mean_radius=0': not a positive number"),
      ("mean_radius=-1", "--tolerance 'mean_radius=-1': not a positive number"),
      ("mean_radius=nan", "--tolerance 'mean_radius=nan': not a positive number"),
      ("mean_radius=1e999", "--tolerance 'mean_radius=1e999': not a positive number"),
      ("mean_radius", "--tolerance 'mean_radius': not a name, =, and a number"),
      ("*=1%,*=2%", "--tolerance: '*' is given twice"),
      ("mean_radius=1,mean_radius=2", "--tolerance 'mean_radius': given twice"),
      (
        "*=60%,mean_radius=1",
        "--tolerance 'mean_texture=60%': more than half of the range, 14.4"
      ),
      ("mean_radius=0.000001", "--tolerance: the smallest one is below one LSB, 1/32767 of half its range"),
    ] {
      try expect(line, train + ["--tolerance", tolerance])
    }
    try expect(
      "--tolerance 'pressure': no such feature column, there are mean_radius, mean_texture, mean_perimeter, "
        + "mean_area, mean_smoothness, mean_compactness, mean_concavity, mean_concave_points, mean_symmetry, "
        + "mean_fractal_dimension, radius_error, texture_error",
      train + ["--tolerance", "pressure=2"])
    try expect(
      "--hidden: a layer of 65535 × 65535 weights, at most 2^27 are loaded from a header",
      train + ["--hidden", "65535,65535"])
    let regression = train + ["--target", "worst_area", "--features", "mean_radius,mean_texture"]
    try expect(
      "--monotone 'mean_radius': not + or - and the name of a feature",
      regression + ["--monotone", "mean_radius"])
    try expect("--monotone '+height': no such feature column", regression + ["--monotone", "+height"])
    try expect(
      "--monotone '-mean_radius': the feature is named twice",
      regression + ["--monotone", "+mean_radius,-mean_radius"])
    try expect(
      "--last free does not go with --monotone",
      regression + ["--monotone", "+mean_radius", "--last", "free"])
    try expect(
      "--loss 'hinge': not one of squared-error, absolute-error", regression + ["--loss", "hinge"])
    let files = ["d.csv": csv("a,b,label", "1,2,0", "2,3,1")]
    let own = ["train", "--data", "d.csv", "--out", "m"]
    try expect("d.csv: no feature column 'c', there are 'a', 'b'", own + ["--target", "c"], files: files)
    try expect(
      "--tolerance '*=1%': no feature changes in the data", own + ["--tolerance", "*=1%"],
      files: ["d.csv": csv("a,b,label", "1,2,0", "1,2,1")])
    try expect("d.csv: no feature column 'c', there are 'a', 'b'", own + ["--features", "a,c"], files: files)
    try expect("d.csv: column 'a' is chosen twice", own + ["--features", "a,a"], files: files)
    try expect(
      "d.csv: no feature column 'a', there are 'b'", own + ["--target", "a", "--features", "a"], files: files)
    try expect(
      "--data '.': columns are chosen in .csv files", ["train", "--data", ".", "--target", "a", "--out", "m"])
  }

  @Test func `Radii that say nothing are refused`() throws {
    let files = ["digits.h": try trained("digits.h")]
    try expect(
      "--epsilon '1.5': 49128 LSB, the whole input range is 32752 LSB",
      ["evaluate", "digits.h", "--data", "digits", "--epsilon", "0.1,1.5"], files: files)
    try expect(
      "--within tolerance: digits.h declares no tolerances",
      ["predict", "digits.h", "--input", "x.csv", "--within", "tolerance"],
      files: files.merging(["x.csv": csv(Array(repeating: "1", count: 64).joined(separator: ","))]) { $1 })
    let header = String(decoding: try trained("digits.h"), as: UTF8.self)
    let other = header.replacing("_FORMAT_VERSION 6\n", with: "_FORMAT_VERSION 4\n")
    try expect(
      "digits.h:14: DIGITS_FORMAT_VERSION: 4 outside 6…6", ["verify", "digits.h"],
      files: ["digits.h": Data(other.utf8)])
  }

  @Test func `Data that cannot be read is refused`() throws {
    let train = ["train", "--data", "d.csv", "--out", "m"]
    try expect(
      "d.csv:3: column 'b': missing value; --missing drop leaves out such rows", train,
      files: ["d.csv": csv("a,b,label", "1,2,0", "1,,1")])
    try expect(
      "d.csv:3: 2 cells, the first row has 3", train,
      files: ["d.csv": csv("a,b,label", "1,2,0", "1,1")])
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    let wanted = "not a table, a .npz file or a folder of IDX files"
    for (name, bytes, kind) in [
      ("d.parquet", Data("PAR1".utf8) + Data(count: 8), "a Parquet file, \(wanted)"),
      ("d.csv", Data("PAR1".utf8) + Data(count: 8), "a Parquet file, \(wanted)"),
      (
        "d.csv", Data(pointer.utf8),
        "a git-lfs pointer, not the file itself, \(wanted); git lfs pull fetches the file"
      ),
    ] {
      try expect("\(name): \(kind)", ["train", "--data", name, "--out", "m"], files: [name: bytes])
    }
    let notFinite = try TestFolder()
    for value in ["nan", "inf", "-inf", "x"] {
      try notFinite.write("a,b,label\n1,\(value),0\n", as: "d.csv")
      let result = try notFinite.supnorm(train)
      #expect(result.status == 2)
      #expect(result.errorOutput.hasPrefix("supnorm train: d.csv:2: column 'b': "), "\(result.errorOutput)")
    }
    let header = try trained("digits.h")
    try expect(
      "--epsilon 'x': 'x' is not a number like 0.1 or 1/16",
      ["evaluate", "digits.h", "--data", "digits", "--epsilon", "x"], files: ["digits.h": header])
    try expect(
      "--epsilon '3': larger than the widest input range, 2 units",
      ["evaluate", "digits.h", "--data", "digits", "--epsilon", "3"], files: ["digits.h": header])
    try expect(
      "x.csv:1: column 1: 40000.0 is not an Int16", ["predict", "digits.h", "--input", "x.csv", "--raw"],
      files: [
        "digits.h": header,
        "x.csv": csv((["40000"] + Array(repeating: "0", count: 63)).joined(separator: ",")),
      ])
  }

  @Test func `Boards that are not there, and QEMU that is not, are refused`() throws {
    let header = try trained("digits.h")
    try expect(
      "--board 'stm32': not one of \(try Board.names().joined(separator: ", "))",
      ["run", "digits.h", "--board", "stm32", "--data", "digits"], files: ["digits.h": header])
    try expect(
      "qemu-system-arm is not installed or not on PATH (Debian: apt-get install qemu-system-arm)",
      ["run", "digits.h", "--board", "mps2-an386", "--data", "digits"], files: ["digits.h": header],
      environment: ["PATH": "/nowhere"])
  }

  @Test func `A header edited by hand is refused`() throws {
    var lines = try String(decoding: trained("digits.h"), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let unit = try #require(lines.firstIndex { $0.hasPrefix("#define DIGITS_UNIT") })
    lines[unit] = "#define DIGITS_UNIT many"
    try expect(
      "edited.h:\(unit + 1): DIGITS_UNIT: not a whole number", ["verify", "edited.h"],
      files: ["edited.h": Data(lines.joined(separator: "\n").utf8)])
    try expect(
      "other.h: not a model header: no include guard NAME_H", ["verify", "other.h"],
      files: ["other.h": Data("int x;\n".utf8)])
  }
}
